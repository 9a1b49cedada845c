//go:build unix

package process

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// limits are what a cgroup enforces. If 0, there is no limit.
type limits struct {
	Memory int64 `json:",omitempty"` // bytes
	CPU    int64 `json:",omitempty"` // thousandths
}

func limitsOf(list corev1.ResourceList) limits {
	return limits{Memory: list.Memory().Value(), CPU: list.Cpu().MilliValue()}
}

// A CPU limit is a quota of each period, as the kubelet sets it, in
// microseconds.
const (
	cpuPeriod   = 100_000
	minCPUQuota = 1_000
)

// setting is a value for a file of a cgroup. The file is missing without its
// controller. If controller is empty, the file is also missing with some
// kernels, and that does no harm.
type setting struct{ controller, file, value string }

func (l limits) settings() (list []setting) {
	if l.Memory > 0 {
		// As with a kubelet, the kernel kills all processes of the container or none,
		// and the container cannot escape to swap.
		list = append(list, setting{"memory", "memory.max", strconv.FormatInt(l.Memory, 10)},
			setting{"", "memory.oom.group", "1"}, setting{"", "memory.swap.max", "0"})
	}
	if l.CPU > 0 {
		quota := max(l.CPU*cpuPeriod/1000, minCPUQuota)
		list = append(list, setting{"cpu", "cpu.max", fmt.Sprintf("%d %d", quota, cpuPeriod)})
	}
	return list
}
