package scenario

import (
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// What the engine does not model is no reason to refuse a manifest that the
// API server takes.
func TestRealManifestsLoadUnchanged(t *testing.T) {
	files, err := filepath.Glob("testdata/manifests/*")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d manifests (%v); want at least 15", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			m, err := ReadManifest(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range m.Objects() {
				pod, err := o.Pod()
				if err != nil {
					t.Fatalf("%s: %v", o, err)
				}
				if pod.Name == "" || pod.Namespace == "" || len(pod.Spec.Containers) == 0 {
					t.Errorf("%s: pod %s/%s with %d containers", o, pod.Namespace, pod.Name, len(pod.Spec.Containers))
				}
			}
		})
	}
}

// A manifest alone is a story: its apps are well, and the pod gets Ready or,
// if its readiness gate is set by nobody, at least runs.
func TestRealManifestsRunUnchanged(t *testing.T) {
	files, _ := filepath.Glob("testdata/manifests/*")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, err := Read(file, "")
			if err != nil {
				t.Fatal(err)
			}
			result, err := s.Run()
			if err != nil {
				t.Fatal(err)
			}
			pod := result.Pods[0]
			if s.objects[0].kind.ends() {
				if pod.Status.Phase != corev1.PodSucceeded {
					t.Errorf("a job is %s", pod.Status.Phase)
				}
				return
			}
			if pod.Status.Phase != corev1.PodRunning || timelineOf(result, pod).Restarts() > 0 {
				t.Errorf("%s %+v", pod.Status.Phase, pod.Columns)
			}
			if gates := s.Options.Pods[0].Manifest.Spec.ReadinessGates; !isReady(&pod.Status) && len(gates) == 0 {
				t.Errorf("not ready: %+v", pod.Columns)
			}
		})
	}
}
