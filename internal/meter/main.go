// Command meter prints figures of the code's structure for each package, as a Markdown
// table. docs/design.md keeps those before and after a change of the structure.
//
//	go run ./internal/meter        # this module
//	go run ./internal/meter DIR    # another tree
//
// It reads syntax only. Tests, testdata folders and nested modules do not count. The
// same tree gives the same bytes.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := run(os.Stdout, dir); err != nil {
		fmt.Fprintln(os.Stderr, "meter:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, dir string) error {
	packages, err := measure(dir)
	if err != nil {
		return err
	}
	return table(w, packages)
}
