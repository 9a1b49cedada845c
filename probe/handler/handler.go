package handler

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"google.golang.org/grpc/credentials"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
)

// Handler makes one attempt of a probe. It must return within the probe's timeout, or soon
// after ctx ends, whatever the other side does. It must be safe for concurrent use.
type Handler interface {
	Probe(ctx context.Context, target Target, spec *corev1.Probe) probe.Answer
}

// Options are the settings of a Prober. The zero Options are those of a kubelet.
type Options struct {
	// UserAgent is the user agent of probes. If empty, it is "kube-probe/1.36" (P106).
	UserAgent string
	// HookUserAgent is the user agent of hooks. If empty, it is "kube-lifecycle/1.36" (C37).
	HookUserAgent string
	// DialContext opens the connections of httpGet, tcpSocket and grpc. If nil, they are TCP
	// connections from this machine (P93).
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// TLSConfig is for httpGet with scheme HTTPS. It is not modified. If nil, the server's
	// certificate is not verified and no certificate is sent (P107).
	TLSConfig *tls.Config
	// Proxy returns the proxy of an httpGet request. If nil, there is none, whatever the
	// environment says (P107).
	Proxy func(*http.Request) (*url.URL, error)
	// GRPCCredentials secure the connections of grpc probes. If nil, the connections are
	// plaintext, as they always are in a kubelet (P115).
	GRPCCredentials credentials.TransportCredentials
	// Sleep waits for a sleep hook. It returns an error if ctx ends first. If nil, the real
	// clock is used.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Prober is the Handler for exec, httpGet, tcpSocket and grpc. It chooses by the probe's
// spec (P90). It keeps no connection between attempts.
type Prober struct {
	options Options
	// plain says that connections are TCP from this machine and that no option would have to
	// be passed to net/http. Then an httpGet can be done without net/http.
	plain     bool
	transport *http.Transport // for probes
	hooks     *http.Transport
	grpc      grpcDialer
}

var _ Handler = (*Prober)(nil)

// New returns a Prober.
func New(o Options) *Prober {
	if o.UserAgent == "" {
		o.UserAgent = "kube-probe/1.36"
	}
	if o.HookUserAgent == "" {
		o.HookUserAgent = "kube-lifecycle/1.36"
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	p := &Prober{options: o, plain: o.DialContext == nil && o.Proxy == nil}
	if o.DialContext == nil {
		p.options.DialContext = (&net.Dialer{}).DialContext
	}
	p.transport = newTransport(p.options)
	p.hooks = newHookTransport(p.options)
	p.grpc = newGRPCDialer(p.options)
	return p
}

// Probe makes one attempt of spec against target and returns its answer. An answer with Err
// is one after which the kubelet would try again (P90). If the timeout is not set, it is one
// second (P2).
//
// If ctx ends before the attempt has succeeded, the answer is Unknown with the context's
// error, because nothing was learnt about the target.
func (p *Prober) Probe(ctx context.Context, target Target, spec *corev1.Probe) probe.Answer {
	end := p.attempt(ctx, &target, spec)
	if end.Outcome != probe.OutcomeSuccess && ctx.Err() != nil {
		return answer.Errored(context.Cause(ctx).Error())
	}
	return end
}

// attempt chooses the handler, in the kubelet's order (P90).
func (p *Prober) attempt(ctx context.Context, target *Target, spec *corev1.Probe) probe.Answer {
	timeout := timeoutOf(spec)
	switch {
	case spec.Exec != nil:
		return probeExec(ctx, target, spec.Exec, timeout)
	case spec.HTTPGet != nil:
		return p.probeHTTP(ctx, target, spec.HTTPGet, timeout)
	case spec.TCPSocket != nil:
		return p.probeTCP(ctx, target, spec.TCPSocket, timeout)
	case spec.GRPC != nil:
		return p.grpc.probe(ctx, target, spec.GRPC, timeout)
	}
	// A probe without a handler is an error (P90).
	return answer.Errored(fmt.Sprintf("missing probe handler for %s:%s", target.Pod, target.Container))
}

// timeoutOf returns the timeout of one attempt (P91).
func timeoutOf(spec *corev1.Probe) time.Duration {
	if spec.TimeoutSeconds <= 0 {
		return time.Second // the default (P2)
	}
	return time.Duration(spec.TimeoutSeconds) * time.Second
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
