package handlertest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
)

// Server plays a Script. Use Start to make one.
type Server struct {
	script   Script
	listener net.Listener // nil if the port is closed
	tls      *tls.Config  // nil if plain
	grpc     *grpc.Server // nil if it is not a gRPC server
	port     int
	second   *Server // nil for the second server itself
	seen     *seen

	running sync.WaitGroup
	closing context.Context
	stop    context.CancelFunc
}

// seen is what a server and its second server saw.
type seen struct {
	mu          sync.Mutex
	requests    [][]string
	connections int
	changed     chan struct{} // closed and replaced when a connection is counted
}

// Start starts a server on a free port. The caller must close it.
func Start(script Script) (*Server, error) {
	log := &seen{changed: make(chan struct{})}
	other, err := start(second, log, nil)
	if err != nil {
		return nil, err
	}
	s, err := start(script, log, other)
	if err != nil {
		other.Close()
		return nil, err
	}
	return s, nil
}

func start(script Script, log *seen, second *Server) (*Server, error) {
	s := &Server{script: script, seen: log, second: second}
	s.closing, s.stop = context.WithCancel(context.Background())
	if err := s.listen(); err != nil {
		return nil, fmt.Errorf("handlertest: %w", err)
	}
	switch {
	case s.listener == nil:
	case script.GRPC != "":
		s.serveGRPC()
	default:
		s.running.Go(s.accept)
	}
	return s, nil
}

func (s *Server) listen() (err error) {
	address := "127.0.0.1:0"
	switch s.script.Listen {
	case "tcp", "none":
	case "tcp6":
		address = "[::1]:0"
	case "tls":
		s.tls, err = selfSigned(0)
	case "tls10":
		s.tls, err = selfSigned(tls.VersionTLS10)
	default:
		err = fmt.Errorf("script listens on %q: use tcp, tcp6, tls, tls10 or none", s.script.Listen)
	}
	if err != nil {
		return err
	}
	if s.listener, err = net.Listen("tcp", address); err != nil {
		return err
	}
	s.port = s.listener.Addr().(*net.TCPAddr).Port
	if s.script.Listen == "none" {
		s.listener.Close()
		s.listener = nil
	}
	return nil
}

// Port returns the server's port.
func (s *Server) Port() int { return s.port }

// SecondPort returns the port of the second server, which is {port2} in a script.
func (s *Server) SecondPort() int { return s.second.port }

// Requests returns the lines of each request head or, for a gRPC server, what it saw of each
// call. They are in order.
func (s *Server) Requests() [][]string {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return s.seen.requests
}

// Connections returns how many connections were accepted. A gRPC server does not count them.
func (s *Server) Connections() int {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return s.seen.connections
}

// Await waits until a number of connections were accepted, but not longer than patience. The
// connections of a client that has finished may not be accepted yet.
func (s *Server) Await(connections int, patience time.Duration) {
	giveUp := time.NewTimer(patience)
	defer giveUp.Stop()
	for {
		s.seen.mu.Lock()
		n, changed := s.seen.connections, s.seen.changed
		s.seen.mu.Unlock()
		if n >= connections {
			return
		}
		select {
		case <-changed:
		case <-giveUp.C:
			return
		}
	}
}

// Close ends the server, its connections and its goroutines.
func (s *Server) Close() {
	s.stop()
	if s.grpc != nil {
		s.grpc.Stop()
	} else if s.listener != nil {
		s.listener.Close()
	}
	s.running.Wait()
	if s.second != nil {
		s.second.Close()
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if s.second != nil {
			s.seen.count()
		}
		s.running.Go(func() {
			defer conn.Close()
			forget := context.AfterFunc(s.closing, func() { conn.Close() })
			defer forget()
			s.serve(conn.(*net.TCPConn))
		})
	}
}

func (l *seen) count() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.connections++
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *seen) request(lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, lines)
}

// fill replaces the ports in a text.
func (s *Server) fill(text string) string {
	if !strings.Contains(text, "{port") {
		return text
	}
	return strings.NewReplacer(
		"{port}", strconv.Itoa(s.port),
		"{port2}", strconv.Itoa(s.second.port),
	).Replace(text)
}
