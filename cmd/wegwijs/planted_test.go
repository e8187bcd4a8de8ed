package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/txtar"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A plant is a mistake in the small site. The files lie over those of the site; ¶
// stands in one of them where the mistake is to be found; a file whose name begins
// with + is put behind that of the small site. Without a ¶ it is that
// of a whole file, at: • in its name, and in the names of the files, is another
// letter in each form of the plant.
type plant struct {
	code  diag.Code
	files string
	at    string
}

const smallConfig = "-- site.toml --\ntitle = \"Hulp\"\nbase_url = \"https://hulp.example\"\ndefault_language = \"nl\"\n\n[languages.nl]\nname = \"Nederlands\"\n\n[languages.en]\nname = \"English\"\ntitle = \"Help\"\n\n"

const smallMail = "[[mail]]\nid = \"m\"\nname = \"Mail\"\ndomains = [\"m.example\"]\n[[mail.server]]\nprotocol = \"imap\"\nhost = \"imap.m.example\"\nport = 993\nsecurity = \"tls\"\n[[mail.server]]\nprotocol = \"smtp\"\nhost = \"smtp.m.example\"\nport = 465\nsecurity = \"tls\"\n"

// onPage is a mistake in the text of a page, inFront one in its front matter, and
// inConfig one in site.toml.
func onPage(code diag.Code, text string) plant {
	return plant{code, "-- content/nl/plant.md --\n+++\ntitle = \"Plant\"\ndescription = \"Over planten.\"\n+++\n" + text + "\n", ""}
}

func inFront(code diag.Code, keys string) plant {
	return plant{code, "-- content/nl/plant.md --\n+++\ntitle = \"Plant\"\ndescription = \"Over planten.\"\n" + keys + "\n+++\nTekst.\n", ""}
}

func inConfig(code diag.Code, text string) plant {
	return plant{code, smallConfig + text + "\n", ""}
}

func inMail(code diag.Code, old, planted string) plant {
	return plant{code, smallConfig + strings.Replace(smallMail, old, planted, 1), ""}
}

func inFile(code diag.Code, name, text string) plant {
	return plant{code, "-- " + name + " --\n" + text + "\n", ""}
}

func wholeFile(code diag.Code, at, files string) plant { return plant{code, files, at} }

const plainSVG = `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>`

var plants = []plant{
	onPage(diag.Accept, "¶<!-- accept image-alt: siert -->\nTekst."),
	onPage(diag.Alert, "> ¶[!FOUT]\n> Tekst."),
	inFile(diag.AssetForeign, "layouts/assets/own.css", "a { background: url(¶https://elders.example/a.png) }"),
	inFile(diag.AssetMissing, "layouts/assets/own.css", "a { background: url(¶weg.png) }"),
	inFile(diag.AssetSyntax, "layouts/assets/own.js", "let a = ¶;"),
	inFile(diag.AssetCircle, "layouts/assets/own.css", "@import \"¶ander.css\";\n-- layouts/assets/ander.css --\n@import \"own.css\";"),
	inConfig(diag.ConfigAbbreviation, "[abbreviations.nl]\n¶\"DNS record\" = \"wijst de weg\""),
	inConfig(diag.ConfigCheck, "[check.severity]\n¶image-alr = \"off\""),
	inConfig(diag.ConfigColor, "[theme]\naccent = ¶\"rood\""),
	inConfig(diag.ConfigCompress, "[outputs]\ncompress = [¶\"zip\"]"),
	inConfig(diag.ConfigLanguage, "[¶languages.qqqqqqqqqq]\nname = \"X\""),
	inConfig(diag.ConfigNav, "[nav]\nmax = ¶3"),
	inConfig(diag.ConfigRules, "[outputs]\nrules = [¶\"iis\"]"),
	inConfig(diag.ConfigSearch, "[search.synonyms]\nnl = [¶\"alleen\"]"),
	inConfig(diag.ConfigSecurity, "[¶security]\ncontact = \"mailto:a@b.example\""),
	inFile(diag.ConfigURL, "site.toml", "title = \"Hulp\"\nbase_url = ¶\"hulp.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"Nederlands\""),
	inFile(diag.ConfigLanguages, "site.toml", "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\n[¶languages]"),
	onPage(diag.Directive, "¶:::details Meer weten\nTekst.\n:::"),
	onPage(diag.Directive, "¶:::let op\nTekst.\n:::"),
	onPage(diag.Directive, "¶::: tip\nTekst.\n:::"),
	onPage(diag.Directive, "Druk op ¶:kye[Enter]."),
	wholeFile(diag.FileName, "content/nl/•.markdown", "-- content/nl/•.markdown --\n# Kop\n"),
	wholeFile(diag.FileRuns, "content/nl/•.js", "-- content/nl/•.js --\nalert(1)\n"),
	wholeFile(diag.FileUnused, "content/nl/•.svg", "-- content/nl/•.svg --\n"+plainSVG+"\n"),
	onPage(diag.Footnote, "Tekst¶[^1]."),
	onPage(diag.HeadingAttribute, "## Kop ¶{.klasse}"),
	onPage(diag.HeadingID, "## Kop ¶{#a b}"),
	onPage(diag.HeadingLevel, "¶# Kop"),
	onPage(diag.HeadingOrder, "## Een\n\n¶#### Twee"),
	onPage(diag.HeadingText, "¶##\n\nTekst."),
	inFile(diag.I18nDate, "i18n/nl.toml", "date = ¶\"{dag}\""),
	inFile(diag.I18nMonths, "i18n/nl.toml", "months = ¶[\"januari\"]"),
	inFile(diag.I18nQuotes, "i18n/nl.toml", "quotes = ¶[\"a\"]"),
	inFile(diag.I18nPlural, "i18n/nl.toml", "¶pages = { one = \"{count} pagina\" }"),
	inFile(diag.I18nKey, "i18n/en.toml", "¶zomaar = \"x\""),
	wholeFile(diag.I18nFile, "i18n/x•.toml", "-- i18n/x•.toml --\na = \"b\"\n"),
	onPage(diag.Image, "Zie ¶![Scherm](weg.png)."),
	onPage(diag.ImageAlt, "Zie ¶![](/e-mail/scherm.svg)."),
	onPage(diag.ImageSize, "Zie ![Scherm](/e-mail/scherm.svg)¶{breedte=3}."),
	onPage(diag.LanguagePart, "¶The server responded with an error and your message was not delivered to them."),
	inFile(diag.LayoutDirective, "layouts/directives/los.html", "¶<p>x</p>"),
	inFile(diag.LayoutField, "+layouts/base.html", "{{ ¶.Titel }}"),
	inFile(diag.LayoutPartial, "+layouts/base.html", "{{ template ¶\"partials/weg.html\" . }}"),
	inFile(diag.LayoutSyntax, "+layouts/base.html", "{{ ¶weg }}"),
	inFile(diag.LayoutUnused, "+layouts/base.html", "¶{{ define \"mian\" }}x{{ end }}"),
	inFile(diag.LayoutInline, "+layouts/base.html", "¶<p style=\"color:red\">x</p>"),
	inFile(diag.LayoutAttribute, "layouts/directives/key.html", "{{/*\nkind = \"inline\"\nlabel = \"required\"\n*/ -}}\n<kbd>{{ .Attrs¶.weg }}</kbd>"),
	inFile(diag.LayoutEscape, "+layouts/redirect.html", "{{ if ¶.URL }}<p class=\"{{ end }}x"),
	inFile(diag.LayoutRun, "+layouts/base.html", "{{ ¶index .Keywords 99 }}"),
	inFile(diag.I18nMissing, "+layouts/base.html", "{{ .T ¶\"weg\" }}"),
	inFile(diag.I18nPlaceholder, "+i18n/en.toml", "¶zomaar = \"{a}\"\n-- +i18n/nl.toml --\nzomaar = \"{b}\""),
	inFile(diag.I18nUnused, "+i18n/nl.toml", "¶zomaar = \"Zomaar\""),
	inFile(diag.HeadingOutline, "content/en/e-mail/imap.md", "+++\ntitle = \"IMAP\"\ndescription = \"About IMAP.\"\n+++\n## Receiving\n\n¶## Extra {#extra}\n\n## Sending {#versturen}"),
	onPage(diag.CodeLanguage, "```¶qqqq\nx\n```"),
	onPage(diag.CodeSettings, "```toml ¶onzin\na = 1\n```"),
	onPage(diag.PageLimit, "¶"+strings.Repeat("> ", 70)+"x"),
	inConfig(diag.ContentWithout, "[content]\nwithout = [¶\"onzin\"]"),
	wholeFile(diag.LayoutMissing, "layouts/base.html", "-- layouts/base.html --\n"),
	wholeFile(diag.ConfigMissing, "site.toml", "-- site.toml --\n"),
	wholeFile(diag.PageHome, "content/nl/index.md", "-- content/nl/index.md --\n-- content/en/index.md --\n"),
	plant{diag.LinkNeeds, onPage(diag.LinkNeeds, "Zie ¶[POP](doel.md).").files + "-- content/nl/doel.md --\n+++\ntitle = \"Doel\"\ndescription = \"Doel.\"\nneeds = [\"pop\"]\n+++\n" + smallConfig + smallMail + "[[mail.server]]\nprotocol = \"pop\"\nhost = \"pop.m.example\"\nport = 995\nsecurity = \"tls\"\n", ""},
	plant{diag.MailCheckedOld, "-- .verified.toml --\n[\"imap/imap.m.example/993/tls\"]\ndate = 2020-01-01\nholds = true\n" + strings.Replace(smallConfig+smallMail, "[[mail.server]]", "[[¶mail.server]]", 1), ""},
	plant{diag.MailCheckedFailed, "-- .verified.toml --\n[\"imap/imap.m.example/993/tls\"]\ndate = 2020-01-01\nholds = false\n" + strings.Replace(smallConfig+smallMail, "[[mail.server]]", "[[¶mail.server]]", 1), ""},
	plant{diag.MailCheckedNever, "-- .verified.toml --\n[\"smtp/smtp.m.example/465/tls\"]\ndate = 2020-01-01\nholds = true\n" + strings.Replace(smallConfig+smallMail, "[[mail.server]]", "[[¶mail.server]]", 1), ""},
	plant{diag.MailCheckedFile, "-- .verified.toml --\n[¶\"imap\"]\ndate = 2020-01-01\nholds = true\n" + smallConfig + smallMail, ""},
	wholeFile(diag.LayoutFile, "layouts/•.txt", "-- layouts/•.txt --\nx\n"),
	onPage(diag.Link, "Zie ¶[dit](<>)."),
	onPage(diag.LinkAnchor, "Zie ¶[IMAP](e-mail/imap.md#weg)."),
	onPage(diag.LinkFile, "Zie ¶[gids](weg.pdf)."),
	onPage(diag.LinkPage, "Zie ¶[dit](weg.md)."),
	onPage(diag.LinkReference, "Zie ¶[dit][weg]."),
	onPage(diag.LinkScheme, "Zie ¶[dit](javascript:alert%281%29)."),
	onPage(diag.LinkText, "Klik ¶[hier](e-mail/imap.md)."),
	inMail(diag.MailAuthentication, "port = 993", "port = 993\nauthentication = [¶\"magie\"]"),
	inMail(diag.MailContradiction, "[[mail.server]]\nprotocol = \"smtp\"", "[[mail.server]]\nprotocol = \"pop\"\nhost = \"imap.m.example\"\nport = 993\nsecurity = ¶\"tls\"\nwhy = \"zomaar\"\n[[mail.server]]\nprotocol = \"smtp\""),
	inMail(diag.MailDays, "name = \"Mail\"", "name = \"Mail\"\nleave_on_server_days = ¶-3"),
	inMail(diag.MailDomain, "\"m.example\"]", "¶\"geen domein\"]"),
	inMail(diag.MailDuplicate, "[[mail.server]]\nprotocol = \"smtp\"", "[[mail.server]]\nprotocol = \"imap\"\nhost = ¶\"imap.m.example\"\nport = 993\nsecurity = \"tls\"\n[[mail.server]]\nprotocol = \"smtp\""),
	inMail(diag.MailHost, "\"imap.m.example\"", "¶\"https://imap.m.example\""),
	inMail(diag.MailID, "\"m\"", "¶\"M M\""),
	inMail(diag.MailInsecure, "security = \"tls\"", "security = ¶\"none\""),
	inMail(diag.MailName, "\"Mail\"", "¶\"Mail\\u202E\""),
	inMail(diag.MailPort, "993", "¶99999"),
	inMail(diag.MailProtocol, "\"imap\"", "¶\"imaap\""),
	inMail(diag.MailRank, "port = 993", "port = 993\npreference = ¶0"),
	plant{diag.MailServer, smallConfig + "[[¶mail]]\nid = \"m\"\nname = \"M\"\ndomains = [\"m.example\"]\n", ""},
	inMail(diag.MailWebmail, "name = \"Mail\"", "name = \"Mail\"\nwebmail = ¶\"webmail\""),
	inMail(diag.MailWhy, "port = 993", "port = 993\nwhy = ¶\" \""),
	plant{diag.MailTyped, onPage(diag.MailTyped, "Vul ¶imap.m.example in.").files + smallConfig + smallMail, ""},
	plant{diag.MailPortTyped, onPage(diag.MailPortTyped, "Kies voor IMAP poort ¶995.").files + smallConfig + smallMail, ""},
	onPage(diag.MarkdownHTML, "Een ¶<b>vet</b> woord."),
	onPage(diag.Notation, "Een ¶==gemarkeerd== woord."),
	inFront(diag.PageAddress, "slug = ¶\"e-mail\""),
	plant{diag.PageDescription, "-- content/nl/plant.md --\n+++\n¶title = \"Plant\"\n+++\nTekst.\n", ""},
	plant{diag.PageEncoding, "-- content/nl/plant.md --\n+++\ntitle = \"Plant\"\n+++\nEen ¶\u202eteken.\n", ""},
	plant{diag.PageFront, "-- content/nl/plant.md --\n¶Geen begin.\n", ""},
	inFront(diag.PageGroup, "[¶groups.a]\ntitle = \"A\""),
	inFront(diag.PageContents, "contents = ¶9"),
	inFront(diag.PageLayout, "layout = ¶\"weg\""),
	inFront(diag.PageNeeds, "needs = [¶\"magie\"]"),
	inFront(diag.PageSlug, "slug = ¶\"A/B\""),
	plant{diag.PageTitle, "-- content/nl/plant.md --\n+++\ndescription = \"Plant.\"\ntitle = ¶\"IMAP instellen\"\n+++\nTekst.\n-- content/nl/e-mail/imap.md --\n+++\ntitle = \"IMAP instellen\"\ndescription = \"x\"\n+++\n## Ontvangen\n\n## Versturen {#versturen}\n\n![S](scherm.svg)\n", ""},
	wholeFile(diag.PagePlace, "content/•.md", "-- content/•.md --\n+++\ntitle = \"X\"\n+++\n"),
	wholeFile(diag.PageSection, "content/nl/•", "-- content/nl/•/a.md --\n+++\ntitle = \"X\"\ndescription = \"X.\"\n+++\n"),
	wholeFile(diag.PageDouble, "content/nl/•/index.md", "-- content/nl/•/index.md --\n+++\ntitle = \"X\"\n+++\n-- content/nl/•.md --\n+++\ntitle = \"Y\"\n+++\n"),
	wholeFile(diag.OutputClash, "content/nl/e-mail/•.svg", "-- content/nl/e-mail/•.svg --\n"+plainSVG+"\n-- content/nl/e-mail/•-.md --\n+++\ntitle = \"X\"\nslug = \"•.svg\"\n+++\n"),
	inConfig(diag.RedirectChain, "[[redirect]]\nfrom = \"/a/\"\nto = ¶\"/b/\"\n[[redirect]]\nfrom = \"/b/\"\nto = \"index.md\""),
	inConfig(diag.RedirectFrom, "[[redirect]]\nfrom = ¶\"oud\"\nto = \"index.md\""),
	inConfig(diag.RedirectTo, "[[redirect]]\nfrom = \"/oud/\"\nto = ¶\"weg.md\""),
	onPage(diag.Secrecy, "De code is ¶gh"+"p_a8Xk2LmQ9vTz4RbW7cNdF1gHjKpS3uYe5oIx."),
	onPage(diag.TableHeader, "| a |¶  |\n|---|---|\n| 1 | 2 |"),
	onPage(diag.TableRow, "| a | b |\n|---|---|\n| 1 | 2 ¶| 3 |"),
	inFront(diag.TOMLKey, "¶titel = \"X\""),
	plant{diag.TOMLMissing, "-- content/nl/plant.md --\n+++\n¶description = \"Plant.\"\n+++\nTekst.\n", ""},
	inFront(diag.TOMLSyntax, "order = ¶= 3"),
	inFront(diag.TOMLType, "order = ¶\"3\""),
	inConfig(diag.TOMLValue, "[check.severity]\nimage-alt = ¶\"fout\""),
	inFront(diag.TranslationUnknown, "source = ¶\"onzin\""),
	inConfig(diag.PublishSecret, "[publish.live]\ntype = \"dir\"\npath = \"/srv/x\"\n¶password = \"Kx9vQ2\""),
	inConfig(diag.PublishName, "[¶publish.rollback]\ntype = \"dir\"\npath = \"/srv/x\""),
	inConfig(diag.PublishPath, "[publish.live]\ntype = \"dir\"\npath = ¶\"/\""),
	inConfig(diag.PublishURL, "[publish.live]\ntype = \"dir\"\npath = \"/srv/x\"\nurl = ¶\"hulp.example\""),
	inConfig(diag.PublishHost, "[publish.live]\ntype = \"ssh\"\nhost = ¶\"jan@h\"\npath = \"/srv/x\""),
	inConfig(diag.PublishBucket, "[publish.live]\ntype = \"s3\"\nendpoint = \"e.example\"\nregion = \"r\"\nbucket = ¶\"Help\""),
	inConfig(diag.PublishPrefix, "[publish.live]\ntype = \"s3\"\nendpoint = \"e.example\"\nregion = \"r\"\nbucket = \"help\"\nprefix = ¶\"../x\""),
	inConfig(diag.PublishEndpoint, "[publish.live]\ntype = \"s3\"\nendpoint = ¶\"e/x\"\nregion = \"r\"\nbucket = \"help\""),
	inConfig(diag.PublishCache, "[publish.live]\ntype = \"s3\"\nendpoint = \"e.example\"\nregion = \"r\"\nbucket = \"help\"\ncache_pages = ¶\"a\\nb\""),
	inConfig(diag.FormsHost, "[forms]\nautoconfig_host = ¶\"https://x\""),
	inConfig(diag.FormsSign, "[forms]\ncertificate = ¶\"weg.pem\""),
}

// unplanted are the codes of which the corpus has no mistake, with the reason.
var unplanted = map[diag.Code]string{
	diag.ConfigContrast:    "it takes a whole palette: TestTheme in pages/layout",
	diag.EjectMoved:        "it takes a copy of a built-in file of an earlier version: eject.txtar",
	diag.FilmCaptions:      "it takes a film: input/markdown",
	diag.FilmPoster:        "likewise",
	diag.FormsSignSoon:     "it takes a certificate and a day: state",
	diag.Imported:          "import says it of pages of other programs: authoring/importer",
	diag.InputChanged:      "it takes a file that changes at that moment: again_linux_test.go",
	diag.InputKind:         "it takes a pipe or a device: input/scan",
	diag.InputLink:         "it takes a symbolic link: mistake_symlink.txtar",
	diag.InputName:         "no archive of texts holds such a name: input/scan",
	diag.InputRead:         "it takes a file that may not be read: input/scan and state",
	diag.Label:             "it is of a file of the program: pages/forms",
	diag.Layout:            "a template that the program itself calls with something wrong: pages/layout",
	diag.LinkBroken:        "another site says it: verify/links",
	diag.LinkMoved:         "another site says it: verify/links",
	diag.LinkRefused:       "another site says it: verify/links",
	diag.LinkUnreachable:   "another site says it: verify/links",
	diag.MailForm:          "it takes a record with rows that no form can say: pages/forms",
	diag.MailUnshown:       "it takes the directives of the built-in layouts: state",
	diag.Markdown:          "no text is known to bring it about",
	diag.PageAlternate:     "it takes layouts of a site's own: TestUnnamed in state",
	diag.PageMessage:       "it takes layouts with search: TestUnsaid in pages/render",
	diag.PageUnlinked:      "likewise: TestUnlinked in state",
	diag.SettingUnset:      "it takes the directives of the built-in layouts: state",
	diag.TranslationBlock:  "it takes a text with a stamp: translate.txtar",
	diag.TranslationBudget: "likewise: translate_budget.txtar",
	diag.TranslationImport: "it takes a file that came back from a translator: translate_exchange.txtar",
	diag.TranslationOrphan: "it takes a text with a stamp: translate.txtar",
	diag.TranslationStale:  "likewise",
	diag.TranslationValue:  "likewise",
}

// forms are the ways in which a plant is laid: each moves the place, or counts
// columns in another way.
var plantForms = []struct {
	name string
	lay  func(file, text string) string
}{
	{"as it is", func(_, text string) string { return text }},
	{"behind signs of two units", func(file, text string) string {
		switch filepath.Ext(file) {
		case ".md":
			if strings.HasPrefix(text, "+++\n¶") { // the place is that of the front matter
				return text
			}
			return strings.Replace(text, "+++\n", "+++\nkeywords = [] # café 😀\n", 1)
		case ".toml":
			return "# café 😀\n" + text
		case ".css", ".js":
			return "/* café 😀 */\n" + text
		}
		return text
	}},
	{"with lines of Windows", func(_, text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }},
	{"with a byte order mark", func(file, text string) string {
		if e := filepath.Ext(file); e == ".md" || e == ".toml" {
			return "\ufeff" + text
		}
		return text
	}},
	{"with more behind it", func(file, text string) string {
		switch filepath.Ext(file) {
		case ".md":
			return text + "\nDaarna nog een alinea.\n"
		case ".toml":
			return text + "\n# einde\n"
		}
		return text + "\n"
	}},
}

// laid returns the files of a plant in a form, and where the mistake is.
func (p plant) laid(t *testing.T, n int) (files map[string]string, at string) {
	t.Helper()
	letter := string(rune('p' + n))
	over := strings.ReplaceAll(p.files, "•", letter)
	files = testenv.SmallSite(t)
	for name, text := range files { // behind the other keys of the front matter
		if strings.HasSuffix(name, ".md") && !strings.Contains(text, "description") {
			files[name] = strings.Replace(text, "\n+++\n", "\ndescription = \"Over iets.\"\n+++\n", 1)
		}
	}
	for _, f := range txtar.Parse([]byte(over)).Files {
		name, more := strings.CutPrefix(f.Name, "+")
		switch {
		case more:
			files[name] += string(f.Data)
		case len(f.Data) == 0:
			delete(files, name)
		default:
			files[name] = string(f.Data)
		}
	}
	at = strings.ReplaceAll(p.at, "•", letter)
	for name, text := range files {
		i := strings.Index(text, "¶")
		if i < 0 {
			continue
		}
		text = plantForms[n].lay(name, text)
		i = strings.Index(text, "¶")
		before := text[:i]
		files[name] = strings.Replace(text, "¶", "", 1)
		line := strings.Count(before, "\n") + 1
		col := before[strings.LastIndexByte(before, '\n')+1:]
		if line == 1 {
			col = strings.TrimPrefix(col, "\ufeff")
		}
		at = fmt.Sprintf("%s:%d:%d", name, line, len(utf16.Encode([]rune(col)))+1)
	}
	return files, at
}

// englishRE finds words that no Dutch message has.
var englishRE = regexp.MustCompile(`\b(?:the|it|holds|takes|cannot|which|this|there|with|leave|remove|stands|write|of the|not)\b`)

// A finding is one as check writes it as JSON.
type finding struct {
	Pos struct {
		File      string
		Line, Col int
	}
	Code    diag.Code
	Message string
	Hint    string
}

func (f finding) at() string {
	return diag.Pos{File: f.Pos.File, Line: f.Pos.Line, Col: f.Pos.Col}.String()
}

// reported returns what check finds, in Dutch.
func reported(t *testing.T, files map[string]string) []finding {
	t.Helper()
	dir := testenv.RAM(t)
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	run(context.Background(), []string{"check", "--lang", "nl", "--format", "json", "-C", dir}, &stdout, &stderr)
	var report struct{ Findings []finding }
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		t.Fatalf("%v: %s%s", err, stdout.String(), stderr.String())
	}
	return report.Findings
}

// foundIn returns where check finds what, and sees that it speaks Dutch.
func foundIn(t *testing.T, files map[string]string) map[diag.Code][]string {
	t.Helper()
	found := map[diag.Code][]string{}
	for _, f := range reported(t, files) {
		if w := englishRE.FindString(f.Message + " " + f.Hint); w != "" && f.Code != diag.LayoutRun && f.Code != diag.LayoutSyntax { // which quote Go's templates
			t.Errorf("%s: %q is English in %q (%q)", f.Code, w, f.Message, f.Hint)
		}
		found[f.Code] = append(found[f.Code], f.at())
	}
	return found
}

// TestPlanted: every mistake of the corpus is found at its exact place, once, in
// every form; and every code has at least five, or a reason why it has none.
func TestPlanted(t *testing.T) {
	count := map[diag.Code]int{}
	for _, p := range plants {
		for n := range plantForms {
			count[p.code]++
			if testing.Short() && n > 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", p.code, plantForms[n].name), func(t *testing.T) {
				t.Parallel()
				files, at := p.laid(t, n)
				found := foundIn(t, files)
				if got := slices.Compact(found[p.code]); !slices.Equal(got, []string{at}) { // one place may lack something in several languages
					t.Errorf("got %q of %v, want one at %s", got, found, at)
				}
			})
		}
	}
	for _, c := range diag.Codes() {
		switch why := unplanted[c]; {
		case strings.HasPrefix(string(c), "verify-"): // servers have these, and are planted in the tests of verify
		case strings.HasPrefix(string(c), "plain-"): // these have a corpus of their own, beside the words that they look for
		case count[c] >= 5 && why != "":
			t.Errorf("%s is planted, and has a reason not to be", c)
		case count[c] < 5 && why == "":
			t.Errorf("%s is planted %d times, want 5 or a reason", c, count[c])
		}
	}
}

// remedies are mistakes of people who have no program language in mind, each with
// what the hint has to name.
var remedies = []struct {
	plant
	names string
}{
	{inFront(diag.TOMLKey, "¶omschrijving = \"x\""), `"description"`},
	{inFront(diag.TOMLKey, "¶Reihenfolge = 3"), `"order"`},
	{inFront(diag.TOMLKey, "¶motscles = [\"a\"]"), `"keywords"`},
	{inConfig(diag.TOMLKey, "[¶aanbieder]\nnaam = \"x\""), `"provider"`},
	{inConfig(diag.TOMLKey, "[theme]\n¶kleurdonker = \"#0b6e5f\""), `"accent_dark"`},
	{plant{diag.TOMLKey, strings.Replace(smallConfig, "[languages.nl]", "[¶talen.nl]", 1), ""}, `"languages"`},
	{plant{diag.ConfigLanguage, strings.Replace(smallConfig, "[languages.nl]", "[¶languages.n]", 1), ""}, `nl`},
	{plant{diag.TOMLMissing, strings.NewReplacer("[languages.nl]", "[languages.nl]", "default_language = \"nl\"\n", "", "title = \"Hulp\"", "¶title = \"Hulp\"").Replace(smallConfig), ""}, `default_language`},
	{inMail(diag.TOMLKey, "port = 993", "¶poort = 993"), `"port"`},
	{inMail(diag.TOMLKey, "security = \"tls\"", "¶beveiliging = \"tls\""), `"security"`},
	{inMail(diag.TOMLKey, "domains", "¶domeinen"), `"domains"`},
	{inMail(diag.TOMLType, "[\"m.example\"]", "¶\"m.example\""), `domains = ["m.example"]`},
	{inMail(diag.TOMLValue, "security = \"tls\"", "security = ¶\"SSL/TLS\""), `security = "tls"`},
	{inMail(diag.TOMLValue, "port = 465\nsecurity = \"tls\"", "port = 587\nsecurity = ¶\"SSL\""), `security = "starttls"`},
	{inConfig(diag.TOMLValue, "[check.severity]\nimage-alt = ¶\"uit\""), `"off"`},
	{inFront(diag.TOMLType, "[messages]\n\"A b\" = ¶\"c\""), `"A b" = ["c"]`},
	{onPage(diag.Directive, "¶:::wanneer{has=imap}\nTekst.\n:::"), `"when"`},
	{onPage(diag.Directive, "Druk op ¶:als[Enter]{has=imap}."), `"when"`},
	{onPage(diag.Directive, "¶:::when{zonder=imap}\nTekst.\n:::"), `"lacks"`},
	{onPage(diag.Directive, "Tekst.\n\n¶:::\n\nMeer tekst.\n\n:::\n\nEinde."), ":::steps"},
	{onPage(diag.Link, "Bel ¶[ons kantoor](<tel:+31 (0)20 123 45 67>)."), "tel:+31201234567"},
	{onPage(diag.Link, "Bel ¶[ons kantoor](tel:(020)1234567)."), "tel:+31201234567"},
	{onPage(diag.Link, "Mail ¶[ons kantoor](mailto:info.m.example)."), "mailto:info@"},
	{onPage(diag.Link, "Zie ¶[IMAP](https://hulp.example/e-mail/imap/)."), "e-mail/imap.md"},
	{onPage(diag.Notation, "## Eerste kop\n\nZie ¶[boven](#Eerste kop)."), "#eerste-kop"},
	{onPage(diag.Notation, "Bel ¶[ons kantoor](tel:+31 20 123 45 67)."), "tel:+31"},
	{onPage(diag.LinkFile, "Zie ¶[IMAP](e-mail/imap.html#versturen)."), "e-mail/imap.md#versturen"},
	{onPage(diag.Image, "Zie ¶![Het scherm](/e-mail/Scherm.SVG)."), "scherm.svg"},
	{onPage(diag.Image, "Zie ¶![Het scherm](scherm.heic)."), "JPEG"},
	{onPage(diag.Footnote, "Dit staat in de wet ¶[1] en elders [2].\n\n[1] De wet\n\n[2] De AVG"), "[^1]"},
	{onPage(diag.Footnote, "Dit staat in de wet¶¹ en elders.\n\n¹ De wet"), "[^1]"},
	{onPage(diag.Footnote, "Dit staat in de wet ¶[1].\n\n## Bronnen\n\n1. De wet\n2. De AVG"), "[^1]"},
	{inFile(diag.I18nUnused, "+i18n/nl.toml", "¶pagez = \"x\""), "pages"},
	{wholeFile(diag.InputKind, "content/nl/•.docx", "-- content/nl/•.docx --\nPK\n"), ".md"},
	{wholeFile(diag.FileName, "content/nl/•.md.txt", "-- content/nl/•.md.txt --\n# Kop\n"), ".md"},
	{wholeFile(diag.TranslationOrphan, "content/en/e-mail/•own.md", "-- content/nl/e-mail/•eigen.md --\n+++\ntitle = \"Eigen\"\ndescription = \"Eigen dingen.\"\n+++\nZie [IMAP](imap.md).\n\n## Kop\n\nTekst.\n\n- een\n- twee\n-- content/en/e-mail/•own.md --\n+++\ntitle = \"Own\"\ndescription = \"Own things.\"\n+++\nSee [IMAP](imap.md).\n\n## Heading\n\nText.\n\n- one\n- two\n"), "eigen.md"},
}

// TestRemedies: each of these mistakes is one finding, at its place, and the hint
// names what to write.
func TestRemedies(t *testing.T) {
	for _, r := range remedies {
		t.Run(string(r.code)+"/"+r.names, func(t *testing.T) {
			t.Parallel()
			files, at := r.laid(t, 0)
			all := reported(t, files)
			if len(all) != 1 || all[0].Code != r.code || all[0].at() != at || !strings.Contains(all[0].Hint, r.names) {
				t.Errorf("got %+v, want one %s at %s that names %s", all, r.code, at, r.names)
			}
		})
	}
}

// TestNoRemedies: what looks like a mistake of that kind and is none.
func TestNoRemedies(t *testing.T) {
	for _, text := range []string{
		"Bel [ons kantoor](tel:+31-20-1234567), of [de meldkamer](tel:112).",
		"Mail [ons kantoor](mailto:info@m.example?subject=Hulp), of [twee](mailto:a@m.example,b@m.example).",
		"Een kamer van 20 m² en een van 30 m³.\n\nDaarna nog 4 m².",
		"Het veld `adres[1]` bestaat.\n\n`[1]` is het eerste.",
		"Kies optie [1] of [2].",
		"Dit staat in de wet[^1].\n\n[^1]: De wet.",
		"Zie [de site](https://hulp.example/) of [een ander](https://elders.example/e-mail/imap/).",
	} {
		files, _ := onPage("", text).laid(t, 0)
		if all := reported(t, files); len(all) > 0 {
			t.Errorf("%s: %+v", text, all)
		}
	}
}

// TestExamples: what the catalogue of codes shows as an example of a finding gives
// that finding.
func TestExamples(t *testing.T) {
	n := 0
	for _, c := range diag.Codes() {
		e, ok := c.Example()
		if !ok {
			continue
		}
		n++
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			p := inFile(c, "+"+e.Where, e.Text)
			switch {
			case e.Where == diag.OnPage:
				p = onPage(c, e.Text)
			case e.Where == diag.InFrontMatter:
				p = inFront(c, e.Text)
			case e.Where == "site.toml" && !strings.Contains(e.Text, "base_url"):
				p = inConfig(c, e.Text)
			case e.Where == "site.toml", strings.HasPrefix(e.Where, "i18n/") && !strings.Contains(e.Text, "zomaar"):
				p = inFile(c, e.Where, e.Text)
			}
			files, _ := p.laid(t, 0)
			if found := foundIn(t, files); len(found[c]) == 0 {
				t.Errorf("the example gives %v", found)
			}
		})
	}
	if n < 70 {
		t.Errorf("%d codes have an example, want 70", n)
	}
}
