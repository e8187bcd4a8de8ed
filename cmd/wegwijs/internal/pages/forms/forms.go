package forms

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/webserver"
)

// A Form is one way to write the record down.
type Form string

const (
	FormAutoconfig   Form = "autoconfig"   // draft-ietf-mailmaint-autoconfig, format 1.1
	FormAutodiscover Form = "autodiscover" // Microsoft POX
	FormProfile      Form = "profile"      // Apple .mobileconfig
	FormDNS          Form = "dns"          // RFC 6186, RFC 8314
	FormPACC         Form = "pacc"         // draft-ietf-mailmaint-pacc
	FormJSON         Form = "json"         // mail.json
	FormServer       Form = "server"       // rules for nginx, Apache, Caddy
	FormQR           Form = "qr"           // Thunderbird for Android; no file: the page makes it, see [Accounts]
)

// Forms lists all forms, in the order in which [Files] makes them.
var Forms = []Form{FormAutoconfig, FormAutodiscover, FormProfile, FormQR, FormDNS, FormPACC, FormJSON, FormServer}

// A HelpPage is a help page in one language.
type HelpPage struct {
	Lang  string // BCP 47
	URL   string // whole address
	Title string // as readers see it, in that language
}

// A Site is what the forms need to know beside the record. It is not changed
// here and may be shared.
type Site struct {
	Name      string // the provider, as readers know it
	ShortName string // for small places; "" means Name
	// BaseURL is the whole address of the help centre. "" means that it is not
	// known: then no DNS record points to it and mail.json holds paths.
	BaseURL string
	// AutoconfigHost and AutodiscoverHost are the hosts that serve those files
	// over https; "" means the host of BaseURL when that is https, without a
	// port and at the root.
	AutoconfigHost   string
	AutodiscoverHost string
	// Help holds, for each page id in [mail.Product].Help, the page in every
	// language that has it, the default language first.
	Help map[string][]HelpPage
	Off  []Form // forms not to make
	// PACC makes [FormPACC], which is off by default: it changed on the wire
	// between two drafts and hardly any program reads it.
	PACC   bool
	Signer *Signer // signs the profiles; nil leaves them unsigned
}

// Makes reports whether the site has form f switched on.
func (s *Site) Makes(f Form) bool {
	return !slices.Contains(s.Off, f) && (f != FormPACC || s.PACC)
}

// MakesFor reports whether the site has form f switched on for the product.
func (s *Site) MakesFor(p *mail.Product, f Form) bool {
	return s.Makes(f) && !slices.Contains(p.Without, string(f))
}

// A LeftOut is something of the record that a form does not hold.
type LeftOut struct {
	Form    Form
	Product string // id
	What    string // a row, as "smtp smtp.example.nl:587 starttls", or the name of a value
	Why     string // lower case, no final period; as [diag.Say] has it
	Hint    string // the way out, likewise, or ""
	// Minor says that readers miss nothing: the form has another row of the
	// same protocol, or no form of its kind could hold the value.
	Minor bool
	Pos   diag.Pos
}

// Diagnostic returns l as a warning at the row's line.
func (l LeftOut) Diagnostic() diag.Diagnostic {
	return diag.Diagnostic{
		Pos:      l.Pos,
		Severity: diag.Warning,
		Code:     diag.MailForm,
		Msg:      leavesOut([]string{string(l.Form)}, l.What, l.Why),
		Hint:     l.Hint,
	}
}

// leavesOut says that forms lack something, and why.
func leavesOut(forms []string, what, why string) string {
	return diag.Say("%s leaves out %s: %s", strings.Join(forms, ", "), diag.Phrase(what), diag.Phrase(why))
}

// Diagnostics returns the warnings for what readers miss: one for each row or
// value and reason, whatever the number of forms. A row without encryption is
// reported where the record is read, and what its absence does to the others
// follows from that.
func Diagnostics(left []LeftOut) []diag.Diagnostic {
	type miss struct {
		product, what, why string
		pos                diag.Pos
	}
	forms := map[miss][]string{}
	first := map[miss]LeftOut{}
	cause := map[Form]map[string]bool{} // forms and products of which a row is missed for a reason of its own
	for _, l := range left {
		if !l.Minor && l.Why != whyHalf {
			if cause[l.Form] == nil {
				cause[l.Form] = map[string]bool{}
			}
			cause[l.Form][l.Product] = true
		}
	}
	var order []miss
	for _, l := range left {
		if l.Minor || l.Why == whyPlain || l.Why == whyHalf && cause[l.Form][l.Product] {
			continue
		}
		m := miss{l.Product, l.What, l.Why, l.Pos}
		if forms[m] == nil {
			order = append(order, m)
			first[m] = l
		}
		if !slices.Contains(forms[m], string(l.Form)) {
			forms[m] = append(forms[m], string(l.Form))
		}
	}
	var ds []diag.Diagnostic
	for _, m := range order {
		d := first[m].Diagnostic()
		d.Msg = leavesOut(forms[m], m.what, m.why)
		ds = append(ds, d)
	}
	return diag.Sort(ds)
}

// Describe names a row in one line: "imap imap.example.nl:993 tls".
func Describe(s mail.Server) string {
	return fmt.Sprintf("%s %s:%d %s", s.Protocol, s.Host, s.Port, s.Security)
}

// Rows returns the product's servers of the protocols, by protocol as given
// and within each in the record's order. A row without a usable host or port is
// not among them; it was an error when the record was read.
func Rows(p *mail.Product, protos ...mail.Protocol) []mail.Server {
	var rows []mail.Server
	for _, proto := range protos {
		rows = append(rows, slices.DeleteFunc(p.Rows(proto), func(s mail.Server) bool {
			return s.Host == "" || s.Port < 1 || s.Port > 65535
		})...)
	}
	return rows
}

// A sieve keeps the rows that a form can express and remembers the others.
type sieve struct {
	form    Form
	product *mail.Product
	kept    []mail.Server
	dropped []LeftOut
	protos  []mail.Protocol // of dropped, in step
}

func newSieve(f Form, p *mail.Product) *sieve { return &sieve{form: f, product: p} }

// take keeps the row when why is "".
func (v *sieve) take(s mail.Server, why, hint string) {
	if why == "" {
		v.kept = append(v.kept, s)
		return
	}
	v.dropped = append(v.dropped, LeftOut{
		Form: v.form, Product: v.product.ID, What: Describe(s), Why: why, Hint: hint, Pos: s.Pos,
	})
	v.protos = append(v.protos, s.Protocol)
}

// first keeps, of the kept rows of a protocol, only the first.
func (v *sieve) first(why string) {
	kept := v.kept
	v.kept = nil
	for _, s := range kept {
		if len(v.rows(s.Protocol)) > 0 {
			v.take(s, why, "")
		} else {
			v.take(s, "", "")
		}
	}
}

func (v *sieve) rows(protos ...mail.Protocol) []mail.Server {
	var rows []mail.Server
	for _, s := range v.kept {
		if slices.Contains(protos, s.Protocol) {
			rows = append(rows, s)
		}
	}
	return rows
}

// value notes a value, not a row, that the form has no place for.
func (v *sieve) value(what, why string) {
	v.dropped = append(v.dropped, LeftOut{
		Form: v.form, Product: v.product.ID, What: what, Why: why, Minor: true, Pos: v.product.Pos,
	})
	v.protos = append(v.protos, "")
}

// left returns what was left out, in the order in which it was met.
func (v *sieve) left() []LeftOut {
	for i, proto := range v.protos {
		if proto != "" && len(v.rows(proto)) > 0 {
			v.dropped[i].Minor = true
		}
		if d := &v.dropped[i]; !d.Minor && d.Hint == "" {
			d.Hint = v.hint()
		}
	}
	return v.dropped
}

// usable reports whether there is a row to receive with and one to send with;
// a program can do nothing with half an account.
func (v *sieve) usable() bool {
	return len(v.rows(mail.IMAP, mail.POP)) > 0 && len(v.rows(mail.SMTP)) > 0
}

// useless is what a form that is not usable leaves out: all of it.
func (v *sieve) useless() []LeftOut {
	left := v.left()
	for i := range left {
		left[i].Minor = false
		left[i].Hint = cmp.Or(left[i].Hint, v.hint())
	}
	for _, s := range v.kept {
		left = append(left, LeftOut{
			Form: v.form, Product: v.product.ID, What: Describe(s), Pos: s.Pos,
			Why:  whyHalf,
			Hint: v.hint(),
		})
	}
	return left
}

func (v *sieve) hint() string {
	return diag.Say("give the product rows that %s can hold, or switch it off for this product: [mail.forms] %[1]s = false", v.form)
}

const (
	whyPlain  = "it is not encrypted, and programs must not be told to do without"
	hintPlain = `add a row with security = "tls"`
	whyHalf   = "it is left without a server for the other direction"
	whyDomain = "a static file cannot hold the domain of the reader's address"
	whyOneCan = "a static file cannot hold the domain of the reader's address, the profile for one address can"
	whyGiven  = "there is no placeholder for a user name that the provider hands out"
)

// Where the files are, from the root of the site.
const (
	WellKnownAutoconfig = ".well-known/autoconfig/mail/config-v1.1.xml"
	AutoconfigFile      = "mail/config-v1.1.xml" // what autoconfig.DOMAIN is asked for
	AutodiscoverFile    = "autodiscover/autodiscover.xml"
	PACCFile            = ".well-known/user-agent-configuration.json"
	JSONFile            = "mail.json"
)

// autodiscoverJSON is the name of the answer to Autodiscover's JSON question.
const autodiscoverJSON = "autodiscover.json"

// productFiles are the names of the forms that each product has in a folder of
// its own. [FormDNS] is the zone snippet.
var productFiles = map[Form]string{
	FormAutoconfig:   "config-v1.1.xml",
	FormAutodiscover: "autodiscover.xml",
	FormDNS:          "dns.zone",
	FormPACC:         "user-agent-configuration.json",
}

// ProductFile returns the path of a product's own copy of a form, or "" for a
// form that has none.
func ProductFile(p *mail.Product, f Form) string {
	if name := productFiles[f]; name != "" {
		return "mail/" + p.ID + "/" + name
	}
	return ""
}

// ZoneFile returns the path of the zone snippet of a domain that needs one of
// its own, see [OwnZone].
func ZoneFile(domain string) string { return "mail/" + domain + "/" + productFiles[FormDNS] }

// ProfileFile returns the path of a product's profile for IMAP or POP.
func ProfileFile(p *mail.Product, proto mail.Protocol) string {
	return "mail/" + p.ID + "-" + string(proto) + ".mobileconfig"
}

// source is the author's file that all of this comes from.
const source = "site.toml"

// Files returns the files of every form that the site makes, in the order of
// [Forms], and what they leave out. Of a record without products there are
// none, nor of one with a product that lacks its id or its domain. The error is
// that of signing a profile; whatever is wrong with the record itself was
// reported when it was read.
func Files(r *mail.Record, s *Site) ([]fileset.File, []LeftOut, error) {
	for _, p := range r.Products {
		if p.ID == "" || len(p.Domains) == 0 {
			return nil, nil, nil // an error when the record was read
		}
	}
	if len(r.Products) == 0 {
		return nil, nil, nil
	}
	b := builder{r: r, s: s}
	b.names()
	b.xml(FormAutoconfig, Autoconfig, WellKnownAutoconfig, AutoconfigFile)
	b.xml(FormAutodiscover, Autodiscover, AutodiscoverFile)
	b.questions()
	if err := b.profiles(); err != nil {
		return nil, nil, err
	}
	b.codes()
	b.zones()
	b.xml(FormPACC, PACC, PACCFile)
	if s.Makes(FormServer) {
		routes := Routes(r, s)
		for _, server := range webserver.Servers {
			if rules := routes.Rules(server); rules != nil {
				b.add(webserver.MailFile(server), fileset.Index, rules)
			}
		}
		b.lists()
	}
	if s.Makes(FormJSON) {
		b.add(JSONFile, fileset.Asset, JSON(r, s, b.left))
	}
	return b.files, b.left, nil
}

type builder struct {
	r     *mail.Record
	s     *Site
	files []fileset.File
	left  []LeftOut
}

func (b *builder) add(path string, rank fileset.Rank, data []byte) {
	b.files = append(b.files, fileset.File{Path: path, Rank: rank, Source: source, Make: fileset.Bytes(data)})
}

// note remembers what was left out, once: both profiles of a product leave out
// the same rows to send with, and the records of all its domains the same rows.
func (b *builder) note(left []LeftOut) {
	for _, l := range left {
		if !slices.Contains(b.left, l) {
			b.left = append(b.left, l)
		}
	}
}

// xml adds a form that has one text per product: each product's in its folder,
// and the primary product's at the fixed paths too, for servers without rules.
func (b *builder) xml(f Form, write func(*mail.Product, *Site) ([]byte, []LeftOut), fixed ...string) {
	for i := range b.r.Products {
		p := &b.r.Products[i]
		if !b.s.MakesFor(p, f) {
			continue
		}
		data, left := write(p, b.s)
		b.note(left)
		if data == nil {
			continue
		}
		if i == 0 {
			for _, path := range fixed {
				b.add(path, fileset.Asset, data)
			}
		}
		b.add(ProductFile(p, f), fileset.Asset, data)
	}
}

// questions adds the answers to Autodiscover's JSON question.
func (b *builder) questions() {
	for i := range b.r.Products {
		p := &b.r.Products[i]
		if data := Question(p, i == 0, b.s); data != nil {
			b.add("mail/"+p.ID+"/"+autodiscoverJSON, fileset.Asset, data)
		}
	}
}

func (b *builder) profiles() error {
	for i := range b.r.Products {
		p := &b.r.Products[i]
		if !b.s.MakesFor(p, FormProfile) {
			continue
		}
		for _, proto := range mail.Incoming {
			data, left, err := Profile(p, proto, b.s)
			if err != nil {
				return diag.Errorf("%s: %w", ProfileFile(p, proto), err)
			}
			b.note(left)
			if data != nil {
				b.add(ProfileFile(p, proto), fileset.Asset, data)
			}
		}
	}
	return nil
}

// codes makes no file; it notes what the codes on pages leave out.
func (b *builder) codes() {
	for i := range b.r.Products {
		if !b.s.MakesFor(&b.r.Products[i], FormQR) {
			continue
		}
		for _, proto := range mail.Incoming {
			_, left, _ := QR(&b.r.Products[i], proto)
			b.note(left)
		}
	}
}

func (b *builder) zones() {
	for i := range b.r.Products {
		p := &b.r.Products[i]
		if !b.s.MakesFor(p, FormDNS) {
			continue
		}
		records, left := Records(b.r, p, "", b.s)
		b.note(left)
		b.add(ProductFile(p, FormDNS), fileset.Asset, Zone(p.Name, records, left))
		for _, d := range domains(p) {
			if OwnZone(d, b.s) {
				records, left := Records(b.r, p, d, b.s)
				b.note(left)
				b.add(ZoneFile(d), fileset.Asset, Zone(d, records, left))
			}
		}
	}
}

// names reports a provider's name that the forms had to cut.
func (b *builder) names() {
	p := &b.r.Products[0]
	for _, f := range []Form{FormAutoconfig, FormPACC} {
		if !b.s.Makes(f) {
			continue
		}
		if full := oneLine(b.s.Name); limit(full, maxName) != full {
			b.left = append(b.left, LeftOut{
				Form: f, Product: p.ID, What: "the end of the provider's name", Pos: p.Pos,
				Why: diag.Say("a name has at most %d characters", maxName), Hint: "give the site a shorter name",
			})
		}
		if short := oneLine(b.s.short()); limit(short, maxShortName) != short {
			b.left = append(b.left, LeftOut{
				Form: f, Product: p.ID, What: "the end of the provider's short name", Pos: p.Pos,
				Why: diag.Say("a short name has at most %d characters", maxShortName), Hint: "give the site a short name",
			})
		}
	}
}

// domains returns the product's domains, each once.
func domains(p *mail.Product) []string {
	seen := make(map[string]bool, len(p.Domains))
	var ds []string
	for _, d := range p.Domains {
		if !seen[d] {
			seen[d] = true
			ds = append(ds, d)
		}
	}
	return ds
}

// help returns the product's help pages, best page first.
func (s *Site) help(p *mail.Product) []HelpPage {
	var pages []HelpPage
	for _, h := range p.Help {
		pages = append(pages, s.Help[h.ID]...)
	}
	return pages
}

func (s *Site) short() string {
	if s.ShortName != "" {
		return s.ShortName
	}
	return s.Name
}

// host returns the host that serves what must lie at the root of an https
// server, or "" when the site does not.
func (s *Site) host(own string) string {
	if own != "" {
		return own
	}
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Scheme != "https" || u.Port() != "" || strings.Trim(u.Path, "/") != "" {
		return ""
	}
	return u.Hostname()
}

// folder returns the folder of its host in which the site stands, see
// [webserver.Site].
func (s *Site) folder() string {
	u, err := url.Parse(s.BaseURL)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.EscapedPath(), "/")
}

// address returns the whole address of a file of the site.
func (s *Site) address(path string) string {
	return strings.TrimSuffix(s.BaseURL, "/") + "/" + path
}

// Limits of draft-ietf-mailmaint-autoconfig-06 §3.2.4 and of PACC, in
// characters.
const (
	maxName      = 60
	maxShortName = 20
)

// oneLine makes one line of a text: names are shown in one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// limit cuts a text to n characters, never between a letter and its accents.
func limit(s string, n int) string {
	rs := []rune(s)
	if len(rs) <= n {
		return s
	}
	for n > 0 && (unicode.Is(unicode.M, rs[n]) || rs[n] == '\u200d' || rs[n-1] == '\u200d') {
		n--
	}
	return strings.TrimRight(string(rs[:n]), " ")
}
