package main

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// guard refuses requests of web pages, because a browser on this machine lets them send
// requests to any address. A page whose own name has this machine's address is recognised by
// the Host of its requests. A change that another site asks for is recognised by its Origin.
//
// The handler answers for localhost, for the address of the connection, and for the given
// names.
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

// isOwn reports whether a request is for a name or an address of this server.
func isOwn(r *http.Request, names []string) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]") // an IPv6 address without a port has them
	if ip := net.ParseIP(host); ip != nil {
		at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		return ok && (ip.Equal(at.IP) || ip.IsLoopback() && at.IP.IsLoopback())
	}
	names = append(names, "localhost")
	return host != "" && slices.ContainsFunc(names, func(own string) bool { return strings.EqualFold(host, own) })
}
