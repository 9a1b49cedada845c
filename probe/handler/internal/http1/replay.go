package http1

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/podclock/podclock/probe"
)

// replay makes net/http repeat the exchange on the same connection. The request that
// net/http writes was already sent, so it is dropped. net/http first reads the bytes that
// were already received, and then from the connection. The verdict is therefore that of
// net/http, and the server sees one request.
//
// ended is the error with which reading the connection has ended, or nil.
func (p Client) replay(ctx context.Context, x *Exchange, conn net.Conn, ended error, deadline time.Time) probe.Answer {
	conn.SetDeadline(time.Time{}) // net/http now keeps the time
	r := &replayed{
		Conn:     conn,
		received: slices.Clone(x.buffer[:x.received]), // a copy, because net/http may read on after the answer
		ended:    ended,
		unsent:   len(x.Wire),
		sent:     make(chan struct{}),
		closed:   make(chan struct{}),
	}
	defer r.Close()
	var once atomic.Pointer[replayed]
	once.Store(r)
	ctx = context.WithValue(ctx, replayKey{}, &once)
	// A negative timeout has no meaning for net/http.
	return p.RoundTrip(ctx, x.req(), max(time.Until(deadline), time.Nanosecond))
}

// replayKey is the key of the connection in the context of a request.
type replayKey struct{}

// DialOrReplay returns the context's connection to the first call with that context. All
// other calls dial.
func DialOrReplay(dial func(ctx context.Context, network,
	address string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if once, ok := ctx.Value(replayKey{}).(*atomic.Pointer[replayed]); ok {
			if r := once.Swap(nil); r != nil {
				return r, nil
			}
		}
		return dial(ctx, network, address)
	}
}

// replayed is a connection whose request was sent and whose response has begun.
type replayed struct {
	net.Conn
	received []byte
	ended    error

	// unsent is how much of the request net/http has not written again yet. Reading waits
	// until it is 0, because the response came after the request.
	unsent int
	sent   chan struct{}

	close  sync.Once
	closed chan struct{}
}

func (r *replayed) Write(b []byte) (int, error) {
	if r.unsent == 0 {
		return r.Conn.Write(b)
	}
	n := min(len(b), r.unsent)
	if r.unsent -= n; r.unsent == 0 {
		close(r.sent)
	}
	return n, nil
}

func (r *replayed) Read(b []byte) (int, error) {
	select {
	case <-r.sent:
	case <-r.closed:
		return 0, net.ErrClosed
	}
	if len(r.received) > 0 {
		n := copy(b, r.received)
		r.received = r.received[n:]
		return n, nil
	}
	if r.ended != nil {
		return 0, r.ended
	}
	return r.Conn.Read(b)
}

func (r *replayed) Close() error {
	var err error
	r.close.Do(func() {
		close(r.closed)
		err = r.Conn.Close()
	})
	return err
}
