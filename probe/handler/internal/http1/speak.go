package http1

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
)

// These are the errors of net/http's client when the time is over.
var (
	ErrAwaitingHeaders = errors.New(answer.AwaitingHeaders) // before the head of a response
	ErrReadingBody     = errors.New(answer.ReadingBody)     // after the head
)

// Client makes exchanges. It leaves those to net/http that it cannot judge without doubt.
type Client struct {
	// RoundTrip makes the whole exchange with net/http, on a transport whose DialContext is
	// one of [DialOrReplay].
	RoundTrip func(ctx context.Context, req *http.Request, timeout time.Duration) probe.Answer
}

// Do connects and makes the exchange.
func (p Client) Do(ctx context.Context, x *Exchange, deadline time.Time) probe.Answer {
	conn, err := Dial(ctx, x.addr, deadline)
	if err != nil {
		return x.unanswered(err)
	}
	return p.Converse(ctx, x, conn, deadline)
}

// Converse makes the exchange on a connection, whose deadline must be set. It closes the
// connection.
func (p Client) Converse(ctx context.Context, x *Exchange, conn net.Conn, deadline time.Time) probe.Answer {
	verdict, err := x.readHead(conn)
	switch {
	case verdict == headComplete && x.head.chunked:
		defer conn.Close()
		return x.judgeChunked(conn)
	case verdict == headComplete:
		defer conn.Close()
		return x.judge(conn)
	case timedOut(err) && verdict == headIncomplete:
		conn.Close()
		return x.unanswered(err)
	}
	return p.replay(ctx, x, conn, err, deadline)
}

// unanswered returns the answer if no response came (P111).
func (x *Exchange) unanswered(err error) probe.Answer {
	if timedOut(err) {
		err = ErrAwaitingHeaders
	}
	return answer.Failure(x.errorText(err))
}

// readHead sends the request. It reads until the head is complete, cannot be completed, or
// the connection fails.
func (x *Exchange) readHead(conn net.Conn) (verdict, error) {
	if _, err := conn.Write(x.Wire); err != nil {
		return headIncomplete, asRead(err)
	}
	for {
		n, err := conn.Read(x.buffer[x.received:])
		x.received += n
		if v := x.head.scan(x.buffer[:x.received]); v != headIncomplete || err != nil {
			return v, err
		}
	}
}

// asRead turns the error of a write into that of a read. net/http reads while it writes, so
// it notices a broken connection when it reads.
func asRead(err error) error {
	var failed *net.OpError
	if errors.As(err, &failed) && !failed.Timeout() {
		var call *os.SyscallError
		if errors.As(failed.Err, &call) {
			failed.Op, failed.Err = "read", os.NewSyscallError("read", call.Err)
		}
	}
	return err
}

// judge reads as much of the body as the answer shows (P110), and returns the answer.
func (x *Exchange) judge(conn net.Conn) probe.Answer {
	want := answer.OutputLimit
	if x.head.hasLength {
		want = min(want, x.head.length)
	}
	if x.head.bodiless() {
		want = 0
	}
	for x.received-x.head.size < want {
		n, err := conn.Read(x.buffer[x.received:])
		x.received += n
		if err == nil || x.received-x.head.size >= want {
			continue
		}
		if err == io.EOF && !x.head.hasLength {
			want = x.received - x.head.size
		} else {
			return answer.HTTPBodyLost(bodyError(err).Error())
		}
	}
	return answer.HTTP(x.head.status, string(x.buffer[x.head.size:x.head.size+want]))
}

// judgeChunked uses net/http's reader for the chunks.
func (x *Exchange) judgeChunked(conn net.Conn) probe.Answer {
	// ReadResponse stops within the received bytes, because it reads only the head.
	stream := io.MultiReader(bytes.NewReader(x.buffer[:x.received]), conn)
	resp, err := http.ReadResponse(bufio.NewReader(stream), nil)
	if err != nil {
		return x.unanswered(err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, answer.OutputLimit))
	if err != nil {
		return answer.HTTPBodyLost(bodyError(err).Error())
	}
	return answer.HTTP(resp.StatusCode, string(body))
}

// bodyError returns net/http's error for an error of reading a body (P112).
func bodyError(err error) error {
	switch {
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case timedOut(err):
		return ErrReadingBody
	}
	return err
}

func timedOut(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded)
}
