package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/probe/handler/handlertest"
)

// Kind is one probe of one server or command.
var Kind = corpus.Kind{Name: "handlers", Recorded: []string{"output"}, Replay: corpus.Exact(replayHandlers)}

// handlersRecord is one probe of one server or command.
type handlersRecord struct {
	Name   string              `json:"name"`
	Probe  json.RawMessage     `json:"probe"`
	Server *handlertest.Script `json:"server"`
	Output handlersOutput      `json:"output"`
	Others []handlersOutput    `json:"others"`
}

// handlersProbe is a probe with the ports of the server.
type handlersProbe struct {
	HTTPGet        *corev1.HTTPGetAction         `json:"httpGet"`
	TCPSocket      *corev1.TCPSocketAction       `json:"tcpSocket"`
	GRPC           *corev1.GRPCAction            `json:"grpc"`
	Exec           *scriptedExec                 `json:"exec"`
	PodIP          string                        `json:"podIP"`
	TimeoutMs      int                           `json:"timeoutMs"`
	ContainerPorts map[string]intstr.IntOrString `json:"containerPorts"`
}

// handlersOutput is the result of a probe and what the server saw of it.
type handlersOutput struct {
	Result       string     `json:"result"`
	Output       string     `json:"output"`
	OutputLength int        `json:"outputLength"`
	Error        string     `json:"error"`
	Duration     string     `json:"duration"`
	Requests     [][]string `json:"requests"`
	Connections  int        `json:"connections"`
}

// A probe takes real time, and a real machine is sometimes too slow. Then it is played
// again. The last play has a long time-out if the record has an answer. A server that acts
// before it has read the request races with its client, as net/http does with its own
// time-out. The kubelet then has several answers, of which a record may have only some.
const (
	plays      = 4
	racedPlays = 32
	patience   = time.Minute
)

// replayHandlers plays the record's probe until its result is that of one of the recorded
// plays.
func replayHandlers(record []byte) (string, error) {
	var r handlersRecord
	if err := json.Unmarshal(record, &r); err != nil {
		return "", err
	}
	recorded := append([]handlersOutput{r.Output}, r.Others...)
	races := len(r.Others) > 0 || r.Server != nil && (r.Server.Greet != "" || r.Server.OnOpen != "")
	limit := plays
	if races {
		limit = racedPlays
	}
	var got handlersOutput
	for range limit {
		var err error
		if got, err = r.play(0); err != nil {
			return "", err
		}
		if slices.ContainsFunc(recorded, got.agrees) {
			return "", nil
		}
		slow := slices.ContainsFunc(recorded, got.agreesButForTime) ||
			got.Duration == "timeout" && r.Output.Duration != "timeout"
		if !races && !slow {
			break
		}
	}
	if got.Duration != "fast" && r.Output.Duration != "timeout" {
		patient, err := r.play(patience)
		if err != nil || slices.ContainsFunc(recorded, patient.agreesButForTime) {
			return "", err
		}
	}
	return fmt.Sprintf("%s\n  engine:  %+v\n  kubelet: %+v", r.Name, got, recorded), nil
}

// brokenConnection is the text that net/http puts before an error that it finds after
// writing the request.
const brokenConnection = "net/http: HTTP/1.x transport connection broken: "

var reset = regexp.MustCompile(`read tcp \S+->\S+: read: connection reset by peer`)

// forgetRace replaces the words of an output that depend on the machine by those of the
// records. A greeting that is not HTTP comes before or after the request. So does the end of
// a connection that is closed unread.
func forgetRace(script handlertest.Script, output string) string {
	if script.Greet != "" {
		output = strings.Replace(output, brokenConnection+"malformed HTTP response", "malformed HTTP response", 1)
	}
	if script.OnOpen == "close" {
		output = reset.ReplaceAllString(output, "EOF")
	}
	return output
}

// agrees reports whether two outputs are equal.
func (o handlersOutput) agrees(with handlersOutput) bool {
	return o.Duration == with.Duration && o.Connections == with.Connections && o.agreesButForTime(with)
}

// agreesButForTime reports whether two outputs are equal except for what depends on the
// speed of the machine: the duration, and how often a gRPC client tried.
func (o handlersOutput) agreesButForTime(with handlersOutput) bool {
	return o.Result == with.Result && o.Output == with.Output && o.OutputLength == with.OutputLength &&
		o.Error == with.Error && slices.EqualFunc(o.Requests, with.Requests, slices.Equal)
}

// kubelet has the settings of the kubelet that was recorded.
var kubelet = handler.New(handler.Options{})

// play starts the record's server and probes it once. If timeout is 0, it is that of the
// record.
func (r *handlersRecord) play(timeout time.Duration) (handlersOutput, error) {
	script := handlertest.Script{Listen: "none"}
	if r.Server != nil {
		script = *r.Server
	}
	server, err := handlertest.Start(script)
	if err != nil {
		return handlersOutput{}, err
	}
	defer server.Close()
	ports := handlersPorts{server.Port(), server.SecondPort()}
	p, err := ports.putInto(r.Probe)
	if err != nil {
		return handlersOutput{}, err
	}
	if timeout != 0 {
		p.TimeoutMs = int(timeout.Milliseconds())
	}
	start := time.Now()
	answer := kubelet.Probe(context.Background(), p.target(), p.spec(ports.main))
	took := time.Since(start)
	server.Await(r.Output.Connections, time.Second)
	server.Close()
	output := forgetRace(script, answer.Output)
	return handlersOutput{
		Result:       answer.Outcome.String(),
		Output:       ports.takeOut(cutOutput(output)),
		OutputLength: len(output),
		Error:        ports.takeOut(answer.Err),
		Duration:     durationClass(took, time.Duration(p.TimeoutMs)*time.Millisecond),
		Requests:     ports.requests(server.Requests()),
		Connections:  server.Connections(),
	}, nil
}

func (p *handlersProbe) target() handler.Target {
	target := handler.Target{PodIP: p.PodIP, Exec: p.Exec}
	for _, name := range slices.Sorted(maps.Keys(p.ContainerPorts)) {
		port := p.ContainerPorts[name]
		target.Ports = append(target.Ports, corev1.ContainerPort{Name: name, ContainerPort: int32(port.IntValue())})
	}
	return target
}

func (p *handlersProbe) spec(port int) *corev1.Probe {
	spec := &corev1.Probe{TimeoutSeconds: int32(p.TimeoutMs / 1000)}
	switch {
	case p.Exec != nil:
		spec.Exec = &corev1.ExecAction{Command: p.Exec.unexpanded()}
	case p.GRPC != nil:
		p.GRPC.Port = int32(port)
		spec.GRPC = p.GRPC
	default:
		spec.HTTPGet, spec.TCPSocket = p.HTTPGet, p.TCPSocket
	}
	return spec
}

// scriptedExec runs a command as a process or does what the record says.
type scriptedExec struct {
	Command  []string `json:"command"`
	Output   string   `json:"output"`
	Repeat   int      `json:"repeat"`
	ExitCode int      `json:"exitCode"`
	Fail     string   `json:"fail"`
}

// unexpanded returns a probe's command that expands to the recorded one. The record is of
// the handler, which gets the expanded command (P99).
func (e *scriptedExec) unexpanded() []string {
	if len(e.Command) == 0 {
		return []string{"cmd"}
	}
	command := slices.Clone(e.Command)
	for i := range command {
		command[i] = strings.ReplaceAll(command[i], "$", "$$")
	}
	return command
}

func (e *scriptedExec) Exec(ctx context.Context, container string, command []string,
	timeout time.Duration) ([]byte, error) {
	if len(e.Command) > 0 {
		return handler.LocalExec{BreakPipe: true}.Exec(ctx, container, command, timeout)
	}
	output := []byte(strings.Repeat(e.Output, max(e.Repeat, 1)))
	switch {
	case e.Fail == "timeout":
		return output, handler.ErrTimeout
	case e.Fail != "":
		return output, errors.New("exec failed")
	case e.ExitCode != 0:
		return output, &handler.ExitError{Command: command, Code: e.ExitCode}
	}
	return output, nil
}

// durationClass returns the class of a duration in the records.
func durationClass(took, timeout time.Duration) string {
	switch {
	case took < 150*time.Millisecond:
		return "fast"
	case took >= timeout*95/100:
		return "timeout"
	}
	return "slow"
}

// cutOutput shortens an output as the records do.
func cutOutput(output string) string {
	if len(output) <= 600 {
		return output
	}
	return output[:200] + "…"
}

// handlersPorts has the ports of one play. The records call them {port} and {port2}.
type handlersPorts struct {
	main, second int
}

// putInto decodes a probe with the ports in it.
func (ports handlersPorts) putInto(probe json.RawMessage) (*handlersProbe, error) {
	main := strconv.Itoa(ports.main)
	probe = bytes.ReplaceAll(probe, []byte(`"{port}"`), []byte(main))
	probe = bytes.ReplaceAll(probe, []byte(`{portString}`), []byte(main))
	var p handlersProbe
	return &p, json.Unmarshal(probe, &p)
}

var (
	sourcePort  = regexp.MustCompile(`:[0-9]+->`)
	grpcVersion = regexp.MustCompile(`grpc-go/[0-9.]+`)
)

// takeOut replaces the ports of the play in a text by the names in the records.
func (ports handlersPorts) takeOut(text string) string {
	text = sourcePort.ReplaceAllString(text, ":{ephemeral}->")
	return strings.NewReplacer(
		":"+strconv.Itoa(ports.main), ":{port}",
		":"+strconv.Itoa(ports.second), ":{port2}",
	).Replace(text)
}

// recordedGRPC is the version of the gRPC library that was recorded. A client sends the
// version of its own library (P115).
const recordedGRPC = "grpc-go/1.79.3"

func (ports handlersPorts) requests(seen [][]string) [][]string {
	var requests [][]string
	for _, lines := range seen {
		lines = slices.Clone(lines)
		for i, line := range lines {
			lines[i] = grpcVersion.ReplaceAllString(ports.takeOut(line), recordedGRPC)
		}
		requests = append(requests, lines)
	}
	return requests
}
