package handler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe/answer"
	"github.com/podclock/podclock/probe/handler/internal/http1"
)

// HookAnswer is the result of a lifecycle hook. The zero HookAnswer is success.
type HookAnswer struct {
	// Err says why the hook failed. If empty, it succeeded.
	Err string
	// Message is the complete text of the failure. For postStart it is the waiting message,
	// and for preStop the kubelet logs it (C34).
	Message string
	// Fallback is the message of the event LifecycleHTTPFallback, a Warning on the pod, which
	// the kubelet records when it repeats an HTTPS request with HTTP. If empty, there is none
	// (C37).
	Fallback string
}

// RunHook runs a postStart or preStop hook to its end (C34 to C38). A hook has no timeout.
// To end one that does not end, give ctx a deadline or cancel it.
func (p *Prober) RunHook(ctx context.Context, target Target, hook *corev1.LifecycleHandler) HookAnswer {
	switch {
	case hook.Exec != nil:
		return runExecHook(ctx, &target, hook.Exec)
	case hook.HTTPGet != nil:
		return p.runHTTPHook(ctx, &target, hook.HTTPGet)
	case hook.Sleep != nil:
		return p.runSleepHook(ctx, &target, hook.Sleep)
	}
	// A tcpSocket hook is valid, but the kubelet cannot run it (C35).
	err := fmt.Sprintf("invalid handler: %v", hook)
	return HookAnswer{Err: err, Message: "Cannot run handler: " + err}
}

// runExecHook runs the command as it is written: unlike a probe's, it is not expanded (C36).
func runExecHook(ctx context.Context, target *Target, action *corev1.ExecAction) HookAnswer {
	if target.Exec == nil {
		return execHookFailed(target, action, nil, ErrNoExec)
	}
	output, err := target.Exec.Exec(ctx, target.ContainerID, action.Command, 0)
	if err != nil {
		return execHookFailed(target, action, output, err)
	}
	return HookAnswer{}
}

// hook returns the builder of the texts for a failed hook of the target.
func (t *Target) hook() answer.Hook { return answer.Hook{Container: t.Container, Pod: t.Pod} }

func execHookFailed(target *Target, action *corev1.ExecAction, output []byte, err error) HookAnswer {
	return HookAnswer{
		Err:     err.Error(),
		Message: target.hook().Exec(action.Command, err.Error(), string(output)),
	}
}

func (p *Prober) runSleepHook(ctx context.Context, target *Target, action *corev1.SleepAction) HookAnswer {
	if p.options.Sleep(ctx, time.Duration(action.Seconds)*time.Second) == nil {
		return HookAnswer{}
	}
	const err = "container terminated before sleep hook finished" // whatever has ended it (C38)
	return HookAnswer{
		Err:     err,
		Message: target.hook().Sleep(action.Seconds, err),
	}
}

func (p *Prober) runHTTPHook(ctx context.Context, target *Target, action *corev1.HTTPGetAction) HookAnswer {
	fallback, err := p.sendHook(ctx, target, action)
	if err == nil {
		return HookAnswer{Fallback: fallback}
	}
	return HookAnswer{
		Err:     err.Error(),
		Message: target.hook().HTTP(action.Path, err.Error()),
	}
}

// sendHook sends the request. Any response is success, whatever its status (C37). It returns
// the text of the fallback event, or "" if there is none.
func (p *Prober) sendHook(ctx context.Context, target *Target, action *corev1.HTTPGetAction) (string, error) {
	host := target.host(action.Host)
	if host == "" {
		return "", errors.New("failed to find networking container")
	}
	port, err := target.port(action.Port)
	if err != nil {
		return "", err
	}
	req, err := http1.NewRequest(action, host, port, p.options.HookUserAgent)
	if err != nil {
		return "", err
	}
	client := http.Client{Transport: p.hooks, CheckRedirect: checkRedirect}
	err = send(&client, req.WithContext(ctx))
	if err == nil || !strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return "", err
	}
	again := req.Clone(ctx)
	again.URL.Scheme = "http"
	again.Header.Del("Authorization") // the header was meant for an encrypted connection
	if send(&client, again) != nil {
		return "", err // the first error says what is wrong
	}
	return fmt.Sprintf("request to HTTPS lifecycle hook %s got HTTP response, retry with HTTP succeeded",
		req.URL.Host), nil
}

// send sends a request and reads a response that is not too long, so that the server can
// finish writing it.
func send(client *http.Client, req *http.Request) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer closeSwitched(req.Context(), resp)()
	if resp.ContentLength <= answer.OutputLimit {
		// A response with a broken body is success, too (C37).
		io.Copy(io.Discard, io.LimitReader(resp.Body, answer.OutputLimit))
	}
	resp.Body.Close()
	return nil
}
