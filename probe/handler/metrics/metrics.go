// Package metrics counts probes as the kubelet's metrics do.
//
//	c := metrics.New()
//	prometheus.MustRegister(c)
//	c.Counted(metrics.Labels{Kind: probe.Liveness, Pod: "web-0", Namespace: "shop", Container: "app"},
//		probe.Success, 12*time.Millisecond)
//	// prober_probe_total{container="app",…,probe_type="Liveness",result="successful"} 1
//
// It is a package of its own, so that programs without metrics do not link the Prometheus
// client.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/probe"
)

// Labels are the labels of a probe.
type Labels struct {
	Kind      probe.Kind
	Container string
	Pod       string
	Namespace string
	PodUID    types.UID
}

// Collector has the two metrics. It is safe for concurrent use.
type Collector struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

var _ prometheus.Collector = (*Collector)(nil)

// New returns a Collector that has counted nothing.
func New() *Collector {
	return &Collector{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "prober_probe_total",
			Help: "Cumulative number of a liveness, readiness or startup probe for a container by result.",
		}, []string{"probe_type", "result", "container", "pod", "namespace", "pod_uid"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "prober_probe_duration_seconds",
			Help: "Duration in seconds for a probe response.",
		}, []string{"probe_type", "container", "pod", "namespace"}),
	}
}

// Counted counts a pass with its result. took is the time from the beginning of its first
// attempt to the end of its last. Do not count a pass whose attempts all gave errors,
// because it has no result (P67). The duration of a failure is not observed.
func (c *Collector) Counted(of Labels, result probe.Result, took time.Duration) {
	c.total.With(of.total(result)).Inc()
	if result != probe.Failure {
		c.duration.With(of.duration()).Observe(took.Seconds())
	}
}

// Forget drops the series of a probe. Call it when the probe's worker has ended (P34).
func (c *Collector) Forget(of Labels) {
	for _, result := range []probe.Result{probe.Unknown, probe.Success, probe.Failure} {
		c.total.Delete(of.total(result))
	}
	c.duration.Delete(of.duration())
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	c.total.Describe(ch)
	c.duration.Describe(ch)
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	c.total.Collect(ch)
	c.duration.Collect(ch)
}

func (of Labels) duration() prometheus.Labels {
	return prometheus.Labels{
		"probe_type": probeType(of.Kind),
		"container":  of.Container,
		"pod":        of.Pod,
		"namespace":  of.Namespace,
	}
}

func (of Labels) total(result probe.Result) prometheus.Labels {
	labels := of.duration()
	labels["pod_uid"] = string(of.PodUID)
	labels["result"] = resultLabel(result)
	return labels
}

func resultLabel(result probe.Result) string {
	switch result {
	case probe.Success:
		return "successful"
	case probe.Failure:
		return "failed"
	}
	return "unknown"
}

// probeType returns the name of the kind as the kubelet writes it: capitalised.
func probeType(kind probe.Kind) string {
	switch kind {
	case probe.Startup:
		return "Startup"
	case probe.Readiness:
		return "Readiness"
	case probe.Liveness:
		return "Liveness"
	}
	return kind.String()
}
