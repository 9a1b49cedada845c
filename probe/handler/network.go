package handler

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Network is a network in memory. It has servers of this process, each on a port, and a
// DialContext that connects to them. It opens no socket, and ignores the host of an address.
// The zero Network is empty and refuses every connection. It is safe for concurrent use.
//
// Its connections are those of net.Pipe, so that a testing/synctest bubble can wait for
// them.
type Network struct {
	mu        sync.Mutex
	listeners map[int]*pipeListener
}

// Listen returns a listener on a port from 1 to 65535 for any server, such as a
// *grpc.Server. Closing the listener frees the port. It is an error if the port is in use.
func (n *Network) Listen(port int) (net.Listener, error) {
	if port < 1 || port > 65535 {
		return nil, fmt.Errorf("handler: cannot listen on port %d: use 1 to 65535", port)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[port] != nil {
		return nil, fmt.Errorf("handler: port %d is taken: close its listener or use another", port)
	}
	if n.listeners == nil {
		n.listeners = map[int]*pipeListener{}
	}
	l := &pipeListener{network: n, port: port, conns: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[port] = l
	return l, nil
}

// ServeHTTP serves h on a port until the returned server is closed.
func (n *Network) ServeHTTP(port int, h http.Handler) (*http.Server, error) {
	l, err := n.Listen(port)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go server.Serve(l)
	return server, nil
}

// DialContext connects to the server on the port of an address. Use it as
// Options.DialContext.
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	_, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: named(address), Err: err}
	}
	n.mu.Lock()
	l := n.listeners[port]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: network, Addr: named(address),
		Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	if l == nil {
		return nil, refused
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: network, Addr: named(address), Err: ctx.Err()}
	}
}

// pipeListener is the listener on a port of a Network.
type pipeListener struct {
	network *Network
	port    int
	conns   chan net.Conn
	closed  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.network.mu.Lock()
	defer l.network.mu.Unlock()
	if l.network.listeners[l.port] != l {
		return net.ErrClosed
	}
	delete(l.network.listeners, l.port)
	close(l.closed)
	return nil
}

func (l *pipeListener) Addr() net.Addr { return named(":" + strconv.Itoa(l.port)) }
