package agent

import (
	"testing"

	"github.com/podclock/podclock/lifecycle"
)

func TestAStaticPodsNameGoesToTheNextInLine(t *testing.T) {
	names := staticNames{}
	var pods [3]*pod
	for i := range pods {
		pods[i] = &pod{identity: lifecycle.Identity{Namespace: "default", Name: "web"}}
		if taken := names.claim(pods[i]); taken != (i > 0) {
			t.Errorf("pod %d: the name is taken: %v", i, taken)
		}
	}
	if next := names.release(pods[1]); next != nil {
		t.Error("a pod that only waited gave the name away")
	}
	if next := names.release(pods[0]); next != pods[2] {
		t.Errorf("the name went to %p; want the one pod that waits, %p", next, pods[2])
	}
	if next := names.release(pods[0]); next != nil {
		t.Error("a pod gave the name away twice")
	}
	if next := names.release(pods[2]); next != nil || len(names) != 0 {
		t.Errorf("after the last pod the name goes to %p, and %d names are remembered; want none", next, len(names))
	}
}
