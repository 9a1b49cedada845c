package answer

import (
	"time"

	"github.com/podclock/podclock/probe"
)

// GRPC returns the answer of a health service. Only the status SERVING is a success (P116).
func GRPC(status string) probe.Answer {
	if status == "SERVING" {
		return Success("service healthy")
	}
	return failuref("service unhealthy (responded with %q)", status)
}

// GRPCUnconnected returns the answer if no connection was ready in time, for whatever
// reason: the kubelet retries the connection until the timeout (P116, P117).
func GRPCUnconnected(address string, timeout time.Duration, err string) probe.Answer {
	return failuref("timeout: failed to connect service %q within %v: %s", address, timeout, err)
}

// GRPCNotDialed returns the answer if a connection could not even be tried (P116).
func GRPCNotDialed(address, err string) probe.Answer {
	return failuref("error: failed to connect service at %q: %s", address, err)
}

// GRPCTimedOut returns the answer of a call that was not over in time (P116).
func GRPCTimedOut(timeout time.Duration) probe.Answer {
	return failuref("timeout: health rpc did not complete within %v", timeout)
}

// GRPCUnimplemented returns the answer of a server that has no health service (P116).
func GRPCUnimplemented(message string) probe.Answer {
	return Failure("error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " + message)
}

// GRPCFailed returns the answer of a call that failed for any other reason (P116).
func GRPCFailed(err string) probe.Answer { return Failure("error: health rpc probe failed: " + err) }
