package main

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// guard keeps web pages out, which a browser on this machine lets talk to any
// address. A page that has its own name point here is told apart by the Host that it
// asks for. What another site asks to change is told apart by its Origin.
//
// The handler answers for localhost, for the address that was connected to, and for
// the names that are given.
func guard(next http.Handler, names ...string) http.Handler {
	sameOrigin := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOwn(r, names) {
			http.Error(w, "this is not "+r.Host+": ask for localhost, or for the address that is listened on",
				http.StatusForbidden)
			return
		}
		sameOrigin.ServeHTTP(w, r)
	})
}

// isOwn reports whether a request is for a name or address of this server.
func isOwn(r *http.Request, names []string) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]") // of an IPv6 address without a port
	if ip := net.ParseIP(host); ip != nil {
		at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		return ok && (ip.Equal(at.IP) || ip.IsLoopback() && at.IP.IsLoopback())
	}
	names = append(names, "localhost")
	return host != "" && slices.ContainsFunc(names, func(own string) bool { return strings.EqualFold(host, own) })
}
