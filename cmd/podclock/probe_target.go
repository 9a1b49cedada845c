package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
)

// describe names a probe's handler and target, in the order of P90. It is for
// the reader: what is sent is the handler's affair.
func describe(s *subject, kind probe.Kind) string {
	switch p := probe.Of(&s.spec, kind); {
	case p.Exec != nil:
		return "exec " + commandText(p.Exec.Command)
	case p.HTTPGet != nil:
		get := p.HTTPGet
		return fmt.Sprintf("httpGet %s://%s/%s", strings.ToLower(string(get.Scheme)),
			s.address(get.Host, get.Port), strings.TrimPrefix(get.Path, "/"))
	case p.TCPSocket != nil:
		return "tcpSocket " + s.address(p.TCPSocket.Host, p.TCPSocket.Port)
	default:
		what := "grpc " + s.address("", intstr.FromInt32(p.GRPC.Port))
		if service := p.GRPC.Service; service != nil && *service != "" {
			what += " service " + strconv.Quote(*service)
		}
		return what
	}
}

// address is where a probe with that host and port goes. A name that no port of
// the container has stays as written (P96).
func (s *subject) address(host string, port intstr.IntOrString) string {
	if host == "" {
		host = s.target.PodIP
	}
	number := port.String()
	for _, p := range s.target.Ports {
		if port.Type == intstr.String && p.Name == port.StrVal {
			number = strconv.Itoa(int(p.ContainerPort))
			break
		}
	}
	return net.JoinHostPort(host, number)
}

// commandText is a command with its words told apart.
func commandText(command []string) string {
	words := make([]string, len(command))
	for i, word := range command {
		if words[i] = word; word == "" || strings.ContainsAny(word, " \t\n\"'\\") {
			words[i] = strconv.Quote(word)
		}
	}
	return strings.Join(words, " ")
}
