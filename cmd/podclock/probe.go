package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/scenario"
)

// errFailing says that a probe does not succeed. The reason is already printed.
var errFailing = errors.New("a probe does not succeed")

// probeFlags has the flags of `podclock probe`.
type probeFlags struct {
	file      file
	choice    scenario.Choice
	container string
	kind      choice
	podIP     string
	once      bool
	length    length
	exec      bool
}

func newProbe() *cobra.Command {
	p := &probeFlags{kind: choice{of: []string{"liveness", "readiness", "startup"}}}
	cmd := &cobra.Command{
		Use:   "probe -f FILE",
		Short: "Runs the real probes of a manifest and says what the kubelet would make of them",
		Long: `Runs the real probes of a manifest against real endpoints, on the real clock, and
prints each attempt, how it is counted, and what the kubelet would now do.

The containers count as running since the command began, and as started when
their startup probe says so. Nothing is started, stopped or restarted; a probe
that is not chosen counts as absent. httpGet, tcpSocket and grpc go to --pod-ip,
or to the host that the probe names. exec probes run as processes of THIS
machine, not in a container, as the user who runs podclock; --exec=false
refuses them.

It ends with Ctrl-C, after --for, with --once after one pass of each probe, or
when no probe is left that would run before a restart. The exit status is 0 if
the last pass of every probe succeeded, 1 if one did not or never came about,
and 2 if the input is no good.`,
		Example: `  podclock probe -f deployment.yaml --pod-ip 10.0.0.7
  podclock probe -f deployment.yaml --kind readiness --once
  kubectl get deploy web -o yaml | podclock probe -f - --pod-ip 10.0.0.7
  podclock probe -f all.yaml --object deploy/web -c app --for 5m --exec=false`,
		Args: noFile,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd) },
	}
	f := cmd.Flags()
	f.VarP(&p.file, "file", "f", "the manifest, a `FILE` with a Pod or a workload; - is standard input")
	f.StringVar(&p.choice.Object, "object", "", "the object to probe, as `Kind/name`, if the manifest has several")
	f.StringVarP(&p.choice.Namespace, "namespace", "n", "", "the `namespace` of the object, if it has several of one name")
	f.StringVarP(&p.container, "container", "c", "", "only this container (default all)")
	f.Var(&p.kind, "kind", "only this kind of probe: liveness, readiness or startup (default all)")
	f.StringVar(&p.podIP, "pod-ip", "127.0.0.1", "where the pod is, as an `IP` address")
	f.BoolVar(&p.once, "once", false, "make one pass of each probe at once, whatever its initial delay, and end")
	f.Var(&p.length, "for", "how long to probe, as 40s or 10m (default until Ctrl-C)")
	f.BoolVar(&p.exec, "exec", true, "run exec probes as processes of this machine; false refuses them")
	return cmd
}

func noFile(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("podclock probe: %q stands alone; give the manifest with -f", args[0])
	}
	return nil
}

// run probes until the end. It prints nothing before the input is known to be valid.
func (p *probeFlags) run(cmd *cobra.Command) error {
	if err := p.check(); err != nil {
		return err
	}
	subjects, warnings, err := p.load(cmd.InOrStdin())
	if err != nil {
		return err
	}
	warn(cmd.ErrOrStderr(), warnings)
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	w := newWatch(subjects, handler.New(handler.Options{}), cmd.OutOrStdout())
	w.once, w.length = p.once, time.Duration(p.length)
	if err := w.run(ctx); err != nil {
		return fmt.Errorf("podclock probe: %w", err)
	}
	if !w.allSucceed() {
		return errFailing
	}
	return nil
}

func (p *probeFlags) check() error {
	if p.file == "" {
		return errors.New("podclock probe: no file given; give a manifest with -f")
	}
	if p.once && p.length != 0 {
		return errors.New("podclock probe: --once and --for are both given; choose one")
	}
	if _, err := netip.ParseAddr(p.podIP); err != nil {
		return fmt.Errorf("podclock probe: --pod-ip %q is no IP address; give one such as 10.0.0.7", p.podIP)
	}
	return nil
}

func (p *probeFlags) manifest(stdin io.Reader) (*scenario.Manifest, error) {
	if p.file == "-" {
		return scenario.ReadManifestFrom("standard input", stdin)
	}
	return scenario.ReadManifest(string(p.file))
}

// load reads the manifest and chooses the containers to probe.
func (p *probeFlags) load(stdin io.Reader) ([]subject, []*scenario.Error, error) {
	manifest, err := p.manifest(stdin)
	if err != nil {
		return nil, nil, err
	}
	object, err := manifest.In(p.choice.Namespace).Find(p.choice.Object)
	if err != nil {
		return nil, nil, manifest.Locate(err)
	}
	pod, err := object.Pod()
	if err != nil {
		return nil, nil, err
	}
	template, err := lifecycle.Compile(pod, lifecycle.Config{})
	if err != nil {
		return nil, nil, object.Locate(err)
	}
	subjects, err := p.choose(object, template)
	return subjects, append(object.Warnings(pod), manifest.Warnings(object)...), err
}
