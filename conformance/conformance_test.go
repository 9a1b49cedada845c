package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/podclock/podclock/conformance/internal/corpus"
)

// corpora returns the files in testdata with records of a kind.
func corpora(t *testing.T, kind string) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/kubelet-traces/" + kind + ".jsonl.gz")
	if kind == "recordings" {
		paths, err = filepath.Glob("testdata/kubelet-recordings/*.gz")
	}
	if err != nil || len(paths) == 0 {
		t.Fatalf("no corpus of kind %s under testdata (%v)", kind, err)
	}
	return paths
}

func TestTheEngineDoesWhatTheKubeletWasRecordedDoing(t *testing.T) {
	for _, kind := range Kinds() {
		for _, path := range corpora(t, kind) {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				file, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				var explanation strings.Builder
				report, err := Replay(kind, &explanation, file)
				if err != nil {
					t.Fatal(err)
				}
				if report.Scenarios == 0 || report.Mismatches != 0 {
					t.Errorf("%s\n%s", explanation.String(), report)
				}
			})
		}
	}
}

// tampered is how many records of a corpus are tampered with. It is enough to meet every
// field that a kind records.
const tampered = 60

var errEnough = errors.New("enough records")

func TestATamperedRecordIsReported(t *testing.T) {
	for _, kind := range kinds {
		if kind.Name == "recordings" {
			continue // not every field of these is compared: see recordings_test.go
		}
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			file, err := os.Open(corpora(t, kind.Name)[0])
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			seen := map[string]bool{}
			records := 0
			err = each(kind, file, func(record []byte) error {
				tamperEachField(t, kind, record, seen)
				if records++; records == tampered {
					return errEnough
				}
				return nil
			})
			if err != nil && !errors.Is(err, errEnough) {
				t.Fatal(err)
			}
			if len(seen) == 0 {
				t.Fatalf("kind %s: no field to tamper with: does Recorded %q name fields of the record?", kind.Name, kind.Recorded)
			}
		})
	}
}

// tamperEachField changes recorded values, one at a time, and expects a mismatch each time.
// It leaves out fields that were changed in an earlier record.
func tamperEachField(t *testing.T, kind corpus.Kind, record []byte, seen map[string]bool) {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(record, &document); err != nil {
		t.Fatal(err)
	}
	for _, top := range kind.Recorded {
		eachLeaf(document[top], top, func(v any) { document[top] = v }, func(field string, restore any, set func(any)) {
			if seen[field] {
				return
			}
			seen[field] = true
			set(tamper(restore))
			changed, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			set(restore)
			result, err := kind.Replay(changed)
			if result.Mismatch == "" && err == nil {
				t.Errorf("kind %s: %s changed from %v to %v went unnoticed", kind.Name, field, restore, tamper(restore))
			}
		})
	}
}

// eachLeaf calls visit for every scalar in v. visit gets the field without indices, the
// value, and a function that replaces the value.
func eachLeaf(v any, field string, set func(any), visit func(field string, value any, set func(any))) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachLeaf(v[key], field+"."+key, func(n any) { v[key] = n }, visit)
		}
	case []any:
		for i := range v {
			eachLeaf(v[i], field+"[]", func(n any) { v[i] = n }, visit)
		}
	case nil:
	default:
		visit(field, v, set)
	}
}

func tamper(v any) any {
	switch v := v.(type) {
	case bool:
		return !v
	case float64:
		return v + 1
	default:
		return fmt.Sprint(v) + "x"
	}
}

func TestAnUnknownKindIsAnErrorThatNamesTheKnownOnes(t *testing.T) {
	_, err := Replay("weather", nil)
	if err == nil || !strings.Contains(err.Error(), `"weather"`) || !strings.Contains(err.Error(), Kinds()[0]) {
		t.Errorf("Replay of an unknown kind: %v", err)
	}
}

func TestACorpusThatIsNotGzipIsAnError(t *testing.T) {
	if _, err := Replay(Kinds()[0], nil, strings.NewReader("{}\n")); err == nil {
		t.Error("plain text was accepted as a corpus")
	}
}
