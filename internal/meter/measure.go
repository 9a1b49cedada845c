package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// longFile is how many lines a file of this project should have at most, wideLine how
// many columns a line. A tab is one column.
const (
	longFile = 300
	wideLine = 120
)

// figures has the figures of one package, or of all.
type figures struct {
	name                 string
	lines, comments      int
	functions            []int          // the length of each function, in lines
	methods              map[string]int // how many methods each receiver has
	exported, documented int            // how many declared names
	longFiles, wideLines int
}

func (f *figures) add(o *figures) {
	f.lines += o.lines
	f.comments += o.comments
	f.functions = append(f.functions, o.functions...)
	for receiver, n := range o.methods {
		f.methods[strings.TrimPrefix(o.name+"."+receiver, "..")] += n
	}
	f.exported += o.exported
	f.documented += o.documented
	f.longFiles += o.longFiles
	f.wideLines += o.wideLines
}

// measure reads the tree below dir and returns its packages by name.
func measure(dir string) ([]*figures, error) {
	found := map[string]*figures{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(dir, path)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		name, err := filepath.Rel(dir, filepath.Dir(path))
		if err != nil {
			return err
		}
		f := found[name]
		if f == nil {
			f = &figures{name: filepath.ToSlash(name), methods: map[string]int{}}
			found[name] = f
		}
		return f.file(path)
	})
	if err != nil {
		return nil, err
	}
	var list []*figures
	for _, name := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[name])
	}
	return list, nil
}

// skip returns [filepath.SkipDir] for a folder without code of the module.
func skip(root, dir string) error {
	if dir == root {
		return nil
	}
	base := filepath.Base(dir)
	if base == "testdata" || strings.HasPrefix(base, ".") {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

// file adds the figures of one file.
func (f *figures) file(path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(src), "\n"), "\n")
	f.lines += len(lines)
	if len(lines) > longFile {
		f.longFiles++
	}
	for _, line := range lines {
		if utf8.RuneCountInString(line) > wideLine {
			f.wideLines++
		}
	}
	span := func(n ast.Node) int { return set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1 }
	for _, group := range tree.Comments {
		f.comments += span(group)
	}
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			f.functions = append(f.functions, span(d))
			f.function(d)
		case *ast.GenDecl:
			f.declared(d)
		}
	}
	return nil
}

func (f *figures) function(d *ast.FuncDecl) {
	exported := d.Name.IsExported()
	if d.Recv != nil {
		receiver := receiverName(d.Recv.List[0].Type)
		f.methods[receiver]++
		exported = exported && ast.IsExported(receiver)
	}
	f.count(exported, d.Doc)
}

// declared counts the exported names of a declaration. A name in a group may be
// documented in a comment on its own line.
func (f *figures) declared(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			f.count(s.Name.IsExported(), s.Doc, s.Comment, alone(d))
		case *ast.ValueSpec:
			for _, name := range s.Names {
				f.count(name.IsExported(), s.Doc, s.Comment, alone(d))
			}
		}
	}
}

// alone returns the comment of a declaration without parentheses. It documents the
// declared name.
func alone(d *ast.GenDecl) *ast.CommentGroup {
	if d.Lparen.IsValid() {
		return nil
	}
	return d.Doc
}

func (f *figures) count(exported bool, docs ...*ast.CommentGroup) {
	if !exported {
		return
	}
	f.exported++
	if slices.ContainsFunc(docs, func(g *ast.CommentGroup) bool { return g != nil }) {
		f.documented++
	}
}

func receiverName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.IndexListExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
