//go:build unix

package process

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"sync"
	"time"
)

// maxLine is how many bytes of a line one log entry has at most, as in
// containerd.
const maxLine = 16 << 10

// pumps copy the output of a container's process to its log.
type pumps struct {
	log     *logFile
	readers []*os.File
	running sync.WaitGroup
}

func newPumps(log *logFile) *pumps { return &pumps{log: log} }

// pipe returns the file to which the process must write one stream.
func (p *pumps) pipe(stream string) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.readers = append(p.readers, r)
	p.running.Go(func() { p.pump(r, stream) })
	return w, nil
}

func (p *pumps) pump(r *os.File, stream string) {
	in := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := in.ReadSlice('\n')
		switch {
		case err == nil:
			p.log.write(time.Now(), stream, true, bytes.TrimSuffix(line, []byte("\n")))
		case len(line) > 0: // too long, or without its end
			p.log.write(time.Now(), stream, false, line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// drain waits until all output is in the log. A process that has left the
// container may still hold the pipe open: drain does not wait for it for long.
func (p *pumps) drain() {
	for _, r := range p.readers {
		r.SetReadDeadline(time.Now().Add(orphanDelay))
	}
	p.running.Wait()
}
