package recordings

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
)

// recordedScript is the behaviour of the containers, images and sandbox of a recorded pod.
// Times are seconds.
type recordedScript struct {
	Containers map[string]struct {
		Runs []recordedRun `json:"runs"`
	} `json:"containers"`
	Images map[string]struct {
		Present bool `json:"present"`
		Pulls   []struct {
			Latency float64 `json:"latency"`
			Error   string  `json:"error"`
			Code    string  `json:"code"`
		} `json:"pulls"`
	} `json:"images"`
	Sandbox struct {
		Errors      []string `json:"errors"`
		Latency     float64  `json:"latency"`
		StopLatency float64  `json:"stopLatency"`
		DiesAfter   float64  `json:"diesAfter"`
	} `json:"sandbox"`
	ReplaceAt    *float64 `json:"replaceAt"`
	ReplaceImage string   `json:"replaceImage"`
}

type recordedRun struct {
	CreateError        string   `json:"createError"`
	StartError         string   `json:"startError"`
	CreateDelay        float64  `json:"createDelay"`
	StartDelay         float64  `json:"startDelay"`
	ExitAfter          *float64 `json:"exitAfter"`
	ExitCode           int32    `json:"exitCode"`
	Reason             string   `json:"reason"`
	TerminationMessage string   `json:"terminationMessage"`
	Term               *struct {
		Ignore   bool    `json:"ignore"`
		After    float64 `json:"after"`
		ExitCode int32   `json:"exitCode"`
	} `json:"term"`
	Exec map[string][]struct {
		From    float64 `json:"from"`
		Exit    int     `json:"exit"`
		Latency float64 `json:"latency"`
		Output  string  `json:"output"`
	} `json:"exec"`
	Servers []struct {
		Kind  string         `json:"kind"`
		Port  int            `json:"port"`
		Steps []recordedStep `json:"steps"`
	} `json:"servers"`
}

type recordedStep struct {
	From     float64 `json:"from"`
	Closed   bool    `json:"closed"`
	Path     string  `json:"path"`
	Status   int     `json:"status"`
	Location string  `json:"location"`
	Body     string  `json:"body"`
	Serving  string  `json:"serving"`
	Latency  float64 `json:"latency"`
}

// apps returns the scripts as behaviours. A container without a script runs for ever.
func (s *recordedScript) apps(pod *corev1.Pod) map[string]podclock.App {
	apps := make(map[string]podclock.App)
	for _, c := range slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers) {
		script := podclock.Script{{}}
		if list := s.Containers[c.Name].Runs; len(list) > 0 {
			script = nil
			for _, r := range list {
				script = append(script, r.run())
			}
		}
		apps[c.Name] = script
	}
	return apps
}

func (r *recordedRun) run() podclock.ScriptRun {
	run := podclock.ScriptRun{
		CreateDelay: secs(r.CreateDelay), StartDelay: secs(r.StartDelay),
		CreateError: r.CreateError, StartError: r.StartError, Exec: make(map[string]podclock.Steps),
	}
	if r.ExitAfter != nil {
		run.Exit = &podclock.Exit{After: secs(*r.ExitAfter), Code: r.ExitCode, Reason: r.Reason,
			Message: r.TerminationMessage}
	}
	if t := r.Term; t != nil {
		run.Term = &podclock.Term{Ignore: t.Ignore, After: secs(t.After), Code: t.ExitCode, Message: r.TerminationMessage}
	}
	for command, steps := range r.Exec {
		for _, s := range steps {
			reply := podclock.ExitStatus(s.Exit, s.Output).After(secs(s.Latency))
			run.Exec[command] = append(run.Exec[command], podclock.Step{From: secs(s.From), Reply: reply})
		}
	}
	for _, s := range r.Servers {
		server := podclock.Server{Kind: podclock.ServerKind(s.Kind), Port: s.Port}
		for _, step := range s.Steps {
			server.Steps = append(server.Steps, podclock.Step{From: secs(step.From), Path: step.Path, Reply: step.reply(s.Kind)})
		}
		run.Servers = append(run.Servers, server)
	}
	return run
}

func (s *recordedStep) reply(kind string) podclock.Reply {
	reply := podclock.OK()
	switch {
	case s.Closed:
		reply = podclock.Refused()
	case kind == "grpc":
		reply = podclock.Serving(s.Serving)
	case kind == "http" && s.Location != "":
		reply = podclock.Redirect(s.Status, s.Location, s.Body)
	case kind == "http" && s.Status != 0:
		reply = podclock.HTTP(s.Status, s.Body)
	case kind == "http":
		reply = podclock.HTTP(200, s.Body)
	}
	return reply.After(secs(s.Latency))
}

func (s *recordedScript) sandbox(ip string) podclock.Sandbox {
	box := podclock.Sandbox{Takes: secs(s.Sandbox.Latency), StopTakes: secs(s.Sandbox.StopLatency),
		DiesAfter: secs(s.Sandbox.DiesAfter), IP: ip}
	for _, e := range s.Sandbox.Errors {
		box.Errors = append(box.Errors, rpcError("", e))
	}
	return box
}

func (s *recordedScript) images() map[string]podclock.Image {
	images := make(map[string]podclock.Image)
	for name, image := range s.Images {
		out := podclock.Image{Present: image.Present, Size: 1_000_000}
		for _, p := range image.Pulls {
			pull := podclock.Pull{Takes: secs(p.Latency)}
			if p.Error != "" {
				pull.Error = rpcError(p.Code, p.Error)
			}
			out.Pulls = append(out.Pulls, pull)
		}
		images[name] = out
	}
	return images
}

// rpcError returns an error of the runtime in the kubelet's words.
func rpcError(code, text string) string {
	if code == "" {
		code = "Unknown"
	}
	return "rpc error: code = " + code + " desc = " + text
}
