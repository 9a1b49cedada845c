package kubelet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/probe/handler/handlertest"
)

// servers is how many random servers both probe.
const servers = 600

// plays is how often a difference is checked again. Some servers race with their client, so
// that the kubelet itself has more than one answer.
const plays = 8

var source = regexp.MustCompile(`:[0-9]+->`)

// seen is what is compared: the answer, and what the server received.
type seen struct {
	answer      probe.Answer
	requests    [][]string
	connections int
}

func (s seen) String() string {
	return fmt.Sprintf("%v %.300q err %q; %d connections, requests %q", s.answer.Outcome, s.answer.Output, s.answer.Err, s.connections, s.requests)
}

func (s seen) equal(o seen) bool {
	return s.answer == o.answer && s.connections == o.connections && slices.EqualFunc(s.requests, o.requests, slices.Equal)
}

var (
	theirs handler.Handler = New()
	ours   handler.Handler = handler.New(handler.Options{UserAgent: UserAgent()})
)

// play probes a new server. Its port is replaced, because it changes.
func play(t *testing.T, h handler.Handler, script handlertest.Script, seed uint64) seen {
	t.Helper()
	server, err := handlertest.Start(script)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ip := "127.0.0.1"
	if script.Listen == "tcp6" {
		ip = "::1"
	}
	spec := randomProbe(rand.New(rand.NewPCG(seed, 2)), server, script)
	answer := h.Probe(context.Background(), handler.Target{PodIP: ip}, spec)
	server.Await(1, 50*time.Millisecond)
	server.Close()
	port := regexp.MustCompile(fmt.Sprintf(":%d", server.Port()))
	clean := func(s string) string {
		return port.ReplaceAllString(source.ReplaceAllString(s, ":SOURCE->"), ":PORT")
	}
	result := seen{answer: answer, connections: server.Connections()}
	result.answer.Output, result.answer.Err = clean(answer.Output), clean(answer.Err)
	for _, lines := range server.Requests() {
		lines = slices.Clone(lines)
		for i := range lines {
			lines[i] = clean(lines[i])
		}
		result.requests = append(result.requests, lines)
	}
	return result
}

func randomProbe(r *rand.Rand, server *handlertest.Server, script handlertest.Script) *corev1.Probe {
	spec := &corev1.Probe{TimeoutSeconds: 1}
	switch {
	case script.GRPC != "":
		spec.GRPC = &corev1.GRPCAction{Port: int32(server.Port()), Service: pick(r, nil, new(""), new("good"), new("bad"), new("other"))}
	case r.IntN(16) == 0:
		spec.TCPSocket = &corev1.TCPSocketAction{Port: intstr.FromInt(server.Port())}
	default:
		spec.HTTPGet = randomAction(r, server, script.Listen)
	}
	return spec
}

func TestOursAndTheirsGiveTheSameAnswers(t *testing.T) {
	for i := range servers {
		seed := uint64(i)
		t.Run(fmt.Sprintf("seed-%d", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			script := randomServer(r)
			if seed%16 == 0 {
				script = handlertest.Script{Listen: "tcp", GRPC: pick(r, "serving", "not-serving", "status-99", "by-service", "by-service", "no-health", "slow")}
			}
			compare(t, script, seed)
		})
	}
}

// compare plays until both agree, which means until one has given an answer that the other
// has also given.
func compare(t *testing.T, script handlertest.Script, seed uint64) {
	t.Helper()
	var their, our []seen
	for range plays {
		their = append(their, play(t, theirs, script, seed))
		our = append(our, play(t, ours, script, seed))
		for _, a := range our {
			if slices.ContainsFunc(their, a.equal) {
				return
			}
		}
	}
	t.Errorf("script %+.600v\n ours:   %v\n theirs: %v", script, our[0], their[0])
}
