package main

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/probe/handler/metrics"
)

// countingProber makes probes as a kubelet does, and counts them.
type countingProber struct {
	*handler.Prober
	probes *metrics.Collector
}

func newCountingProber() *countingProber {
	return &countingProber{Prober: handler.New(handler.Options{}), probes: metrics.New()}
}

// Probe makes one attempt. It does not count errors, because they are not results and the
// attempt is made again (P67).
func (p *countingProber) Probe(ctx context.Context, target handler.Target, spec *corev1.Probe) probe.Answer {
	began := time.Now()
	answer := p.Prober.Probe(ctx, target, spec)
	if answer.Err != "" {
		return answer
	}
	result := probe.Success // a warning counts as a success
	if answer.Outcome == probe.OutcomeFailure {
		result = probe.Failure
	}
	name, rest, _ := strings.Cut(target.Pod, "_") // it is NAME_NAMESPACE(UID)
	namespace, uid, _ := strings.Cut(strings.TrimSuffix(rest, ")"), "(")
	p.probes.Counted(metrics.Labels{
		Kind: target.Probe, Container: target.Container, Pod: name, Namespace: namespace, PodUID: types.UID(uid),
	}, result, time.Since(began))
	return answer
}

// forget drops the probes of a pod that is gone.
func (p *countingProber) forget(c *agent.Change) {
	if !c.Gone || c.Status == nil {
		return
	}
	for _, list := range [][]corev1.ContainerStatus{c.Status.ContainerStatuses, c.Status.InitContainerStatuses} {
		for i := range list {
			for _, kind := range []probe.Kind{probe.Startup, probe.Readiness, probe.Liveness} {
				p.probes.Forget(metrics.Labels{
					Kind: kind, Container: list[i].Name, Pod: c.Pod.Name, Namespace: c.Pod.Namespace, PodUID: c.Pod.UID,
				})
			}
		}
	}
}

// podMetrics has the metrics of the present pods, with the names that kube-state-metrics
// uses.
type podMetrics struct{ *pods }

var (
	podPhase = prometheus.NewDesc("kube_pod_status_phase", "The pod's current phase: 1 for the one that it is in.",
		[]string{"namespace", "pod", "uid", "phase"}, nil)
	containerRestarts = prometheus.NewDesc("kube_pod_container_status_restarts_total",
		"The number of container restarts per container.",
		[]string{"namespace", "pod", "uid", "container"}, nil)
	phases = []corev1.PodPhase{corev1.PodPending, corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed,
		corev1.PodUnknown}
)

// Describe implements prometheus.Collector.
func (m *podMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- podPhase
	ch <- containerRestarts
}

// Collect implements prometheus.Collector.
func (m *podMetrics) Collect(ch chan<- prometheus.Metric) {
	for _, pod := range m.Pods() {
		of := []string{pod.Namespace, pod.Name, string(pod.UID)}
		for _, phase := range phases {
			value := 0.0
			if pod.Status.Phase == phase {
				value = 1
			}
			ch <- prometheus.MustNewConstMetric(podPhase, prometheus.GaugeValue, value, append(of, string(phase))...)
		}
		for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
			for i := range list {
				ch <- prometheus.MustNewConstMetric(containerRestarts, prometheus.CounterValue, float64(list[i].RestartCount),
					append(of, list[i].Name)...)
			}
		}
	}
}
