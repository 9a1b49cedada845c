package http1

import (
	"net/http"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe/answer"
)

// NewRequest returns the request of an httpGet action (P105, P106).
func NewRequest(action *corev1.HTTPGetAction, host string, port int, userAgent string) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodGet, answer.URL(action, answer.Address(host, port)).String(), nil)
	if err != nil {
		return nil, err
	}
	for _, header := range action.HTTPHeaders {
		req.Header.Add(header.Name, header.Value)
	}
	setDefault(req.Header, "User-Agent", userAgent)
	setDefault(req.Header, "Accept", "*/*")
	if req.Header.Get("Accept") == "" {
		req.Header.Del("Accept") // an empty value means that the header is not sent (P106)
	}
	req.Host = req.Header.Get("Host")
	return req, nil
}

func setDefault(header http.Header, name, value string) {
	if _, ok := header[name]; !ok {
		header.Set(name, value)
	}
}
