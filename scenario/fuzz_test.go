package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func addFiles(f *testing.F, patterns ...string) {
	f.Helper()
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s (%v)", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}

// placed fails the test if a single error in err has no file, line or message.
func placed(t *testing.T, err error) {
	t.Helper()
	for _, e := range flatten(err) {
		var at *Error
		if !errors.As(e, &at) || at.Line < 1 || at.File == "" || at.Msg == "" {
			t.Errorf("%#v has no place", e)
		}
	}
}

// Any manifest gives pods, or errors with a place.
func FuzzManifest(f *testing.F) {
	addFiles(f, "testdata/manifests/*")
	f.Add([]byte("apiVersion: v1\nkind: List\nitems: [{kind: Pod, apiVersion: v1, metadata: {name: a}, spec: {x: &a [*b]}}]\n"))
	f.Add([]byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":1}}{"kind":"PodList","items":[[]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest("m.yaml", data)
		placed(t, err)
		if err != nil {
			return
		}
		for _, e := range m.Warnings() {
			placed(t, e)
		}
		for _, o := range m.Objects() {
			pod, err := o.Pod()
			placed(t, err)
			if err == nil {
				placed(t, o.Locate(validate(pod)))
			}
			if (pod == nil) == (err == nil) {
				t.Errorf("%s: pod %v, error %v", o, pod, err)
			}
		}
	})
}

// Any scenario can be played, or gives errors with a place.
func FuzzScenario(f *testing.F) {
	addFiles(f, "testdata/scenarios/*", "../examples/*/scenario.yaml")
	manifest := []byte(podWith("          readinessProbe: {httpGet: {port: 80}}\n"))
	open := func(string) ([]byte, error) { return manifest, nil }
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("s.yaml", data, "", open)
		placed(t, err)
		if err == nil && len(s.Options.Pods) == 0 {
			t.Error("a scenario without pods and without an error")
		}
	})
}
