// Package handlertest serves scripts for tests of probes. A script is a description of how a
// server misbehaves.
//
//	server, err := handlertest.Start(handlertest.Script{Listen: "tcp", Routes: map[string][]handlertest.Step{
//		"*": {{Write: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf a bo"}, {Hang: true}},
//	}})
//	defer server.Close()
//
// All servers are on the loopback. The JSON form of a Script is that of the recorded corpus
// of handlers.
package handlertest

// Script is the behaviour of a server.
type Script struct {
	// Listen is "tcp", "tcp6" (on [::1]), "tls" (with a self-signed certificate for another
	// name), "tls10" (the same with no version above TLS 1.0), or "none" (the port is closed).
	Listen string `json:"listen"`
	// OnOpen is what happens to a new connection before anything is read: "close", "reset", or
	// "hang", which reads and drops everything. If empty, nothing happens.
	OnOpen string `json:"onOpen,omitempty"`
	// Greet is written to a new connection. What then comes is read and dropped.
	Greet string `json:"greet,omitempty"`
	// Routes has the steps for each request target. "*" is for all other targets. After the
	// steps the connection is closed.
	Routes map[string][]Step `json:"routes,omitempty"`
	// GRPC makes the server a gRPC server. It is "serving", "not-serving", "unknown",
	// "service-unknown", "status-99", "by-service", "slow", "hang", "error" (with Code and
	// Message), "panic-close" or "no-health".
	GRPC    string `json:"grpc,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// Step is a part of a response. The fields that are set are done in their order.
type Step struct {
	// Write is written Repeat times. If Repeat is 0, it is written once. In it, {port} stands
	// for the server's port, and {port2} for that of a second server that always responds with
	// 200 and the body "second".
	Write   string `json:"write,omitempty"`
	Repeat  int    `json:"repeat,omitempty"`
	SleepMs int    `json:"sleepMs,omitempty"`
	// Hang waits until the peer closes.
	Hang bool `json:"hang,omitempty"`
	// Reset closes the connection with a RST.
	Reset bool `json:"reset,omitempty"`
}

// second is the script of the second server.
var second = Script{Listen: "tcp", Routes: map[string][]Step{
	"*": {{Write: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"}},
}}
