// Package http1 makes one HTTP/1.1 exchange over plain TCP without net/http's transport.
//
// A probe uses its connection once. It does not need the transport's pool, two goroutines
// and three channels. Without them a probe of a healthy server costs 0.45 of the CPU that
// the kubelet's costs (docs/performance.md).
//
// The package makes no decisions of its own. Its requests are, byte for byte, those of
// net/http. It judges only responses whose head leaves no doubt. It gives all others, and
// all failures, to net/http, with the bytes that were received and on the same connection
// (replay.go). The verdict is therefore that of net/http, and the server sees one request.
//
// It must never do this:
//   - replace net/http where that knows more: TLS, proxies, host names, redirects, unusual
//     headers ([NewExchange] refuses them);
//   - go on after the probe's deadline or the end of its context, which the connection has;
//   - keep a connection, or read more of a response than the answer shows (P110);
//   - write a second request, whatever the server does.
package http1
