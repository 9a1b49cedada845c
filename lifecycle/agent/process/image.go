//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// image returns what a name stands for. It is false if that is nothing.
func (r *Runtime) image(name string) (Image, bool) {
	if r.o.Images == nil {
		return Image{}, true
	}
	image, ok := r.o.Images[name]
	if !ok {
		image, ok = r.o.Images[strings.TrimSuffix(name, ":latest")]
	}
	return image, ok
}

// ImagePresent implements [agent.Runtime].
func (r *Runtime) ImagePresent(_ context.Context, name string) (bool, error) {
	image, ok := r.image(name)
	if !ok || image.Dir == "" {
		return ok, nil
	}
	_, err := os.Stat(image.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// PullImage implements [agent.Runtime]. It fetches nothing, and returns the
// size of the image's directory.
func (r *Runtime) PullImage(_ context.Context, name string, _ *corev1.Pod) (int64, error) {
	image, ok := r.image(name)
	if !ok {
		return 0, fmt.Errorf("failed to pull image %q: not found: list it in Options.Images", name)
	}
	if image.Dir == "" {
		return 0, nil
	}
	size, err := sizeOf(image.Dir)
	if err != nil {
		return 0, fmt.Errorf("failed to pull image %q: %w", name, err)
	}
	return size, nil
}

// sizeOf returns the size of all files below a directory, in bytes.
func sizeOf(dir string) (int64, error) {
	var size int64
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// commandOf returns what a container runs, before its references are expanded.
// As in Kubernetes, a command in the spec replaces both the image's Entrypoint
// and its Cmd.
func commandOf(spec *corev1.Container, image Image) (command, args []string) {
	command, args = spec.Command, spec.Args
	if len(command) == 0 {
		command = image.Entrypoint
		if len(args) == 0 {
			args = image.Cmd
		}
	}
	return command, args
}
