// Package statefile keeps files that somebody relies on after a crash, of the process or
// of the machine, in directories of their user alone.
package statefile

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes a file whole, by way of the file temp in the same directory. When it
// returns, the content is on disk. After a crash at any moment, a reader finds the old
// content or the new one. After an error there may still be the file temp.
func Replace(path, temp string, data []byte) error {
	if err := writeSynced(temp, data); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// Seal returns a line of JSON followed by one with its checksum.
func Seal(line []byte) []byte {
	return fmt.Appendf(nil, "%s\n{\"sha256\":\"%x\"}\n", line, sha256.Sum256(line))
}

// Unseal returns the line that was sealed. It fails if the data is short or damaged.
func Unseal(data []byte) ([]byte, error) {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if !bytes.Equal(Seal(line), data) {
		return nil, fmt.Errorf("the %d bytes are short or damaged: they do not end with the checksum of the line before it",
			len(data))
	}
	return line, nil
}

// Remove removes a file for good: it is not back after a crash of the machine.
func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// corruptSuffix ends the name of a file that was set aside.
const corruptSuffix = ".corrupt"

// SetAside renames a file, or a directory, that cannot be used, and returns its new name.
// What had that name before is lost.
func SetAside(path string) (aside string, err error) {
	aside = path + corruptSuffix
	if err := os.RemoveAll(aside); err != nil {
		return "", err
	}
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	return aside, syncDir(filepath.Dir(path))
}

// syncFile waits until a file, or the names in a directory, are on disk.
var syncFile = (*os.File).Sync

// writeSynced writes a file, and waits until it is on disk.
func writeSynced(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = syncFile(file)
	}
	return errors.Join(err, file.Close())
}

// makeDir makes a directory, with what leads to it, if it does not exist. When it returns,
// the names of the new ones are on disk.
func makeDir(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if err := makeDir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}

// OwnDir makes a directory for its user alone, with what leads to it, if it does not
// exist. It refuses one that belongs to somebody else, or that others may write: they
// could replace what is in it.
func OwnDir(path string) error {
	if err := makeDir(filepath.Clean(path)); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s: it is no directory: name one", path)
	}
	if owner, ok := ownerOf(info); ok && owner != os.Geteuid() {
		return fmt.Errorf("%s: it belongs to user %d, and this process runs as user %d: "+
			"give it to this user with chown, or name another directory", path, owner, os.Geteuid())
	}
	if mode := info.Mode(); othersMayWrite(mode) {
		return fmt.Errorf("%s: others may write to it (%s): see that all in it is yours and run chmod go-w on it, "+
			"or name another directory", path, mode)
	}
	return nil
}
