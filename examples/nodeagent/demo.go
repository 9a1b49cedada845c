package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// demoName is the name under which the manifests run this executable.
const demoName = "demo"

// installDemo makes a link to this executable in a directory.
func installDemo(dir string) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	link := filepath.Join(dir, demoName) // the link may be to an executable that is gone, as that of "go run" is
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink(executable, link)
}

// demo is several programs in one, as busybox is: "demo web -delay 4s".
func demo(args []string, out io.Writer) error {
	programs := map[string]func(ctx context.Context, delay time.Duration, out io.Writer) error{"web": web,
		"grpc": grpcServer, "job": job}
	if len(args) == 0 || programs[args[0]] == nil {
		return errors.New("name a program: web, grpc or job")
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	f.SetOutput(out)
	delay := f.Duration("delay", 0, "how long web takes to start, and job to fail")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return programs[args[0]](ctx, *delay, out)
}

// listen listens on the pod's address.
func listen(port string) (net.Listener, error) {
	ip := os.Getenv("POD_IP")
	if ip == "" {
		return nil, errors.New("POD_IP is not set: give it to the container by fieldRef status.podIP")
	}
	return net.Listen("tcp", net.JoinHostPort(ip, port))
}

// web is a server that starts slowly, and that a request can make ill.
func web(ctx context.Context, delay time.Duration, out io.Writer) error {
	listener, err := listen("8080")
	if err != nil {
		return err
	}
	warmAt := time.Now().Add(delay)
	var ill atomic.Value // how it is ill, until a restart
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{how}", func(w http.ResponseWriter, r *http.Request) {
		ill.Store(r.PathValue("how"))
		fmt.Fprintln(w, "from now on:", r.PathValue("how"))
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case ill.Load() == "hang":
			<-r.Context().Done() // the client has given up
		case ill.Load() == "fail":
			http.Error(w, "this server fails", http.StatusInternalServerError)
		case time.Now().Before(warmAt):
			http.Error(w, "warming up", http.StatusServiceUnavailable)
		default:
			fmt.Fprintln(w, "hello from", os.Getenv("POD_NAME"))
		}
	})
	server := &http.Server{Handler: guard(mux), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	fmt.Fprintln(out, "listening on", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// grpcServer answers the standard health check for the service "demo".
func grpcServer(ctx context.Context, _ time.Duration, out io.Writer) error {
	listener, err := listen("9090")
	if err != nil {
		return err
	}
	server, checks := grpc.NewServer(), health.NewServer()
	checks.SetServingStatus("demo", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(server, checks)
	defer context.AfterFunc(ctx, server.GracefulStop)()
	fmt.Fprintln(out, "listening on", listener.Addr())
	return server.Serve(listener)
}

// job fails after some work and says why in its termination message.
func job(ctx context.Context, delay time.Duration, out io.Writer) error {
	fmt.Fprintln(out, "working for", delay)
	select {
	case <-ctx.Done():
		return errors.New("asked to stop before the work was done")
	case <-time.After(delay):
	}
	const why = "the database does not answer"
	return errors.Join(errors.New(why), os.WriteFile(os.Getenv("TERMINATION_MESSAGE_PATH"), []byte(why), 0o600))
}
