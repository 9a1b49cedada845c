package restart_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/restart"
)

func Example() {
	never := corev1.ContainerRestartPolicyNever
	container := corev1.Container{
		Name:          "train",
		RestartPolicy: &never,
		RestartPolicyRules: []corev1.ContainerRestartRule{{
			Action: corev1.ContainerRestartRuleActionRestart,
			ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{
				Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42},
			},
		}},
	}
	p := restart.Compile(restart.Regular, corev1.RestartPolicyAlways, &container, restart.Gates{})
	fmt.Println(p.OnExit(42))
	fmt.Println(p.OnExit(1))
	// Output:
	// rule 0: In [42] -> Restart
	// container restartPolicy Never, exit code 1 -> no restart
}

func ExampleBackoff() {
	var b restart.Backoff
	limits := restart.DefaultLimits()
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

	now := start
	for range 4 {
		now = now.Add(5 * time.Second) // the container runs, and exits
		finished := now
		if refusal, refused := b.Check(now, finished, limits); refused {
			fmt.Println(refusal.WaitingMessage("app", "web_default(1)"))
			now = refusal.Until
		}
		b.Advance(now, finished, limits)
		fmt.Println("restart at", now.Sub(start))
	}
	// Output:
	// restart at 5s
	// back-off 10s restarting failed container=app pod=web_default(1)
	// restart at 20s
	// back-off 20s restarting failed container=app pod=web_default(1)
	// restart at 45s
	// back-off 40s restarting failed container=app pod=web_default(1)
	// restart at 1m30s
}
