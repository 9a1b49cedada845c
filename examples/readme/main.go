// Command readme is the example of the README.
package main

import (
	"io"
	"log"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

func main() {
	if err := play(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func play(w io.Writer) error {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "app", Image: "web:1",
		LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromInt32(80)}}},
	}}}}
	result, err := podclock.Run(podclock.Options{
		Pods: []podclock.Pod{{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{
			{Liveness: podclock.Steps{{From: 25 * time.Second, Reply: podclock.Hang()}}}, // the first run hangs
			{}, // the next one is well
		}}}},
		For: time.Hour,
	})
	if err != nil {
		return err
	}
	return result.Timeline.WriteTable(w, timeline.Table{})
}
