package scenario

import (
	"path/filepath"
	"testing"
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
