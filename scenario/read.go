package scenario

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The limits of input files. The largest known manifests, bundles of custom
// resource definitions, have about 5 MB.
const (
	maxManifestSize = 16 << 20
	maxScenarioSize = 1 << 20
)

// readLimited reads a regular file of at most limit bytes. Of other files it reads
// only those that a shell has opened for the command.
func readLimited(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, notOpened(path, err)
	}
	if what := unreadable(info.Mode()); what != "" && !openedByShell(path) {
		return nil, &Error{File: path, Msg: "cannot be read: " + what}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, notOpened(path, err)
	}
	defer f.Close()
	return readAtMost(path, f, limit)
}

// unreadable says why a file that is not regular is not read, and what to do instead. For
// a regular file it returns "".
func unreadable(mode fs.FileMode) string {
	const cure = "; give a regular file, or - for standard input"
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "it is a directory; give the path of a file"
	case mode&fs.ModeNamedPipe != 0:
		return "it is a named pipe, to which nobody may ever write" + cure
	case mode&fs.ModeDevice != 0:
		return "it is a device, which may never end" + cure
	}
	return "it is no regular file" + cure
}

// openedByShell reports whether the path is an open file of this process, as in
// `podclock simulate <(helm template .)`.
func openedByShell(path string) bool {
	path = filepath.Clean(path)
	return path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/self/fd/")
}

func notOpened(path string, err error) *Error {
	return &Error{File: path, Msg: "cannot be opened: " + reason(err) + "; give the path of a readable file"}
}

// readAtMost reads at most limit bytes. path only names the input in errors.
func readAtMost(path string, r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &Error{File: path, Msg: "cannot be read: " + reason(err) + "; give the path of a file"}
	}
	if int64(len(data)) > limit {
		return nil, &Error{File: path,
			Msg: fmt.Sprintf("larger than %d MiB: give a file that holds only the manifests concerned", limit>>20)}
	}
	return data, nil
}

// reason returns the cause of a file system error, without operation and path.
func reason(err error) string {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
