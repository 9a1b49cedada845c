package handler

import (
	"context"
	"net"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
	"github.com/podclock/podclock/probe/handler/internal/http1"
)

// probeTCP connects and closes the connection (P114).
func (p *Prober) probeTCP(ctx context.Context, target *Target, action *corev1.TCPSocketAction,
	timeout time.Duration) probe.Answer {
	port, err := target.port(action.Port)
	if err != nil {
		return answer.Errored(err.Error()) // a bad port name is an error, not a failure (P98)
	}
	conn, err := p.connect(ctx, target.host(action.Host), port, time.Now().Add(timeout))
	if err != nil {
		return answer.Failure(err.Error())
	}
	conn.Close() // an error of closing does not matter (P114)
	return answer.Success("")
}

func (p *Prober) connect(ctx context.Context, host string, port int, deadline time.Time) (net.Conn, error) {
	if addr, ok := http1.Literal(host, port); ok && p.plain {
		return http1.Dial(ctx, addr, deadline)
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	address := answer.Address(host, port)
	conn, err := p.options.DialContext(ctx, "tcp", address)
	return conn, dialError(address, err)
}

// dialError gives a timeout the text of package net, also for a dialer that returns the
// error of its context (P114).
func dialError(address string, err error) error {
	if err == context.DeadlineExceeded {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: named(address), Err: os.ErrDeadlineExceeded}
	}
	if failed, ok := err.(*net.OpError); ok && failed.Err == context.DeadlineExceeded {
		timedOut := *failed
		timedOut.Err = os.ErrDeadlineExceeded
		return &timedOut
	}
	return err
}

// named is an address of which only the text is known.
type named string

func (a named) Network() string { return "tcp" }
func (a named) String() string  { return string(a) }
