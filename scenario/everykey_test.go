package scenario

import (
	"os"
	"regexp"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
)

// A key that the parser reads is in the scenario that uses every key, and in the
// documentation.
func TestEveryFactAndEveryKeyOfARunIsUsedAndDocumented(t *testing.T) {
	keys := map[string]bool{}
	for key := range factReaders {
		keys[key] = true
	}
	for key := range (value{}).runFields(&corev1.Container{}, &podclock.ScriptRun{}) {
		keys[key] = true
	}
	for _, file := range []string{"testdata/scenarios/every-key.yaml", "doc.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for key := range keys {
			if !regexp.MustCompile(`\b` + key + `\b`).Match(text) {
				t.Errorf("%s: add it to %s", key, file)
			}
		}
	}
}
