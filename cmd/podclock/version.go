package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// kubelet is the release whose rules the engine follows.
const kubelet = "v1.36"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Prints the version, and the kubelet's whose rules are played",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			version := "(devel)"
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			fmt.Fprintf(cmd.OutOrStdout(), "podclock %s, rules of kubelet %s, %s %s/%s\n", version, kubelet, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
