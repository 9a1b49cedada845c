package kubelet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-base/version"
	remote "k8s.io/cri-client/pkg"
	kubeletprobe "k8s.io/kubernetes/pkg/probe"
	execprobe "k8s.io/kubernetes/pkg/probe/exec"
	grpcprobe "k8s.io/kubernetes/pkg/probe/grpc"
	httpprobe "k8s.io/kubernetes/pkg/probe/http"
	tcpprobe "k8s.io/kubernetes/pkg/probe/tcp"
	utilexec "k8s.io/utils/exec"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// UserAgent returns the user agent of the kubelet's packages in this build.
func UserAgent() string {
	v := version.Get()
	return fmt.Sprintf("kube-probe/%s.%s", v.Major, v.Minor)
}

// Prober is a handler.Handler made of the kubelet's handlers. Use New to make one.
type Prober struct {
	exec execprobe.Prober
	http httpprobe.Prober
	tcp  tcpprobe.Prober
	grpc grpcprobe.Prober
}

var _ handler.Handler = (*Prober)(nil)

// New returns a Prober with the settings of a kubelet.
func New() *Prober {
	return &Prober{exec: execprobe.New(), http: httpprobe.New(false), tcp: tcpprobe.New(), grpc: grpcprobe.New()}
}

// Probe makes one attempt. It ignores ctx, because the kubelet's handlers take no context.
func (p *Prober) Probe(ctx context.Context, target handler.Target, spec *corev1.Probe) probe.Answer {
	container := &corev1.Container{Name: target.Container, Ports: target.Ports, Env: target.Env}
	timeout := time.Duration(spec.TimeoutSeconds) * time.Second
	switch {
	case spec.Exec != nil:
		return answer(p.exec.Probe(&command{ctx: ctx, target: target, args: spec.Exec.Command, timeout: timeout}))
	case spec.HTTPGet != nil:
		req, err := httpprobe.NewRequestForHTTPGetAction(spec.HTTPGet, container, target.PodIP, "probe")
		if err != nil {
			return answer(kubeletprobe.Unknown, "", err)
		}
		return answer(p.http.Probe(req, timeout))
	case spec.TCPSocket != nil:
		port, err := kubeletprobe.ResolveContainerPort(spec.TCPSocket.Port, container)
		if err != nil {
			return answer(kubeletprobe.Unknown, "", err)
		}
		host := spec.TCPSocket.Host
		if host == "" {
			host = target.PodIP
		}
		return answer(p.tcp.Probe(host, port, timeout))
	}
	var service string
	if spec.GRPC.Service != nil {
		service = *spec.GRPC.Service
	}
	return answer(p.grpc.Probe(target.PodIP, service, int(spec.GRPC.Port), timeout))
}

var outcomes = map[kubeletprobe.Result]probe.Outcome{
	kubeletprobe.Success: probe.OutcomeSuccess,
	kubeletprobe.Warning: probe.OutcomeWarning,
	kubeletprobe.Failure: probe.OutcomeFailure,
	kubeletprobe.Unknown: probe.OutcomeUnknown,
}

func answer(result kubeletprobe.Result, output string, err error) probe.Answer {
	a := probe.Answer{Outcome: outcomes[result], Output: output}
	if err != nil {
		a.Err = err.Error()
	}
	return a
}

// command makes a handler.Exec look like the kubelet's command in a container. The exec
// prober calls only these methods.
type command struct {
	utilexec.Cmd
	ctx     context.Context
	target  handler.Target
	args    []string
	timeout time.Duration
	output  io.Writer
}

func (c *command) SetStdout(w io.Writer) { c.output = w }
func (c *command) SetStderr(w io.Writer) { c.output = w }
func (c *command) Wait() error           { return nil }

func (c *command) Start() error {
	output, err := c.target.Exec.Exec(c.ctx, c.target.ContainerID, c.args, c.timeout)
	io.Copy(c.output, bytes.NewReader(output))
	var exit *handler.ExitError
	switch {
	case errors.As(err, &exit):
		return utilexec.CodeExitError{Err: err, Code: exit.Code}
	case errors.Is(err, handler.ErrTimeout):
		return fmt.Errorf("%w: %q timed out after %s", remote.ErrCommandTimedOut, strings.Join(c.args, " "), c.timeout)
	}
	return err
}
