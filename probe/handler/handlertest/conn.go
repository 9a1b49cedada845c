package handlertest

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"time"
)

// serve plays the script on one connection. The caller closes it.
func (s *Server) serve(tcp *net.TCPConn) {
	var conn net.Conn = tcp
	switch {
	case s.script.OnOpen == "close":
		return
	case s.script.OnOpen == "reset":
		reset(tcp)
		return
	case s.script.OnOpen == "hang":
		drain(conn)
		return
	case s.tls != nil:
		secured := tls.Server(conn, s.tls)
		if secured.Handshake() != nil {
			return
		}
		conn = secured
	}
	if s.script.Greet != "" {
		io.WriteString(conn, s.script.Greet)
		drain(conn)
		return
	}
	if lines, ok := readRequestHead(conn); ok {
		s.seen.request(lines)
		s.answer(conn, tcp, lines[0])
	}
}

// readRequestHead reads the lines up to the blank line. It returns false if reading fails.
func readRequestHead(conn net.Conn) ([]string, bool) {
	var lines []string
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, false
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return lines, len(lines) > 0
		}
		lines = append(lines, line)
	}
}

// answer does the steps for a request.
func (s *Server) answer(conn net.Conn, tcp *net.TCPConn, requestLine string) {
	_, target, _ := strings.Cut(requestLine, " ")
	if end := strings.LastIndex(target, " "); end >= 0 {
		target = target[:end]
	}
	steps, ok := s.script.Routes[target]
	if !ok {
		steps = s.script.Routes["*"]
	}
	for _, step := range steps {
		if !s.step(conn, tcp, step) {
			return
		}
	}
	if secured, ok := conn.(*tls.Conn); ok {
		secured.Close()
	}
}

// step does one step. It returns false if the connection is over.
func (s *Server) step(conn net.Conn, tcp *net.TCPConn, step Step) bool {
	if step.Write != "" && !write(conn, s.fill(step.Write), max(step.Repeat, 1)) {
		return false
	}
	if step.SleepMs > 0 && !s.sleep(time.Duration(step.SleepMs)*time.Millisecond) {
		return false
	}
	if step.Hang {
		drain(conn)
	}
	if step.Reset {
		reset(tcp)
		return false
	}
	return true
}

// writeSize is about how many bytes are written at once.
const writeSize = 64 << 10

// write writes the text a number of times. It returns false if writing fails.
func write(conn net.Conn, text string, times int) bool {
	perWrite := max(1, min(times, writeSize/len(text)))
	whole := []byte(strings.Repeat(text, perWrite))
	for ; times > 0; times -= perWrite {
		if _, err := conn.Write(whole[:min(times, perWrite)*len(text)]); err != nil {
			return false
		}
	}
	return true
}

// sleep sleeps. It returns false if Close interrupts it.
func (s *Server) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.closing.Done():
		return false
	}
}

// drain reads until the peer closes.
func drain(conn net.Conn) { io.Copy(io.Discard, conn) }

func reset(conn *net.TCPConn) {
	conn.SetLinger(0)
	conn.Close()
}
