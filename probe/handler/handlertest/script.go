// Package handlertest serves scripts: servers that misbehave in a way that is
// written down, for tests of probes.
//
//	server, err := handlertest.Start(handlertest.Script{Listen: "tcp", Routes: map[string][]handlertest.Step{
//		"*": {{Write: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf a bo"}, {Hang: true}},
//	}})
//	defer server.Close()
//
// All servers are on the loopback. The JSON form of a Script is that of the
// recorded corpus of handlers.
package handlertest

// Script says how a server behaves.
type Script struct {
	// Listen is "tcp"; "tcp6" (on [::1]); "tls", with a self-signed certificate
	// for another name; "tls10", the same and no version above TLS 1.0; or
	// "none": the port is closed.
	Listen string `json:"listen"`
	// OnOpen acts on a new connection before anything is read: "close",
	// "reset", or "hang", which reads and drops everything.
	OnOpen string `json:"onOpen,omitempty"`
	// Greet is written to a new connection; what comes is then read and dropped.
	Greet string `json:"greet,omitempty"`
	// Routes are the steps by request target; "*" is for all that have none.
	// After the steps the connection is closed.
	Routes map[string][]Step `json:"routes,omitempty"`
	// GRPC makes it a gRPC server: "serving", "not-serving", "unknown",
	// "service-unknown", "status-99", "by-service", "slow", "hang", "error" (with
	// Code and Message), "panic-close" or "no-health".
	GRPC    string `json:"grpc,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// Step is a part of an answer. What is set is done in the order of the fields.
type Step struct {
	// Write is written Repeat times (0 counts as 1). {port} in it stands for the
	// server's port, {port2} for that of a second server that answers
	// everything with 200 and the body "second".
	Write   string `json:"write,omitempty"`
	Repeat  int    `json:"repeat,omitempty"`
	SleepMs int    `json:"sleepMs,omitempty"`
	// Hang waits until the peer closes.
	Hang bool `json:"hang,omitempty"`
	// Reset closes the connection with a RST.
	Reset bool `json:"reset,omitempty"`
}

// second is what the second server does.
var second = Script{Listen: "tcp", Routes: map[string][]Step{
	"*": {{Write: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"}},
}}
