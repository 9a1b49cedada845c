//go:build unix

package process

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
)

// The real-time signals, as C libraries count them: they keep 32 and 33 for
// themselves.
const (
	sigRTMin = 34
	sigRTMax = 64
)

// stopSignalOf returns the signal that asks a container to end: the one of its
// spec, or SIGTERM (C45).
func stopSignalOf(spec *corev1.Container) (int, error) {
	if spec.Lifecycle == nil || spec.Lifecycle.StopSignal == nil {
		return int(syscall.SIGTERM), nil
	}
	name := string(*spec.Lifecycle.StopSignal)
	if n, ok := realTime(name); ok {
		return n, nil
	}
	if n := unix.SignalNum(name); n != 0 {
		return int(n), nil
	}
	return 0, fmt.Errorf("lifecycle.stopSignal %q is no signal of this system: name one such as SIGTERM", name)
}

// realTime parses SIGRTMIN+n and SIGRTMAX-n, which Kubernetes allows as stop
// signals (P20).
func realTime(name string) (int, bool) {
	base := sigRTMin
	offset, ok := strings.CutPrefix(name, "SIGRTMIN")
	if !ok {
		base = sigRTMax
		if offset, ok = strings.CutPrefix(name, "SIGRTMAX"); !ok {
			return 0, false
		}
	}
	if offset == "" {
		return base, true
	}
	n, err := strconv.Atoi(offset) // the offset has its sign
	if n += base; err != nil || n < sigRTMin || n > sigRTMax {
		return 0, false
	}
	return n, true
}

// exitCodeOf returns the exit code of a process. If a signal ended it, that is
// 128 plus the number of the signal (C8).
func exitCodeOf(status syscall.WaitStatus) (code, signal int) {
	if status.Signaled() {
		return 128 + int(status.Signal()), int(status.Signal())
	}
	return status.ExitStatus(), 0
}
