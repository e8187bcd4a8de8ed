package layout

import (
	"fmt"
	"html/template"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
)

// check reports what can be known of the templates without a page: fields and
// methods that their data does not have, assets and partials that are not
// there, and HTML that cannot be escaped. Strings and pages that templates
// name are kept for [Set.CheckNames].
func (s *Set) check(files map[string][]byte, out *diag.List) {
	c := &checker{set: s, out: out, seen: map[string]bool{}, used: map[string]bool{}, files: files, indexes: map[string]*diag.Lines{}}
	for _, kind := range slices.Sorted(maps.Keys(s.kinds)) {
		c.trees = htmlTrees(s.kinds[kind])
		c.template(Root+"/base.html", reflect.TypeFor[*Page](), nil, nil)
	}
	c.trees = htmlTrees(s.parts)
	c.template(Root+"/partials/nav.html", reflect.TypeFor[*Nav](), nil, nil)
	c.template(Root+"/redirect.html", reflect.TypeFor[*Redirect](), nil, nil)
	for _, d := range s.Directives() {
		c.directive = s.directives[d]
		c.template(Root+"/directives/"+d+".html", reflect.TypeFor[*Directive](), nil, nil)
	}
	c.trees = map[string]*parse.Tree{}
	for _, t := range s.texts.Templates() {
		c.trees[t.Name()] = t.Tree
	}
	for _, d := range s.Directives() {
		c.directive = s.directives[d]
		c.template(Root+"/directives/"+d+".md", reflect.TypeFor[*Directive](), nil, nil)
	}
	c.directive = nil
	for _, f := range s.RootFiles {
		if f.text {
			c.template(f.Source, reflect.TypeFor[*RootData](), nil, nil)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(s.kinds)) {
		c.trees = htmlTrees(s.kinds[kind])
		c.unused()
	}
	// Escaping rewrites the templates, so it comes after all looks at them.
	if c.escape(s.kinds[""], Root+"/base.html", Root+"/base.html") {
		for _, kind := range slices.Sorted(maps.Keys(s.kinds)) {
			c.escape(s.kinds[kind], Root+"/base.html", Root+"/"+kind+".html")
		}
	}
	for _, t := range s.parts.Templates() {
		if n := t.Name(); n == Root+"/partials/nav.html" || n == Root+"/redirect.html" || strings.HasPrefix(n, Root+"/directives/") {
			c.escape(s.parts, n, n)
		}
	}
}

func htmlTrees(t *template.Template) map[string]*parse.Tree {
	trees := map[string]*parse.Tree{}
	for _, x := range t.Templates() {
		trees[x.Name()] = x.Tree
	}
	return trees
}

// unused looks at the templates that nothing has included: partials may be for
// later, and what they name must be there all the same; a block that nothing
// shows is most likely a slip in its name.
func (c *checker) unused() {
	var blocks []string
	for _, name := range slices.Sorted(maps.Keys(c.trees)) {
		if strings.Contains(name, "/") || strings.HasSuffix(name, ".html") || name == "" {
			continue
		}
		if c.used[c.trees[name].ParseName+" "+name] {
			blocks = append(blocks, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.trees)) {
		tree := c.trees[name]
		if tree == nil || name == "" || c.used[tree.ParseName+" "+name] {
			continue
		}
		switch {
		case strings.HasPrefix(name, "partials/"):
			c.template(name, nil, nil, nil)
		case !strings.Contains(name, "/") && !strings.HasSuffix(name, ".html"):
			src := c.files[tree.ParseName]
			at := 0
			if m := regexp.MustCompile(`\{\{-?\s*(?:define|block)\s+["` + "`" + `]` + regexp.QuoteMeta(name) + `["` + "`" + `]`).FindIndex(src); m != nil {
				at = m[0]
			}
			c.out.Warnf(c.lines(tree.ParseName).At(at), diag.LayoutUnused, diag.DidYouMean(name, blocks), "nothing shows the block %q", name)
			c.template(name, nil, nil, nil)
		}
	}
}

// escape makes html/template look at a template now, which it else does when
// the first page is rendered. blame is the file to name for a mistake without a
// line. It reports whether there is none.
func (c *checker) escape(t *template.Template, name, blame string) bool {
	esc, ok := t.ExecuteTemplate(io.Discard, name, nil).(*template.Error)
	if !ok || esc.ErrorCode == template.ErrNoSuchTemplate { // which has been reported
		return true
	}
	d, _, ok := Diagnose(esc)
	if !ok {
		d = diag.Diagnostic{Pos: diag.Pos{File: blame}, Msg: esc.Description}
	}
	d.Code = diag.LayoutEscape
	if e, known := escapeErrors[esc.ErrorCode]; known {
		d.Hint = e.hint
		if e.msg != "" {
			d.Msg = e.msg
		}
	}
	c.out.Add(d)
	return false
}

// escapeErrors say in words what is wrong with HTML in which html/template
// cannot see where a value stands, and what to do. Without a message its own is
// given.
var escapeErrors = map[template.ErrorCode]struct{ msg, hint string }{
	template.ErrBranchEnd:         {"one branch ends inside a tag, an attribute or a script and the other does not", "let both end in the same place"},
	template.ErrRangeLoopReentry:  {"the text between {{ range }} and its {{ end }} does not end where it began", "let it begin and end in the same place: both inside a tag, or both outside"},
	template.ErrEndContext:        {"a tag, an attribute, a script or a style is still open at the end", "close it"},
	template.ErrAmbigContext:      {"it depends on a branch where the value stands", "put the whole attribute, or the whole tag, in the {{ if }}"},
	template.ErrOutputContext:     {"it is not clear where the text of the included template ends", "close in it what it opens"},
	template.ErrBadHTML:           {"", "put the values of attributes between quotes"},
	template.ErrPartialEscape:     {"", "put a whole value in one {{ }}"},
	template.ErrSlashAmbig:        {"", "put parentheses around the value in the script"},
	template.ErrPredefinedEscaper: {"", "leave out | html and the like: values are escaped already"},
}

// CheckNames reports interface strings and pages that templates name and that
// are not there. hasPage may be nil.
func (s *Set) CheckNames(all []*i18n.Strings, hasPage func(id string) bool, known func() []string, out *diag.List) {
	uses := slices.Clip(s.strings)
	for _, k := range settings.UsedStrings {
		if s.directives["settings"] != nil {
			uses = append(uses, use{name: k, pos: diag.Pos{}})
		}
	}
	for _, l := range all {
		lacks := lacking(l, uses)
		if lacks > manyLacking {
			out.Warnf(diag.Pos{File: l.File}, diag.I18nMissing, diag.Say("translate them there; wegwijs translate status %s counts them", l.Lang), "%d strings are not in %s; another language's are shown", lacks, l.File)
		}
		for _, u := range uses {
			own, borrowed := l.Has(u.name)
			pos := u.pos
			if pos.File == "" {
				pos = diag.Pos{File: l.File}
			}
			switch {
			case !own && borrowed && lacks > manyLacking:
			case !own && borrowed:
				out.Warnf(pos, diag.I18nMissing, diag.Say("add it to %s", l.File), "no string %q in %s; another language's is shown", u.name, l.File)
			case !own:
				out.Errorf(pos, diag.I18nMissing, missingHint(u.name, l), "no string %q in %s", u.name, l.File)
			default:
				for _, p := range l.Placeholders(u.name) {
					if u.args != nil && !slices.Contains(u.args, p) {
						out.Errorf(u.pos, diag.I18nPlaceholder, diag.Say("write {{ .T %q %q … }}", u.name, p), "the string %q in %s needs a value for {%s}", u.name, l.File, p)
					}
				}
			}
		}
	}
	if hasPage != nil {
		for _, u := range s.links {
			if hasPage(u.name) {
				continue
			}
			near := diag.Nearest(u.name, known())
			switch {
			case !u.optional:
				hint := diag.DidYouMean(u.name, known())
				if hint == "" {
					hint = diag.Say("write the path below the language's folder; put {{ if .Site.HasPage %q }} around it where not every site has the page", u.name)
				}
				out.Errorf(u.pos, diag.LinkPage, hint, "no page has the id %q", u.name)
			case near != "": // a slip rather than a page that this site has not
				out.Warnf(u.pos, diag.LinkPage, diag.Say("did you mean %q?", near), "no page has the id %q", u.name)
			}
		}
	}
}

// manyLacking is from how many strings on a language is new, rather than behind:
// then they are counted and not named.
const manyLacking = 20

// lacking returns how many of the strings a language borrows from another.
func lacking(l *i18n.Strings, uses []use) int {
	names := map[string]bool{}
	for _, u := range uses {
		if own, borrowed := l.Has(u.name); !own && borrowed {
			names[u.name] = true
		}
	}
	return len(names)
}

func missingHint(key string, l *i18n.Strings) string {
	if near := diag.Nearest(key, l.Keys()); near != "" {
		return diag.Say("did you mean %q? Else add it to %s", near, l.File)
	}
	return diag.Say("add %s = \"…\" to %s", key, l.File)
}

// A checker follows the types of data through templates. A nil type is one
// that is not known; nothing is said of it.
type checker struct {
	set       *Set
	out       *diag.List
	files     map[string][]byte
	indexes   map[string]*diag.Lines // of files, once asked for
	trees     map[string]*parse.Tree
	seen      map[string]bool // what was looked at, with the type of its data
	used      map[string]bool // templates that were looked at, by file and name
	directive *directive
}

// lines returns where the lines of a file begin.
func (c *checker) lines(file string) *diag.Lines {
	l := c.indexes[file]
	if l == nil {
		l = diag.NewLines(file, c.files[file])
		c.indexes[file] = l
	}
	return l
}

// scope is what a template sees at some point.
type scope struct {
	c     *checker
	tree  *parse.Tree
	vars  map[string]*reflect.Type // shared with the scopes inside
	there []string                 // pages that HasPage has been asked about
}

func (c *checker) template(name string, dot reflect.Type, from *scope, at parse.Node) {
	tree := c.trees[name]
	if tree == nil {
		if from != nil {
			var known []string
			for n := range c.trees {
				if n != "" && !strings.HasPrefix(n, Root+"/") {
					known = append(known, n)
				}
			}
			c.out.Errorf(from.pos(at), diag.LayoutPartial, diag.DidYouMean(name, known), "no template %q", name)
		}
		return
	}
	key := fmt.Sprintf("%p %s %v %p", tree, name, dot, c.directive)
	if c.seen[key] || tree.Root == nil {
		return
	}
	c.seen[key] = true
	c.used[tree.ParseName+" "+name] = true
	s := &scope{c: c, tree: tree, vars: map[string]*reflect.Type{"$": &dot}}
	s.list(tree.Root, dot)
}

// pos returns the place of a node in its file.
func (s *scope) pos(n parse.Node) diag.Pos {
	return s.c.lines(s.tree.ParseName).At(int(n.Position()))
}

func (s *scope) list(l *parse.ListNode, dot reflect.Type) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			s.pipe(n.Pipe, dot)
		case *parse.IfNode:
			inner := s.clone()
			inner.pipe(n.Pipe, dot)
			inner.there = slices.Concat(s.there, asked(n.Pipe))
			inner.list(n.List, dot)
			s.clone().list(n.ElseList, dot)
		case *parse.WithNode:
			inner := s.clone()
			t := inner.pipe(n.Pipe, dot)
			inner.list(n.List, t)
			s.clone().list(n.ElseList, dot)
		case *parse.RangeNode:
			inner := s.clone()
			t := inner.pipe(n.Pipe, dot)
			key, elem := elements(t)
			switch len(n.Pipe.Decl) {
			case 1:
				inner.vars[n.Pipe.Decl[0].Ident[0]] = &elem
			case 2:
				inner.vars[n.Pipe.Decl[0].Ident[0]] = &key
				inner.vars[n.Pipe.Decl[1].Ident[0]] = &elem
			}
			inner.list(n.List, elem)
			s.clone().list(n.ElseList, dot)
		case *parse.TemplateNode:
			var t reflect.Type
			if n.Pipe != nil {
				t = s.pipe(n.Pipe, dot)
			}
			s.c.template(n.Name, t, s, n)
		}
	}
}

func (s *scope) clone() *scope {
	return &scope{s.c, s.tree, maps.Clone(s.vars), s.there}
}

// asked returns the pages that are there where a condition holds:
// {{ if .Site.HasPage "over" }}, {{ if and (.Site.HasPage "over") … }}.
func asked(p *parse.PipeNode) []string {
	if p == nil || len(p.Cmds) != 1 {
		return nil
	}
	cmd := p.Cmds[0]
	if id, ok := cmd.Args[0].(*parse.IdentifierNode); ok && id.Ident == "and" {
		var ids []string
		for _, a := range cmd.Args[1:] {
			if sub, ok := a.(*parse.PipeNode); ok {
				ids = append(ids, asked(sub)...)
			}
		}
		return ids
	}
	if lit, ok := arg(cmd, 1); ok && method(cmd) == "HasPage" {
		return []string{lit}
	}
	return nil
}

// method returns the last name of what a command calls: T of .Site.T.
func method(cmd *parse.CommandNode) string {
	switch n := cmd.Args[0].(type) {
	case *parse.FieldNode:
		return n.Ident[len(n.Ident)-1]
	case *parse.VariableNode:
		return n.Ident[len(n.Ident)-1]
	case *parse.ChainNode:
		return n.Field[len(n.Field)-1]
	}
	return ""
}

func elements(t reflect.Type) (key, elem reflect.Type) {
	if t == nil {
		return nil, nil
	}
	t = deref(t)
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return reflect.TypeFor[int](), t.Elem()
	case reflect.Map:
		return t.Key(), t.Elem()
	case reflect.Int:
		return t, t
	}
	return nil, nil
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func (s *scope) pipe(p *parse.PipeNode, dot reflect.Type) reflect.Type {
	if p == nil {
		return nil
	}
	var t reflect.Type
	for i, cmd := range p.Cmds {
		t = s.command(cmd, dot, i > 0)
	}
	for _, v := range p.Decl {
		old, known := s.vars[v.Ident[0]]
		switch {
		case !p.IsAssign || !known:
			s.vars[v.Ident[0]] = &t
		case *old != t: // which of the two it is depends on the branch taken
			*old = nil
		}
	}
	return t
}

func (s *scope) command(cmd *parse.CommandNode, dot reflect.Type, piped bool) reflect.Type {
	for _, a := range cmd.Args[1:] {
		s.value(a, dot)
	}
	first := cmd.Args[0]
	s.named(cmd)
	if id, ok := first.(*parse.IdentifierNode); ok {
		switch id.Ident {
		case "asset", "sheet":
			if lit, ok := arg(cmd, 1); ok {
				if _, err := s.c.set.Assets.URL(lit); err != nil {
					m := err.(*missingAsset)
					s.c.out.Errorf(s.pos(cmd.Args[1]), diag.AssetMissing, m.Way, "%s", m.Msg)
				}
			}
			return reflect.TypeFor[string]()
		case "styles":
			return reflect.TypeFor[[]string]()
		case "breaks", "display", "whole", "md", "code", "print", "printf", "println", "html", "js", "urlquery":
			return reflect.TypeFor[string]()
		case "len":
			return reflect.TypeFor[int]()
		case "not", "eq", "ne", "lt", "le", "gt", "ge":
			return reflect.TypeFor[bool]()
		case "index":
			if len(cmd.Args) > 1 {
				if t := s.value(cmd.Args[1], dot); t != nil {
					for range cmd.Args[2:] {
						_, t = elements(t)
					}
					return t
				}
			}
		case "slice":
			if len(cmd.Args) > 1 {
				return s.value(cmd.Args[1], dot)
			}
		}
		return nil
	}
	return s.value(first, dot)
}

func arg(cmd *parse.CommandNode, i int) (string, bool) {
	if len(cmd.Args) <= i {
		return "", false
	}
	lit, ok := cmd.Args[i].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return lit.Text, true
}

// literals returns the texts in an expression, of which the name of a string is
// put together; "" where there is none.
func literals(n parse.Node) []string {
	var list []string
	if p, ok := n.(*parse.PipeNode); ok {
		for _, cmd := range p.Cmds {
			for _, a := range cmd.Args {
				if lit, ok := a.(*parse.StringNode); ok {
					list = append(list, lit.Text)
				}
			}
		}
	}
	if list == nil {
		return []string{""}
	}
	return list
}

// ownStrings are what the program itself asks for, besides [settings.UsedStrings]; a name
// that ends in _ stands for all that begin so.
var ownStrings = []string{"alert_", "search_", "username_", "settings_caption_", "file_", "film_open", "footnote_back", "not_found_title", "own_domain", "copy", "copy_value", "code", "stale_notice", "fallback_original"}

// Shows reports whether a template or the program can ask for an interface
// string.
func (s *Set) Shows(key string) bool {
	return slices.ContainsFunc(s.strings, func(u use) bool { return u.name == key }) ||
		slices.ContainsFunc(s.loose, func(part string) bool { return strings.Contains(key, part) }) ||
		slices.ContainsFunc(ownStrings, func(p string) bool { return p == key || strings.HasSuffix(p, "_") && strings.HasPrefix(key, p) }) ||
		slices.Contains(settings.UsedStrings, key)
}

// named keeps the strings and pages that a command names.
func (s *scope) named(cmd *parse.CommandNode) {
	lit, ok := arg(cmd, 1)
	if !ok {
		if method(cmd) == "T" && len(cmd.Args) > 1 {
			s.c.set.loose = append(s.c.set.loose, literals(cmd.Args[1])...)
		}
		return
	}
	u := use{name: lit, pos: s.pos(cmd.Args[1])}
	switch method(cmd) {
	case "T":
		u.args = []string{}
		for i := 2; i < len(cmd.Args); i += 2 {
			if name, ok := arg(cmd, i); ok {
				u.args = append(u.args, name)
			}
		}
		s.c.set.strings = append(s.c.set.strings, u)
	case "Link":
		u.optional = slices.Contains(s.there, lit)
		s.c.set.links = append(s.c.set.links, u)
	}
}

func (s *scope) value(n parse.Node, dot reflect.Type) reflect.Type {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return s.fields(n, dot, n.Ident)
	case *parse.VariableNode:
		t, ok := s.vars[n.Ident[0]]
		if !ok {
			return nil
		}
		return s.fields(n, *t, n.Ident[1:])
	case *parse.ChainNode:
		return s.fields(n, s.value(n.Node, dot), n.Field)
	case *parse.PipeNode:
		return s.pipe(n, dot)
	case *parse.StringNode:
		return reflect.TypeFor[string]()
	case *parse.NumberNode:
		return reflect.TypeFor[int]()
	case *parse.BoolNode:
		return reflect.TypeFor[bool]()
	case *parse.IdentifierNode:
		return nil
	}
	return nil
}

// fields follows a chain of fields and methods from a type.
func (s *scope) fields(n parse.Node, t reflect.Type, names []string) reflect.Type {
	// The parser gives a chain of several names the position of the second one,
	// or of the first behind a variable or parentheses.
	at := int(n.Position())
	if _, plain := n.(*parse.FieldNode); plain && len(names) > 1 {
		at -= len(".") + len(names[0])
	}
	for _, name := range names {
		pos := s.c.lines(s.tree.ParseName).At(at)
		at += len(".") + len(name)
		if t == nil || t.Kind() == reflect.Interface {
			return nil
		}
		m, ok := t.MethodByName(name)
		if !ok && t.Kind() != reflect.Pointer {
			m, ok = reflect.PointerTo(t).MethodByName(name)
		}
		if ok {
			t = m.Type.Out(0)
			continue
		}
		base := deref(t)
		switch base.Kind() {
		case reflect.Struct:
			f, ok := base.FieldByName(name)
			if !ok || !f.IsExported() {
				s.c.out.Errorf(pos, diag.LayoutField, diag.DidYouMean(name, members(t)), "%s has no field %q", base.Name(), name)
				return nil
			}
			t = f.Type
		case reflect.Map:
			if s.c.directive != nil && base == reflect.TypeFor[map[string]string]() && !slices.Contains(s.c.directive.attributes, name) {
				s.c.out.Errorf(pos, diag.LayoutAttribute, diag.Say("add it to attributes at the top of layouts/directives/%s.html", s.c.directive.name), "the directive declares no attribute %q", name)
			}
			t = base.Elem()
		default:
			s.c.out.Errorf(pos, diag.LayoutField, "it is a single value: leave out what follows it", "%s has no fields, so no %q", kindName(base), name)
			return nil
		}
	}
	return t
}

// kindName returns what authors of layouts call a kind of value.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Int:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	}
	return t.String()
}

// members returns the names of a type's fields and methods.
func members(t reflect.Type) []string {
	var names []string
	p := t
	if p.Kind() != reflect.Pointer {
		p = reflect.PointerTo(t)
	}
	for i := range p.NumMethod() {
		names = append(names, p.Method(i).Name)
	}
	base := deref(t)
	for i := range base.NumField() {
		if f := base.Field(i); f.IsExported() {
			names = append(names, f.Name)
		}
	}
	return names
}
