package process

import (
	"log/slog"

	corev1 "k8s.io/api/core/v1"
)

// Options is what a runtime is made of. Only Dir must be given.
type Options struct {
	// Dir is the directory of all state. It is made if need be; one runtime uses
	// it at a time.
	Dir string
	// Path is where commands without a slash are looked up, and PATH in every
	// container. nil: as in this process.
	Path []string
	// Images is what the names of images mean. nil: every image is there, and
	// brings nothing. Otherwise to pull one that is not listed fails. A name
	// without a tag stands for ":latest".
	Images map[string]Image
	// HostIP is status.hostIP of the downward API, and the address of pods with
	// hostNetwork. Empty: 127.0.0.1.
	HostIP string
	// Allocatable is what resourceFieldRef says of a limit that is not set. What
	// is missing is that of the machine, as far as it can be found out.
	Allocatable corev1.ResourceList
	// Cgroup is the directory of the cgroup v2 below which containers get theirs.
	// Empty: that of this process.
	Cgroup string
	// LogMaxSize is the size in bytes at which a log is rotated, the kubelet's
	// containerLogMaxSize. 0: 10 Mi.
	LogMaxSize int64
	// LogMaxFiles is how many files a log has at most, the kubelet's
	// containerLogMaxFiles, 2 or more. 0: 5.
	LogMaxFiles int
	// Logger is told what the runtime has to do without, and what goes wrong
	// beside the containers. nil: nobody is.
	Logger *slog.Logger
}

// Image is what stands for a container image.
type Image struct {
	// Dir is a directory of programs, searched before Options.Path. Its size is
	// the image's. An image whose directory is missing is not there. Empty: none.
	Dir string
	// Entrypoint and Cmd are run by containers without command and args, as in an
	// OCI image.
	Entrypoint, Cmd []string
}
