package flight

import "os"

// Break lets writes fail without a byte written, as on a full disk, until undo.
func Break(r *Recorder) (undo func(), err error) {
	was := r.files.file
	unwritable, err := os.Open(was.Name())
	if err != nil {
		return nil, err
	}
	dir := r.files.dir
	r.files.file, r.files.dir = unwritable, was.Name() // where no file can be made
	return func() { r.files.dir = dir }, was.Close()
}
