package importer

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// typesRE finds what TypeScript has beside JavaScript in configurations.
var typesRE = []struct {
	re func() *regexp.Regexp
	by string
}{
	{lazyregexp.New(`(?m)^\s*import\s+type\s[^;\n]*;?\s*$`), ""},
	{lazyregexp.New(`(?ms)^(?:export\s+)?(?:interface\s+\w+[^{\n]*\{.*?^\}|type\s+\w+\s*=[^;]*;)`), ""},
	{lazyregexp.New(`\b(const|let|var)(\s+\w+)\s*:\s*(?:[^=;\n{]|\{[^{}]*\})+=`), "$1$2 ="},
	{lazyregexp.New(`\)\s*:\s*[\w.<>\[\]| ]+\s*\{`), ") {"},
	{lazyregexp.New(`\s+(?:satisfies|as)\s+[A-Za-z][\w.]*(?:<[^<>\n]*>)?(?:\[\])?`), ""},
	{lazyregexp.New(`import\.meta\.[\w.]+`), "undefined"},
}

// script reads a configuration that is a program: its literals, not what it
// would compute. The value is what it exports by default, and beside it each
// name that it exports.
func (t *tree) script(name string, depth int) (map[string]any, error) {
	src := string(t.read(name))
	if ext := path.Ext(name); ext == ".ts" || ext == ".mts" || ext == ".cts" {
		for _, r := range typesRE {
			src = r.re().ReplaceAllString(src, r.by)
		}
	}
	ast, err := js.Parse(parse.NewInputString(src), js.Options{})
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("%s", first)
	}
	e := &evaluator{t: t, dir: path.Dir(name), names: map[string]any{}, depth: depth}
	for _, s := range ast.List {
		e.statement(s)
	}
	out := map[string]any{}
	if e.value != nil {
		switch v := e.value.(type) {
		case map[string]any:
			for k, x := range v {
				out[k] = x
			}
		default:
			out["\x00default"] = v
		}
	}
	for k, v := range e.exported {
		if _, ok := out[k]; !ok {
			out[k] = v
		}
	}
	return out, nil
}

type evaluator struct {
	t        *tree
	dir      string
	names    map[string]any
	exported map[string]any
	value    any
	depth    int
}

func (e *evaluator) load(module string) map[string]any {
	if !strings.HasPrefix(module, ".") || e.depth > 4 {
		return nil
	}
	p := path.Join(e.dir, module)
	if f := e.t.first(p, p+".js", p+".ts", p+".mjs", p+".json"); f != "" {
		if strings.HasSuffix(f, ".json") {
			return e.t.config(f)
		}
		m, err := e.t.script(f, e.depth+1)
		if err != nil {
			e.t.note(f, 1, "what it says is not used", "the file cannot be read: %v", err)
		}
		return m
	}
	return nil
}

func (e *evaluator) statement(s js.IStmt) {
	switch s := s.(type) {
	case *js.ImportStmt:
		m := e.load(strings.Trim(string(s.Module), `'"`))
		if m == nil {
			return
		}
		if s.Default != nil {
			e.names[string(s.Default)] = whole(m)
		}
		for _, a := range s.List {
			name := a.Name
			if name == nil {
				name = a.Binding
			}
			e.names[string(a.Binding)] = m[string(name)]
		}
	case *js.VarDecl:
		e.declare(s)
	case *js.ExportStmt:
		switch d := s.Decl.(type) {
		case *js.VarDecl:
			e.declare(d)
			for _, b := range d.List {
				if v, ok := b.Binding.(*js.Var); ok {
					e.export(string(v.Name()), e.names[string(v.Name())])
				}
			}
		case nil:
			for _, a := range s.List {
				e.export(string(a.Binding), e.names[string(a.Binding)])
			}
		default:
			if s.Default {
				e.value = e.eval(d, 0)
			}
		}
	case *js.ExprStmt:
		if b, ok := s.Value.(*js.BinaryExpr); ok && b.Op == js.EqToken {
			if x := b.X.String(); strings.Contains(x, "module") && strings.Contains(x, "exports") {
				e.value = e.eval(b.Y, 0)
			}
		}
	}
}

func (e *evaluator) export(name string, v any) {
	if e.exported == nil {
		e.exported = map[string]any{}
	}
	e.exported[name] = v
}

func (e *evaluator) declare(d *js.VarDecl) {
	for _, b := range d.List {
		if v, ok := b.Binding.(*js.Var); ok && b.Default != nil {
			e.names[string(v.Name())] = e.eval(b.Default, 0)
		}
	}
}

// whole returns what a module exports by default.
func whole(m map[string]any) any {
	if v, ok := m["\x00default"]; ok {
		return v
	}
	return m
}

// eval returns the value of an expression as far as it is written there; nil
// for what would have to be computed. Of a call it is the first argument, which
// is how configurations name a helper: defineConfig({ … }).
func (e *evaluator) eval(x js.IExpr, depth int) any {
	if depth > 60 {
		return nil
	}
	depth++
	switch x := x.(type) {
	case *js.LiteralExpr:
		return literal(x)
	case js.LiteralExpr:
		return literal(&x)
	case *js.TemplateExpr:
		s := ""
		for _, p := range x.List {
			s += strings.TrimSuffix(strings.Trim(string(p.Value), "`}"), "${")
			v, _ := e.eval(p.Expr, depth).(string)
			s += v
		}
		return s + strings.Trim(string(x.Tail), "`}")
	case *js.Var:
		return e.names[string(x.Name())]
	case *js.GroupExpr:
		return e.eval(x.X, depth)
	case *js.ArrayExpr:
		l := []any{}
		for _, item := range x.List {
			v := e.eval(item.Value, depth)
			if more, ok := v.([]any); ok && item.Spread {
				l = append(l, more...)
				continue
			}
			l = append(l, v)
		}
		return l
	case *js.ObjectExpr:
		m := map[string]any{}
		order := []any{}
		for _, p := range x.List {
			v := e.eval(p.Value, depth)
			switch {
			case p.Spread:
				if o, ok := v.(map[string]any); ok {
					for k, val := range o {
						m[k] = val
					}
				}
			case p.Name != nil:
				k := strings.Trim(string(p.Name.Literal.Data), `'"`)
				m[k] = v
				order = append(order, k)
			default:
				if n, ok := p.Value.(*js.Var); ok {
					m[string(n.Name())] = v
					order = append(order, string(n.Name()))
				}
			}
		}
		m["\x00order"] = order
		return m
	case *js.BinaryExpr:
		if x.Op == js.OrToken || x.Op == js.NullishToken {
			if v := e.eval(x.X, depth); v != nil {
				return v
			}
			return e.eval(x.Y, depth)
		}
		if a, ok := e.eval(x.X, depth).(string); ok && x.Op == js.AddToken {
			b, _ := e.eval(x.Y, depth).(string)
			return a + b
		}
	case *js.DotExpr:
		m, _ := e.eval(x.X, depth).(map[string]any)
		return m[x.Y.String()]
	case *js.CallExpr:
		callee := x.X.String()
		if len(x.Args.List) == 0 {
			return nil
		}
		first := e.eval(x.Args.List[0].Value, depth)
		switch {
		case strings.HasSuffix(callee, "require"):
			if s, ok := first.(string); ok {
				if m := e.load(s); m != nil {
					return whole(m)
				}
			}
		case strings.HasSuffix(callee, ".concat)"), strings.Contains(callee, ".concat"):
			if d, ok := x.X.(*js.DotExpr); ok {
				a, _ := e.eval(d.X, depth).([]any)
				b, _ := first.([]any)
				return append(a[:len(a):len(a)], b...)
			}
		}
		if m, ok := first.(map[string]any); ok {
			m["\x00call"] = callee
		}
		return first
	}
	return nil
}

func literal(x *js.LiteralExpr) any {
	s := string(x.Data)
	switch x.TokenType {
	case js.StringToken:
		inner := s[1 : len(s)-1]
		if s[0] == '\'' {
			inner = strings.ReplaceAll(strings.ReplaceAll(inner, `\'`, `'`), `"`, `\"`)
		}
		if u, err := strconv.Unquote(`"` + inner + `"`); err == nil {
			return u
		}
		return inner
	case js.TrueToken:
		return true
	case js.FalseToken:
		return false
	case js.IntegerToken, js.DecimalToken:
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			return n
		}
	}
	return nil
}
