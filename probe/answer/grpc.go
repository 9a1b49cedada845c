package answer

import (
	"time"

	"github.com/podclock/podclock/probe"
)

// GRPC is the answer of a health service, by the name of its serving status
// (P116).
func GRPC(status string) probe.Answer {
	if status == "SERVING" {
		return Success("service healthy")
	}
	return failuref("service unhealthy (responded with %q)", status)
}

// GRPCUnconnected is a connection that was not ready in time, whatever the reason
// (P116, P117).
func GRPCUnconnected(address string, timeout time.Duration, err string) probe.Answer {
	return failuref("timeout: failed to connect service %q within %v: %s", address, timeout, err)
}

// GRPCNotDialed is a connection that could not be tried at all (P116).
func GRPCNotDialed(address, err string) probe.Answer {
	return failuref("error: failed to connect service at %q: %s", address, err)
}

// GRPCTimedOut is a call that did not end in time (P116).
func GRPCTimedOut(timeout time.Duration) probe.Answer {
	return failuref("timeout: health rpc did not complete within %v", timeout)
}

// GRPCUnimplemented is a server without a health service (P116).
func GRPCUnimplemented(message string) probe.Answer {
	return Failure("error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " + message)
}

// GRPCFailed is a call that failed otherwise (P116).
func GRPCFailed(err string) probe.Answer { return Failure("error: health rpc probe failed: " + err) }
