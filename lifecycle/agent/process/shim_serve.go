//go:build unix

package process

import (
	"encoding/json"
	"io"
	"net"
	"time"
)

// accept serves the connections of the socket.
func (s *shim) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			time.Sleep(acceptPause) // out of file descriptors, say
			continue
		}
		go s.serve(conn.(*net.UnixConn))
	}
}

const acceptPause = 10 * time.Millisecond

// serve handles the requests of one connection.
func (s *shim) serve(conn *net.UnixConn) {
	defer conn.Close()
	replies, requests := json.NewEncoder(conn), json.NewDecoder(conn)
	if replies.Encode(reply{Start: &s.started}) != nil {
		return
	}
	for {
		var q request
		switch err := requests.Decode(&q); {
		case err != nil:
			return
		case q.Op == opStop:
			s.do <- func() { s.stop(q.Grace) }
		case q.Op == opExec:
			gone := make(chan struct{})
			go func() {
				io.Copy(io.Discard, conn)
				close(gone)
			}()
			replies.Encode(s.exec(q.Command, gone))
			return
		}
	}
}
