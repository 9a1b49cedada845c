package handler

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
)

// grpcBuffer is the size, in bytes, of a connection's buffers. A health check is a few
// hundred bytes in each direction.
const grpcBuffer = 1 << 10

// grpcDialer makes grpc probes.
type grpcDialer struct {
	options []grpc.DialOption
}

func newGRPCDialer(o Options) grpcDialer {
	secured := o.GRPCCredentials
	if secured == nil {
		secured = insecure.NewCredentials()
	}
	return grpcDialer{options: []grpc.DialOption{
		grpc.WithUserAgent(o.UserAgent),
		grpc.WithTransportCredentials(secured),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			return o.DialContext(ctx, "tcp", address)
		}),
		grpc.WithNoProxy(),
		grpc.WithReadBufferSize(grpcBuffer),
		grpc.WithWriteBufferSize(grpcBuffer),
	}}
}

// probe connects and asks for the service's health. One deadline covers both (P115). Its
// answer never has an error, so the kubelet never retries (P116).
func (d grpcDialer) probe(ctx context.Context, target *Target, action *corev1.GRPCAction,
	timeout time.Duration) probe.Answer {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	address := answer.Address(target.PodIP, int(action.Port))
	conn, err := d.dial(ctx, address)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return answer.GRPCUnconnected(address, timeout, err.Error())
	case err != nil:
		return answer.GRPCNotDialed(address, err.Error())
	}
	defer conn.Close()
	var request grpc_health_v1.HealthCheckRequest
	if action.Service != nil {
		request.Service = *action.Service
	}
	response, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &request)
	if err != nil {
		return callFailed(err, timeout)
	}
	return answer.GRPC(response.GetStatus().String())
}

// dial returns a connection that is ready. Like the kubelet it retries after any failure
// until ctx ends (P117).
func (d grpcDialer) dial(ctx context.Context, address string) (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient("passthrough:///"+address, d.options...)
	if err != nil {
		return nil, err
	}
	for {
		state := conn.GetState()
		if state == connectivity.Ready {
			return conn, nil
		}
		if state == connectivity.Idle {
			conn.Connect()
		}
		if !conn.WaitForStateChange(ctx, state) {
			conn.Close()
			return nil, ctx.Err()
		}
	}
}

// callFailed returns the answer for a failed call (P116).
func callFailed(err error, timeout time.Duration) probe.Answer {
	switch status.Code(err) {
	case codes.Unimplemented:
		return answer.GRPCUnimplemented(status.Convert(err).Message())
	case codes.DeadlineExceeded:
		return answer.GRPCTimedOut(timeout)
	}
	return answer.GRPCFailed(fmt.Sprintf("%+v", err))
}
