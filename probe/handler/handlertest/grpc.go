package handlertest

import (
	"context"
	"errors"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// slowly is the duration of a "slow" health check.
const slowly = 300 * time.Millisecond

func (s *Server) serveGRPC() {
	var options []grpc.ServerOption
	if s.tls != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(s.tls)))
	}
	s.grpc = grpc.NewServer(options...)
	if s.script.GRPC != "no-health" {
		grpc_health_v1.RegisterHealthServer(s.grpc, &health{server: s})
	}
	s.running.Go(func() { s.grpc.Serve(s.listener) })
}

type health struct {
	grpc_health_v1.UnimplementedHealthServer
	server *Server
}

func (h *health) Check(ctx context.Context,
	request *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	h.server.seen.request(describe(ctx, request.GetService()))
	switch mode := h.server.script.GRPC; mode {
	case "slow":
		h.server.sleep(slowly)
	case "hang":
		<-ctx.Done()
	case "by-service":
		return byService(request.GetService())
	case "panic-close":
		return nil, errors.New("plain error")
	case "error":
		return h.server.fail()
	default:
		return respond(statuses[mode])
	}
	return respond(grpc_health_v1.HealthCheckResponse_SERVING)
}

var statuses = map[string]grpc_health_v1.HealthCheckResponse_ServingStatus{
	"serving":         grpc_health_v1.HealthCheckResponse_SERVING,
	"not-serving":     grpc_health_v1.HealthCheckResponse_NOT_SERVING,
	"unknown":         grpc_health_v1.HealthCheckResponse_UNKNOWN,
	"service-unknown": grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN,
	"status-99":       99,
}

func respond(s grpc_health_v1.HealthCheckResponse_ServingStatus) (*grpc_health_v1.HealthCheckResponse, error) {
	return &grpc_health_v1.HealthCheckResponse{Status: s}, nil
}

func byService(service string) (*grpc_health_v1.HealthCheckResponse, error) {
	switch service {
	case "", "good":
		return respond(grpc_health_v1.HealthCheckResponse_SERVING)
	case "bad":
		return respond(grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	}
	return nil, status.Error(codes.NotFound, "unknown service")
}

// fail returns the error with the script's code. If the code is 0, it returns an empty
// response.
func (s *Server) fail() (*grpc_health_v1.HealthCheckResponse, error) {
	code, err := strconv.ParseUint(s.script.Code, 10, 32)
	if err != nil {
		return nil, err
	}
	return &grpc_health_v1.HealthCheckResponse{}, status.Error(codes.Code(code), s.script.Message)
}

// describe returns what is recorded of a call.
func describe(ctx context.Context, service string) []string {
	md, _ := metadata.FromIncomingContext(ctx)
	lines := []string{"service: " + service}
	for _, key := range []string{"user-agent", ":authority"} {
		for _, value := range md.Get(key) {
			name := key
			if key == ":authority" {
				name = "authority"
			}
			lines = append(lines, name+": "+value)
		}
	}
	return lines
}
