//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// serverVariable tells the child process that it must be the servers.
const serverVariable = "PODCLOCK_COST_SERVER"

// servers is the process that is probed.
type servers struct {
	process    *exec.Cmd
	stdin      io.Closer
	http, grpc int
}

// startServers starts this program once more, as the servers. They end when their standard
// input ends.
func startServers() (*servers, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverVariable+"=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &servers{process: cmd, stdin: stdin}
	_, err = fmt.Fscan(stdout, &s.http, &s.grpc)
	return s, err
}

func (s *servers) stop() {
	s.stdin.Close()
	s.process.Wait()
}

// serve is the child process: a plain HTTP server and a gRPC health server.
func serve() {
	web, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		panic(err)
	}
	rpc, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(web.Addr().(*net.TCPAddr).Port, rpc.Addr().(*net.TCPAddr).Port)
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	go server.Serve(rpc)
	go http.Serve(web, handlers())
	io.Copy(io.Discard, os.Stdin)
}

func handlers() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })
	mux.HandleFunc("/failing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	mux.HandleFunc("/chunked", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "ok")
		w.(http.Flusher).Flush()
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	return mux
}

// floor returns the minimum that every client needs: it connects, writes and reads once if
// there is something to write, and closes, directly with system calls.
func floor(port int, request []byte) func(ip string) error {
	buffer := make([]byte, 4096)
	return func(ip string) error {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		defer syscall.Close(fd)
		to := &syscall.SockaddrInet4{Port: port}
		copy(to.Addr[:], net.ParseIP(ip).To4())
		if err := syscall.Connect(fd, to); err != nil || request == nil {
			return err
		}
		if _, err := syscall.Write(fd, request); err != nil {
			return err
		}
		n, err := syscall.Read(fd, buffer)
		if err == nil && n == 0 {
			return fmt.Errorf("port %s closed without an answer", strconv.Itoa(port))
		}
		return err
	}
}
