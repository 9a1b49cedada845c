//go:build unix

package process

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/statefile"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
)

// These are the files of the state directory. Each container has a directory of
// its own. Each file in it is written once, by renaming it into place: a file
// that exists is complete, unless the disk has damaged it. See setAside.
const (
	sandboxesDir  = "sandboxes"  // ID.json: a sandboxRecord
	containersDir = "containers" // ID/
	logsDir       = "logs"       // NAMESPACE_NAME_UID/CONTAINER/ATTEMPT.log, as in /var/log/pods
	runtimeLock   = "lock"       // held by the one runtime that may use the directory

	configFile  = "config.json"     // a containerRecord
	startFile   = "start.json"      // a startRecord, by the shim; missing if the container never ran
	exitFile    = "exit.json"       // an exitRecord, by the shim, or by the runtime if there is no shim
	socketName  = "shim.sock"       // the shim listens here while the container runs
	shimLock    = "shim.lock"       // held by the one shim that may listen
	shimLogFile = "shim.log"        // what the shim says when it breaks
	messageFile = "termination-log" // the termination message file (C10)
	workDir     = "work"            // the working directory of a container that names none
)

// sandboxRecord is a sandbox. It never changes, but is replaced by a new one.
type sandboxRecord struct {
	agent.SandboxStatus
	Logs string // the directory of the pod's logs
}

// containerRecord is the configuration of a container.
type containerRecord struct {
	agent.Container
	Pod           lifecycle.Identity
	Sandbox, Name string
	Attempt       uint64

	Command, Env  []string
	WorkingDir    string
	StopSignal    int
	MessagePolicy corev1.TerminationMessagePolicy
	Log           string
	LogMaxSize    int64
	LogMaxFiles   int
	Cgroup        cgroup
	Limits        limits
}

// startRecord is the start of a container.
type startRecord struct {
	PID int // the container's process
	At  time.Time
}

// exitRecord is the end of a container.
type exitRecord struct {
	At       time.Time
	ExitCode int32
	Signal   int `json:",omitempty"` // the signal that ended it
	Reason   string

	Message        string `json:",omitempty"` // the content of the termination message file
	LogTail        string `json:",omitempty"` // if the policy may need it
	RuntimeMessage string `json:",omitempty"`
}

// newID returns an ID that is unique for good.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// newPrefix begins the name of a file that is being written.
const newPrefix = ".new-"

// writeRecord writes a file completely or not at all. When it returns, the file is
// on disk.
func writeRecord(path string, record any) error {
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(path), newPrefix+newID())
	if err := statefile.Replace(path, temp, data); err != nil {
		os.Remove(temp) // there is none if it has its name already
		return err
	}
	return nil
}

func readRecord(path string, record any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, record); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (r *Runtime) sandboxPath(id string) string {
	return filepath.Join(r.o.Dir, sandboxesDir, id+".json")
}

func (r *Runtime) containerDir(id string) string { return filepath.Join(r.o.Dir, containersDir, id) }
