package scenario_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/podclock/podclock/scenario"
)

// The app exits 5 s after each start; the scenario expects otherwise.
const story = `for: 2m
apps:
  app: {exit: {after: 5s, code: 1}}
expect:
  restarts: 0
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: app, image: web:1}]
`

func Example() {
	s, err := scenario.Parse("story.yaml", []byte(story), "", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := s.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := scenario.WriteSummary(os.Stdout, result); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Check(result))
	// Output:
	// default/web after 2m: Running, Error, 0/1 ready
	//   first ready  +0s
	//   time ready   25s of 2m
	//   restarts     4 (app 4)
	//   waits for    the end of app's back-off of 1m20s, counted from the end of run 4 (R20), for 25s so far, 55s more at most
	// story.yaml:5: expect.restarts of pod default/web: want 0, got 4
}

// What came of each pod, for a program to judge.
func ExampleSummarize() {
	s, err := scenario.Parse("story.yaml", []byte(story), "", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := s.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pod := range scenario.Summarize(result) {
		fmt.Printf("%s: %s, ready for %v", pod.Pod, pod.Status, pod.TimeReady.Duration)
		for _, c := range pod.Containers {
			fmt.Printf(", %s restarted %d times", c.Name, c.Restarts)
		}
		fmt.Println()
	}
	// Output: default/web: Error, ready for 25s, app restarted 4 times
}

// What another program writes, such as kubectl, comes with a name for errors.
func ExampleReadManifestFrom() {
	const input = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: web:1
    livenessProbe: {tcpSocket: {port: htpp}}
`
	m, err := scenario.ReadManifestFrom("standard input", strings.NewReader(input))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, object := range m.Objects() {
		pod, err := object.Pod()
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, warning := range object.Warnings(pod) {
			fmt.Println(warning)
		}
	}
	// Output:
	// standard input:8: spec.containers[0].livenessProbe.tcpSocket.port: Not found: "htpp": container app has no port of that name: the probe errs each time and the container is never restarted for it (P67); write a number, or give a port that name
}

func ExampleManifest_Find() {
	m, err := scenario.ReadManifest("testdata/manifests/web-nginx.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	object, err := m.Find("deploy/storefront")
	if err != nil {
		fmt.Println(err)
		return
	}
	pod, err := object.Pod()
	fmt.Println(object, pod.Spec.Containers[0].LivenessProbe.HTTPGet.Path, err)
	// Output: Deployment/storefront in namespace shop /healthz <nil>
}
