package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler/metrics"
)

var web = metrics.Labels{Kind: probe.Liveness, Container: "app", Pod: "web-0", Namespace: "shop", PodUID: "u-1"}

func TestProbesAreCountedByResultWithTheKubeletsLabels(t *testing.T) {
	c := metrics.New()
	readiness := web
	readiness.Kind = probe.Readiness
	c.Counted(web, probe.Success, 20*time.Millisecond)
	c.Counted(web, probe.Success, 3*time.Second)
	c.Counted(web, probe.Failure, time.Second)
	c.Counted(readiness, probe.Failure, time.Second)
	const want = `
# HELP prober_probe_total Cumulative number of a liveness, readiness or startup probe for a container by result.
# TYPE prober_probe_total counter
prober_probe_total{container="app",namespace="shop",pod="web-0",pod_uid="u-1",probe_type="Liveness",result="failed"} 1
prober_probe_total{container="app",namespace="shop",pod="web-0",pod_uid="u-1",probe_type="Liveness",result="successful"} 2
prober_probe_total{container="app",namespace="shop",pod="web-0",pod_uid="u-1",probe_type="Readiness",result="failed"} 1
# HELP prober_probe_duration_seconds Duration in seconds for a probe response.
# TYPE prober_probe_duration_seconds histogram
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="0.005"} 0
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="0.01"} 0
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="0.025"} 1
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="0.05"} 1
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="0.1"} 1
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="0.25"} 1
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="0.5"} 1
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="1"} 1
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="2.5"} 1
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="5"} 2
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="10"} 2
prober_probe_duration_seconds_bucket{container="app",namespace="shop",pod="web-0",probe_type="Liveness",le="+Inf"} 2
prober_probe_duration_seconds_sum{container="app",namespace="shop",pod="web-0",probe_type="Liveness"} 3.02
prober_probe_duration_seconds_count{container="app",namespace="shop",pod="web-0",probe_type="Liveness"} 2
`
	if err := testutil.CollectAndCompare(c, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestAForgottenProbeHasNoSeries(t *testing.T) { // P34
	c := metrics.New()
	startup := web
	startup.Kind = probe.Startup
	for _, result := range []probe.Result{probe.Unknown, probe.Success, probe.Failure} {
		c.Counted(web, result, time.Second)
		c.Counted(startup, result, time.Second)
	}
	c.Forget(web)
	if n := testutil.CollectAndCount(c, "prober_probe_total"); n != 3 {
		t.Errorf("%d counters, want those of the startup probe", n)
	}
	c.Forget(startup)
	if n := testutil.CollectAndCount(c); n != 0 {
		t.Errorf("%d series are left", n)
	}
}

func TestTheCollectorPassesTheLinterOfPrometheus(t *testing.T) {
	c := metrics.New()
	c.Counted(web, probe.Success, time.Second)
	if problems, err := testutil.CollectAndLint(c); err != nil || len(problems) > 0 {
		t.Errorf("problems %v, %v", problems, err)
	}
	if err := prometheus.NewRegistry().Register(c); err != nil {
		t.Error(err)
	}
}
