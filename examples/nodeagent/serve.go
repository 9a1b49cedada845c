package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// missedLooks is how many missed looks in a row mean that the node is not healthy.
const missedLooks = 10

// newServer returns a server like that of a kubelet's read-only port.
func newServer(pods *pods, s *source, p *countingProber) *http.Server {
	registry := prometheus.NewRegistry()
	registry.MustRegister(p.probes, &podMetrics{pods})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /pods", func(w http.ResponseWriter, _ *http.Request) { servePods(w, pods) })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { serveHealth(w, s) })
	host, _, _ := net.SplitHostPort(s.listen) // parse has checked it
	return &http.Server{Handler: guard(mux, host), ReadHeaderTimeout: 10 * time.Second}
}

func servePods(w http.ResponseWriter, pods *pods) {
	list := corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}, Items: []corev1.Pod{}}
	for _, pod := range pods.Pods() {
		list.Items = append(list.Items, *pod)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(&list) // fails only if the client has gone
}

// serveHealth answers well as long as the manifests are read.
func serveHealth(w http.ResponseWriter, s *source) {
	if age := s.age(); age > missedLooks*s.interval {
		http.Error(w, fmt.Sprintf("the manifests were last read %s ago", age.Round(time.Second)),
			http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "ok")
}
