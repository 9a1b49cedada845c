package podclock_test

import (
	"go/token"
	"strings"
	"testing"
)

// Each row breaks one rule of the layering test, which must find that.
func TestTheLayeringTestSeesEachBreach(t *testing.T) {
	for _, c := range []struct{ what, pkg, src, want string }{
		{"a clock", "probe", `import "time"; var t = time.Now()`, "take now as an argument"},
		{"a clock under another name", "probe", `import clk "time"; var t = clk.Since`, "take now as an argument"},
		{"a sleep", "restart", `import "time"; func f() { time.Sleep(1) }`, "time.Sleep"},
		{"a goroutine", "probe", `func f() { go f() }`, "let the shell run it"},
		{"a channel", "probe", `func f(chan int) {}`, "return a value"},
		{"a select", "probe", `func f() { select {} }`, "return a value"},
		{"hidden chance", "lifecycle", `import "math/rand/v2"; var n = rand.IntN(3)`, "seeded *rand.Rand"},
		{"a map's order", "podphase", `func f(m map[int]int) (last int) { for k := range m { last = k }; return }`, "sorted slice"},
		{"a map's order without a reason", "podphase", "func f(m map[int]int) (n int) {\n\tfor _, v := range m { //podclock:unordered:\n\t\tn += v\n\t}\n\treturn\n}", "sorted slice"},
		{"the environment", "probe", `import "os"; var e = os.Args`, "let a shell act"},
		{"a lock", "timeline", `import "sync"; var l sync.Mutex`, "let a shell act"},
		{"a context", "lifecycle", `import _ "context"`, "let a shell act"},
		{"a foreign library", "lifecycle", `import _ "example.com/x"`, "let a shell act"},
		{"an arrow up", "probe", `import _ "github.com/podclock/podclock/lifecycle"`, "lower level"},
		{"an arrow sideways", "lifecycle/agent", `import _ "github.com/podclock/podclock"`, "lower level"},
		{"a second clock", "", `import _ "github.com/benbjohnson/clock"`, "only lifecycle/agent"},
		{"a second network client", "scenario", `import _ "net/http"`, "only probe/handler"},
		{"gRPC", "lifecycle/agent", `import _ "google.golang.org/grpc/codes"`, "only probe/handler"},
		{"a part's field", "lifecycle", "import \"github.com/podclock/podclock/lifecycle/internal/pleg\"\nfunc f(g *pleg.Generator) { g.Seen = nil }", "give that a method"},
		{"a part that knows the door", "lifecycle/internal/pleg", `import _ "github.com/podclock/podclock/lifecycle"`, "lower level"},
		{"a package without a level", "utils", ``, "has no level"},
	} {
		t.Run(c.what, func(t *testing.T) {
			findings := check(t, c.pkg, c.src)
			if len(findings) != 1 || !strings.Contains(findings[0], c.want) {
				t.Errorf("found %q; want one finding with %q", findings, c.want)
			}
		})
	}
}

func TestTheLayeringTestLetsPassWhatIsRight(t *testing.T) {
	for _, c := range []struct{ what, pkg, src string }{
		{"an arrow down", "lifecycle", `import _ "github.com/podclock/podclock/probe"`},
		{"time as a value", "probe", `import "time"; func f(now time.Time) time.Time { return now.Add(time.Second) }`},
		{"a method named as a clock's function", "probe", "import \"time\"\nvar t time.Time\nvar a = t.After(t)"},
		{"seeded chance", "lifecycle", `import "math/rand/v2"; func f(r *rand.Rand) int { return r.IntN(3) }`},
		{"a range with its reason", "probe", "func f(m map[int]int) (n int) {\n\t//podclock:unordered: a sum\n\tfor _, v := range m { n += v }\n\treturn\n}"},
		{"an example that serves", "examples/nodeagent", "import _ \"net/http\"\nimport _ \"google.golang.org/grpc\""},
		{"a range over a slice", "probe", `func f(m []int) (n int) { for _, v := range m { n += v }; return }`},
	} {
		t.Run(c.what, func(t *testing.T) {
			if findings := check(t, c.pkg, c.src); len(findings) != 0 {
				t.Errorf("found %q; want nothing", findings)
			}
		})
	}
}

// check applies the rules of a package to one source file.
func check(t *testing.T, pkg, src string) []string {
	t.Helper()
	s := &source{path: pkg, fset: token.NewFileSet()}
	s.parse(t, "x.go", "package x\n"+src)
	findings := checkImports(s)
	if core[pkg] && len(findings) == 0 {
		s.typecheck(t, listAll(t))
		findings = append(checkPurity(s), checkWrites(s)...)
	}
	return findings
}
