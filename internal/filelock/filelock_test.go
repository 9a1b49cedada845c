package filelock_test

import (
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/podclock/podclock/internal/filelock"
)

func TestOneOwnerAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "lock")
		first, err := filelock.Take(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := filelock.Take(path); !errors.Is(err, filelock.ErrTaken) {
			t.Errorf("the second owner: %v; want ErrTaken", err)
		}
		time.AfterFunc(time.Second, func() {
			if err := first.Unlock(); err != nil {
				t.Error(err)
			}
		})
		second, err := filelock.Take(path)
		if err != nil {
			t.Fatalf("an owner that waits for the first one: %v", err)
		}
		if err := second.Unlock(); err != nil {
			t.Error(err)
		}
	})
}
