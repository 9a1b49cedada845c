package wire

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type record struct {
	Text   string            `json:"text"`
	Span   Duration          `json:"span"`
	At     time.Time         `json:"at"`
	Labels map[string]string `json:"labels,omitempty"`
	Inner  *record           `json:"inner,omitempty"`
	List   []string          `json:"list,omitempty"`
	Raw    []byte            `json:"raw,omitempty"`
}

func TestAValueComesBackAsItWas(t *testing.T) {
	at := time.Date(2026, time.March, 1, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	want := func() *record {
		return &record{
			Text: "cut in the middle of a \xc3", Span: math.MaxInt64, At: at, List: []string{"base64:", "plain & <simple>"},
			Labels: map[string]string{"a\xff": "b\xff", "c": "d"}, Inner: &record{Text: "base64:AAAA", Span: -1}, Raw: []byte("base64:\xff"),
		}
	}
	data, err := Marshal(want())
	if err != nil {
		t.Fatal(err)
	}
	var got record
	if err := Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*want(), got); diff != "" {
		t.Errorf("%s\n%s", data, diff)
	}
	if got.At.Location() != time.UTC {
		t.Errorf("a time comes back in %v", got.At.Location())
	}
	if again, _ := Marshal(want()); string(again) != string(data) {
		t.Errorf("the same value gives\n%s\nand\n%s", data, again)
	}
}

func TestATextIsWrittenAsItIsReadByAHuman(t *testing.T) {
	data, err := Marshal(&record{Text: "a < b & c", Span: Duration(90 * time.Second), At: time.Unix(0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"text":"a < b & c","span":"1m30s","at":"1970-01-01T00:00:00.000000001Z"}`; string(data) != want {
		t.Errorf("%s, want %s", data, want)
	}
}

func TestWhatWasNotWrittenHereIsRefused(t *testing.T) {
	for data, want := range map[string]string{
		`{"text":"a"`:             "unexpected EOF",
		`{"text":"a"} {}`:         "something follows the end",
		`{"other":"a"}`:           `unknown field "other"`,
		`{"text":1}`:              "byte 9 of 10",
		`{"span":"soon"}`:         "invalid duration",
		`{"text":"base64:?"}`:     "illegal base64",
		`{"at":"2026-01-01"}`:     "parsing time",
		`{"list":["base64:AAA"]}`: "illegal base64",
		`{"inner":{"text":"base`:  "unexpected EOF",
	} {
		if err := Unmarshal([]byte(data), &record{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", data, err, want)
		}
	}
}

func TestATimeThatJSONCannotHoldIsAnError(t *testing.T) {
	if _, err := Marshal(&record{At: time.Unix(1<<40, 0)}); err == nil {
		t.Error("the year 36812 was written")
	}
}

type digit uint8

func (d digit) String() string { return string('0' + rune(d)) }

func TestNamesOfAClosedSet(t *testing.T) {
	for want := range digit(10) {
		b, err := Name(want, 9)
		if err != nil {
			t.Fatal(err)
		}
		var got digit
		if err := Parse(b, &got, 9); err != nil || got != want {
			t.Errorf("%s is read as %v (%v)", b, got, err)
		}
	}
	if b, err := Name(digit(10), 9); err == nil {
		t.Errorf("a value out of range is named %s", b)
	}
	var d digit
	if err := Parse([]byte(":"), &d, 9); err == nil {
		t.Errorf("the name of a value out of range is read as %v", d)
	}
}
