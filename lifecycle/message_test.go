package lifecycle_test

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
)

func TestC10WhereATerminationMessageComesFrom(t *testing.T) {
	var lines strings.Builder
	for n := range 100 {
		fmt.Fprintln(&lines, n)
	}
	eighty := lines.String()[strings.Index(lines.String(), "20\n"):]
	long := strings.Repeat("a", 3000) + strings.Repeat("z", 4096)
	readFile, fallBack := corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError
	for _, test := range []struct {
		name   string
		policy corev1.TerminationMessagePolicy
		end    lifecycle.Event
		want   string
	}{
		{"the file", readFile, lifecycle.Event{ExitCode: 1, Message: "bye", LogTail: "log\n"}, "bye"},
		{"its last 4096 bytes", readFile, lifecycle.Event{ExitCode: 1, Message: long}, long[3000:]},
		{"no logs by the policy File", readFile, lifecycle.Event{ExitCode: 1, LogTail: "log\n"}, ""},
		{"nor by the default", "", lifecycle.Event{ExitCode: 1, LogTail: "log\n"}, ""},
		{"the logs", fallBack, lifecycle.Event{ExitCode: 1, LogTail: "log\n"}, "log\n"},
		{"the file before them", fallBack, lifecycle.Event{ExitCode: 1, Message: "bye", LogTail: "log\n"}, "bye"},
		{"not those of a success", fallBack, lifecycle.Event{LogTail: "log\n"}, ""},
		{"not even of one that was OOMKilled", fallBack, lifecycle.Event{ExitReason: "OOMKilled", LogTail: "log\n"}, ""},
		{"not those of what could not be run", fallBack, lifecycle.Event{ExitCode: 128, ExitReason: "ContainerCannotRun", LogTail: "log\n"}, ""},
		{"80 lines of them", fallBack, lifecycle.Event{ExitCode: 1, LogTail: lines.String()}, eighty},
		{"of which the last has no end", fallBack, lifecycle.Event{ExitCode: 1, LogTail: lines.String() + "x"}, eighty[len("20\n"):] + "x"},
		{"2048 bytes of them", fallBack, lifecycle.Event{ExitCode: 1, LogTail: long}, long[len(long)-2048:]},
		{"the runtime's message before the file", readFile, lifecycle.Event{ExitCode: 1, Message: "bye", RuntimeMessage: "killed"}, "killed: bye"},
		{"and before the logs", fallBack, lifecycle.Event{ExitCode: 1, LogTail: "log\n", RuntimeMessage: "killed"}, "killed: log\n"},
		{"and alone", fallBack, lifecycle.Event{ExitCode: 1, RuntimeMessage: "killed"}, "killed"},
	} {
		pod := simplePod()
		pod.Spec.RestartPolicy, pod.Spec.Containers[0].TerminationMessagePolicy = corev1.RestartPolicyNever, test.policy
		s := newShell(t, pod, nil)
		s.give(lifecycle.Event{})
		test.end.Type, test.end.Instance = lifecycle.ContainerExited, s.running()
		record, _ := s.pod.FactRecord(s.now, &test.end)
		s.give(test.end)
		got := s.pod.Status().ContainerStatuses[0].State.Terminated.Message
		if got != test.want || record.Message != test.want {
			t.Errorf("%s: %q, and on the timeline %q; want %q", test.name, got, record.Message, test.want)
		}
	}
}

func TestC10TheContainersOfAPodShareTheRoomForTheirMessages(t *testing.T) {
	pod := simplePod()
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	for i := range 3 {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: fmt.Sprintf("other-%d", i), Image: "other:1"})
	}
	s := newShell(t, pod, nil)
	s.give(lifecycle.Event{})
	instances := s.pod.Runtime().Instances
	long := strings.Repeat("a", 2000) + strings.Repeat("z", 2000)
	s.give(lifecycle.Event{Type: lifecycle.ContainerExited, Instance: instances[len(instances)-1].ID, ExitCode: 1, Message: long})
	if got := s.pod.Status().ContainerStatuses[0].State.Terminated.Message; got != long[:12288/4] {
		t.Errorf("%d bytes; want the first %d", len(got), 12288/4)
	}
}
