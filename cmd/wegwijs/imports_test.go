package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed lists, for each package below internal/, the packages of this
// project that it may import; "" is the program itself. An arrow is added here
// on purpose, with its line in doc.go when that no longer says how things are.
var allowed = map[string][]string{
	"diag":                    {},
	"fileset":                 {"diag"},
	"lazyregexp":              {},
	"input":                   {}, // doc.go
	"input/builtin":           {},
	"input/config":            {"diag", "fileset", "input/mail", "input/tomlfile", "lazyregexp"},
	"input/content":           {"diag", "input/tomlfile"},
	"input/i18n":              {"diag", "input/tomlfile"},
	"input/mail":              {"diag", "input/tomlfile"},
	"input/markdown":          {"diag", "lazyregexp"},
	"input/notify":            {"diag", "input/scan"},
	"input/scan":              {"diag", "input/builtin"},
	"input/tomlfile":          {"diag"},
	"site/freshness":          {"diag", "input/builtin", "input/content", "input/i18n", "input/markdown", "input/tomlfile", "site"},
	"site":                    {"diag", "fileset", "input/config", "input/content"},
	"pages":                   {}, // doc.go
	"pages/forms":             {"diag", "fileset", "input/mail", "input/tomlfile", "pages/webserver"},
	"pages/layout":            {"diag", "fileset", "input/builtin", "input/i18n", "input/markdown", "input/tomlfile", "pages/settings"},
	"pages/pictures":          {"diag"},
	"pages/plain":             {"diag", "input/markdown"},
	"pages/render":            {"diag", "fileset", "input/config", "input/content", "input/i18n", "input/mail", "input/markdown", "input/scan", "pages/layout", "pages/pictures", "pages/plain", "pages/search", "pages/settings", "pages/webserver", "site", "site/freshness"},
	"pages/search":            {},
	"pages/settings":          {"diag", "input/mail", "input/tomlfile"},
	"pages/webserver":         {"fileset"},
	"state":                   {"diag", "fileset", "input/builtin", "input/config", "input/content", "input/i18n", "input/mail", "input/markdown", "input/scan", "input/tomlfile", "pages/forms", "pages/layout", "pages/pictures", "pages/plain", "pages/render", "pages/settings", "site", "site/freshness"},
	"deliver":                 {}, // doc.go
	"deliver/output":          {"diag", "fileset"},
	"deliver/preview":         {"diag", "fileset", "input/content", "input/notify", "input/scan", "pages/layout", "site", "state"},
	"deliver/publish":         {"deliver/publish/bucket", "deliver/publish/dial", "deliver/publish/release", "deliver/publish/remote", "deliver/publish/tree", "diag", "fileset", "input/tomlfile"},
	"deliver/publish/bucket":  {"deliver/publish/release", "diag", "fileset"},
	"deliver/publish/dial":    {"diag"},
	"deliver/publish/release": {"diag", "fileset"},
	"deliver/publish/remote":  {"diag"},
	"deliver/publish/tree":    {"deliver/publish/release", "deliver/publish/remote", "diag", "fileset"},
	"deliver/serve":           {"deliver/preview", "diag", "fileset", "input/content", "pages/webserver", "site", "site/freshness"},
	"verify":                  {"diag", "input/mail", "input/tomlfile", "pages/forms"},
	"authoring":               {}, // doc.go
	"verify/links":            {"diag"},
	"authoring/eject":         {"diag", "input/builtin"},
	"authoring/exchange":      {"diag", "input/content", "input/tomlfile", "lazyregexp", "site/freshness"},
	"authoring/importer":      {"diag", "fileset", "input/builtin", "input/i18n", "input/markdown", "input/tomlfile", "lazyregexp", "pages/layout"},
	"authoring/lsp":           {"deliver/preview", "deliver/publish", "diag", "fileset", "input/builtin", "input/config", "input/content", "input/mail", "input/markdown", "input/notify", "input/scan", "input/tomlfile", "lazyregexp", "pages/forms", "pages/settings", "site", "state"},
	"authoring/manual":        {"deliver/publish", "diag", "input/config", "input/content", "input/markdown", "input/tomlfile", "pages/forms"},
	"authoring/scaffold":      {"input/i18n", "input/mail", "input/tomlfile"},
	"":                        {"authoring/eject", "authoring/exchange", "authoring/importer", "authoring/lsp", "authoring/manual", "authoring/scaffold", "deliver/output", "deliver/preview", "deliver/publish", "deliver/publish/dial", "deliver/publish/release", "deliver/serve", "diag", "fileset", "input/builtin", "input/config", "input/content", "input/i18n", "input/mail", "input/notify", "input/scan", "input/tomlfile", "pages/forms", "pages/pictures", "pages/plain", "site/freshness", "state", "verify", "verify/links"},
	"testenv":                 {"fileset"},
	"testenv/browser":         {}, // tests only
	"testenv/thunderbird":     {}, // tests only
	"testenv/webdriver":       {"testenv"},
}

// wings are the parts of the house, from the ground up: a package imports from
// its own wing and from those before it.
var wings = []string{"diag", "fileset", "lazyregexp", "input", "site", "pages", "state", "deliver", "verify", "authoring", ""}

// wing returns the wing of a package: the first part of its path.
func wing(name string) string {
	w, _, _ := strings.Cut(name, "/")
	return w
}

// homes lists the packages in which a library may be used: behind them nobody
// knows of it.
var homes = map[string][]string{
	"github.com/yuin/goldmark":           {"input/markdown"},
	"github.com/alecthomas/chroma/v2":    {"input/markdown"},
	"github.com/fsnotify/fsnotify":       {"input/notify"},
	"github.com/spf13/cobra":             {""},
	"github.com/creachadair/jrpc2":       {"authoring/lsp"},
	"github.com/BurntSushi/toml":         {"authoring/importer", "input/tomlfile"},
	"github.com/agnivade/levenshtein":    {"diag"},
	"github.com/minio/minio-go":          {"deliver/publish/bucket", "testenv"}, // testenv: signs a request
	"github.com/pkg/sftp":                {"deliver/publish/remote"},
	"github.com/lucasb-eyer/go-colorful": {"pages/layout"},
	"github.com/HugoSmits86/nativewebp":  {"pages/pictures"},
	"golang.org/x/image":                 {"pages/pictures"},
	"golang.org/x/term":                  {""},
	"html/template":                      {"pages/layout", "pages/render"},
}

// outside are what only the program itself may look at or do: what every other
// package needs of it is an argument.
var outside = []string{"os.Args", "os.Exit", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Stdin", "os.Stdout", "os.Stderr", "signal.Notify", "signal.NotifyContext", "log.Fatal", "log.Print", "log.Printf"}

// fixed are the packages whose bytes depend on their input and nothing else:
// no clock, no chance, no machine.
var fixed = []string{"diag", "fileset", "input/config", "input/content", "input/i18n", "input/mail", "input/markdown", "input/tomlfile", "lazyregexp", "pages/forms", "pages/layout", "pages/render", "pages/search", "pages/webserver", "site", "state"}

var unfixed = []string{"time.Now", "time.Since", "rand.Int", "rand.Read", "rand.New", "rand.N", "os.Hostname", "os.Getpid", "os.Getwd", "time.Local"}

// source is what one package imports and names, tests left out.
type source struct {
	imports map[string]token.Position
	names   map[string]token.Position // package.Name
	inits   []token.Position
	recount []token.Position // diag.At in a loop
}

const module = "wegwijs/cmd/wegwijs"

func sources(t *testing.T) map[string]*source {
	t.Helper()
	all := map[string]*source{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		name, ok := strings.CutPrefix(filepath.ToSlash(filepath.Dir(p)), "internal/")
		if !ok {
			name = ""
		}
		f, err := parser.ParseFile(set, p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s := all[name]
		if s == nil {
			s = &source{imports: map[string]token.Position{}, names: map[string]token.Position{}}
			all[name] = s
		}
		for _, i := range f.Imports {
			to, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports[to] = set.Position(i.Pos())
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				ast.Inspect(n, func(n ast.Node) bool {
					if c, ok := n.(*ast.SelectorExpr); ok && c.Sel.Name == "At" {
						if x, ok := c.X.(*ast.Ident); ok && x.Name == "diag" {
							s.recount = append(s.recount, set.Position(n.Pos()))
						}
					}
					return true
				})
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok {
					s.names[x.Name+"."+n.Sel.Name] = set.Position(n.Pos())
				}
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					s.inits = append(s.inits, set.Position(n.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestImports holds the graph of the packages: nothing that is not declared,
// nothing declared that is not there, and no way round.
func TestImports(t *testing.T) {
	all := sources(t)
	for name := range allowed {
		if all[name] == nil {
			t.Errorf("the table has the package %q, which is not there", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		may, declared := allowed[name]
		if !declared {
			t.Errorf("the package %q is not in the table", name)
		}
		var does []string
		for to, at := range all[name].imports {
			inner, ours := strings.CutPrefix(to, module+"/internal/")
			if !ours {
				continue
			}
			does = append(does, inner)
			if !slices.Contains(may, inner) {
				t.Errorf("%s: %q imports %q, which the table does not allow", at, name, inner)
			}
		}
		for _, inner := range may {
			if !slices.Contains(does, inner) {
				t.Errorf("the table allows %q to import %q, and it does not", name, inner)
			}
		}
		if !slices.IsSorted(may) {
			t.Errorf("the packages that %q may import are not in order", name)
		}
	}
	// Wings go one way too; what tests share may stand on anything.
	for name, may := range allowed {
		if wing(name) == "testenv" {
			continue
		}
		from := slices.Index(wings, wing(name))
		if from < 0 {
			t.Errorf("%q stands in no wing", name)
		}
		for _, to := range may {
			if at := slices.Index(wings, wing(to)); at < 0 || at > from {
				t.Errorf("%q imports %q, which is in a later wing", name, to)
			}
		}
	}
	// One way: a package that imports nothing that is left comes off, until
	// none is.
	left := maps.Clone(allowed)
	for len(left) > 0 {
		n := len(left)
		for name, may := range left {
			if !slices.ContainsFunc(may, func(to string) bool { _, there := left[to]; return there }) {
				delete(left, name)
			}
		}
		if len(left) == n {
			t.Fatalf("these packages import each other in a circle: %q", slices.Sorted(maps.Keys(left)))
		}
	}
}

// TestLibraries holds each library in its place.
func TestLibraries(t *testing.T) {
	used := map[string]map[string]bool{}
	for name, s := range sources(t) {
		for to, at := range s.imports {
			for lib, places := range homes {
				if to != lib && !strings.HasPrefix(to, lib+"/") {
					continue
				}
				if used[lib] == nil {
					used[lib] = map[string]bool{}
				}
				used[lib][name] = true
				if !slices.Contains(places, name) {
					t.Errorf("%s: %q uses %s, which belongs in %q", at, name, lib, places)
				}
			}
		}
	}
	for lib, places := range homes {
		for _, name := range places {
			if !used[lib][name] {
				t.Errorf("the table has %s in %q, and it is not used there", lib, name)
			}
		}
	}
}

// TestOutsideWorld: the command line, the environment, the standard streams
// and signals are the program's; the packages that make the site know no
// clock and no chance; nothing happens because a package was imported.
func TestOutsideWorld(t *testing.T) {
	all := sources(t)
	for name, s := range all {
		for _, at := range s.inits {
			t.Errorf("%s: %q has an init function", at, name)
		}
		for _, at := range s.recount {
			t.Errorf("%s: diag.At counts lines from the top of the file, each time round; make a diag.Lines before the loop", at)
		}
		if name != "" && wing(name) != "testenv" { // which is for tests
			for _, what := range outside {
				if at, ok := s.names[what]; ok {
					t.Errorf("%s: %q uses %s; take what is needed as an argument", at, name, what)
				}
			}
		}
		if slices.Contains(fixed, name) {
			for _, what := range unfixed {
				if at, ok := s.names[what]; ok {
					t.Errorf("%s: %q uses %s: its output would no longer depend on its input alone", at, name, what)
				}
			}
		}
	}
	for _, name := range fixed {
		if all[name] == nil {
			t.Errorf("there is no package %q", path.Join("internal", name))
		}
	}
}

// TestPlan holds the plan of the house in doc.go against the packages: each has
// its line, and each line its package.
func TestPlan(t *testing.T) {
	src, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, plan, _ := strings.Cut(string(src), "// # The plan of the house")
	plan, _, _ = strings.Cut(plan, "// # Words")
	drawn := map[string]bool{}
	wing := ""
	for line := range strings.Lines(plan) {
		name, ok := strings.CutPrefix(line, "//\t")
		if !ok {
			continue
		}
		first := strings.Fields(name)[0]
		if inner := strings.HasPrefix(name, " "); inner {
			first = wing + "/" + first
		} else {
			wing = first
		}
		drawn[first] = true
	}
	for name := range allowed {
		parts := strings.Split(name, "/")
		if name == "" || len(parts) > 2 || parts[0] == "testenv" {
			continue // a part of a package that has its line
		}
		if !drawn[name] {
			t.Errorf("doc.go has no line for %q", name)
		}
	}
	for name := range drawn {
		if _, ok := allowed[name]; !ok {
			t.Errorf("doc.go has a line for %q, which is no package", name)
		}
	}
}
