package handler

import (
	"net/http"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// newRequest builds the request of an httpGet action (P105, P106).
func newRequest(action *corev1.HTTPGetAction, host string, port int, userAgent string) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodGet, requestURL(action, host, port).String(), nil)
	if err != nil {
		return nil, err
	}
	for _, header := range action.HTTPHeaders {
		req.Header.Add(header.Name, header.Value)
	}
	setDefault(req.Header, "User-Agent", userAgent)
	setDefault(req.Header, "Accept", "*/*")
	if req.Header.Get("Accept") == "" {
		req.Header.Del("Accept") // P106: empty means that it is not sent
	}
	req.Host = req.Header.Get("Host")
	return req, nil
}

func setDefault(header http.Header, name, value string) {
	if _, ok := header[name]; !ok {
		header.Set(name, value)
	}
}

// requestURL reads the path as a URL reference and puts scheme and host over
// what it says; a path that is no reference is taken literally (P105).
func requestURL(action *corev1.HTTPGetAction, host string, port int) *url.URL {
	u, err := url.Parse(action.Path)
	if err != nil {
		u = &url.URL{Path: action.Path}
	}
	u.Scheme = strings.ToLower(string(action.Scheme))
	if u.Scheme == "" {
		u.Scheme = "http"
	}
	u.Host = hostPort(host, port)
	return u
}
