//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/podclock/podclock/lifecycle/agent"
)

// container is one container. record and dir do not change. The runtime's lock
// guards the rest.
type container struct {
	record containerRecord
	dir    string

	state    agent.ContainerState
	launched chan struct{} // closed when the start is over; nil if none was tried
	started  startRecord
	exit     exitRecord
	conn     net.Conn      // to the shim, while the container runs
	done     chan struct{} // closed when the container has exited and its notice was given
}

func newContainer(record containerRecord, dir string) *container {
	return &container{record: record, dir: dir, state: agent.StateCreated, done: make(chan struct{})}
}

// starting reports whether a start is under way. The caller holds the lock.
func (c *container) starting() bool { return c.launched != nil && c.state == agent.StateCreated }

// container returns a container, or nil.
func (r *Runtime) container(id string) *container {
	r.adopt()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.containers[id]
}

// containersOf returns the containers of a sandbox.
func (r *Runtime) containersOf(sandbox string) []*container {
	r.adopt()
	r.mu.Lock()
	defer r.mu.Unlock()
	var in []*container
	for _, c := range r.containers {
		if c.record.Sandbox == sandbox {
			in = append(in, c)
		}
	}
	return in
}

// CreateContainer implements [agent.Runtime].
func (r *Runtime) CreateContainer(_ context.Context, config agent.ContainerConfig) (agent.Container, error) {
	record, err := r.configure(&config)
	if err != nil {
		return agent.Container{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sandboxes[config.Sandbox]
	if s == nil || !s.Ready {
		return agent.Container{}, errNotReady
	}
	record.Log = filepath.Join(s.Logs, record.Name, strconv.FormatUint(record.Attempt, 10)+".log")
	c := newContainer(record, r.containerDir(record.ID))
	if err := c.write(); err != nil {
		os.RemoveAll(c.dir)
		return agent.Container{}, fmt.Errorf("failed to create container: %w", err)
	}
	r.containers[record.ID] = c
	return record.Container, nil
}

var errNotReady = errors.New("the pod sandbox is not ready")

// write makes the directory of a container. Its record comes last: without a
// record there is no container, and what a killed runtime had begun is removed.
func (c *container) write() error {
	if err := os.MkdirAll(filepath.Join(c.dir, workDir), 0o700); err != nil {
		return err
	}
	return writeRecord(filepath.Join(c.dir, configFile), &c.record)
}

// configure decides everything that can be decided before the start.
func (r *Runtime) configure(config *agent.ContainerConfig) (containerRecord, error) {
	image, ok := r.image(config.Image)
	if !ok {
		return containerRecord{}, fmt.Errorf("image %q: not found: list it in Options.Images", config.Image)
	}
	env, err := r.environment(config)
	if err != nil {
		return containerRecord{}, err
	}
	stopSignal, err := stopSignalOf(config.Spec)
	if err != nil {
		return containerRecord{}, &agent.CreateError{Reason: "CreateContainerConfigError", Err: err}
	}
	command, args := commandOf(config.Spec, image)
	if len(command)+len(args) == 0 {
		return containerRecord{},
			fmt.Errorf("no command specified: give the container one, or its image an Entrypoint in Options.Images")
	}
	record := containerRecord{
		Container: agent.Container{ID: newID(), ImageID: config.Image},
		Pod:       config.Pod, Sandbox: config.Sandbox, Name: config.Spec.Name, Attempt: config.Attempt,
		Command:    agent.Expand(slices.Concat(command, args), env),
		StopSignal: stopSignal, MessagePolicy: config.Spec.TerminationMessagePolicy,
		LogMaxSize: r.o.LogMaxSize, LogMaxFiles: r.o.LogMaxFiles,
		Limits: limitsOf(config.Spec.Resources.Limits),
	}
	dir := r.containerDir(record.ID)
	record.Env = r.variables(config, image, env, dir)
	record.Cgroup = r.cgroups.of(record.ID)
	record.WorkingDir = config.Spec.WorkingDir
	if !filepath.IsAbs(record.WorkingDir) {
		record.WorkingDir = filepath.Join(dir, workDir, record.WorkingDir)
	}
	return record, nil
}

// RemoveContainer implements [agent.Runtime]. It also removes the container's
// logs.
func (r *Runtime) RemoveContainer(_ context.Context, id string) error {
	c := r.container(id)
	if c == nil {
		return nil
	}
	if err := r.forget(c); err != nil {
		return err
	}
	r.cgroups.remove(c.record.Cgroup)
	return os.RemoveAll(c.dir)
}

// forget drops a container that does not run. It removes the logs before the
// record: if the runtime is killed in between, the next one still finds the
// container and removes the rest.
func (r *Runtime) forget(c *container) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.starting() || c.state == agent.StateRunning {
		return fmt.Errorf("container %q still runs: stop it first", c.record.ID)
	}
	removeLogs(c.record.Log, c.record.LogMaxFiles)
	if err := os.Remove(filepath.Join(c.dir, configFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	delete(r.containers, c.record.ID)
	return nil
}
