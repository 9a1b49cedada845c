package statefile

import "os"

// SetSync replaces what waits for the disk until undo is called.
func SetSync(sync func(*os.File) error) (undo func()) {
	before := syncFile
	syncFile = sync
	return func() { syncFile = before }
}
