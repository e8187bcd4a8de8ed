package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speakers are the functions and fields through which the program speaks to
// authors, with the arguments that are texts; of one room only where it is
// named.
var speakers = map[string][]int{
	"Errorf": {1, 2, 3, 4}, "Warnf": {1, 2, 3, 4}, "errorf": {1, 2, 3, 4, 5}, "fail": {1, 2, 3}, "report": {1, 2, 3, 4}, "add": {1, 2, 3, 4}, "wrong": {1, 2, 3},
	"warn": {1, 2, 3}, "refuted": {1, 2, 3}, "unreached": {1, 2, 3}, "Say": {0}, "In": {1}, "say": {0}, "Sayf": {1}, "Phrase": {0}, "note": {1, 2, 3}, "refuse": {1}, "why": {0}, "step": {1}, "offers": {2}, "tally": {0}, "inline": {1}, "hinted": {0, 1}, "unset": {0, 1}, "lead": {0, 1}, "Required": {1}, "forms.take": {1, 2},
}

// spokenTables are the variables whose rows hold texts behind the first column.
var spokenTables = []string{"faults", "causes", "instead"}

var spoken = []string{"Msg", "Hint", "Problem", "Way"}

// kept reports whether a variable or a field holds a text until it is said.
func kept(x ast.Expr) bool {
	name := ""
	switch x := x.(type) {
	case *ast.Ident:
		name = x.Name
	case *ast.SelectorExpr:
		name = x.Sel.Name
	}
	name = strings.ToLower(name)
	return name == "msg" || name == "bad" || strings.HasSuffix(name, "hint")
}

// formats returns every constant text of the program that is said to authors,
// with a place at which it stands.
func formats(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	set := token.NewFileSet()
	err := filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"testdata", "node_modules", "testenv"}, d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(set, p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		text := func(x ast.Expr) {
			l, ok := x.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return
			}
			if s, _ := strconv.Unquote(l.Value); strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") {
				found[s] = set.Position(l.Pos()).String()
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := ""
				switch f := n.Fun.(type) {
				case *ast.SelectorExpr:
					x, ok := f.X.(*ast.Ident)
					switch {
					case ok && x.Name == "diag" && f.Sel.Name == "Errorf": // an error, not a finding
						name = "Say"
					case !ok || x.Name != "fmt":
						name = f.Sel.Name
					}
				case *ast.Ident:
					name = f.Name
				}
				room := filepath.Base(filepath.Dir(p))
				for _, i := range slices.Concat(speakers[name], speakers[room+"."+name]) {
					if i < len(n.Args) {
						text(n.Args[i])
					}
				}
			case *ast.ValueSpec:
				if slices.Contains(spokenTables, n.Names[0].Name) {
					ast.Inspect(n, func(n ast.Node) bool {
						if l, ok := n.(*ast.CompositeLit); ok && l.Type == nil && len(l.Elts) > 1 {
							for _, x := range l.Elts[1:] { // the first is looked for
								text(x)
							}
						}
						return true
					})
				}
				if strings.HasPrefix(n.Names[0].Name, "why") && len(n.Values) == 1 {
					text(n.Values[0])
				}
				for i, to := range n.Names {
					if i < len(n.Values) && (kept(to) || strings.HasPrefix(to.Name, "hint")) {
						text(n.Values[i])
					}
				}
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && slices.Contains(spoken, k.Name) {
					text(n.Value)
				}
			case *ast.AssignStmt:
				for i, to := range n.Lhs {
					if i < len(n.Rhs) && kept(to) {
						text(n.Rhs[i])
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestDutch: all that the program says to authors is there in Dutch, with the
// same places for its values.
func TestDutch(t *testing.T) {
	all := formats(t)
	if len(all) < 400 {
		t.Fatalf("found %d texts in the program", len(all))
	}
	known := joined(dutch, dutchServers, dutchHelp)
	for _, en := range slices.Sorted(maps.Keys(all)) {
		if _, ok := known[en]; !ok {
			t.Errorf("%s: no Dutch for %q", all[en], en)
		}
	}
	for en, nl := range known {
		if strings.TrimSpace(nl) == "" && strings.TrimSpace(en) != "" {
			t.Errorf("%q has no Dutch", en)
		}
		a, b := slices.Collect(verbs(en)), slices.Collect(verbs(nl))
		if len(a) != len(b) {
			t.Errorf("%q has %d values, in Dutch %d: %q", en, len(a), len(b), nl)
		}
	}
}

// TestErrorsSpeakDutch: an error with words is one of [Errorf].
func TestErrorsSpeakDutch(t *testing.T) {
	words := regexp.MustCompile(`(?:fmt\.Errorf|errors\.New)\("(?:[^"\\]|\\.)*?[a-z]{3}`)
	seen := 0
	for _, room := range []string{"../..", "../authoring", "../deliver", "../fileset", "../input", "../pages", "../site", "../state", "../verify"} {
		err := filepath.WalkDir(room, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "internal" || d.Name() == "testdata" || d.Name() == "node_modules"):
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go"):
				return nil
			}
			seen++
			src, err := os.ReadFile(p)
			for _, found := range words.FindAll(src, -1) {
				t.Errorf("%s: %s…: use diag.Errorf", p, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 250 {
		t.Fatalf("saw %d files", seen)
	}
}

func joined(ms ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range ms {
		maps.Copy(all, m)
	}
	return all
}

// TestPrintsSpeakDutch: in the rooms that print for people, a text with words is
// one of [Say], not of package fmt.
func TestPrintsSpeakDutch(t *testing.T) {
	words := regexp.MustCompile(`(?:fmt\.(?:Sp|Fp|P)rint(?:f|ln)?\((?:[a-z.]+, )?|WriteString\()"(?:[^"\\]|\\.)*?[a-z]{2,} (?:%[a-z] )?[a-z]{2,}(?:[^"\\]|\\.)*"`)
	meant := regexp.MustCompile(`wegwijs -C %s|DOCTYPE|<`) // commands to copy, and markup
	seen := 0
	for _, room := range []string{"../..", "../deliver/output", "../deliver/publish", "../input/notify"} {
		err := filepath.WalkDir(room, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains([]string{"internal", "testdata", "dial"}, d.Name()): // ssh speaks English
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go"):
				return nil
			}
			seen++
			src, err := os.ReadFile(p)
			for _, found := range words.FindAllString(string(src), -1) {
				if !meant.MatchString(found) {
					t.Errorf("%s: %s…: use diag.Say or env.say", p, found)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 30 {
		t.Errorf("looked at %d files", seen)
	}
}
