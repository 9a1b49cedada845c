//go:build unix

package statefile_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/podclock/podclock/internal/statefile"
)

func TestAFileIsOnDiskBeforeItHasItsNameAndThenItsNameIs(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	var synced []string
	defer statefile.SetSync(func(f *os.File) error {
		state := "without the file"
		if _, err := os.Stat(path); err == nil {
			state = "with the file"
		}
		synced = append(synced, f.Name()+" "+state)
		return f.Sync()
	})()
	if err := statefile.Replace(path, path+".new", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := statefile.Remove(path); err != nil {
		t.Fatal(err)
	}
	want := []string{path + ".new without the file", dir + " with the file", dir + " without the file"}
	if !slices.Equal(synced, want) {
		t.Errorf("synced %q; want %q", synced, want)
	}
}

func TestTheNamesOfNewDirectoriesAreOnDisk(t *testing.T) {
	dir := t.TempDir()
	var synced []string
	defer statefile.SetSync(func(f *os.File) error {
		synced = append(synced, f.Name())
		return f.Sync()
	})()
	deep := filepath.Join(dir, "a", "b")
	for range 2 { // the second time nothing is new
		if err := statefile.OwnDir(deep); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{dir, filepath.Join(dir, "a")}; !slices.Equal(synced, want) {
		t.Errorf("synced %q; want %q", synced, want)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "below")} {
		if err := statefile.OwnDir(path); err == nil {
			t.Errorf("%s passes for a directory", path)
		}
	}
}

func TestADirectoryOfOthersIsRefusedWithTheCure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "state")
	if err := statefile.OwnDir(dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("made with %v, %v; want 0700", info.Mode(), err)
	}
	for mode, ok := range map[os.FileMode]bool{0o755: true, 0o750: true, 0o770: false, 0o702: false, 0o777 | os.ModeSticky: false} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		err := statefile.OwnDir(dir)
		if ok != (err == nil) {
			t.Errorf("%v: %v", mode, err)
		}
		for _, part := range []string{dir, "others may write to it", "chmod go-w", "name another directory"} {
			if err != nil && !strings.Contains(err.Error(), part) {
				t.Errorf("%v: %v; want %q in it", mode, err, part)
			}
		}
	}
}

func TestADirectoryOfAnotherUserIsRefusedWithTheCure(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		if err := os.Chown(dir, 12345, -1); err != nil {
			t.Skipf("this system lets nobody give files away: %v", err)
		}
	} else {
		dir = "/" // root's
	}
	err := statefile.OwnDir(dir)
	for _, part := range []string{dir + ": it belongs to user", "chown", "name another directory"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v; want %q in it", err, part)
		}
	}
}
