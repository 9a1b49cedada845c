package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// kubelet is the Kubernetes release whose rules podclock follows.
const kubelet = "v1.36"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Prints the version, and the kubelet's whose rules are played",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("podclock version: %q stands alone; remove it", args[0])
			}
			return nil
		},
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), version()) },
	}
}

func version() string {
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return fmt.Sprintf("podclock %s, rules of kubelet %s, %s %s/%s", version, kubelet, runtime.Version(), runtime.GOOS,
		runtime.GOARCH)
}
