//go:build unix

package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// logFile is a container's log. Its lines are in the format of the CRI,
//
//	2016-10-06T00:17:09.669794202Z stdout F The content of the line
//
// with P instead of F for a line that continues in the next entry. A full file
// NAME becomes NAME.1, and NAME.1 becomes NAME.2, and so on.
type logFile struct {
	path     string
	maxSize  int64
	maxFiles int

	mu   sync.Mutex
	file *os.File // nil if it could not be opened
	size int64
}

// timeFormat is the format of times in CRI logs. It always has nine digits of
// nanoseconds.
const timeFormat = "2006-01-02T15:04:05.000000000Z07:00"

func openLog(path string, maxSize int64, maxFiles int) (*logFile, error) {
	l := &logFile{path: path, maxSize: maxSize, maxFiles: maxFiles}
	return l, l.open()
}

func (l *logFile) open() error {
	file, err := l.openFile()
	for range openTries { // another container's removal may remove the empty directory
		if !os.IsNotExist(err) {
			break
		}
		if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
			return err
		}
		file, err = l.openFile()
	}
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return err
	}
	l.file, l.size = file, info.Size()
	return nil
}

const openTries = 10

func (l *logFile) openFile() (*os.File, error) {
	return os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// write adds one entry. If it cannot be written, it is lost: a broken log must
// not stop the container.
func (l *logFile) write(now time.Time, stream string, whole bool, line []byte) {
	tag := "P"
	if whole {
		tag = "F"
	}
	entry := fmt.Appendf(nil, "%s %s %s %s\n", now.UTC().Format(timeFormat), stream, tag, line)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > 0 && l.size+int64(len(entry)) > l.maxSize {
		l.rotate()
	}
	if l.file == nil && l.open() != nil {
		return
	}
	n, _ := l.file.Write(entry)
	l.size += int64(n)
}

func (l *logFile) rotate() {
	if l.file != nil {
		l.file.Close()
	}
	l.file, l.size = nil, 0
	for n := l.maxFiles - 1; n > 0; n-- {
		os.Rename(rotated(l.path, n-1), rotated(l.path, n))
	}
}

// rotated returns the name of a log's n-th file.
func rotated(path string, n int) string {
	if n == 0 {
		return path
	}
	return path + "." + strconv.Itoa(n)
}

// removeLogs removes a log, and its directory if that is empty then.
func removeLogs(path string, maxFiles int) {
	for n := range maxFiles {
		os.Remove(rotated(path, n))
	}
	os.Remove(filepath.Dir(path))
}
