package rules

import (
	"strings"
	"testing"
)

func TestTamperedBackOffParametersAreReported(t *testing.T) {
	const record = `{"id":0,"config":{"featureGates":{},"baseUs":10000000,"maxUs":300000000,"gc":false},"runs":[],"steps":[]}`
	for _, row := range []struct{ old, new string }{
		{`"baseUs":10000000`, `"baseUs":10000001`},
		{`"maxUs":300000000`, `"maxUs":60000000`},
	} {
		mismatch, err := replayBackoff([]byte(strings.Replace(record, row.old, row.new, 1)))
		if err != nil || mismatch == "" {
			t.Errorf("%s went unnoticed (%v)", row.new, err)
		}
	}
	if mismatch, err := replayBackoff([]byte(record)); err != nil || mismatch != "" {
		t.Errorf("the record as it was: %q, %v", mismatch, err)
	}
}

func TestARecordThatCannotBeUnderstoodIsAnError(t *testing.T) {
	for _, record := range []string{
		`{"id":0,"config":{"featureGates":{"Weather":true}}}`,
		`{"id":0,"config":{"maxContainerRestartPeriod":"400s"}}`,
		`{"id":0,"config":{"maxContainerRestartPeriod":"soon"}}`,
		`{"id":0,"config":{"baseUs":10000000,"maxUs":300000000},"runs":[{"end":"vanish"}]}`,
		`{"id":0,"surprise":1}`,
	} {
		if _, err := replayBackoff([]byte(record)); err == nil {
			t.Errorf("%s: no error", record)
		}
	}
}
