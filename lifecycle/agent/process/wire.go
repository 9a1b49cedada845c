//go:build unix

package process

import (
	"context"
	"encoding/json"
	"net"
	"time"
)

// A runtime and a shim exchange lines of JSON. On its standard streams a shim
// says that it is ready, is told to start the container, and says how that went.
// On each connection of its socket it first says what it has started, then takes
// stops, or one command, which it answers when it has ended. The end of the
// connection of a command ends the command. The shim itself never closes a
// connection, except by exiting, when its container has ended.
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

// execReply is how a command has ended.
type execReply struct {
	Stdout, Stderr []byte
	Code           int
	Killed         bool // because the connection has ended
}

// dial connects to the shim of a container that runs.
func (c *container) dial(ctx context.Context) (net.Conn, startRecord, error) {
	conn, err := dialSocket(ctx, c.dir)
	if err != nil {
		return nil, startRecord{}, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	var greeting reply
	// A greeting is one small write: the decoder cannot have read beyond it.
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
