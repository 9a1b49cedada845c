package unittest

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/scenario"
	"github.com/podclock/podclock/timeline"
)

// play runs the billing pod of the manifest for ten minutes.
func play(t *testing.T, app podclock.App) timeline.Container {
	t.Helper()
	result, err := podclock.Run(podclock.Options{
		Pods: []podclock.Pod{{Manifest: manifest(t), Apps: map[string]podclock.App{"billing": app}}},
		For:  10 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	billing, err := result.Timeline.Container("billing", "billing")
	if err != nil {
		t.Fatal(err)
	}
	return billing
}

// manifest returns what is deployed, so that the test tests exactly that.
func manifest(t *testing.T) *corev1.Pod {
	t.Helper()
	m, err := scenario.ReadManifest("deployment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	object, err := m.Find("Deployment/billing")
	if err != nil {
		t.Fatal(err)
	}
	pod, err := object.Pod()
	if err != nil {
		t.Fatal(err)
	}
	return pod
}

// listensAfter returns an app that needs some time before its port is open.
func listensAfter(d time.Duration) podclock.App {
	return podclock.Script{{Probes: podclock.Steps{{Reply: podclock.Refused()}, {From: d, Reply: podclock.OK()}}}}
}

func TestASlowStartOfTwoMinutesIsSurvived(t *testing.T) {
	billing := play(t, listensAfter(2*time.Minute))
	if kills := billing.Kills(); len(kills) > 0 {
		t.Errorf("killed: %+v; raise startupProbe.failureThreshold", kills)
	}
	if at, ever := billing.FirstReady(); !ever || at > 2*time.Minute+10*time.Second {
		t.Errorf("first ready after %s (%v); want it within 10s of listening", at, ever)
	}
}

func TestAnAppThatNeverListensIsGivenUpAfterThreeMinutes(t *testing.T) {
	billing := play(t, listensAfter(time.Hour))
	kills := billing.Kills()
	if len(kills) == 0 || kills[0].At > 3*time.Minute {
		t.Errorf("kills: %+v; want the first within 3m", kills)
	}
}

func TestAHangIsDetectedWithinHalfAMinute(t *testing.T) {
	billing := play(t, podclock.Script{{Liveness: podclock.Steps{{From: 3 * time.Minute, Reply: podclock.Hang()}}}})
	found := billing.Detections()
	if len(found) == 0 || !found[0].Found || found[0].After() > 32*time.Second {
		t.Errorf("detections: %+v; want one within 32s, three failures and a time-out", found)
	}
}

func TestAShortStallDoesNotRestartTheApp(t *testing.T) {
	billing := play(t, podclock.Script{{Probes: podclock.Steps{
		{Reply: podclock.OK()},
		{From: 3 * time.Minute, Reply: podclock.OK().After(5 * time.Second)},
		{From: 3*time.Minute + 15*time.Second, Reply: podclock.OK()},
	}}})
	if billing.EverKilled() {
		t.Errorf("killed: %+v", billing.Kills())
	}
}
