// Package http1 has one HTTP/1.1 exchange over plain TCP without net/http's
// transport.
//
// A probe uses its connection once, so that the transport's pool, two goroutines
// and three channels have no use: without them a probe of a healthy server costs
// 0.45 of the CPU that the kubelet's costs (docs/performance.md).
//
// It decides nothing of its own. A request is, byte for byte, what net/http would
// write; of the responses it judges only those whose head leaves no doubt. All
// others, and all that fails on the way, it gives to net/http, with the bytes that
// were received and on the same connection (replay.go), so that the verdict is the
// one that net/http would have given and the server sees one request.
//
// What it must never do:
//   - take the place of net/http where that knows more: TLS, proxies, host names,
//     redirects, unusual headers ([NewExchange] refuses them);
//   - outlive the probe's deadline or its context, which the connection keeps;
//   - keep a connection, or read more of an answer than it shows (P110);
//   - write a second request, whatever the server does.
package http1
