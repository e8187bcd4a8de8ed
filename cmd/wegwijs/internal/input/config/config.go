// Package config reads site.toml into one checked value. Below it nobody sees
// a flag, an environment variable or a default.
package config

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/lazyregexp"
)

// File is the name of the site's configuration.
const File = "site.toml"

// A Config is a site's configuration. It is not changed after [Parse].
type Config struct {
	Title     string
	BaseURL   string     // the whole address of the site without a final slash: https://www.example.nl/help
	Origin    string     // its scheme and host: https://www.example.nl
	BasePath  string     // the rest of it, percent-encoded: /help; "" for a site with a host of its own
	Languages []Language // the default one first, then in the order of the file
	Provider  Provider
	Mail      *mail.Record
	Outputs   Outputs
	Redirects []Redirect
	Security  Security
	Theme     map[string]string // colours #rrggbb by key: accent, accent_dark
	NavMax    int               // pages of one section that a navigation shows
	Search    Search
	Content   Content
	Layouts   Layouts
	Check     Check
	// Abbreviations has by language what abbreviations mean. A regional variant has
	// those of its parent, too.
	Abbreviations map[string]map[string]string

	root *tomlfile.Table
	out  *diag.List
}

// Check says how findings are weighed, and what is known of the site's words.
type Check struct {
	// Severity says of codes what their warnings are: "error", "warning" or "off".
	Severity map[diag.Code]string
	// Words are right though no dictionary has them, and Glossary has the one word
	// for an idea with the words that are not to be used for it; by language.
	Words    map[string][]string
	Glossary map[string]map[string][]string
}

// Weigh returns findings with the severity that the site asks for. An error stays one.
// ds becomes the result's.
func (c *Check) Weigh(ds []diag.Diagnostic) []diag.Diagnostic {
	if len(c.Severity) == 0 {
		return ds
	}
	kept := ds[:0]
	for _, d := range ds {
		if d.Severity == diag.Warning {
			switch c.Severity[d.Code] {
			case "off":
				continue
			case "error":
				d.Severity = diag.Error
			}
		}
		kept = append(kept, d)
	}
	return kept
}

// check reads [check].
func (c *Config) check() {
	t := c.root.Table("check")
	s := t.Table("severity")
	for _, key := range s.Keys() {
		if key != tomlfile.Any && !slices.Contains(diag.Codes(), diag.Code(key)) {
			var known []string
			for _, code := range diag.Codes() {
				known = append(known, string(code))
			}
			c.out.Errorf(s.KeyPos(key), diag.ConfigCheck, diag.DidYouMean(key, known), "no finding has the code %q", key)
		}
		if v := s.OneOf(key, "", "error", "warning", "off"); v != "" {
			if c.Check.Severity == nil {
				c.Check.Severity = map[diag.Code]string{}
			}
			c.Check.Severity[diag.Code(key)] = v
		}
	}
	s.Done()
	c.words(t)
	t.Done()
}

// words reads [check.words] and [check.glossary].
func (c *Config) words(t *tomlfile.Table) {
	words := t.Table("words")
	for _, lang := range words.Keys() {
		c.hasLanguage(words, lang, diag.ConfigCheck)
		if c.Check.Words == nil {
			c.Check.Words = map[string][]string{}
		}
		c.Check.Words[lang] = words.Strings(lang)
	}
	words.Done()
	glossary := t.Table("glossary")
	for _, lang := range glossary.Keys() {
		c.hasLanguage(glossary, lang, diag.ConfigCheck)
		terms := glossary.Table(lang)
		for _, term := range terms.Keys() {
			if c.Check.Glossary == nil {
				c.Check.Glossary = map[string]map[string][]string{}
			}
			if c.Check.Glossary[lang] == nil {
				c.Check.Glossary[lang] = map[string][]string{}
			}
			avoid := terms.Strings(term)
			for i, w := range avoid {
				if strings.EqualFold(w, term) {
					c.out.Errorf(terms.ItemPos(term, i), diag.ConfigCheck, "name the words that are not to be used for it", "%q is the word itself", w)
				}
			}
			c.Check.Glossary[lang][term] = avoid
		}
		terms.Done()
	}
	glossary.Done()
}

// A Language is one language of the site.
type Language struct {
	Lang     string // BCP 47: nl, en, pt-BR
	Name     string // its own name: Nederlands
	Title    string // the site's title in it
	Hours    string // when the provider's help desk answers, in it; "" when not given
	Dir      string // ltr or rtl
	Prefix   string // "" for the default language, else /en
	Fallback []string
	// Parent is the language of which this one is a regional variant, as nl is
	// of nl-BE, when the site has it; else "". All that the variant does not have
	// itself is the parent's.
	Parent string
	// Borrow says that interface strings may come from the fallbacks, because
	// site.toml names them.
	Borrow bool
	Stale  Stale
	// Wrong says that Lang is no language, which has been reported: what follows
	// from it is not.
	Wrong bool
}

// A Stale says what becomes of translations into a language whose text changed
// since, in percent of words.
type Stale struct {
	Bound  bool     // there is a budget
	Budget int      // how much of the language's text may be stale before that is a finding
	Error  bool     // the finding is an error
	Pos    diag.Pos // of the budget
	Page   int      // a page of which more is stale is shown from its fallback; 0: none is
}

// A Provider is the hosting provider.
type Provider struct {
	Name, ShortName, Website, Contact, Status, Logo, Icon string

	Phone    string // of the help desk, as people write it
	Hours    string // when it answers, in the default language
	Feedback string // where readers say whether a page helped; {page}, {lang}, {section} and {answer} are filled in
}

// placeholders are what [Provider].Feedback may hold.
var placeholders = []string{"{page}", "{lang}", "{section}", "{answer}"}

// Outputs says which parts the site has.
type Outputs struct {
	Markdown  bool     // a Markdown copy beside each page
	Sitemap   bool     // sitemap.xml
	Robots    bool     // robots.txt
	LLMs      bool     // llms.txt
	Search    bool     // the search page and the index, where the layouts have search.html
	Redirects bool     // pages and rules for old addresses
	NotFound  bool     // an error page for each language
	Rules     []string // servers to write rules for: nginx, apache, caddy, headers

	Compress []fileset.Coding // in which files are written as well: br, gzip
}

// Search says what the index of the search field is told beside the pages.
type Search struct {
	Synonyms map[string][][]string // by language: words and phrases that mean the same
	Boost    map[string]int        // by page id: how many times its score counts
}

// Content says which of the built-in pages the site has.
type Content struct {
	Bare    bool     // builtin = false: none of them
	Without []string // ids of those that it leaves out, with what is below them
}

// WithoutPos returns where item n of Without stands.
func (c *Config) WithoutPos(n int) diag.Pos { return c.root.Table("content").ItemPos("without", n) }

// Leaves reports whether the site leaves out the built-in page with an id.
func (c *Content) Leaves(id string) bool {
	return c.Bare || slices.ContainsFunc(c.Without, func(w string) bool {
		return w == id || w == "index" && id == "" || strings.HasPrefix(id, w+"/")
	})
}

// Layouts reports whether the site has the built-in theme.
type Layouts struct {
	Bare bool // builtin = false: it has not
}

// A Redirect is an old address from site.toml.
type Redirect struct {
	From string
	To   string // URL path, whole address, or a page: e-mail/imap-instellingen.md
	// Where the two stand.
	Pos, ToPos diag.Pos
}

// Security is what security.txt says (RFC 9116).
type Security struct {
	Contact string
	Expires tomlfile.Date
	Policy  string
}

// Servers are those that rules can be written for.
var Servers = []string{"nginx", "apache", "caddy", "headers"}

// Themes are the custom properties that [theme] may set, each with a value for
// light and, with _dark behind the name, for dark screens.
var Themes = []string{"accent", "accent_strong", "on_accent", "tint", "visited", "focus"}

var langRE = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]+)*$`)
var colorRE = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Digest returns a sum over the settings that the site's files depend on: all
// but [publish], which says where they go. Their order matters for languages
// only: it is that of the switcher, and of what stands in for a page that is
// not translated.
func (c *Config) Digest() [sha256.Size]byte {
	sum := c.root.Digest("publish", "check")
	b := sum[:]
	for _, l := range c.Languages {
		b = fmt.Append(b, l.Lang, "\n")
	}
	return sha256.Sum256(b)
}

// Parse reads site.toml. Mistakes go to out; the Config is then only good for
// finding more of them. It is nil when the file is not TOML at all.
func Parse(src []byte, out *diag.List) *Config {
	t := tomlfile.Parse(File, src, 0, len(src), out)
	if t == nil {
		return nil
	}
	c := &Config{root: t, out: out}
	c.read()
	return c
}

// Schema returns the keys that site.toml can have. parts read the tables that
// other stages read, by name, see [Config.Section]; one that is not given can have
// any key.
func Schema(parts map[string]func(t *tomlfile.Table)) tomlfile.Key {
	return tomlfile.Probe(func(t *tomlfile.Table) {
		(&Config{root: t, out: new(diag.List)}).read()
		for _, name := range sections {
			if read := parts[name]; read != nil {
				read(t.Table(name))
			} else {
				t.Table(name).Open()
			}
		}
	})
}

func (c *Config) read() {
	t, out := c.root, c.out
	c.Title = t.Required("title", `write title = "Helpcentrum"`)
	c.address()
	ct := t.Table("content")
	c.Content = Content{Bare: !ct.Bool("builtin", true), Without: ct.Strings("without")}
	for i, id := range c.Content.Without {
		c.Content.Without[i] = norm.NFC.String(id)
	}
	ct.Done()
	lt := t.Table("layouts")
	c.Layouts = Layouts{Bare: !lt.Bool("builtin", true)}
	lt.Done()
	c.languages()
	p := t.Table("provider")
	c.Provider = Provider{Name: p.String("name", ""), ShortName: p.String("short_name", ""), Website: p.String("website", ""),
		Contact: p.String("contact", ""), Status: p.String("status", ""), Logo: p.String("logo", ""), Icon: p.String("icon", ""),
		Phone: p.String("phone", ""), Hours: p.String("hours", ""), Feedback: p.String("feedback", "")}
	p.Visible(diag.MailName, "name", "short_name")
	if c.Provider.ShortName == "" {
		c.Provider.ShortName = c.Provider.Name
	}
	c.link(p, "website", "https")
	c.link(p, "status", "https")
	c.link(p, "contact", "https", "mailto", "tel")
	c.desk(p)
	p.Done()
	c.Mail = mail.Read(t.Tables("mail"), out)
	c.outputs()
	for _, r := range t.Tables("redirect") {
		c.Redirects = append(c.Redirects, Redirect{From: r.Required("from", `write the old address: from = "/oud/"`), To: r.Required("to", `write where it is now: to = "/nieuw/"`), Pos: r.ValuePos("from"), ToPos: r.ValuePos("to")})
		r.Done()
	}
	s := t.Table("security")
	c.Security = Security{Contact: s.String("contact", ""), Expires: s.Date("expires"), Policy: s.String("policy", "")}
	if s != nil && (!s.Has("contact") || !s.Has("expires")) {
		out.Errorf(s.Pos(), diag.ConfigSecurity, "RFC 9116 needs contact = \"mailto:…\" and expires = 2027-01-01", "security.txt needs a contact and an expiry date")
	}
	c.link(s, "contact", "https", "mailto", "tel")
	c.link(s, "policy", "https")
	s.Done()
	c.theme()
	c.search()
	c.abbreviations()
	c.check()
	n := t.Table("nav")
	c.NavMax = n.Int("max", 64)
	if c.NavMax < 10 {
		n.Errorf("max", diag.ConfigNav, "use 10 or more", "a navigation of %d pages helps nobody", c.NavMax)
		c.NavMax = 10
	}
	n.Done()
	for _, name := range sections {
		t.Table(name)
	}
	t.Done()
}

// address reads base_url: a host of the site's own, or a folder of another site.
func (c *Config) address() {
	t := c.root
	c.BaseURL = strings.TrimRight(strings.TrimSpace(t.Required("base_url", `write base_url = "https://help.example.nl"`)), "/")
	c.Origin = c.BaseURL
	if c.BaseURL == "" {
		return
	}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || u.Scheme != "https" && u.Scheme != "http":
		t.Errorf("base_url", diag.ConfigURL, `write the whole address: base_url = "https://help.example.nl"`, "%q is not the address of a site", c.BaseURL)
	case u.User != nil:
		t.Errorf("base_url", diag.ConfigURL, "leave out what stands before the @", "base_url cannot have a user name")
	case strings.ContainsAny(c.BaseURL, "?#"):
		t.Errorf("base_url", diag.ConfigURL, "leave out what follows the ? or the #", "base_url is the address of a folder")
	case u.User == nil && (!hostRE().MatchString(u.Hostname()) || !strings.Contains(c.BaseURL, u.Hostname())):
		t.Errorf("base_url", diag.ConfigURL, `write the whole address: base_url = "https://help.example.nl"`, "%q cannot be the name of a host", u.Hostname())
	case u.Path != "" && (!basePathRE.MatchString(u.Path) || !strings.HasSuffix(c.BaseURL, u.Path)):
		t.Errorf("base_url", diag.ConfigURL, `use letters, digits, hyphens and underscores: base_url = "https://www.example.nl/help"`, "the path %q does not work on every web server", u.Path)
	default:
		c.BasePath = u.Path
		c.Origin = strings.TrimSuffix(c.BaseURL, u.Path)
	}
}

// hostRE matches the host of base_url: names of any script, and addresses.
var hostRE = lazyregexp.New(`^(?:[\pL\pN][\pL\pN\pM_-]*(?:\.[\pL\pN][\pL\pN\pM_-]*)*\.?|[0-9A-Fa-f:.]+)$`)

// basePathRE matches the folders of base_url: no server's rules take these
// characters for something else.
var basePathRE = regexp.MustCompile(`^(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)+$`)

// Within returns the part of a URL path below the site's own folder, from its
// slash; ok is false for a path outside it.
func (c *Config) Within(path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, c.BasePath)
	return rest, ok && strings.HasPrefix(rest, "/")
}

// ThemePos returns where the colour of a key of Theme is written.
func (c *Config) ThemePos(key string) diag.Pos { return c.root.Table("theme").ValuePos(key) }

// sections are the top-level tables that other stages read.
var sections = []string{"publish", "forms"}

// Section returns a top-level table for a stage that reads it: what is wrong in it
// from now on goes to out, and so does that it is no table, which [Parse] says
// too. It is nil where there is none.
func (c *Config) Section(name string, out *diag.List) *tomlfile.Table {
	return c.root.To(out).Table(name)
}

// desk checks the telephone number of the help desk, and where readers say
// whether a page helped.
func (c *Config) desk(p *tomlfile.Table) {
	if v := c.Provider.Phone; v != "" && !phoneRE.MatchString(v) {
		p.Errorf("phone", diag.ConfigURL, `write it as people dial it: phone = "+31 20 123 45 67"`, "%q is not a telephone number", v)
	}
	c.link(p, "feedback", "https", "mailto")
	for _, name := range placeholderRE.FindAllString(c.Provider.Feedback, -1) {
		if !slices.Contains(placeholders, name) {
			p.Errorf("feedback", diag.ConfigURL, diag.DidYouMean(name, placeholders), "nothing is filled in for %s", name)
		}
	}
}

var (
	phoneRE       = regexp.MustCompile(`^\+?(?:[ ./()-]*[0-9]){3,18}[ )]*$`)
	placeholderRE = regexp.MustCompile(`\{[^{}]*\}`)
)

// link checks that an address has one of the schemes.
func (c *Config) link(t *tomlfile.Table, key string, schemes ...string) {
	v := t.String(key, "")
	if v == "" {
		return
	}
	u, err := url.Parse(v)
	switch {
	case strings.ContainsFunc(v, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }):
		t.Errorf(key, diag.ConfigURL, "leave it out; in an address a space is written %20", "%q holds a space or a character that cannot be seen", v)
	case err != nil || !slices.Contains(schemes, u.Scheme):
		hint := diag.Say("begin it with %s:", schemes[0])
		if len(schemes) == 3 {
			hint = diag.Say("begin it with %s: or %s: or %s:", schemes[0], schemes[1], schemes[2])
		}
		t.Errorf(key, diag.ConfigURL, hint, "%q is not an address that pages may link to", v)
	case u.Scheme == "https" && u.Hostname() == "":
		t.Errorf(key, diag.ConfigURL, "write the whole address: https://www.example.nl/", "%q has no host name", v)
	case u.Scheme != "https" && u.Opaque == "":
		t.Errorf(key, diag.ConfigURL, diag.Say("write what comes behind %s:, without slashes", u.Scheme), "%q leads nowhere", v)
	}
}

// rtl are the scripts that are written from right to left.
var rtl = []string{"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr", "Mend"}

// builtin are the languages of the built-in pages, those of a site whose
// site.toml says nothing about languages.
var builtin = []Language{
	{Lang: "nl", Name: "Nederlands", Title: "Helpcentrum", Fallback: []string{"en", "de", "fr"}},
	{Lang: "en", Name: "English", Title: "Help centre", Prefix: "/en", Fallback: []string{"nl", "de", "fr"}},
	{Lang: "de", Name: "Deutsch", Title: "Hilfe-Center", Prefix: "/de", Fallback: []string{"en", "nl"}, Borrow: true},
	{Lang: "fr", Name: "Français", Title: "Centre d’aide", Prefix: "/fr", Fallback: []string{"en", "nl"}, Borrow: true},
}

func (c *Config) languages() {
	t := c.root
	if t.Has("base_url") && !t.Has("languages") && !t.Has("default_language") {
		for i, l := range builtin {
			l.Dir, l.Fallback = "ltr", slices.Clone(l.Fallback)
			if i == 0 && c.Title != "" {
				l.Title = c.Title
			}
			c.Languages = append(c.Languages, l)
		}
		return
	}
	def := t.Required("default_language", `write default_language = "nl"`)
	var keys []string
	in := map[string]*tomlfile.Table{} // by code
	meant := map[string]bool{}         // codes for which a wrong one stands
	written := map[string]string{}     // what stands in the file for a code, where that is another
	for _, table := range []*tomlfile.Table{t.Table("languages"), t.Misspelled("languages")} {
		for _, k := range table.Keys() {
			if in[k] == nil && table.Table(k) != nil { // else reported as no table
				keys, in[k] = append(keys, k), table
			}
		}
	}
	if i := slices.IndexFunc(keys, func(k string) bool { return LanguageCode(k) == "" }); i >= 0 && def != "" && LanguageCode(def) == def && in[def] == nil {
		k := keys[i] // it stands for the default language
		c.out.Errorf(in[k].KeyPos(k), diag.ConfigLanguage, diag.Say("write [languages.%s]", def), "%q is not a language", k)
		keys[i], in[def] = def, in[k]
		written[def] = k
	}
	if len(keys) == 0 {
		const hint = "add [languages.nl] with name = \"Nederlands\""
		if t.Has("languages") {
			c.out.Errorf(t.ValuePos("languages"), diag.ConfigLanguages, hint, "the site has no languages")
		} else {
			t.Missing("languages", diag.ConfigLanguages, hint, "the site has no languages")
		}
		return
	}
	for _, lang := range keys {
		table := in[lang]
		lt := table.Table(cmp.Or(written[lang], lang))
		l := Language{Lang: lang, Name: lt.Required("name", "write the language's name for itself: name = \"Nederlands\""), Title: lt.String("title", c.Title), Hours: lt.String("hours", "")}
		tag, better := code(lang)
		l.Wrong = better != lang
		meant[better] = l.Wrong
		switch better {
		case lang:
		case "":
			c.out.Errorf(table.KeyPos(lang), diag.ConfigLanguage, "use a code such as nl, en or pt-BR", "%q is not a language", lang)
		default:
			c.out.Errorf(table.KeyPos(lang), diag.ConfigLanguage, diag.Say("write [languages.%s]", better), "%q is not a language", lang)
		}
		script, _ := tag.Script()
		l.Dir = "ltr"
		if slices.Contains(rtl, script.String()) {
			l.Dir = "rtl"
		}
		l.Dir = lt.OneOf("dir", l.Dir, "ltr", "rtl")
		if lang != def {
			l.Prefix = "/" + lang
		}
		l.Stale = Stale{Bound: lt.Has("stale") || lt.Has("stale_budget"), Budget: c.percent(lt, "stale_budget"), Error: lt.OneOf("stale", "warn", "warn", "error") == "error", Page: c.percent(lt, "stale_page")}
		switch {
		case lt.Has("stale_budget"):
			l.Stale.Pos = lt.ValuePos("stale_budget")
		case l.Stale.Bound:
			l.Stale.Pos = lt.ValuePos("stale")
		}
		l.Borrow = lt.Has("fallback")
		for i, f := range lt.Strings("fallback") {
			if !slices.Contains(keys, f) || f == lang {
				c.out.Errorf(lt.ItemPos("fallback", i), diag.ConfigLanguage, diag.DidYouMean(f, without(keys, lang)), "%q cannot be a fallback of %q", f, lang)
				continue
			}
			l.Fallback = append(l.Fallback, f)
		}
		if !l.Borrow { // the default language, then the others in order
			if def != lang && slices.Contains(keys, def) {
				l.Fallback = append(l.Fallback, def)
			}
			for _, k := range keys {
				if k != lang && k != def {
					l.Fallback = append(l.Fallback, k)
				}
			}
		}
		if l.Parent = Parent(lang, keys); l.Parent != "" {
			l.Fallback = append([]string{l.Parent}, without(l.Fallback, l.Parent)...)
		}
		lt.Done()
		c.Languages = append(c.Languages, l)
	}
	i := slices.IndexFunc(c.Languages, func(l Language) bool { return l.Lang == def })
	switch {
	case i > 0:
		d := c.Languages[i]
		c.Languages = slices.Insert(slices.Delete(c.Languages, i, i+1), 0, d)
	case i < 0 && def != "" && !meant[def]:
		t.Errorf("default_language", diag.ConfigLanguage, diag.DidYouMean(def, keys), "the default language %q is not among the languages", def)
	}
}

// percent reads a number of percent, 0 where there is none.
func (c *Config) percent(t *tomlfile.Table, key string) int {
	n := t.Int(key, 0)
	if n < 0 || n > 100 {
		t.Errorf(key, diag.TOMLValue, "write a whole number from 0 to 100", "%d is no number of percent", n)
		return 0
	}
	return n
}

// code returns the tag of a language code (BCP 47) and the code as it should be
// written: "" when it names no language, and another one for en_US, en-UK or
// i-klingon.
func code(lang string) (language.Tag, string) {
	tag, err := language.Parse(lang)
	if err != nil {
		return tag, ""
	}
	base, confidence := tag.Base()
	if confidence != language.Exact || !langRE.MatchString(tag.String()) || slices.Contains([]string{"und", "mis", "mul", "zxx"}, base.String()) {
		if base, err := language.ParseBase(lang); err != nil || base.String() == lang || base.String() == "und" { // else iw, which is he now
			return tag, ""
		}
	}
	if region, confidence := tag.Region(); confidence == language.Exact && !region.IsCountry() && !region.IsGroup() {
		return tag, ""
	}
	return tag, tag.String()
}

// LanguageCode returns a language code as it should be written (BCP 47); "" for what
// names no language.
func LanguageCode(lang string) string {
	_, better := code(lang)
	return better
}

// Parent returns the language among langs of which lang is a regional variant; ""
// for none.
func Parent(lang string, langs []string) string {
	for strings.Contains(lang, "-") {
		lang = lang[:strings.LastIndexByte(lang, '-')]
		if slices.Contains(langs, lang) {
			return lang
		}
	}
	return ""
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}

func (c *Config) outputs() {
	o := c.root.Table("outputs")
	c.Outputs = Outputs{
		Markdown: o.Bool("markdown", true), Sitemap: o.Bool("sitemap", true), Robots: o.Bool("robots", true), LLMs: o.Bool("llms", true), Search: o.Bool("search", true),
		Redirects: o.Bool("redirects", true), NotFound: o.Bool("not_found", true), Rules: slices.Clone(Servers),
	}
	if o.Has("rules") {
		c.Outputs.Rules = c.some(o, "rules", diag.ConfigRules, "server", Servers)
	}
	var codings []string
	for _, k := range fileset.Codings() {
		codings = append(codings, string(k))
	}
	for _, k := range c.some(o, "compress", diag.ConfigCompress, "content coding", codings) {
		c.Outputs.Compress = append(c.Outputs.Compress, fileset.Coding(k))
	}
	o.Done()
}

// some reads a list of some of the known values, each once, in the order in
// which they are known.
func (c *Config) some(t *tomlfile.Table, key string, code diag.Code, what string, known []string) []string {
	has := map[string]bool{}
	for i, v := range t.Strings(key) {
		if !slices.Contains(known, v) {
			c.out.Errorf(t.ItemPos(key, i), code, diag.DidYouMean(v, known), "unknown %s %q", what, v)
		}
		has[v] = true
	}
	var list []string
	for _, v := range known {
		if has[v] {
			list = append(list, v)
		}
	}
	return list
}

// search reads [search]: synonyms, a list for each language with the words of
// one meaning in each item, and what pages count for.
func (c *Config) search() {
	t := c.root.Table("search")
	if t == nil {
		return
	}
	c.Search = Search{Synonyms: map[string][][]string{}, Boost: map[string]int{}}
	syn := t.Table("synonyms")
	for _, lang := range syn.Keys() {
		if !slices.ContainsFunc(c.Languages, func(l Language) bool { return l.Lang == lang }) {
			var known []string
			for _, l := range c.Languages {
				known = append(known, l.Lang)
			}
			syn.Errorf(lang, diag.ConfigSearch, diag.DidYouMean(lang, known), "the site has no language %q", lang)
		}
		for i, item := range syn.Strings(lang) {
			var group []string
			for w := range strings.SplitSeq(item, ",") {
				if w = strings.TrimSpace(w); w != "" {
					group = append(group, w)
				}
			}
			if len(group) < 2 {
				c.out.Errorf(syn.ItemPos(lang, i), diag.ConfigSearch, `write all words of one meaning in one item: "mailbox, postvak, inbox"`, "%q has no word beside it that means the same", item)
				continue
			}
			c.Search.Synonyms[lang] = append(c.Search.Synonyms[lang], group)
		}
	}
	syn.Done()
	boost := t.Table("boost")
	for _, id := range boost.Keys() {
		n := boost.Int(id, 1)
		if n < 1 || n > 5 {
			boost.Errorf(id, diag.ConfigSearch, "use a number from 1 to 5", "a page cannot count %d times", n)
			n = 1
		}
		c.Search.Boost[id] = n
	}
	boost.Done()
	t.Done()
}

func (c *Config) theme() {
	t := c.root.Table("theme")
	if t == nil {
		return
	}
	c.Theme = map[string]string{}
	for _, name := range Themes {
		for _, k := range []string{name, name + "_dark"} {
			v := t.String(k, "")
			if v == "" {
				continue
			}
			if !colorRE.MatchString(v) {
				t.Errorf(k, diag.ConfigColor, `write a colour as six digits: "#0b6e5f"`, "%q is not a colour", v)
				continue
			}
			c.Theme[k] = strings.ToLower(v)
		}
	}
	t.Done()
}
