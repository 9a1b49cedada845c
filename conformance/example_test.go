package conformance_test

import (
	"fmt"
	"os"

	"github.com/podclock/podclock/conformance"
)

func Example() {
	corpus, err := os.Open("testdata/kubelet-traces/validate.jsonl.gz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer corpus.Close()
	report, err := conformance.Replay("validate", os.Stdout, corpus)
	fmt.Println(report, err)
	// Output:
	// replay: validate: 2000 scenarios, 0 mismatches <nil>
}
