package expand

import "testing"

func TestAWordIsExpandedAsTheKubeletDoes(t *testing.T) { // P99
	env := map[string]string{"A": "a", "EMPTY": "", "REF": "$(A)", "A)": "never", "": "nameless"}
	value := func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
	for _, c := range []struct{ word, want string }{
		{"", ""},
		{"plain", "plain"},
		{"$(A)", "a"},
		{"x$(A)y$(A)", "xaya"},
		{"$(EMPTY)", ""},
		{"$(OTHER)", "$(OTHER)"},
		{"$()", "nameless"},
		{"$$(A)", "$(A)"},
		{"$$$(A)", "$a"},
		{"$$$$(A)", "$$(A)"},
		{"$$", "$"},
		{"$(REF)", "$(A)"}, // references in a value stay as they are
		{"$(A", "$(A"},
		{"$A", "$A"},
		{"${A}", "${A}"},
		{"$", "$"},
		{"end$", "end$"},
		{"$($(A))", "$($(A))"},
		{"$\u00fc$(A)", "$\u00fca"},
		{"$\xff", "$\uFFFD"},
		{"cost: 5$ $(A)", "cost: 5$ a"},
	} {
		if got := Word(c.word, value); got != c.want {
			t.Errorf("%q became %q, want %q", c.word, got, c.want)
		}
	}
}
