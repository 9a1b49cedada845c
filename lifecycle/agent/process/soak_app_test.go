//go:build linux

package process_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The environment of a container of the soak test.
const (
	appVariable  = "SOAK_APP"  // JSON of an app
	markVariable = "SOAK_MARK" // DIRECTORY|UID|CONTAINER
)

// appArgument tells the process of a container from those that it has started.
const appArgument = "soak-app"

// Files in the working directory of a container, for its exec probes.
const (
	readyFile = "ready"
	hungFile  = "hung"
)

// app is what the process of a container does. It has a life for each start,
// and repeats the last one.
type app struct {
	Port  int `json:",omitempty"` // of its HTTP probes
	Lives []life
	Limit time.Duration // after which nobody can want it any more
}

// life is one run of an app. A time of 0 means never.
type life struct {
	ReadyAfter, HangAfter, ExitAfter time.Duration
	Code                             int
	Deaf                             bool // to SIGTERM
	Children                         int  // in sessions of their own, that outlive it if they can
	Lines                            int  // of log
}

// runApp is the process of a container.
func runApp(variable string) {
	var a app
	check(json.Unmarshal([]byte(variable), &a))
	w, starts := openWitness(os.Getenv(markVariable))
	l := a.Lives[min(starts, len(a.Lives)-1)]
	terms := make(chan os.Signal, 1)
	signal.Notify(terms, syscall.SIGTERM)
	for range l.Children {
		child := exec.Command("sleep", "1000")
		child.ExtraFiles = []*os.File{w.file} // its lock lasts as long as the last of them
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		check(child.Start())
	}
	for n := range l.Lines {
		fmt.Println("line", n, "of start", starts, strings.Repeat(".", n%100))
	}
	hung := make(chan struct{})
	if a.Port != 0 {
		go serve(a.Port, l.ReadyAfter, hung)
	}
	exit, limit := after(l.ExitAfter), after(a.Limit)
	ready, hang := time.After(l.ReadyAfter), after(l.HangAfter)
	for {
		select {
		case <-ready:
			check(os.WriteFile(readyFile, nil, 0o600))
		case <-hang:
			check(os.WriteFile(hungFile, nil, 0o600))
			close(hung)
		case <-terms:
			if !l.Deaf {
				w.end(143)
			}
		case <-exit:
			w.end(l.Code)
		case <-limit:
			w.end(99)
		}
	}
}

// after is time.After, but if d is 0 it never comes.
func after(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}

// serve answers HTTP probes, until the app hangs.
func serve(port int, readyAfter time.Duration, hung <-chan struct{}) {
	readyAt := time.Now().Add(readyAfter)
	answer := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-hung:
			<-r.Context().Done()
		default:
		}
		if r.URL.Path == "/ready" && time.Now().Before(readyAt) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	check(http.ListenAndServe(fmt.Sprintf("%s:%d", os.Getenv("POD_IP"), port), http.HandlerFunc(answer)))
}

// witness is the file in which the processes of one container write, one after
// another, when they have started and ended. A process holds its lock as long
// as it lives.
type witness struct{ file *os.File }

// openWitness notes a start, and returns how many starts there were before.
func openWitness(mark string) (w witness, starts int) {
	path := witnessOf(strings.Split(mark, "|"))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	check(err)
	w.file = file
	if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		w.write("twice", 0)
		os.Exit(99)
	}
	said, err := os.ReadFile(path)
	check(err)
	w.write("start", 0)
	return w, strings.Count(string(said), "start")
}

func witnessOf(mark []string) string {
	return filepath.Join(mark[0], "witness", mark[1]+"."+mark[2])
}

func (w witness) write(what string, code int) {
	var now unix.Timespec // one clock for all processes, that nobody sets
	check(unix.ClockGettime(unix.CLOCK_BOOTTIME, &now))
	_, err := fmt.Fprintln(w.file, what, now.Nano(), code)
	check(err)
}

func (w witness) end(code int) {
	w.write("end", code)
	os.Exit(code)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
