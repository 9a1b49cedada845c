package statefile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podclock/podclock/internal/statefile"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestADamagedFileIsNotUnsealed(t *testing.T) {
	line := []byte(`{"a":1}`)
	sealed := statefile.Seal(line)
	if got, err := statefile.Unseal(sealed); err != nil || string(got) != string(line) {
		t.Fatalf("%q, %v", got, err)
	}
	for n := range sealed {
		if _, err := statefile.Unseal(sealed[:n]); err == nil {
			t.Errorf("the first %d bytes are unsealed", n)
		}
		damaged := append([]byte{}, sealed...)
		damaged[n] ^= 1
		if _, err := statefile.Unseal(damaged); err == nil {
			t.Errorf("it is unsealed with another byte %d", n)
		}
	}
	if _, err := statefile.Unseal(append(sealed, '\n')); err == nil {
		t.Error("it is unsealed with something after its end")
	}
}

func TestWhatIsSetAsideKeepsItsContentAndMakesRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	for _, content := range []string{"first", "second"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		aside, err := statefile.SetAside(path)
		if err != nil || aside != path+".corrupt" || read(t, aside) != content {
			t.Errorf("%s: %q, %v", content, aside, err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestAFileThatCannotBeSyncedIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := statefile.Replace(path, path+".new", []byte("old")); err != nil {
		t.Fatal(err)
	}
	defer statefile.SetSync(func(*os.File) error { return errors.New("the disk is broken") })()
	err := statefile.Replace(path, path+".new", []byte("new"))
	if err == nil || !strings.Contains(err.Error(), "the disk is broken") || read(t, path) != "old" {
		t.Errorf("error %v, content %q", err, read(t, path))
	}
}
