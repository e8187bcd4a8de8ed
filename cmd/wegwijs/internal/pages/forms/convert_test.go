package forms

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html/charset"
	"golang.org/x/net/idna"
	"golang.org/x/tools/txtar"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// An imported file is an autoconfig file as the record has it.
type imported struct {
	toml  string // [[mail]]
	site  Site
	lost  []loss
	waits []string // domains
}

// A loss is what the record cannot hold: everything of the file whose fact
// begins so.
type loss struct{ fact, why string }

// tree parses a document of any encoding that it names, with or without a mark.
func tree(doc []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(doc, []byte("\ufeff"))))
	d.CharsetReader = charset.NewReaderLabel
	var build func(start xml.StartElement) (*node, error)
	build = func(start xml.StartElement) (*node, error) {
		n := &node{Name: start.Name.Local, Attr: map[string]string{}}
		for _, a := range start.Attr {
			if a.Name.Local != "xmlns" {
				n.Attr[a.Name.Local] = strings.TrimSpace(a.Value)
			}
		}
		for {
			tok, err := d.Token()
			if err != nil {
				return nil, err
			}
			switch tok := tok.(type) {
			case xml.StartElement:
				child, err := build(tok)
				if err != nil {
					return nil, err
				}
				n.Nodes = append(n.Nodes, child)
			case xml.CharData:
				n.Text += string(tok)
			case xml.EndElement:
				n.Text = oneLine(n.Text)
				return n, nil
			}
		}
	}
	for {
		tok, err := d.Token()
		if err != nil {
			return nil, err
		}
		if start, ok := tok.(xml.StartElement); ok {
			return build(start)
		}
	}
}

// value returns the text of the first child of that name, or "".
func (n *node) value(name string) string {
	for _, c := range n.Nodes {
		if c.Name == name {
			return c.Text
		}
	}
	return ""
}

// facts lists what a file says, one meaning a line, sorted; what stands in one
// element twice counts once. The id is not among them: in the field it is no
// key and often no host name.
func facts(root *node) []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	var walk func(path string, n *node)
	walk = func(path string, n *node) {
		if n.Text != "" || len(n.Nodes) == 0 && len(n.Attr) == 0 {
			add("%s = %s", path, n.Text)
		}
		for k, v := range n.Attr {
			add("%s/@%s = %s", path, k, v)
		}
		for _, c := range n.Nodes {
			walk(path+"/"+c.Name, c)
		}
	}
	server := func(key string, n *node) {
		var auths []string
		for _, c := range n.Nodes {
			switch c.Name {
			case "hostname", "port":
			case "socketType", "username":
				add("%s/%s = %s", key, c.Name, c.Text)
			case "authentication":
				if a, ok := oldAuths[c.Text]; ok && c.Attr["system"] == "" {
					if !slices.Contains(auths, a) {
						auths = append(auths, a)
					}
				} else {
					walk(key+"/authentication", c)
				}
			default:
				walk(key+"/"+c.Name, c)
			}
		}
		if len(auths) > 0 {
			add("%s/authentications = %s", key, strings.Join(auths, ", "))
		}
		add("%s", key)
	}
	for i, n := range root.Nodes {
		if n.Name != "emailProvider" || slices.ContainsFunc(root.Nodes[:i], func(o *node) bool { return o.Name == n.Name }) {
			walk(n.Name, n)
			continue
		}
		keys := map[*node]string{}
		for i, k := range serverKeys(n) {
			keys[i] = k
		}
		for _, c := range n.Nodes {
			switch c.Name {
			case "incomingServer", "outgoingServer":
				server(keys[c], c)
			case "domain":
				add("domain = %s", host(c.Text))
				if v := c.Attr["purpose"]; v != "" {
					add("domain purpose = %s", v)
				}
			case "documentation":
				for _, d := range c.all("descr") {
					add("documentation = %s %s %s", c.Attr["url"], d.Attr["lang"], d.Text)
				}
				if len(c.all("descr")) == 0 {
					add("documentation = %s", c.Attr["url"])
				}
			default:
				walk(c.Name, c)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// serverKeys names each server by its type, host and port, and a second one of
// the same by its number.
func serverKeys(provider *node) map[*node]string {
	keys, count := map[*node]string{}, map[string]int{}
	for _, c := range provider.Nodes {
		if c.Name != "incomingServer" && c.Name != "outgoingServer" {
			continue
		}
		k := fmt.Sprintf("%s %s:%s", c.Attr["type"], host(c.value("hostname")), c.value("port"))
		count[k]++
		if count[k] > 1 {
			k += fmt.Sprintf("#%d", count[k])
		}
		keys[c] = k
	}
	return keys
}

// host returns a name as all spellings of it have it.
func host(s string) string {
	if strings.Contains(s, "%") {
		return s
	}
	s = strings.TrimSuffix(strings.ToLower(s), ".")
	if a, err := idna.Lookup.ToASCII(s); err == nil {
		return a
	}
	return s
}

var oldAuths = map[string]string{
	"password-cleartext": "password-cleartext", "plain": "password-cleartext",
	"password-encrypted": "password-encrypted", "secure": "password-encrypted",
	"OAuth2": "OAuth2",
}

// convert takes a file to a record. What the record cannot hold is named.
func convert(root *node) imported {
	var m imported
	lose := func(why, format string, args ...any) {
		m.lost = append(m.lost, loss{fmt.Sprintf(format, args...), why})
	}
	var p *node
	for _, n := range root.Nodes {
		switch {
		case n.Name == "emailProvider" && p == nil:
			p = n
		case n.Name == "emailProvider":
			lose("a file is of one provider", "%s", n.Name)
		case n.Name == "webMail", n.Name == "oAuth2":
		default:
			lose("the record is of mail servers only", "%s", n.Name)
		}
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	seen := map[string]bool{}
	for _, d := range p.all("domain") {
		name := host(d.Text)
		if d.Attr["purpose"] != "" {
			lose("the record tells no domain of a mail server from that of addresses", "domain purpose")
		}
		switch {
		case !hostRE.MatchString(name):
			lose("it is no domain", "domain = %s", name)
		case !seen[name]:
			seen[name] = true
			m.waits = append(m.waits, strconv.Quote(name))
		}
	}
	if len(m.waits) == 0 { // any name: the record must have one
		m.waits = []string{`"domain.invalid"`}
	}
	m.site = Site{Name: p.value("displayName"), ShortName: p.value("displayShortName"), Help: map[string][]HelpPage{}}
	if len([]rune(p.value("displayName"))) > maxName {
		lose("the name is too long for programs", "displayName")
	}
	if len([]rune(p.value("displayShortName"))) > maxShortName {
		lose("the name is too long for programs", "displayShortName")
	}
	line("[[mail]]\nid = \"mail\"\nname = %q\ndomains = [%s]", cmp.Or(m.site.Name, "Mail"), strings.Join(m.waits, ", "))
	m.pages(root, p, line, lose)
	days := m.days(p, lose)
	if days > 0 {
		line("leave_on_server_days = %d", days)
	}
	if o := root.all("oAuth2"); len(o) > 0 {
		line("oauth2 = {issuer = %q, auth_url = %q, token_url = %q, scope = [%q]}", o[0].value("issuer"), o[0].value("authURL"), o[0].value("tokenURL"), o[0].value("scope"))
		for _, c := range o[0].Nodes {
			if !slices.Contains([]string{"issuer", "scope", "authURL", "tokenURL"}, c.Name) {
				lose("a program has its own", "oAuth2/%s", c.Name)
			}
		}
	}
	m.servers(p, line, lose)
	m.toml = b.String()
	return m
}

// pages converts the webmail and the help pages.
func (m *imported) pages(root, p *node, line func(string, ...any), lose func(string, string, ...any)) {
	for _, w := range root.all("webMail") {
		for _, c := range w.Nodes {
			u, err := url.Parse(c.Attr["url"])
			switch {
			case c.Name == "loginPage" && err == nil && u.Scheme == "https" && u.Host != "":
				line("webmail = %q", c.Attr["url"])
			case c.Name == "loginPage":
				lose("webmail without encryption is not named to readers", "webMail/loginPage")
			default:
				lose("no program fills in the form any more", "webMail/%s", c.Name)
			}
		}
	}
	var ids []string
	for i, d := range p.all("documentation") {
		id := "p" + strconv.Itoa(i)
		for _, t := range d.all("descr") {
			if lang := t.Attr["lang"]; lang != "" && len(lang) != 2 {
				lose("a program takes two letters", "documentation = %s %s %s", d.Attr["url"], t.Attr["lang"], t.Text)
			}
			m.site.Help[id] = append(m.site.Help[id], HelpPage{t.Attr["lang"], d.Attr["url"], t.Text})
		}
		if len(d.all("descr")) == 0 {
			lose("a page without a title", "documentation = %s", d.Attr["url"])
			continue
		}
		ids = append(ids, strconv.Quote(id))
	}
	line("help = [%s]", strings.Join(ids, ", "))
	for _, c := range p.Nodes {
		if !slices.Contains([]string{"domain", "displayName", "displayShortName", "incomingServer", "outgoingServer", "documentation"}, c.Name) {
			lose("the record has no place for it", "%s", c.Name)
		}
	}
}

// days returns how long POP leaves mail, which the record says of a product.
func (m *imported) days(p *node, lose func(string, string, ...any)) (days int) {
	keys := serverKeys(p)
	for _, s := range p.all("incomingServer") {
		for _, pop := range s.all("pop3") {
			n, _ := strconv.Atoi(pop.value("daysToLeaveMessagesOnServer"))
			leave := pop.value("leaveMessagesOnServer") == "true"
			n = cmp.Or(n, 14) // Thunderbird's own, which it always takes
			switch {
			case pop.value("leaveMessagesOnServer") == "":
			case !leave:
				lose("the record has no advice not to leave mail", "%s/pop3/leaveMessagesOnServer", keys[s])
				if pop.value("daysToLeaveMessagesOnServer") != "" {
					lose("the record has no advice not to leave mail", "%s/pop3/daysToLeaveMessagesOnServer", keys[s])
				}
			case s.Attr["type"] != "pop3":
				lose("IMAP leaves all mail", "%s/pop3", keys[s])
			case days == 0:
				days = n
			case days != n:
				lose("a product has one number of days", "%s/pop3/daysToLeaveMessagesOnServer", keys[s])
			}
			for _, c := range pop.Nodes {
				if c.Name != "leaveMessagesOnServer" && c.Name != "daysToLeaveMessagesOnServer" {
					lose("the record has no place for it", "%s/pop3/%s", keys[s], c.Name)
				}
			}
		}
	}
	return days
}

// servers converts the servers.
func (m *imported) servers(p *node, line func(string, ...any), lose func(string, string, ...any)) {
	keys, rank := serverKeys(p), map[string]int{}
	usernames := map[string]mail.Username{}
	for u, text := range acUsernames {
		if u != mail.Given {
			usernames[text] = u
		}
	}
	names := map[string]mail.Authentication{}
	for a, text := range acAuths {
		names[text] = a
	}
	for _, s := range append(p.all("incomingServer"), p.all("outgoingServer")...) {
		k := keys[s]
		var proto mail.Protocol
		for mp, text := range acTypes {
			if text == s.Attr["type"] && (mp == mail.SMTP) == (s.Name == "outgoingServer") {
				proto = mp
			}
		}
		security := map[string]mail.Security{"SSL": mail.TLS, "STARTTLS": mail.STARTTLS, "plain": mail.None}[s.value("socketType")]
		port, _ := strconv.Atoi(s.value("port"))
		var auths []string
		for _, a := range s.all("authentication") {
			name, ok := oldAuths[a.Text]
			if !ok || a.Attr["system"] != "" {
				continue
			}
			if q := strconv.Quote(string(names[name])); !slices.Contains(auths, q) {
				auths = append(auths, q)
			}
		}
		_, bad := mailHost(s.value("hostname"))
		switch {
		case proto == "":
			lose("the record is of IMAP, POP and SMTP", "%s", k)
		case bad != "":
			lose(bad, "%s", k)
		case port < 1 || port > 65535:
			lose("there is no port", "%s", k)
		case security == "":
			lose("it is encrypted in no known way", "%s", k)
		case len(auths) == 0:
			lose("the record has no such authentication", "%s", k)
		case strings.Contains(k, "#"):
			lose("a host and port is one row", "%s", k)
		default:
			for _, c := range s.Nodes {
				if !slices.Contains([]string{"hostname", "port", "socketType", "username", "authentication", "pop3"}, c.Name) {
					lose("the record has no place for it", "%s/%s", k, c.Name)
				}
				if _, ok := oldAuths[c.Text]; c.Name == "authentication" && (!ok || c.Attr["system"] != "") {
					lose("the record has no such authentication", "%s/authentication = %s", k, c.Text)
					if c.Attr["system"] != "" {
						lose("the record has no such authentication", "%s/authentication/@system", k)
					}
				}
			}
			user, ok := usernames[s.value("username")]
			if !ok {
				user = mail.Given
				if s.value("username") != "" {
					lose(whyGiven, "%s/username", k)
				}
			}
			rank[string(proto)]++
			line("[[mail.server]]\nprotocol = %q\nhost = %q\nport = %d\nsecurity = %q\nusername = %q\nauthentication = [%s]\npreference = %d\nwhy = \"published so\"", proto, host(s.value("hostname")), port, security, user, strings.Join(auths, ", "), rank[string(proto)])
		}
	}
}

// mailHost says why a name can be no host of the record.
func mailHost(name string) (string, string) {
	n := host(name)
	switch {
	case n == mail.EmailDomain || strings.HasSuffix(n, "."+mail.EmailDomain) && !strings.Contains(strings.TrimSuffix(n, mail.EmailDomain), "%"):
		return n, ""
	case !hostRE.MatchString(n) || strings.Trim(n, "0123456789.") == "":
		return "", "it is no name of a host"
	}
	return n, ""
}

// TestConvert: files as other providers publish them go to a record and come
// back with the same meaning; each thing that does not is named, and nothing is
// named that does. What the record keeps of each is in the list beside it.
func TestConvert(t *testing.T) {
	const name = "testdata/autoconfig.txtar"
	ar, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	golden := map[string][]byte{}
	var files []txtar.File
	for _, f := range ar.Files {
		if stem, ok := strings.CutSuffix(f.Name, ".txt"); ok {
			golden[stem] = f.Data
		} else {
			files = append(files, f)
		}
	}
	if len(files) < 40 {
		t.Errorf("there are %d files", len(files))
	}
	out := &txtar.Archive{Comment: ar.Comment}
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) {
			stem := strings.TrimSuffix(f.Name, ".xml")
			got := roundTrip(t, f.Data)
			out.Files = append(out.Files, f, txtar.File{Name: stem + ".txt", Data: []byte(got)})
			if !*update && got != string(golden[stem]) {
				t.Errorf("got\n%s\nwant\n%s", got, golden[stem])
			}
		})
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A file may be in another encoding, which it names.
func TestConvertEncoding(t *testing.T) {
	doc := "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><clientConfig version=\"1.1\"><emailProvider id=\"post.example\"><domain>post.example</domain><displayName>Caf\xe9</displayName>" +
		"<incomingServer type=\"imap\"><hostname>imap.post.example</hostname><port>993</port><socketType>SSL</socketType><authentication>plain</authentication><username>%EMAILADDRESS%</username></incomingServer>" +
		"<outgoingServer type=\"smtp\"><hostname>smtp.post.example</hostname><port>465</port><socketType>SSL</socketType><authentication>plain</authentication><username>%EMAILADDRESS%</username></outgoingServer></emailProvider></clientConfig>"
	root, err := tree([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if m := convert(root); m.site.Name != "Café" || len(m.lost) > 0 {
		t.Errorf("got %q, %v", m.site.Name, m.lost)
	}
	roundTrip(t, []byte(doc))
}

// roundTrip converts a file both ways, checks that what differs is what was
// named, and returns the record and the names.
func roundTrip(t *testing.T, doc []byte) string {
	t.Helper()
	root, err := tree(doc)
	if err != nil {
		t.Fatal(err)
	}
	m := convert(root)
	var out diag.List
	parsed := tomlfile.Parse("site.toml", []byte(m.toml), 0, len(m.toml), &out)
	rec := mail.Read(parsed.Tables("mail"), &out)
	parsed.Done()
	var b strings.Builder
	for _, d := range out.Sorted() {
		if d.Severity == diag.Error {
			fmt.Fprintf(&b, "error: %s\n", d.Msg)
		}
	}
	p := &rec.Products[0]
	data, left := Autoconfig(p, &m.site)
	if b.Len() > 0 || data == nil { // half an account: no program would take the file
		for _, l := range append(m.lost, leftFacts(left)...) {
			fmt.Fprintf(&b, "lost: %s (%s)\n", l.fact, l.why)
		}
		return b.String()
	}
	back, err := tree(data)
	if err != nil {
		t.Fatal(err)
	}
	lost := append(m.lost, leftFacts(left)...)
	if order := inOrder(root); !slices.IsSorted(order) {
		lost = append(lost, loss{"the order of protocols", "IMAP comes first"})
	}
	before, after := facts(root), facts(back)
	for i := range after { // the form names no domain of several to another
		if after[i] == "domain = "+mail.EmailDomain {
			after[i] = ""
		}
	}
	for _, d := range p.Domains {
		after = append(after, "domain = "+d)
	}
	for _, l := range lost {
		if l.fact != "the order of protocols" && !slices.ContainsFunc(before, func(f string) bool { return strings.HasPrefix(f, l.fact) && !slices.Contains(after, f) }) {
			t.Errorf("%q is named as lost and is not", l.fact)
		}
	}
	named := func(f string) bool {
		return slices.ContainsFunc(lost, func(l loss) bool { return strings.HasPrefix(f, l.fact) })
	}
	for _, f := range before {
		if !slices.Contains(after, f) && !named(f) {
			t.Errorf("lost without a name: %q\nin\n%s", f, data)
		}
	}
	for _, f := range after {
		if f != "" && !slices.Contains(before, f) && !mayBeNew(f, before, named) {
			t.Errorf("nobody said %q", f)
		}
	}
	sameOrder(t, root, back, named)
	fmt.Fprintf(&b, "domains: %s\n", strings.Join(p.Domains, " "))
	for _, s := range p.Servers {
		fmt.Fprintf(&b, "%s %s %v\n", Describe(s), s.Username, s.Authentication)
	}
	if p.LeaveDays > 0 {
		fmt.Fprintf(&b, "leave: %d days\n", p.LeaveDays)
	}
	for _, l := range lost {
		fmt.Fprintf(&b, "lost: %s (%s)\n", l.fact, l.why)
	}
	return b.String()
}

// leftFacts returns what the form says that it leaves out.
func leftFacts(left []LeftOut) []loss {
	var ls []loss
	for _, l := range left {
		f := strings.Fields(l.What)
		if len(f) != 3 { // a value; the converter names it at its server
			continue
		}
		ls = append(ls, loss{acTypes[mail.Protocol(f[0])] + " " + f[1], l.Why})
	}
	return ls
}

// mayBeNew reports whether the form says what the file left to programs.
func mayBeNew(f string, before []string, named func(string) bool) bool {
	key, _, _ := strings.Cut(f, " = ")
	switch {
	case key == "displayName", key == "displayShortName", f == "domain = domain.invalid":
		return true
	case strings.HasSuffix(key, "/username"), strings.HasSuffix(key, "/pop3/daysToLeaveMessagesOnServer"):
		return named(f) || !slices.ContainsFunc(before, func(b string) bool { return strings.HasPrefix(b, key+" = ") })
	case strings.HasPrefix(f, "documentation = "):
		return slices.ContainsFunc(before, func(b string) bool { return strings.HasPrefix(b, "documentation = ") && named(b) })
	case strings.Contains(key, "/pop3/"): // a product's advice is of all its servers
		return slices.ContainsFunc(before, func(b string) bool { return strings.Contains(b, "/pop3/") })
	}
	return false
}

// inOrder returns the protocols to receive with as the file has them, IMAP as 0.
func inOrder(root *node) []int {
	var list []int
	for _, n := range root.all("emailProvider")[0].all("incomingServer") {
		if i := slices.Index([]string{"imap", "pop3"}, n.Attr["type"]); i >= 0 {
			list = append(list, i)
		}
	}
	return list
}

// sameOrder compares the order of the servers of each type that are kept.
func sameOrder(t *testing.T, a, b *node, named func(string) bool) {
	t.Helper()
	order := func(root *node) map[string][]string {
		list := map[string][]string{}
		p := root.all("emailProvider")[0]
		keys := serverKeys(p)
		for _, n := range p.Nodes {
			if k := keys[n]; k != "" && !named(k) {
				list[n.Attr["type"]] = append(list[n.Attr["type"]], k)
			}
		}
		return list
	}
	got, want := order(b), order(a)
	for kind := range want {
		if !slices.Equal(got[kind], want[kind]) {
			t.Errorf("%s: got %q, want %q", kind, got[kind], want[kind])
		}
	}
}
