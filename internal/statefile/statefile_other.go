//go:build !unix

package statefile

import "io/fs"

// ownerOf returns false: owners are not known here.
func ownerOf(fs.FileInfo) (user int, ok bool) { return 0, false }

// othersMayWrite returns false: modes do not say it here.
func othersMayWrite(fs.FileMode) bool { return false }

// syncDir does nothing: directories cannot be synced here.
func syncDir(string) error { return nil }
