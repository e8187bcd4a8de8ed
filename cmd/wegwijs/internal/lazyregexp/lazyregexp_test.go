package lazyregexp

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rare are packages with many patterns that most commands do without.
var rare = []string{"../authoring/exchange", "../authoring/importer", "../authoring/lsp", "../input/markdown"}

// TestPatterns compiles every pattern of the program, as it would be before its
// start without this package, and looks for those that still are.
func TestPatterns(t *testing.T) {
	set := token.NewFileSet()
	calls := map[string][]*ast.CallExpr{}      // by folder
	consts := map[string]map[string]ast.Expr{} // likewise
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(set, p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.Dir(p)
		if consts[dir] == nil {
			consts[dir] = map[string]ast.Expr{}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl, *ast.FuncLit:
				return false
			case *ast.SelectorExpr:
				if slices.Contains(rare, filepath.ToSlash(dir)) && fmt.Sprint(n.X) == "regexp" && n.Sel.Name == "MustCompile" {
					t.Errorf("%s: every start of the program compiles it; use lazyregexp.New", set.Position(n.Pos()))
				}
			case *ast.ValueSpec:
				for i, v := range n.Values {
					consts[dir][n.Names[i].Name] = v
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && fmt.Sprint(s.X) == "lazyregexp" && s.Sel.Name == "New" {
					calls[dir] = append(calls[dir], n)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for dir, list := range calls {
		for _, c := range list {
			pattern, err := text(c.Args[0], consts[dir])
			if err == nil {
				_, err = regexp.Compile(pattern)
			}
			if err != nil {
				t.Errorf("%s: %v", set.Position(c.Pos()), err)
			}
			n++
		}
	}
	if n < 100 {
		t.Errorf("%d patterns: are they looked for in the right place?", n)
	}
}

// text returns the value of an expression of texts and constants.
func text(e ast.Expr, consts map[string]ast.Expr) (string, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return strconv.Unquote(e.Value)
	case *ast.Ident:
		if v, ok := consts[e.Name]; ok {
			return text(v, consts)
		}
	case *ast.BinaryExpr:
		x, err := text(e.X, consts)
		if err != nil {
			return "", err
		}
		y, err := text(e.Y, consts)
		return x + y, err
	}
	return "", fmt.Errorf("the pattern is no constant: %T", e)
}

func TestNew(t *testing.T) {
	re := New(`a+`)
	if first := re(); first != re() || !first.MatchString("caab") {
		t.Error("a pattern is compiled once, and matches")
	}
	bad := New(`a(`)
	defer func() {
		if recover() == nil {
			t.Error("a bad pattern does not panic")
		}
	}()
	bad()
}
