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

// replay lets net/http have the exchange once more, on the same connection: the
// request that it writes has been sent and is dropped, what the server said is
// read again, and from there on the connection is live. So its verdict is the
// one that it would have given, and the server sees one request.
//
// ended is how reading the connection ended, if it did.
func (p Client) replay(ctx context.Context, x *Exchange, conn net.Conn, ended error, deadline time.Time) probe.Answer {
	conn.SetDeadline(time.Time{}) // net/http keeps the time now
	r := &replayed{
		Conn:     conn,
		received: slices.Clone(x.buffer[:x.received]), // net/http may read on behind the answer
		ended:    ended,
		unsent:   len(x.Wire),
		sent:     make(chan struct{}),
		closed:   make(chan struct{}),
	}
	defer r.Close()
	var once atomic.Pointer[replayed]
	once.Store(r)
	ctx = context.WithValue(ctx, replayKey{}, &once)
	// Not even net/http can use a timeout of less than nothing.
	return p.RoundTrip(ctx, x.req(), max(time.Until(deadline), time.Nanosecond))
}

// replayKey is the key of the connection in the context of a request.
type replayKey struct{}

// DialOrReplay hands the context's connection to the first who dials with it.
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

// replayed is a connection on which a request has been sent and the beginning
// of the response received.
type replayed struct {
	net.Conn
	received []byte
	ended    error

	// Reading starts when the request has been written again, as what is read
	// came after it.
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
