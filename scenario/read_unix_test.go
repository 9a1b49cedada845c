//go:build unix

package scenario

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// To open a pipe without a writer, or to read a device, could take for ever.
func TestWhatIsNoRegularFileIsNotOpened(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := syscall.Mkfifo(at("pipe.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", at("zero.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("scenario.yaml"), []byte("manifest: pipe.yaml\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", at("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const cure = "; give a regular file, or - for standard input"
	for file, want := range map[string]string{
		at("pipe.yaml"):     "pipe.yaml: cannot be read: it is a named pipe, to which nobody may ever write" + cure,
		at("zero.yaml"):     "zero.yaml: cannot be read: it is a device, which may never end" + cure,
		"/dev/zero":         "/dev/zero: cannot be read: it is a device, which may never end" + cure,
		at("socket"):        "socket: cannot be read: it is no regular file" + cure,
		at("scenario.yaml"): "pipe.yaml: cannot be read: it is a named pipe",
	} {
		_, err := Read(file, "")
		checkError(t, err, want)
	}
}

// A shell gives a pipe such as <(helm template .) by the number of the open file.
func TestAPipeThatAShellHasOpenedIsRead(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString(onePod); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := Read(fmt.Sprintf("/dev/fd/%d", r.Fd()), ""); err != nil {
		t.Error(err)
	}
}
