package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestExplanations: every code is explained in every language, and nothing else
// is.
func TestExplanations(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[Code]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			for _, x := range v.Values {
				if l, ok := x.(*ast.BasicLit); ok {
					s, _ := strconv.Unquote(l.Value)
					if codes[Code(s)] {
						t.Errorf("the code %s stands twice", s)
					}
					codes[Code(s)] = true
				}
			}
		}
		return true
	})
	if len(codes) < 100 {
		t.Fatalf("found %d codes in codes.go", len(codes))
	}
	for c := range codes {
		for _, l := range []Lang{English, Dutch} {
			e := c.Explain(l)
			if e.Why == "" || e.Remedy == "" || e.Title == "" || !strings.HasSuffix(e.Why, ".") && !strings.HasSuffix(e.Why, ").") || !strings.HasSuffix(e.Remedy, ".") {
				t.Errorf("%s is not explained in %s: %+v", c, l, e)
			}
		}
	}
	for _, c := range Codes() {
		if !codes[c] {
			t.Errorf("%s is explained and is no code", c)
		}
	}
}
