//go:build unix

package statefile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// ownerOf returns the user that a file belongs to. It is false if that is not known.
func ownerOf(info fs.FileInfo) (user int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// othersMayWrite reports whether the mode lets somebody else write: the group, or all.
func othersMayWrite(mode fs.FileMode) bool { return mode.Perm()&0o022 != 0 }

// syncDir waits until the names in a directory are on disk. A file system that cannot do
// that for directories is left alone.
func syncDir(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	err = syncFile(directory)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, directory.Close())
}
