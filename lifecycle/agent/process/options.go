package process

import (
	"log/slog"

	corev1 "k8s.io/api/core/v1"
)

// Options configure a runtime. Only Dir is required.
type Options struct {
	// Dir is the directory of all state. It is made for this user alone, unless it
	// exists. New refuses the ones that [agent.OwnDir] refuses. One runtime uses it
	// at a time. A record in it that is damaged is set aside as NAME.corrupt. It
	// costs its own pod a container or sandbox, and the Logger says why.
	Dir string
	// Path has the directories in which commands without a slash are looked up. It
	// is also PATH in every container. If nil, it is the PATH of this process.
	Path []string
	// Images maps the name of an image to what stands for it. If nil, every image
	// is present and brings no programs. Otherwise the pull of an image that is
	// not listed fails. A name without a tag means ":latest".
	Images map[string]Image
	// HostIP is status.hostIP in the downward API, and the address of pods with
	// hostNetwork. The default is 127.0.0.1.
	HostIP string
	// Allocatable has the values that resourceFieldRef gives for limits that are
	// not set. A resource that is missing in it is the machine's, as far as the
	// runtime can find that out.
	Allocatable corev1.ResourceList
	// Cgroup is the directory of the cgroup v2 in which the runtime makes those of
	// containers. If empty, it is the cgroup of this process.
	Cgroup string
	// LogMaxSize is the size in bytes at which a log is rotated: the kubelet's
	// containerLogMaxSize. The default is 10 Mi.
	LogMaxSize int64
	// LogMaxFiles is how many files a log has at most: the kubelet's
	// containerLogMaxFiles. It is 2 or more. The default is 5.
	LogMaxFiles int
	// Logger takes errors outside the containers, and warnings about what the
	// runtime cannot do for a pod. If nil, they are dropped.
	Logger *slog.Logger
}

// Image is what stands for a container image.
type Image struct {
	// Dir is a directory of programs, which is searched before Options.Path. Its
	// size is the size of the image. If it does not exist, the image is not
	// present. If empty, the image brings no programs.
	Dir string
	// Entrypoint and Cmd are what a container without command and args runs, as in
	// an OCI image.
	Entrypoint, Cmd []string
}
