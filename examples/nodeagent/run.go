package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/process"
)

// config is the configuration of the kubelet. There is no API server, and the node's address
// is that of this machine. Pods have other addresses that begin with 127.
var config = lifecycle.Config{Standalone: true, HostIP: "127.0.0.1"}

// run runs a node agent until a signal ends it.
func run(o options, log *slog.Logger, signals <-chan os.Signal) error {
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return fmt.Errorf("-listen: %w: end what listens there, an earlier agent perhaps, or give another address", err)
	}
	defer listener.Close()
	runtime, err := newRuntime(o, log)
	if err != nil {
		return err
	}
	defer runtime.Close()
	recorder, closeRecorder, err := newRecorder(o, log)
	if err != nil {
		return err
	}
	defer closeRecorder()
	prober, pods := newCountingProber(), newPods()
	pods.Agent, err = agent.New(agent.Options{
		Runtime:  runtime,
		Prober:   prober,
		Config:   config,
		Seed:     uint64(time.Now().UnixNano()),
		StateDir: filepath.Join(o.state, "agent"),
		Flight:   recorder,
		Logger:   log,
		OnRecord: newJournal(log).record,
		OnStatus: func(c agent.Change) {
			prober.forget(&c)
			pods.onStatus(c)
		},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var failure error
	ended := make(chan struct{})
	go func() {
		failure = pods.Run(ctx)
		close(ended)
	}()
	log.Info("the node is up", "node", o.node, "pid", os.Getpid(), "url", "http://"+listener.Addr().String(), "manifests",
		o.manifests, "state", o.state)
	source := &source{options: o, pods: pods, log: log}
	source.look()
	server := newServer(pods, source, prober)
	go server.Serve(listener)
	defer server.Close()
	tick := time.NewTicker(o.interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			source.look()
		case <-ended:
			return failure
		case s := <-signals:
			log.Info("stopping all pods; a second signal kills them", "signal", s, "pods", pods.names())
			err := drain(pods, signals)
			cancel()
			<-ended
			log.Info("the node is down", "left", pods.names())
			return errors.Join(err, failure)
		}
	}
}

// newRuntime returns a runtime that finds the programs of the manifests.
func newRuntime(o options, log *slog.Logger) (*process.Runtime, error) {
	if err := agent.OwnDir(o.state); err != nil {
		return nil, fmt.Errorf("-state: %w", err)
	}
	programs := filepath.Join(o.state, "bin")
	if err := installDemo(programs); err != nil {
		return nil, err
	}
	return process.New(process.Options{
		Dir:    filepath.Join(o.state, "runtime"),
		Path:   append([]string{programs}, filepath.SplitList(os.Getenv("PATH"))...),
		HostIP: config.HostIP,
		Logger: log,
	})
}

// newRecorder returns a flight recorder, or nil if nothing is to be recorded.
func newRecorder(o options, log *slog.Logger) (r *flight.Recorder, end func(), err error) {
	if o.record == "" {
		return nil, func() {}, nil
	}
	if r, err = flight.NewRecorder(flight.Options{Dir: o.record}); err != nil {
		return nil, nil, fmt.Errorf("-record: %w", err)
	}
	return r, func() {
		if err := errors.Join(r.Close(), r.Err()); err != nil {
			log.Warn("the recording is not whole", "err", err)
		}
	}, nil
}

// drain ends all pods, each within its own grace period. A second signal ends them at once.
// A third one ends this process, whatever is left.
func drain(pods *pods, signals <-chan os.Signal) error {
	ctx, kill := context.WithCancelCause(context.Background())
	defer kill(nil)
	go func() {
		select {
		case s := <-signals:
			signal.Reset(syscall.SIGINT, syscall.SIGTERM)
			kill(fmt.Errorf("%s again", s))
		case <-ctx.Done():
		}
	}()
	return pods.Drain(ctx)
}
