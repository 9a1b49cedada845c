//go:build unix

package flight_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/podclock/podclock/flight"
)

func TestRecordingsAreForTheirUserAlone(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0)) // no test of this package runs beside another
	top := filepath.Join(t.TempDir(), "deep")
	o := flight.Options{Dir: filepath.Join(top, "recordings"), MaxBytes: 10_000, MaxTotal: 1 << 30}
	r := newRecorder(t, o)
	newNode(t, r, "1").liveUntil(10 * time.Minute)
	files := 0
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		want := os.FileMode(0o700)
		if !e.IsDir() {
			want = 0o600
			files++
		}
		if info, err := e.Info(); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has %v, %v; want %v", path, info.Mode(), err, want)
		}
		return nil
	})
	if err != nil || files < 3 {
		t.Errorf("%d files, %v; want the lock and some of the recording", files, err)
	}
}
