package conformance

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/podclock/podclock/conformance/internal/recordings"
)

// comparedFields has the compared fields of an entry, by its kind.
var comparedFields = map[string][]string{
	"status": {"t", "status"},
	"event":  {"t", "type", "reason", "message", "fieldPath"},
	"cri":    {"t", "call", "container", "attempt", "detail.timeout", "detail.command", "detail.image"},
	"probe":  {"t", "container", "detail.result", "detail.probe", "detail.output"},
	"api":    {"status"},

	"finished": {"t"},
}

func TestATamperedRecordingIsReported(t *testing.T) {
	for _, batch := range []string{"b", "c"} {
		t.Run(batch, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			pods := 0
			err := eachRecordedPod("testdata/kubelet-recordings/batch-"+batch+".json.gz", func(record []byte) error {
				tamperRecording(t, record, seen)
				if pods++; pods == tampered {
					return errEnough
				}
				return nil
			})
			if err != nil && !errors.Is(err, errEnough) {
				t.Fatal(err)
			}
			if !seen["finished.t"] {
				t.Error("no end of a pod was tampered with")
			}
			if len(seen) < 40 {
				t.Errorf("only %d fields were tampered with: %v", len(seen), slices.Sorted(maps.Keys(seen)))
			}
		})
	}
}

func eachRecordedPod(path string, yield func([]byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	return recordings.Split(plain, yield)
}

// tamperRecording changes the compared fields, one at a time, and expects a mismatch each
// time. It leaves out fields that were changed in an earlier recording.
func tamperRecording(t *testing.T, record []byte, seen map[string]bool) {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(record, &document); err != nil {
		t.Fatal(err)
	}
	before, err := recordings.Replay(record)
	if err != nil || before.Mismatch != "" {
		return // a known mismatch
	}
	for _, e := range document["entries"].([]any) {
		entry := e.(map[string]any)
		kind := entry["kind"].(string)
		if !whollyCompared(entry) {
			continue
		}
		for _, field := range comparedFields[kind] {
			parent, key := within(entry, field)
			if parent == nil {
				continue
			}
			eachLeaf(parent[key], kind+"."+field, func(v any) { parent[key] = v }, func(path string, restore any, set func(any)) {
				if seen[path] {
					return
				}
				seen[path] = true
				set(tamperEntry(path, restore))
				expectMismatch(t, document, fmt.Sprintf("%s of %v", path, document["scenario"]))
				set(restore)
			})
		}
	}
}

// whollyCompared reports whether an entry is compared as a whole. Polled statuses, and calls
// and patches of which the replay knows less, are not.
func whollyCompared(entry map[string]any) bool {
	switch entry["kind"] {
	case "status":
		return entry["how"] == "watch"
	case "api":
		return entry["call"] == "patch status"
	case "probe":
		result := entry["detail"].(map[string]any)["result"]
		return result != "error" && result != "success" // the output of a success is not logged
	case "cri":
		return entry["call"] != "PullImage"
	}
	return true
}

// within returns the part of an entry that has a field such as "detail.timeout", and the
// last name of the field.
func within(entry map[string]any, field string) (map[string]any, string) {
	head, rest, nested := strings.Cut(field, ".")
	if nested {
		inner, ok := entry[head].(map[string]any)
		if !ok {
			return nil, ""
		}
		return within(inner, rest)
	}
	if _, ok := entry[head]; !ok {
		return nil, ""
	}
	return entry, head
}

// tamperEntry changes a value by more than the tolerance.
func tamperEntry(path string, v any) any {
	switch v := v.(type) {
	case float64:
		if strings.HasSuffix(path, ".t") {
			return v - 2*recordings.Slack
		}
	case string:
		if recordings.SecondsApart(v, v) == 0 {
			return "2001-01-01T00:00:00Z"
		}
		if strings.HasSuffix(path, "containerID") {
			return v // an identity: see the next test
		}
	}
	return tamper(v)
}

func expectMismatch(t *testing.T, document map[string]any, what string) {
	t.Helper()
	if strings.Contains(what, "containerID") {
		return
	}
	changed, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	result, err := recordings.Replay(changed)
	if err == nil && result.Mismatch == "" {
		t.Errorf("a change of %s went unnoticed", what)
	}
}

func TestARecordedEntryTooManyOrTooFewIsReported(t *testing.T) {
	err := eachRecordedPod("testdata/kubelet-recordings/batch-b.json.gz", func(record []byte) error {
		var document map[string]any
		if err := json.Unmarshal(record, &document); err != nil {
			return err
		}
		entries := document["entries"].([]any)
		for _, kind := range []string{"cri", "event", "status"} {
			at := slices.IndexFunc(entries, func(e any) bool { return e.(map[string]any)["kind"] == kind })
			document["entries"] = slices.Delete(slices.Clone(entries), at, at+1)
			expectMismatch(t, document, "a missing "+kind)
			document["entries"] = slices.Insert(slices.Clone(entries), at, entries[at])
			if kind != "status" { // equal neighbours are left out
				expectMismatch(t, document, "a doubled "+kind)
			}
		}
		return errEnough
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
}

func TestEveryKnownRecordingStillDiffers(t *testing.T) {
	known := maps.Clone(recordings.Known)
	for _, batch := range []string{"a", "b", "c", "d"} {
		err := eachRecordedPod("testdata/kubelet-recordings/batch-"+batch+".json.gz", func(record []byte) error {
			var pod recordings.Pod
			if err := json.Unmarshal(record, &pod); err != nil {
				return err
			}
			name := pod.Scenario + " " + batch
			if _, ok := known[name]; !ok {
				return nil
			}
			result, err := recordings.Replay(record)
			if err == nil && result.Known != "" {
				delete(known, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(known) > 0 {
		t.Errorf("these agree by now, or are gone: %v", slices.Sorted(maps.Keys(known)))
	}
}
