// Package scaffold makes the first files of a site and of a page.
package scaffold

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A File is one file to write, by its path from the folder of the site.
type File struct {
	Path string
	Data []byte
}

// A Site says what a new site is about.
type Site struct {
	Name      string   // of the provider
	Domain    string   // its mail domain: example.nl
	URL       string   // of the help centre; https://help. before the domain when empty
	Contact   string   // https:, mailto: or tel:; mailto:info@ the domain when empty
	Webmail   string   // https://…; "" for none
	Languages []string // the default one first; nl, en, de and fr when empty
	Servers   []mail.Server
	Source    string // where the servers come from; "" for nowhere: they are guesses
	Given     bool   // the servers were given by whoever makes the site
	Days      int    // how long POP leaves mail on the server; 14 when 0
	CI        string // "github", "gitlab" or "" for none
	Lang      string // of the comments: nl or en
}

// names are what languages call themselves, and their help centre.
var names = map[string][2]string{
	"nl": {"Nederlands", "Helpcentrum"}, "en": {"English", "Help centre"}, "de": {"Deutsch", "Hilfe-Center"}, "fr": {"Français", "Centre d’aide"},
}

// Languages are the languages in which the built-in pages are.
var Languages = []string{"nl", "en", "de", "fr"}

// Guess returns the servers that a domain may have, for a record that nobody
// has filled in.
func Guess(domain string) []mail.Server {
	row := func(p mail.Protocol, port int) mail.Server {
		return mail.Server{Protocol: p, Host: string(p) + "." + domain, Port: port, Security: mail.TLS}
	}
	return []mail.Server{row(mail.IMAP, 993), row(mail.POP, 995), row(mail.SMTP, 465)}
}

// Files returns the first files of the site.
func (s Site) Files() []File {
	files := []File{{"site.toml", []byte(s.toml())}, {".gitignore", []byte("/public/\n")}}
	switch s.CI {
	case "github":
		files = append(files, File{".github/workflows/check.yml", []byte(s.aboutCI() + github)})
	case "gitlab":
		files = append(files, File{".gitlab-ci.yml", []byte(s.aboutCI() + gitlab)})
	}
	return files
}

// text chooses the comment in the language of the site's author.
func (s Site) text(nl, en string) string {
	if s.Lang == "nl" {
		return nl
	}
	return en
}

func (s Site) toml() string {
	langs := s.Languages
	if len(langs) == 0 {
		langs = Languages
	}
	url, contact := s.URL, s.Contact
	if url == "" {
		url = "https://help." + s.Domain
	}
	if contact == "" {
		contact = "mailto:info@" + s.Domain
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	title := "Help"
	if n, ok := names[langs[0]]; ok {
		title = n[1]
	}
	line("# %s", s.text("Het helpcentrum van "+oneLine(s.Name)+": de pagina’s zijn ingebouwd; een eigen bestand op dezelfde plek gaat voor.", "The help centre of "+oneLine(s.Name)+": its pages are built in; a file of your own at the same place goes before."))
	line("title = %s", tomlfile.Quote(title))
	line("base_url = %s", tomlfile.Quote(url))
	line("default_language = %s", tomlfile.Quote(langs[0]))
	for _, l := range langs {
		n, ok := names[l]
		if !ok {
			n = [2]string{l, "Help"}
		}
		line("\n[languages.%s]\nname = %s\ntitle = %s", l, tomlfile.Quote(n[0]), tomlfile.Quote(n[1]))
		if fallback := slices.DeleteFunc([]string{"en", langs[0]}, func(f string) bool { return f == l || !slices.Contains(langs, f) }); len(fallback) > 0 && l != langs[0] {
			fallback = slices.Compact(fallback)
			for i := range fallback {
				fallback[i] = tomlfile.Quote(fallback[i])
			}
			line("fallback = [%s]", strings.Join(fallback, ", "))
		}
	}
	line("\n[provider]\nname = %s\ncontact = %s", tomlfile.Quote(s.Name), tomlfile.Quote(contact))
	line("# logo = \"logo.svg\" # %s", s.text("een bestand in layouts/assets", "a file in layouts/assets"))
	line("\n# [theme]\n# accent = \"#0b6e5f\" # %s", s.text("je eigen kleur; wegwijs check zegt of die te lezen is", "your own colour; wegwijs check says whether it can be read"))
	line("\n[[mail]]\nid = \"mail\"\nname = %s\ndomains = [%s]\nusername = %s", tomlfile.Quote("E-mail"), tomlfile.Quote(s.Domain), tomlfile.Quote(string(s.username())))
	if s.Webmail != "" {
		line("webmail = %s", tomlfile.Quote(s.Webmail))
	} else {
		line("# webmail = \"https://webmail.%s/\"", s.Domain)
	}
	pop := slices.ContainsFunc(s.Servers, func(r mail.Server) bool { return r.Protocol == mail.POP })
	if pop || len(s.Servers) == 0 {
		line("leave_on_server_days = %d # %s", cmp.Or(s.Days, 14), s.text("zo lang laat POP e-mail op de server staan, volgens de pagina’s", "how long POP leaves mail on the server, as the pages say"))
	}
	if slices.ContainsFunc(s.Servers, func(r mail.Server) bool {
		return r.Username != "" && r.Username != mail.Address || len(r.Authentication) > 0 && !slices.Contains(r.Authentication, mail.Password)
	}) {
		line("forms = {autodiscover = false} # %s", s.text("dat kan alleen het adres als gebruikersnaam en een gewoon wachtwoord zeggen", "it can only tell programs the address as user name, and a plain password"))
	}
	if len(s.Servers) > 0 {
		found := s.text("Gevonden bij "+oneLine(s.Source)+". ", "Found at "+oneLine(s.Source)+". ")
		if s.Given {
			found = s.text("Zo opgegeven bij wegwijs new. ", "As given to wegwijs new. ")
		}
		line("# %s", found+s.text("Controleer het met: wegwijs verify", "Check it with: wegwijs verify"))
	}
	for _, r := range s.Servers {
		s.server(&b, r)
	}
	if guess := s.Guesses(); len(guess) > 0 {
		line("\n# %s", s.text("Een gok: dit is nergens gevonden. Verbeter het, en controleer het met: wegwijs verify", "A guess: this was found nowhere. Correct it, and check it with: wegwijs verify"))
		for _, r := range guess {
			s.server(&b, r)
		}
	}
	if len(s.Servers) > 0 && !pop {
		line("\n# %s", s.text("POP is nergens gevonden: de pagina’s spreken er niet over. Is het er wel, zet het er dan bij.", "POP was found nowhere: the pages do not speak of it. Where it is there, add it."))
	}
	return b.String()
}

// server writes the table of a row.
func (s Site) server(b *strings.Builder, r mail.Server) {
	line := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	line("\n[[mail.server]]\nprotocol = %s\nhost = %s\nport = %d\nsecurity = %s", tomlfile.Quote(string(r.Protocol)), tomlfile.Quote(r.Host), r.Port, tomlfile.Quote(string(r.Security)))
	if r.Username != "" && r.Username != s.username() {
		line("username = %s", tomlfile.Quote(string(r.Username)))
	}
	if len(r.Authentication) > 0 && !slices.Equal(r.Authentication, []mail.Authentication{mail.Password}) {
		var as []string
		for _, a := range r.Authentication {
			as = append(as, tomlfile.Quote(string(a)))
		}
		line("authentication = [%s]", strings.Join(as, ", "))
	}
	if !slices.Contains(usual, socket{r.Protocol, r.Port, r.Security}) {
		line("why = %s # %s", tomlfile.Quote(s.text("zo gepubliceerd bij ", "published so at ")+oneLine(s.Source)), s.text("dit is ongewoon: zeg waarom het klopt, of verbeter het", "this is unusual: say why it is right, or correct it"))
	}
}

type socket struct {
	protocol mail.Protocol
	port     int
	security mail.Security
}

// usual are the rows that need no reason (RFC 8314 §3 and §7.3).
var usual = []socket{
	{mail.IMAP, 993, mail.TLS}, {mail.IMAP, 143, mail.STARTTLS},
	{mail.POP, 995, mail.TLS}, {mail.POP, 110, mail.STARTTLS},
	{mail.SMTP, 465, mail.TLS}, {mail.SMTP, 587, mail.STARTTLS},
}

// Guesses returns the rows that the record needs and nobody gave: without them
// there is nothing to receive with, or nothing to send with.
func (s Site) Guesses() []mail.Server {
	has := func(protocols ...mail.Protocol) bool {
		return slices.ContainsFunc(s.Servers, func(r mail.Server) bool { return slices.Contains(protocols, r.Protocol) })
	}
	return slices.DeleteFunc(Guess(s.Domain), func(r mail.Server) bool {
		switch {
		case len(s.Servers) == 0:
			return false
		case r.Protocol == mail.SMTP:
			return has(mail.SMTP)
		}
		return r.Protocol == mail.POP || has(mail.IMAP, mail.POP)
	})
}

// username returns the form of user names that most rows have.
func (s Site) username() mail.Username {
	if len(s.Servers) > 0 && s.Servers[0].Username != "" {
		return s.Servers[0].Username
	}
	return mail.Address
}

// aboutCI returns the comment with which the file for CI begins.
func (s Site) aboutCI() string {
	return s.text(`# Controleert het helpcentrum, en publiceert het als er iets naar main is gepusht.
# Het programma wegwijs moet op het PATH van de runner staan; [publish.live] in
# site.toml zegt waar lezers de site zien.
`, `# Checks the help centre, and publishes it when something was pushed to main.
# The program wegwijs must be on the runner's PATH; [publish.live] in site.toml
# says where readers see the site.
`)
}

const github = `on: [push, pull_request]
concurrency: publish
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: wegwijs check --format github
      - if: github.ref == 'refs/heads/main'
        run: wegwijs publish live --yes
`

const gitlab = `check:
  script:
    - wegwijs check
publish:
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - wegwijs publish live --yes
`

// Page returns a page to fill in. name is its path below content/:
// nl/e-mail/naam.md. The page of a section has no steps of its own.
func Page(name, title string) File {
	section := path.Base(name) == "index.md"
	if title == "" {
		title = strings.TrimSuffix(path.Base(name), ".md")
		if section {
			title = path.Base(path.Dir(name))
		}
		title = strings.ReplaceAll(title, "-", " ")
		if r := []rune(title); len(r) > 0 {
			title = string(unicode.ToUpper(r[0])) + string(r[1:])
		}
	}
	p := english
	if strings.HasPrefix(name, "nl/") {
		p = dutch
	}
	text := "+++\ntitle = " + tomlfile.Quote(title) + "\ndescription = \"\" # " + p.description + "\ndraft = true # " + p.draft + "\n+++\n\n"
	if section {
		return File{"content/" + name, []byte(text + p.section + "\n")}
	}
	return File{"content/" + name, []byte(text + p.body)}
}

// blank is what stands in a page that is to be filled in.
type blank struct{ description, draft, section, body string }

var (
	dutch = blank{"één zin: wat vindt de lezer hier?", "haal deze regel weg als de pagina klaar is", "Wat vindt de lezer in dit deel? De pagina’s eronder staan er vanzelf bij.",
		":::summary\nHet antwoord, in één of twee zinnen.\n:::\n\n## Wat doe je eerst?\n\n:::steps\n1. De eerste stap.\n2. De tweede stap.\n:::\n"}
	english = blank{"one sentence: what do readers find here?", "remove this line when the page is ready", "What do readers find in this section? The pages in it are listed by themselves.",
		":::summary\nThe answer, in one or two sentences.\n:::\n\n## What to do first\n\n:::steps\n1. The first step.\n2. The second step.\n:::\n"}
)

// Sections returns the pages to fill in of those sections around a page that have
// none in any language of a site, whose files are in files. name is the path of the
// page below content/.
func Sections(files fs.FS, name string) ([]File, error) {
	lang, rest, _ := strings.Cut(name, "/")
	dir := path.Dir(rest)
	if path.Base(rest) == "index.md" {
		dir = path.Dir(dir)
	}
	langs, err := fs.ReadDir(files, "content")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var missing []File
	for ; dir != "."; dir = path.Dir(dir) {
		there := slices.ContainsFunc(langs, func(l fs.DirEntry) bool {
			for _, file := range []string{dir + "/index.md", dir + ".md"} {
				if _, err := fs.Stat(files, path.Join("content", l.Name(), file)); err == nil {
					return true
				}
			}
			return false
		})
		if !there {
			missing = append(missing, Page(path.Join(lang, dir, "index.md"), ""))
		}
	}
	return missing, nil
}

// An ExistsError says that a file is there already, so that nothing was written.
type ExistsError struct{ Path string }

func (e *ExistsError) Error() string { return e.Path + " is there already" }

// Write writes files below dir, which is made where it is not there. Where one of
// them is there already, none is written, and the error is an [ExistsError].
func Write(dir string, files []File) error {
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Path))); err == nil {
			return &ExistsError{f.Path}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		w, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = w.Write(f.Data)
		if err = errors.Join(err, w.Close()); err != nil {
			return err
		}
	}
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
