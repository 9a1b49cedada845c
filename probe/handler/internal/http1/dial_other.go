//go:build !linux

package http1

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// Dial connects to addr. The deadline is set on the connection. When ctx ends, the
// connection ends.
func Dial(ctx context.Context, addr netip.AddrPort, deadline time.Time) (net.Conn, error) {
	dialer := net.Dialer{Deadline: deadline}
	conn, err := dialer.DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(deadline); err != nil {
		conn.Close()
		return nil, err
	}
	if ctx.Done() == nil {
		return conn, nil
	}
	forget := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return &watched{Conn: conn, forget: forget}, nil
}

// watched is a connection that stops waiting for its context when it is closed.
type watched struct {
	net.Conn
	forget func() bool
}

func (c *watched) Close() error {
	c.forget()
	return c.Conn.Close()
}
