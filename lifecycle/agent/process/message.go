//go:build unix

package process

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
)

// A kubelet uses this much of a file or log for a termination message (C10), in
// bytes and lines.
const (
	maxMessage     = 4096
	maxLogMessage  = 2048
	maxLogLines    = 80       // entries of the log: a long line counts several times
	logTailToParse = 64 << 10 // enough for that many lines or bytes
)

// withMessage adds to an end what the termination message is made of: the
// message file, and the end of the log if the policy may need it (C10).
func (c *container) withMessage(e exitRecord) exitRecord {
	e.Message = string(tail(filepath.Join(c.dir, messageFile), maxMessage))
	if c.record.MessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
		e.LogTail = string(logTail(c.record.Log))
	}
	return e
}

// tail returns the last bytes of a file, or nil if it cannot be read.
func tail(path string, limit int64) []byte {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	data, err := io.ReadAll(io.NewSectionReader(file, max(0, info.Size()-limit), limit))
	if err != nil {
		return nil
	}
	return data
}

// logTail returns the end of what a container has written, without the times
// and tags of its log.
func logTail(path string) []byte {
	entries := bytes.SplitAfter(tail(path, logTailToParse), []byte("\n"))
	var content []byte
	for _, entry := range entries[max(0, len(entries)-1-maxLogLines):] {
		if fields := bytes.SplitN(entry, []byte(" "), 4); len(fields) == 4 { // TIME STREAM TAG CONTENT
			line := fields[3]
			if string(fields[2]) == "P" {
				line = bytes.TrimSuffix(line, []byte("\n"))
			}
			content = append(content, line...)
		}
	}
	return content[max(0, len(content)-maxLogMessage):]
}
