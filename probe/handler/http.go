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

// maxRedirects is how many requests a probe sends at most (P109).
const maxRedirects = 10

// newTransport returns the transport of a Prober, set as the kubelet's (P107).
func newTransport(o Options) *http.Transport {
	t := newHookTransport(o)
	t.DisableKeepAlives, t.DisableCompression = true, true
	if t.Proxy == nil {
		// Otherwise the defaults below look at the environment.
		t.Proxy = http.ProxyURL(nil)
	}
	// The defaults add HTTP/2, and with it another text for a timeout.
	return utilnet.SetTransportDefaults(t)
}

// newHookTransport returns the transport of lifecycle hooks: it speaks HTTP/1.1
// alone, offers to decompress, and does not say that it will close the
// connection, though it does.
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

// probeHTTP sends the request and judges the answer (P105 to P113).
func (p *Prober) probeHTTP(ctx context.Context, target *Target, action *corev1.HTTPGetAction,
	timeout time.Duration) probe.Answer {
	deadline := time.Now().Add(timeout)
	port, err := target.port(action.Port)
	if err != nil {
		return answer.Errored(err.Error()) // P113
	}
	if p.plain {
		if x, ok := http1.NewExchange(target.host(action.Host), port, action, p.options.UserAgent); ok {
			defer x.Release()
			return http1.Client{RoundTrip: p.roundTrip}.Do(ctx, x, deadline)
		}
	}
	req, err := http1.NewRequest(action, target.host(action.Host), port, p.options.UserAgent)
	if err != nil {
		return answer.Errored(err.Error()) // P113
	}
	return p.roundTrip(ctx, req, timeout)
}

// roundTrip leaves the whole exchange to net/http.
func (p *Prober) roundTrip(ctx context.Context, req *http.Request, timeout time.Duration) probe.Answer {
	// P108: the timeout covers everything up to the end of the body.
	deadline := time.Now().Add(timeout)
	client := http.Client{Transport: p.transport, Timeout: timeout, CheckRedirect: checkRedirect}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return answer.Failure(timeoutNamed(err).Error()) // P111
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

// switched reports whether the server has switched protocols: net/http then hands
// the connection over with the body, and forgets every deadline and context.
func switched(resp *http.Response) bool { return resp.StatusCode == http.StatusSwitchingProtocols }

// closeSwitched closes the connection of a response that has switched protocols
// when ctx ends, so that reading it does. A kubelet's worker would read for ever.
// It returns what ends the watch.
func closeSwitched(ctx context.Context, resp *http.Response) (stop func() bool) {
	if !switched(resp) {
		return func() bool { return true }
	}
	return context.AfterFunc(ctx, func() { resp.Body.Close() })
}

// timeoutNamed gives a timeout the text that it has in a kubelet. net/http adds
// to it if the clock is past the deadline; virtual time stands at it.
func timeoutNamed(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) && failed.Err == context.DeadlineExceeded && strings.HasPrefix(failed.URL, "http:") {
		failed.Err = http1.ErrAwaitingHeaders
	}
	return err
}

// checkRedirect follows redirects within one hostname (P109).
func checkRedirect(req *http.Request, via []*http.Request) error {
	if req.URL.Hostname() != via[0].URL.Hostname() {
		return http.ErrUseLastResponse
	}
	if len(via) >= maxRedirects {
		return errors.New(answer.TooManyRedirects)
	}
	return nil
}
