package handler

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
	"github.com/podclock/podclock/probe/handler/internal/http1"
)

// maxRedirects is the maximum number of requests that a probe sends (P109).
const maxRedirects = 10

// newTransport returns the transport of probes, with the settings of the kubelet (P107).
func newTransport(o Options) *http.Transport {
	t := newHookTransport(o)
	t.DisableKeepAlives, t.DisableCompression = true, true
	if t.Proxy == nil {
		// Without this, the defaults below would read the proxy from the environment.
		t.Proxy = http.ProxyURL(nil)
	}
	// The defaults add HTTP/2, and with it another text for a timeout.
	return utilnet.SetTransportDefaults(t)
}

// newHookTransport returns the transport of lifecycle hooks. Unlike that of probes, it only
// uses HTTP/1.1, accepts compressed responses, and does not announce that it closes the
// connection, although it does.
func newHookTransport(o Options) *http.Transport {
	config := &tls.Config{InsecureSkipVerify: true}
	if o.TLSConfig != nil {
		config = o.TLSConfig.Clone()
	}
	return &http.Transport{
		DialContext:         http1.DialOrReplay(o.DialContext),
		TLSClientConfig:     config,
		Proxy:               o.Proxy,
		MaxIdleConnsPerHost: -1,
	}
}

// probeHTTP sends the request and judges the response (P105 to P113).
func (p *Prober) probeHTTP(ctx context.Context, target *Target, action *corev1.HTTPGetAction,
	timeout time.Duration) probe.Answer {
	deadline := time.Now().Add(timeout)
	port, err := target.port(action.Port)
	if err != nil {
		return answer.Errored(err.Error()) // an invalid port is an error, not a failure (P113)
	}
	if p.plain {
		if x, ok := http1.NewExchange(target.host(action.Host), port, action, p.options.UserAgent); ok {
			defer x.Release()
			return http1.Client{RoundTrip: p.roundTrip}.Do(ctx, x, deadline)
		}
	}
	req, err := http1.NewRequest(action, target.host(action.Host), port, p.options.UserAgent)
	if err != nil {
		return answer.Errored(err.Error()) // an invalid URL is an error, not a failure (P113)
	}
	return p.roundTrip(ctx, req, timeout)
}

// roundTrip makes the whole exchange with net/http.
func (p *Prober) roundTrip(ctx context.Context, req *http.Request, timeout time.Duration) probe.Answer {
	// The timeout covers everything up to the end of the body (P108).
	deadline := time.Now().Add(timeout)
	client := http.Client{Transport: p.transport, Timeout: timeout, CheckRedirect: checkRedirect}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return answer.Failure(timeoutNamed(err).Error()) // without a response it is a failure (P111)
	}
	defer resp.Body.Close()
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	defer closeSwitched(ctx, resp)()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answer.OutputLimit))
	if err == context.DeadlineExceeded || err != nil && switched(resp) && ctx.Err() != nil {
		err = http1.ErrReadingBody // see timeoutNamed
	}
	if err != nil {
		return answer.HTTPBodyLost(err.Error())
	}
	return answer.HTTP(resp.StatusCode, string(body))
}

// switched reports whether the server has switched protocols. net/http then passes the
// connection on as the body, without any deadline or context.
func switched(resp *http.Response) bool { return resp.StatusCode == http.StatusSwitchingProtocols }

// closeSwitched closes the connection of a response that has switched protocols when ctx
// ends, which ends reading it. A kubelet's worker would read for ever. It returns a function
// that stops waiting for ctx.
func closeSwitched(ctx context.Context, resp *http.Response) (stop func() bool) {
	if !switched(resp) {
		return func() bool { return true }
	}
	return context.AfterFunc(ctx, func() { resp.Body.Close() })
}

// timeoutNamed gives a timeout the text that it has in a kubelet. net/http adds that text
// only if the clock is past the deadline. Virtual time is exactly at the deadline.
func timeoutNamed(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) && failed.Err == context.DeadlineExceeded && strings.HasPrefix(failed.URL, "http:") {
		failed.Err = http1.ErrAwaitingHeaders
	}
	return err
}

// checkRedirect follows redirects only within one hostname (P109).
func checkRedirect(req *http.Request, via []*http.Request) error {
	if req.URL.Hostname() != via[0].URL.Hostname() {
		return http.ErrUseLastResponse
	}
	if len(via) >= maxRedirects {
		return errors.New(answer.TooManyRedirects)
	}
	return nil
}
