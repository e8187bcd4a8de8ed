package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
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
	// What everything stands on.
	"diag":   {},
	"output": {},
	"strict": {"diag"},
	"scan":   {"diag"},
	// What authors write, each file read by one package.
	"mail":     {"diag", "strict"},
	"config":   {"diag", "mail", "output", "strict"},
	"content":  {"diag", "strict"},
	"i18n":     {"diag", "strict"},
	"markdown": {"diag"},
	"layout":   {"diag", "i18n", "mail", "markdown", "output", "strict"},
	// What is made of it.
	"site":   {"config", "content", "diag", "output"},
	"forms":  {"diag", "mail", "output", "strict"},
	"render": {"config", "content", "diag", "i18n", "layout", "mail", "markdown", "output", "scan", "site"},
	"build":  {"config", "content", "diag", "forms", "i18n", "layout", "mail", "output", "render", "scan", "site", "strict"},
	// What is done with that.
	"watch":           {"scan"},
	"live":            {"build", "content", "diag", "layout", "output", "scan", "site", "watch"},
	"serve":           {"content", "diag", "live", "output", "render"},
	"verify":          {"diag", "forms", "mail", "strict"},
	"publish":         {"diag", "output", "publish/bucket", "publish/dial", "publish/release", "publish/remote", "publish/tree", "strict"},
	"publish/bucket":  {"output", "publish/release"},
	"publish/dial":    {},
	"publish/release": {"diag", "output"},
	"publish/remote":  {},
	"publish/tree":    {"output", "publish/release", "publish/remote"},
	"browser":         {},         // tests only
	"lab":             {"output"}, // for tests only
	"":                {"build", "config", "diag", "forms", "live", "mail", "output", "publish", "publish/release", "scan", "serve", "strict", "verify", "watch"},
}

// homes lists the packages in which a library may be used: behind them nobody
// knows of it.
var homes = map[string][]string{
	"github.com/yuin/goldmark":        {"markdown"},
	"github.com/fsnotify/fsnotify":    {"watch"},
	"github.com/spf13/cobra":          {""},
	"github.com/BurntSushi/toml":      {"strict"},
	"github.com/agnivade/levenshtein": {"diag"},
	"github.com/minio/minio-go":       {"lab", "publish/bucket"}, // lab: signs a request
	"github.com/pkg/sftp":             {"publish/remote"},
	"golang.org/x/term":               {""},
	"html/template":                   {"layout", "render"},
}

// outside are what only the program itself may look at or do: what every other
// package needs of it is an argument.
var outside = []string{"os.Args", "os.Exit", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Stdin", "os.Stdout", "os.Stderr", "signal.Notify", "signal.NotifyContext", "log.Fatal", "log.Print", "log.Printf"}

// fixed are the packages whose bytes depend on their input and nothing else:
// no clock, no chance, no machine.
var fixed = []string{"build", "config", "content", "diag", "forms", "i18n", "layout", "mail", "markdown", "output", "render", "site", "strict"}

var unfixed = []string{"time.Now", "time.Since", "rand.Int", "rand.Read", "rand.New", "rand.N", "os.Hostname", "os.Getpid", "os.Getwd", "time.Local"}

// source is what one package imports and names, tests left out.
type source struct {
	imports map[string]token.Position
	names   map[string]token.Position // package.Name
	inits   []token.Position
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
		if name != "" && name != "lab" { // which is for tests
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
