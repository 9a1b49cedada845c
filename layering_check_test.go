package podclock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// source is one package of the module: its syntax without tests, and its types.
type source struct {
	path  string // below the module
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

// listed is the output of `go list` for a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles, Imports        []string
}

var goList = sync.OnceValues(func() (map[string]listed, error) {
	cmd := exec.Command("go", "list", "-deps", "-export", "-json=ImportPath,Dir,Export,GoFiles,Imports", "./...")
	cmd.Stderr = new(bytes.Buffer)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, cmd.Stderr)
	}
	all := map[string]listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all[p.ImportPath] = p
	}
})

func listAll(t *testing.T) map[string]listed {
	t.Helper()
	all, err := goList()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// below returns the part of an import path below the module. It returns false for
// paths of other modules.
func below(importPath string) (string, bool) {
	if importPath == module {
		return "", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// loadPackages parses every package of the module and type-checks the core.
func loadPackages(t *testing.T) []*source {
	t.Helper()
	all := listAll(t)
	var sources []*source
	for importPath, l := range all {
		if path, ours := below(importPath); ours {
			s := &source{path: path, fset: token.NewFileSet()}
			for _, name := range l.GoFiles {
				s.parse(t, filepath.Join(l.Dir, name), nil)
			}
			if core[path] {
				s.typecheck(t, all)
			}
			sources = append(sources, s)
		}
	}
	slices.SortFunc(sources, func(a, b *source) int { return strings.Compare(a.path, b.path) })
	return sources
}

func (s *source) parse(t *testing.T, name string, src any) {
	t.Helper()
	f, err := parser.ParseFile(s.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	s.files = append(s.files, f)
}

func (s *source) typecheck(t *testing.T, all map[string]listed) {
	t.Helper()
	lookup := func(path string) (io.ReadCloser, error) { return os.Open(all[path].Export) }
	s.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(s.fset, "gc", lookup)}
	if _, err := conf.Check(module+"/"+s.path, s.fset, s.files, s.info); err != nil {
		t.Fatal(err)
	}
}

// findingf formats a finding with the position it is about.
func (s *source) findingf(pos token.Pos, format string, args ...any) string {
	p := s.fset.Position(pos)
	name := p.Filename
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, name); err == nil {
			name = rel
		}
	}
	return fmt.Sprintf("%s:%d: %s", name, p.Line, fmt.Sprintf(format, args...))
}

// checkImports finds imports that the levels forbid.
func checkImports(s *source) []string {
	level, ok := levelOf(s.path)
	if !ok {
		return []string{fmt.Sprintf("package %s has no level: add it to levels in layering_test.go, and to the architecture", s.path)}
	}
	var findings []string
	for _, f := range s.files {
		for _, imp := range f.Imports {
			path, _ := strconv.Unquote(imp.Path.Value) // parsed, so quoted
			if why := forbidden(s.path, level, path); why != "" {
				findings = append(findings, s.findingf(imp.Pos(), "%s imports %s: %s", orRoot(s.path), path, why))
			}
		}
	}
	return findings
}

func orRoot(pkg string) string {
	if pkg == "" {
		return "podclock"
	}
	return pkg
}

// forbidden returns why a package may not import a path, and the cure. It returns
// "" if it may.
func forbidden(pkg string, level int, path string) string {
	if lower, ours := below(path); ours {
		if got, ok := levelOf(lower); !ok || got >= level {
			return fmt.Sprintf("an arrow goes only to a lower level (%d to %d): move what is needed down, or pass it in", level, got)
		}
		return ""
	}
	isTest := strings.HasPrefix(pkg, "conformance") // its programs only test
	isUser := strings.HasPrefix(pkg, "examples/")   // its programs stand for a user's code
	switch {
	case path == "github.com/benbjohnson/clock" && pkg != "lifecycle/agent" && !isTest:
		return "only lifecycle/agent has a clock: take the time as an argument"
	case (path == "net/http" || strings.HasPrefix(path, "google.golang.org/grpc")) && !strings.HasPrefix(pkg, "probe/handler") && !isTest && !isUser:
		return "only probe/handler talks to the network: hand it the request as data"
	case core[pkg] && !allowedInCore(path):
		return "the core is pure and small: take what it gives as an argument, and let a shell act"
	}
	return ""
}

// hidden lists the standard packages that read the clock, the machine or chance
// behind the caller's back, or that only make sense with goroutines.
var hidden = []string{"context", "crypto", "database", "embed", "log", "math/rand", "net", "os", "plugin", "runtime", "sync", "syscall", "testing", "unsafe"}

func allowedInCore(path string) bool {
	switch {
	case path == "math/rand/v2": // only what takes a seed; checkPurity looks at each use
		return true
	case path == "net/url": // parses text and opens nothing
		return true
	case strings.HasPrefix(path, "k8s.io/api/"), strings.HasPrefix(path, "k8s.io/apimachinery/"), path == "sigs.k8s.io/yaml":
		return true
	case strings.Contains(strings.Split(path, "/")[0], "."):
		return false
	}
	return !slices.ContainsFunc(hidden, func(h string) bool { return path == h || strings.HasPrefix(path, h+"/") })
}

// banned lists the functions of package time that read or run a clock.
var banned = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

// seeded lists the names of math/rand/v2 whose results depend on a given seed only.
var seeded = []string{"New", "NewPCG", "NewChaCha8", "Rand", "PCG", "ChaCha8", "Source"}

// unordered begins a comment beside a range over a map. The reason why the order
// cannot reach a result follows it.
const unordered = "//podclock:unordered: "

// checkPurity finds clocks, hidden chance, goroutines and map order in a core
// package: with any of them a run could not be repeated.
func checkPurity(s *source) []string {
	var findings []string
	add := func(n ast.Node, format string, args ...any) {
		findings = append(findings, s.findingf(n.Pos(), format, args...))
	}
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				add(n, "a goroutine in the core: return an action and let the shell run it")
			case *ast.ChanType, *ast.SendStmt, *ast.SelectStmt:
				add(n, "a channel in the core: return a value")
			case *ast.SelectorExpr:
				if why := s.impure(n); why != "" {
					add(n, "%s", why)
				}
			case *ast.RangeStmt:
				if s.rangesOverMap(n) && !s.hasReason(f, n) {
					add(n, "a range over a map in the core: range over a sorted slice, or say beside it why order cannot matter (%s…)", unordered)
				}
			}
			return true
		})
	}
	return findings
}

// checkWrites finds assignments to fields of a part of the pod machine outside
// that part. The fields are exported only so that they can be written as JSON; a
// part keeps its invariants in its own methods.
func checkWrites(s *source) []string {
	var findings []string
	check := func(e ast.Expr) {
		field, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok {
			return
		}
		v, ok := s.info.Uses[field.Sel].(*types.Var)
		if !ok || !v.IsField() {
			return
		}
		if owner, ours := below(v.Pkg().Path()); ours && owner != s.path && strings.HasPrefix(owner, parts) {
			findings = append(findings, s.findingf(e.Pos(), "%s is %s's to write: give that a method", field.Sel.Name, owner))
		}
	}
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					check(e)
				}
			case *ast.IncDecStmt:
				check(n.X)
			}
			return true
		})
	}
	return findings
}

// parts is the folder of the parts of the pod machine.
const parts = "lifecycle/internal/"

func (s *source) impure(n *ast.SelectorExpr) string {
	id, ok := n.X.(*ast.Ident)
	if !ok {
		return ""
	}
	pkg, ok := s.info.Uses[id].(*types.PkgName)
	if !ok {
		return ""
	}
	switch path := pkg.Imported().Path(); {
	case path == "time" && slices.Contains(banned, n.Sel.Name):
		return "time." + n.Sel.Name + " in the core: take now as an argument, publish a Deadline"
	case path == "math/rand/v2" && !slices.Contains(seeded, n.Sel.Name):
		return "rand." + n.Sel.Name + " draws from a hidden source: take a seeded *rand.Rand"
	}
	return ""
}

func (s *source) rangesOverMap(n *ast.RangeStmt) bool {
	t := s.info.TypeOf(n.X)
	if t == nil {
		return false
	}
	_, isMap := t.Underlying().(*types.Map)
	return isMap
}

// hasReason reports whether a comment on the statement's line or the one above
// says why the map's order does not matter.
func (s *source) hasReason(f *ast.File, n ast.Node) bool {
	line := s.fset.Position(n.Pos()).Line
	for _, group := range f.Comments {
		for _, c := range group.List {
			at := s.fset.Position(c.Pos()).Line
			if reason, ok := strings.CutPrefix(c.Text, unordered); ok && reason != "" && (at == line || at == line-1) {
				return true
			}
		}
	}
	return false
}

// checkClosure finds network clients among all packages that a package links. It
// stops at k8s.io, since apimachinery itself imports net/http.
func checkClosure(t *testing.T, pkg string) []string {
	t.Helper()
	all := listAll(t)
	root := strings.TrimSuffix(module+"/"+pkg, "/")
	from := map[string]string{root: ""}
	queue := []string{root}
	var findings []string
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if path == "net/http" || strings.HasPrefix(path, "google.golang.org/grpc") {
			findings = append(findings, fmt.Sprintf("%s links %s through %s: break the import", orRoot(pkg), path, from[path]))
			continue
		}
		if strings.HasPrefix(path, "k8s.io/") && path != root {
			continue
		}
		for _, next := range all[path].Imports {
			if _, seen := from[next]; !seen {
				from[next] = path
				queue = append(queue, next)
			}
		}
	}
	return findings
}
