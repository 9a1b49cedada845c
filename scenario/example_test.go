package scenario_test

import (
	"fmt"
	"os"

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
	// story.yaml:5: expect.restarts of pod default/web: want 0, got 4
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
