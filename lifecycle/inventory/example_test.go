package inventory_test

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

func Example() {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var truth inventory.Truth
	truth.AddSandbox(inventory.Sandbox{ID: 1, Ready: true, IP: "10.0.0.7"})
	truth.Create(inventory.Instance{ID: 2, State: restart.StateCreated})
	truth.Start(2, start)
	seen := truth.Snapshot() // what a kubelet that looks now works with from now on
	truth.Exit(2, inventory.Exit{At: start.Add(time.Minute), Code: 1, Reason: inventory.ExitReason(1, "")})

	now := truth.Snapshot()
	fmt.Println(seen.Newest(0).State, now.Newest(0).State, now.Newest(0).Reason)
	// Output: running exited Error
}
