package main

import (
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
)

// record is the script command `record DIR`. It records half a minute of a pod that crashes
// 5 s after each start.
func record(ts *testscript.TestScript, _ bool, args []string) {
	manifest := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:v1"}}},
	}
	recorder, err := flight.NewRecorder(flight.Options{Dir: ts.MkAbs(args[0])})
	ts.Check(err)
	template, err := lifecycle.Compile(manifest, lifecycle.Config{})
	ts.Check(err)
	track, timing := recorder.Track(lifecycle.Config{}, &lifecycle.IdealTiming)
	machine := lifecycle.New(template, lifecycle.Identity{Namespace: "default", Name: "web", UID: "1"}, timing, podclock.Epoch)
	_, err = podclock.Run(podclock.Options{
		Pods: []podclock.Pod{{Manifest: manifest, Apps: map[string]podclock.App{
			"app": podclock.Script{{Exit: &podclock.Exit{After: 5 * time.Second, Code: 1}}},
		}}},
		For: 30 * time.Second,
		Tap: func(tap podclock.Tap) {
			if tap.Action == nil {
				track.Step(machine, tap.At, tap.Events...)
			}
		},
	})
	ts.Check(err)
	ts.Check(recorder.Err())
	ts.Check(recorder.Close())
}

// truncate is the script command `truncate FILE TO`. It copies a file without its last three
// bytes.
func truncate(ts *testscript.TestScript, _ bool, args []string) {
	data := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(data[:len(data)-3]), 0o600))
}
