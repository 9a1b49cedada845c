// Command nodeagent runs the pods of a directory as processes of this machine, as a kubelet
// runs static pods. README.md says what to try with it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/podclock/podclock/lifecycle/agent/process"
)

func main() {
	process.Main() // must come first, because this program is also the shim of its containers
	program := nodeagent
	if filepath.Base(os.Args[0]) == demoName {
		program = demo
	}
	if err := program(os.Args[1:], os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, filepath.Base(os.Args[0])+":", err)
		os.Exit(1)
	}
}

func nodeagent(args []string, stderr io.Writer) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	return run(o, newLogger(stderr), signals)
}

// options has the values of the flags.
type options struct {
	manifests, state, listen, node, record string
	interval                               time.Duration
}

func parse(args []string, stderr io.Writer) (options, error) {
	host, _ := os.Hostname() // without a host name, -node must be given
	var o options
	f := flag.NewFlagSet("nodeagent", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.manifests, "manifests", "",
		"directory of static pods: each *.yaml, *.yml and *.json holds one (required)")
	f.StringVar(&o.state, "state", defaultState(), "directory of all state, for one agent at a time and this user alone")
	f.StringVar(&o.listen, "listen", "127.0.0.1:10255", "address of /pods, /metrics and /healthz")
	f.StringVar(&o.node, "node", host, "name of the node")
	f.StringVar(&o.record, "record", "", "directory for recordings that podclock replay plays (default: none are made)")
	f.DurationVar(&o.interval, "interval", 2*time.Second, "how often the manifests are looked at")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.node = strings.ToLower(o.node) // it is part of the pods' names
	info, err := os.Stat(o.manifests)
	_, _, badAddress := net.SplitHostPort(o.listen)
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is no flag: see -help", f.Arg(0))
	case o.manifests == "":
		return o, errors.New("-manifests is required: name the directory that holds the manifests")
	case err != nil:
		return o, fmt.Errorf("-manifests: %w: name the directory that holds the manifests", err)
	case !info.IsDir():
		return o, fmt.Errorf("-manifests %q: it is no directory: name the one that it is in", o.manifests)
	case badAddress != nil:
		return o, fmt.Errorf("-listen %q: give a host and a port, such as 127.0.0.1:10255", o.listen)
	case o.state == "":
		return o, errors.New("-state is empty, and only a user with a home has a default: name a directory of your own")
	case o.node == "":
		return o, errors.New("-node is empty, and the host has no name: give one")
	case o.interval <= 0:
		return o, fmt.Errorf("-interval %s: give a time above zero, such as 2s", o.interval)
	}
	return o, nil
}

// defaultState returns a directory in the user's home. It returns "" if the user has none,
// because there is no other place where only the user may write.
func defaultState() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "podclock", "nodeagent")
}

// newLogger returns a logger for people, which logs only the time of day.
func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			a.Value = slog.StringValue(a.Value.Time().Format("15:04:05.000"))
		}
		return a
	}}))
}
