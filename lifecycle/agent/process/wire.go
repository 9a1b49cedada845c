//go:build unix

package process

import (
	"context"
	"encoding/json"
	"net"
	"time"
)

// request is what a runtime sends to a shim. They exchange lines of JSON.
//
// On its standard streams a shim says that it is ready, takes the request to
// start the container, and answers how that went.
//
// On each connection of its socket a shim first says what it has started. Then
// it takes stops, or one command, which it answers when the command has ended.
// If the runtime closes the connection, the shim ends the command. The shim
// closes a connection only by exiting, when its container has ended.
type request struct {
	Op      op
	Grace   time.Duration `json:",omitempty"` // of a stop, until SIGKILL
	Command []string      `json:",omitempty"`
}

type op string

const (
	opStart op = "start"
	opStop  op = "stop"
	opExec  op = "exec"
)

type reply struct {
	Err   string       `json:",omitempty"`
	Start *startRecord `json:",omitempty"`
	Exec  *execReply   `json:",omitempty"`
}

// execReply is the end of a command.
type execReply struct {
	Stdout, Stderr []byte
	Code           int
	Killed         bool // the shim killed it, because the connection had ended
}

// dial connects to the shim of a running container, and returns what the shim
// has started.
func (c *container) dial(ctx context.Context) (net.Conn, startRecord, error) {
	conn, err := dialSocket(ctx, c.dir)
	if err != nil {
		return nil, startRecord{}, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	var greeting reply
	// The greeting is one small write, and nothing follows it: the decoder cannot
	// have read beyond it.
	err = json.NewDecoder(conn).Decode(&greeting)
	if !stop() { // the connection is closed, or about to be
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, startRecord{}, err
	}
	return conn, *greeting.Start, nil
}
