package main

import (
	"strconv"
	"strings"

	"github.com/podclock/podclock/probe"
)

// describe names a probe's handler and target. If there are several handlers, the first in
// the order of P90 counts.
func describe(s *subject, kind probe.Kind) string {
	p := probe.Of(&s.spec, kind)
	to, err := s.target.URL(p)
	switch {
	case p.Exec != nil:
		return "exec " + commandText(p.Exec.Command)
	case p.HTTPGet != nil && err != nil:
		return "httpGet port " + p.HTTPGet.Port.String()
	case p.HTTPGet != nil:
		return "httpGet " + to.String()
	case p.TCPSocket != nil && err != nil:
		return "tcpSocket port " + p.TCPSocket.Port.String()
	case p.TCPSocket != nil:
		return "tcpSocket " + to.Host
	}
	what := "grpc " + to.Host
	if service := p.GRPC.Service; service != nil && *service != "" {
		what += " service " + strconv.Quote(*service)
	}
	return what
}

// commandText formats a command, with quotes around words that need them.
func commandText(command []string) string {
	words := make([]string, len(command))
	for i, word := range command {
		if words[i] = word; word == "" || strings.ContainsAny(word, " \t\n\"'\\") {
			words[i] = strconv.Quote(word)
		}
	}
	return strings.Join(words, " ")
}
