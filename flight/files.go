package flight

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/gofrs/flock"

	"github.com/podclock/podclock/internal/filelock"
)

const (
	defaultMaxBytes  = 64 << 20
	defaultFullFiles = 4 // MaxTotal is so many times MaxBytes
)

// files are the files of a directory. Only the last one grows, and their names sort
// by age.
type files struct {
	dir      string
	maxBytes int64
	maxTotal int64
	file     *os.File // the last one; nil if it could not be made
	size     int64
	ended    bool
	held     *flock.Flock // the lock on the directory
}

const suffix = ".podclock.jsonl"

// A recording has manifests and what containers say, which is for its user alone.
const (
	dirMode  = 0o700
	fileMode = 0o600
)

var fileName = regexp.MustCompile(`^[0-9]{8}\.podclock\.jsonl$`)

func newFiles(o Options) files {
	f := files{dir: o.Dir, maxBytes: o.MaxBytes, maxTotal: o.MaxTotal}
	if f.maxBytes == 0 {
		f.maxBytes = defaultMaxBytes
	}
	if f.maxTotal == 0 {
		f.maxTotal = defaultFullFiles * f.maxBytes
	}
	return f
}

// lock keeps other recorders out of the directory until end. Its file begins with a
// dot, so that a shell's * does not name it.
func (f *files) lock() (err error) {
	if err := os.MkdirAll(f.dir, dirMode); err != nil {
		return err
	}
	f.held, err = filelock.Take(filepath.Join(f.dir, ".lock"))
	return err
}

func (f *files) full() bool { return f.size >= f.maxBytes && !f.ended }

// next begins the next file with its first line. After an error f has no open file.
func (f *files) next(header func(number int) ([]byte, error)) error {
	if f.ended {
		return os.ErrClosed
	}
	if err := f.close(); err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, dirMode); err != nil {
		return err
	}
	list, err := f.list()
	if err != nil {
		return err
	}
	number := 1
	if len(list) > 0 {
		n, _ := strconv.Atoi(list[len(list)-1][:8]) // fileName matches digits only
		number = n + 1
	}
	path := filepath.Join(f.dir, fmt.Sprintf("%08d%s", number, suffix))
	if !fileName.MatchString(filepath.Base(path)) {
		return fmt.Errorf("%s: there are no numbers left: move the files away", f.dir)
	}
	first, err := header(number)
	if err != nil {
		return err
	}
	return f.create(path, first)
}

// makeRoom removes the oldest files. It keeps as many as fit into maxTotal together
// with the present one, which may still grow to maxBytes.
func (f *files) makeRoom() error {
	list, err := f.list()
	if err != nil || len(list) == 0 {
		return err
	}
	total := f.maxBytes
	var errs []error
	for _, name := range slices.Backward(list[:len(list)-1]) {
		path := filepath.Join(f.dir, name)
		info, err := os.Stat(path)
		if err == nil {
			if total += info.Size(); total > f.maxTotal {
				err = os.Remove(path)
			}
		}
		if !errors.Is(err, fs.ErrNotExist) { // another process may remove files too
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// create makes a file and writes its first line. After an error there is no file.
func (f *files) create(path string, first []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, fileMode)
	if err != nil {
		return err
	}
	if _, err := file.Write(first); err != nil {
		return errors.Join(err, file.Close(), os.Remove(path))
	}
	f.file, f.size = file, int64(len(first))
	return nil
}

// list returns the names of the files, oldest first.
func (f *files) list() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if fileName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// write appends a whole line. After an error the file may end within that line.
func (f *files) write(line []byte) error {
	if f.file == nil {
		return os.ErrClosed
	}
	n, err := f.file.Write(line)
	f.size += int64(n)
	return err
}

// end closes the present file and gives up the directory. No other file is begun.
func (f *files) end() error {
	if f.ended {
		return nil
	}
	f.ended = true
	return errors.Join(f.close(), f.held.Unlock())
}

func (f *files) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
