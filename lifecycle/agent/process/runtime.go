//go:build unix

package process

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"github.com/podclock/podclock/internal/filelock"
	"github.com/podclock/podclock/internal/statefile"
	"github.com/podclock/podclock/lifecycle/agent"
)

// Runtime is an [agent.Runtime] whose containers are processes of this machine.
// Make one with [New].
type Runtime struct {
	o       Options
	program string // this executable, which is also the shim's
	lock    *flock.Flock
	cgroups *cgroups
	adopted sync.Once

	mu         sync.Mutex
	notify     func(agent.Notice)
	closed     bool
	sandboxes  map[string]*sandboxRecord
	containers map[string]*container
	addresses  addresses
	watchers   sync.WaitGroup
}

var _ agent.Runtime = (*Runtime)(nil)

// New returns a runtime. It has the sandboxes and containers that an earlier
// runtime has left in o.Dir. It fails if [Main] was not called. Call Close to
// let another runtime use o.Dir.
func New(o Options) (*Runtime, error) {
	if !mainCalled.Load() {
		return nil, errors.New("process: New: Main was not called: call process.Main() first thing in main, and in TestMain")
	}
	program, err := ownProgram()
	if err != nil {
		return nil, fmt.Errorf("process: New: the shims need this program's file: %w", err)
	}
	if o, err = o.filled(); err != nil {
		return nil, err
	}
	r := &Runtime{o: o, program: program, sandboxes: map[string]*sandboxRecord{}, containers: map[string]*container{}}
	r.addresses = newAddresses(o.Dir)
	if err := r.open(); err != nil {
		return nil, fmt.Errorf("process: New: %w", err)
	}
	if r.cgroups, err = newCgroups(o); err != nil {
		o.Logger.Warn("containers run without all that cgroups give", "err", err)
	}
	r.sweep()
	return r, nil
}

// filled returns the options with their defaults. The error joins everything
// that is wrong with them.
func (o Options) filled() (Options, error) {
	var errs []error
	if o.Dir == "" {
		errs = append(errs, errors.New("process: New: Options.Dir is empty: name a directory for the state"))
	}
	if o.LogMaxSize < 0 {
		errs = append(errs, fmt.Errorf("process: New: Options.LogMaxSize is %d: give bytes, or 0 for 10 Mi", o.LogMaxSize))
	}
	if o.LogMaxFiles != 0 && o.LogMaxFiles < 2 {
		errs = append(errs, fmt.Errorf("process: New: Options.LogMaxFiles is %d: give 2 or more, or 0 for 5", o.LogMaxFiles))
	}
	if len(errs) > 0 {
		return o, errors.Join(errs...)
	}
	if o.Path == nil {
		o.Path = filepath.SplitList(os.Getenv("PATH"))
	}
	if o.HostIP == "" {
		o.HostIP = "127.0.0.1"
	}
	if o.LogMaxSize == 0 {
		o.LogMaxSize = 10 << 20
	}
	if o.LogMaxFiles == 0 {
		o.LogMaxFiles = 5
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, fmt.Errorf("process: New: Options.Dir: %w", err)
	}
	o.Dir = dir
	return o, checkSocketPath(filepath.Join(dir, containersDir, newID(), socketName))
}

// open locks the directory and reads its sandboxes and containers.
func (r *Runtime) open() error {
	if err := statefile.OwnDir(r.o.Dir); err != nil {
		return fmt.Errorf("Options.Dir: %w", err)
	}
	for _, dir := range []string{sandboxesDir, containersDir, logsDir} {
		if err := os.MkdirAll(filepath.Join(r.o.Dir, dir), 0o700); err != nil {
			return err
		}
	}
	lock, err := filelock.Take(filepath.Join(r.o.Dir, runtimeLock))
	if err != nil {
		return err
	}
	r.lock = lock
	if err := r.load(); err != nil {
		return errors.Join(err, lock.Unlock())
	}
	return nil
}

// Close unlocks the directory. Containers go on, and the next runtime with this
// directory finds them. Their shims remain children of this process. Make no
// other call during Close or after it.
func (r *Runtime) Close() error {
	r.mu.Lock()
	r.closed = true
	for _, c := range r.containers {
		if c.conn != nil {
			c.conn.Close()
		}
	}
	r.mu.Unlock()
	r.watchers.Wait()
	r.cgroups.removeEmpty()
	return r.lock.Unlock()
}

// Name returns "process".
func (r *Runtime) Name() string { return "process" }

// Subscribe implements [agent.Runtime].
func (r *Runtime) Subscribe(notify func(agent.Notice)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notify = notify
}
