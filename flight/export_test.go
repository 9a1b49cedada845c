package flight

import "os"

// Break makes writes fail without writing a byte, as on a full disk, until undo.
func Break(r *Recorder) (undo func(), err error) {
	was := r.files.file
	unwritable, err := os.Open(was.Name())
	if err != nil {
		return nil, err
	}
	dir := r.files.dir
	r.files.file, r.files.dir = unwritable, was.Name() // no file can be made in it
	return func() { r.files.dir = dir }, was.Close()
}
