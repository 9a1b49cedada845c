package flight

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	defaultMaxBytes = 64 << 20
	defaultMaxFiles = 4
)

// files is a row of files, of which the last one grows. Their names sort by age.
type files struct {
	dir      string
	maxBytes int64
	maxFiles int
	file     *os.File
	size     int64
}

const suffix = ".podclock.jsonl"

func newFiles(o Options) files {
	f := files{dir: o.Dir, maxBytes: o.MaxBytes, maxFiles: o.MaxFiles}
	if f.maxBytes == 0 {
		f.maxBytes = defaultMaxBytes
	}
	if f.maxFiles == 0 {
		f.maxFiles = defaultMaxFiles
	}
	return f
}

func (f *files) full() bool { return f.size >= f.maxBytes }

// next begins the next file, and removes those that are too many.
func (f *files) next() error {
	if err := f.close(); err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return err
	}
	list, err := f.list()
	if err != nil {
		return err
	}
	number := 1
	if len(list) > 0 {
		if _, err := fmt.Sscanf(list[len(list)-1], "%d", &number); err != nil {
			return fmt.Errorf("%s: a file that no recorder has named: move it away", filepath.Join(f.dir, list[len(list)-1]))
		}
		number++
	}
	for len(list) >= f.maxFiles {
		if err := os.Remove(filepath.Join(f.dir, list[0])); err != nil {
			return err
		}
		list = list[1:]
	}
	f.size = 0
	f.file, err = os.OpenFile(filepath.Join(f.dir, fmt.Sprintf("%08d%s", number, suffix)), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	return err
}

// list returns the names of the files, oldest first.
func (f *files) list() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// write appends what is a whole line. After a line that was cut off, as by a
// full disk, the next one begins a file of its own.
func (f *files) write(line []byte) error {
	if f.file == nil {
		return os.ErrClosed
	}
	n, err := f.file.Write(line)
	f.size += int64(n)
	if err != nil && n > 0 {
		f.size = f.maxBytes
	}
	return err
}

func (f *files) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
