package podclock_test

import (
	"fmt"
	"log"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// web returns a pod with one container, whose liveness probe has the defaults: one probe
// every 10 s, and a kill after 3 failures.
func web() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "app:v1",
			LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{
				HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(8080)},
			}},
		}}},
	}
}

// How long does it take until a hanging app is restarted?
func Example() {
	result, err := podclock.Run(podclock.Options{
		Pods: []podclock.Pod{{
			Manifest: web(),
			Apps: map[string]podclock.App{
				"app": podclock.Script{
					{Liveness: podclock.Steps{{From: 25 * time.Second, Reply: podclock.Hang()}}},
					{}, // the second run works well
				},
			},
		}},
		For: 2 * time.Minute,
	})
	if err != nil {
		log.Fatal(err)
	}
	app, err := result.Timeline.Container("web", "app")
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range app.Detections() {
		fmt.Println("hangs at", d.Trouble, "killed at", d.Kill, "after", d.After())
	}
	if err := result.Timeline.WriteTable(os.Stdout, timeline.Table{Width: 120}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// hangs at 25s killed at 51s after 26s
	// TIME  READY  STATUS             RESTARTS  WHAT
	// +0s   0/1    ContainerCreating  0         phase Pending
	// +0s   0/1    ContainerCreating  0         PodReadyToStartContainers=True
	// +0s                                       app: started (run 0)
	// +0s   1/1    Running            0         phase Pending to Running, app started, app ready, Ready=True
	// +25s                                      app: the app fails its liveness probe from here on: hang
	// +31s                                      app: liveness: failures 1 to 2 of 3: Get "http://10.244.0.2:8080/healthz":
	//                                             context deadline exceeded (Client.Timeout exceeded while awaiting headers)
	//                                             (x2 until +41s)
	// +51s                                      app: liveness: failure 3 of 3: Get "http://10.244.0.2:8080/healthz": context
	//                                             deadline exceeded (Client.Timeout exceeded while awaiting headers)
	// +51s                                      app: kill: Container app failed liveness probe, will be restarted
	// +51s                                      app: stop signal, SIGKILL after 30s (run 0)
	// +51s                                      app: exited with 143, Error (run 0)
	// +51s                                      app: restarted: killed for its liveness probe, whatever the code (R39); no
	//                                             back-off: it counts from the end of the run before, and there is none (R26)
	// +51s                                      app: started (run 1)
	// +51s  1/1    Running            1         app restart count 1
}

// A simulation can be stopped at any time, inspected, changed and rewound.
func ExampleSimulation() {
	s, err := podclock.New(podclock.Options{Pods: []podclock.Pod{{Manifest: web()}}})
	if err != nil {
		log.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	must(s.RunFor(time.Minute))
	before := s.Clone()
	must(s.Inject(podclock.Crash{Container: "app", Code: 1}))
	must(s.RunFor(time.Minute))
	must(before.RunFor(time.Minute))
	fmt.Println("crashed:  ", restarts(s.Timeline()), "restart")
	fmt.Println("rewound:  ", restarts(before.Timeline()), "restarts")
	// Output:
	// crashed:   1 restart
	// rewound:   0 restarts
}

// restarts returns how often the containers of the pod web were restarted.
func restarts(t *timeline.Timeline) int {
	pod, err := t.Pod("web")
	if err != nil {
		log.Fatal(err)
	}
	return pod.Restarts()
}

// random is an app in code: one probe in ten fails, depending on the seed.
type random struct{ podclock.Healthy }

func (random) Probe(c *podclock.Call, _ podclock.ProbeKind) podclock.Reply {
	if c.Rand.IntN(10) == 0 {
		return podclock.Fail("bad luck")
	}
	return podclock.OK()
}

func ExampleApp() {
	result, err := podclock.Run(podclock.Options{
		Pods: []podclock.Pod{{Manifest: web(), Apps: map[string]podclock.App{"app": random{}}}},
		For:  24 * time.Hour,
		Seed: 7,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("restarts in a day:", restarts(result.Timeline))
	// Output:
	// restarts in a day: 5
}
