package process

import (
	"log/slog"

	corev1 "k8s.io/api/core/v1"
)

// Options configure a runtime. Only Dir is required.
type Options struct {
	// Dir is the directory of all state. It is created if it does not exist. One
	// runtime uses it at a time.
	Dir string
	// Path is where commands without a slash are looked up, and PATH in every
	// container. If nil, it is that of this process.
	Path []string
	// Images maps names of images to what stands for them. If nil, every image is
	// present and brings nothing. Otherwise pulling an image that is not listed
	// fails. A name without a tag stands for ":latest".
	Images map[string]Image
	// HostIP is status.hostIP of the downward API, and the address of pods with
	// hostNetwork. The default is 127.0.0.1.
	HostIP string
	// Allocatable is the value that resourceFieldRef has for a limit that is not
	// set. Resources missing in it are those of the machine, where they can be found
	// out.
	Allocatable corev1.ResourceList
	// Cgroup is the directory of the cgroup v2 below which containers get theirs. If
	// empty, it is the cgroup of this process.
	Cgroup string
	// LogMaxSize is the size in bytes at which a log is rotated, the kubelet's
	// containerLogMaxSize. The default is 10 Mi.
	LogMaxSize int64
	// LogMaxFiles is how many files a log has at most, the kubelet's
	// containerLogMaxFiles: 2 or more. The default is 5.
	LogMaxFiles int
	// Logger takes what the runtime has to do without, and what goes wrong outside
	// the containers. If nil, it is dropped.
	Logger *slog.Logger
}

// Image is what stands for a container image.
type Image struct {
	// Dir is a directory of programs, searched before Options.Path. Its size is the
	// image's. An image whose directory does not exist is not present. If empty, the
	// image brings no programs.
	Dir string
	// Entrypoint and Cmd are run by containers without command and args, as in an
	// OCI image.
	Entrypoint, Cmd []string
}
