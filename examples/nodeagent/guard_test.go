package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// ask sends a request as if it had come to an address of this machine.
func ask(h http.Handler, at, method, host string, header map[string]string) int {
	r := httptest.NewRequest(method, "/", nil)
	r.Host = host
	for key, value := range header {
		r.Header.Set(key, value)
	}
	local := &net.TCPAddr{IP: net.ParseIP(at), Port: 10255}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local)))
	return w.Code
}

var answers = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })

func TestOnlyItsOwnHostIsAnsweredFor(t *testing.T) {
	h := guard(answers, "node.test", "")
	for _, c := range []struct {
		at, host string
		ok       bool
	}{
		{"127.0.0.1", "127.0.0.1:10255", true},
		{"127.0.0.1", "localhost:10255", true},
		{"127.0.0.1", "LOCALHOST:8080", true}, // through a tunnel
		{"127.0.0.1", "localhost", true},
		{"127.0.0.1", "node.test:10255", true},
		{"127.0.0.1", "[::1]:10255", true},
		{"::1", "[::1]", true},
		{"192.0.2.7", "192.0.2.7:10255", true},
		{"192.0.2.7", "192.0.2.8:10255", false},
		{"192.0.2.7", "127.0.0.1:10255", false},
		{"127.0.0.1", "192.0.2.7:10255", false},
		{"127.0.0.1", "evil.test:10255", false},
		{"127.0.0.1", "evil.test", false},
		{"127.0.0.1", "localhost.evil.test:10255", false},
		{"127.0.0.1", "127.0.0.1.evil.test:10255", false},
		{"127.0.0.1", "node.test.evil.test", false},
		{"127.0.0.1", "", false},
	} {
		if code := ask(h, c.at, "GET", c.host, nil); (code == http.StatusOK) != c.ok || !c.ok && code != http.StatusForbidden {
			t.Errorf("Host %q at %s: %d; want it answered: %v", c.host, c.at, code, c.ok)
		}
	}
}

func TestAnotherSiteChangesNothing(t *testing.T) {
	h := guard(answers)
	for _, c := range []struct {
		method, origin, site string
		ok                   bool
	}{
		{"POST", "", "", true}, // not from a browser
		{"POST", "http://127.0.0.1:10255", "", true},
		{"POST", "http://127.0.0.1:10255", "same-origin", true},
		{"POST", "http://evil.test", "", false},
		{"POST", "null", "", false},
		{"DELETE", "http://evil.test", "cross-site", false},
		{"GET", "http://evil.test", "cross-site", true}, // the page cannot read the response
	} {
		header := map[string]string{}
		for key, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
			if value != "" {
				header[key] = value
			}
		}
		if code := ask(h, "127.0.0.1", c.method, "127.0.0.1:10255", header); (code == http.StatusOK) != c.ok {
			t.Errorf("%+v: %d", c, code)
		}
	}
}
