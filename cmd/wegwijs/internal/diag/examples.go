package diag

// An Example is a piece of a site that gives a finding.
type Example struct {
	Where string // OnPage, InFrontMatter, or a file
	Text  string
}

// Where an example can stand, besides in a file.
const (
	OnPage        = "on a page"
	InFrontMatter = "between the lines of +++ of a page"
)

// Example returns an example of the code; ok is false where none fits into a few
// lines, or where what is wrong is not in a file.
func (c Code) Example() (e Example, ok bool) {
	e, ok = examples[c]
	return e, ok
}

// examples are held against the program by a test.
var examples = map[Code]Example{
	Accept:             {OnPage, "<!-- accept image-alt: siert -->\nTekst."},
	Alert:              {OnPage, "> [!FOUT]\n> Tekst."},
	AssetForeign:       {"layouts/assets/own.css", "a { background: url(https://elders.example/a.png) }"},
	AssetMissing:       {"layouts/assets/own.css", "a { background: url(weg.png) }"},
	AssetSyntax:        {"layouts/assets/own.js", "let a = ;"},
	CodeLanguage:       {OnPage, "```qqqq\nx\n```"},
	CodeSettings:       {OnPage, "```toml onzin\na = 1\n```"},
	ConfigAbbreviation: {"site.toml", "[abbreviations.nl]\n\"DNS record\" = \"wijst de weg\""},
	ConfigCheck:        {"site.toml", "[check.severity]\nimage-alr = \"off\""},
	ConfigColor:        {"site.toml", "[theme]\naccent = \"rood\""},
	ConfigCompress:     {"site.toml", "[outputs]\ncompress = [\"zip\"]"},
	ConfigLanguage:     {"site.toml", "[languages.qqqqqqqqqq]\nname = \"X\""},
	ConfigLanguages:    {"site.toml", "title = \"Hulp\"\nbase_url = \"https://hulp.example\"\n[languages]"},
	ConfigNav:          {"site.toml", "[nav]\nmax = 3"},
	ConfigRules:        {"site.toml", "[outputs]\nrules = [\"iis\"]"},
	ConfigSearch:       {"site.toml", "[search.synonyms]\nnl = [\"alleen\"]"},
	ConfigSecurity:     {"site.toml", "[security]\ncontact = \"mailto:a@b.example\""},
	ConfigURL:          {"site.toml", "title = \"Hulp\"\nbase_url = \"hulp.example\"\ndefault_language = \"nl\"\n[languages.nl]\nname = \"Nederlands\""},
	ContentWithout:     {"site.toml", "[content]\nwithout = [\"onzin\"]"},
	Directive:          {OnPage, "Druk op :kye[Enter]."},
	Footnote:           {OnPage, "Tekst[^1]."},
	FormsHost:          {"site.toml", "[forms]\nautoconfig_host = \"https://x\""},
	FormsSign:          {"site.toml", "[forms]\ncertificate = \"weg.pem\""},
	HeadingAttribute:   {OnPage, "## Kop {.klasse}"},
	HeadingID:          {OnPage, "## Kop {#a b}"},
	HeadingLevel:       {OnPage, "# Kop"},
	HeadingOrder:       {OnPage, "## Een\n\n#### Twee"},
	HeadingText:        {OnPage, "##\n\nTekst."},
	I18nDate:           {"i18n/nl.toml", "date = \"{dag}\""},
	I18nKey:            {"i18n/en.toml", "zomaar = \"x\""},
	I18nMissing:        {"layouts/base.html", "{{ .T \"weg\" }}"},
	I18nMonths:         {"i18n/nl.toml", "months = [\"januari\"]"},
	I18nPlural:         {"i18n/nl.toml", "pages = { one = \"{count} pagina\" }"},
	I18nQuotes:         {"i18n/nl.toml", "quotes = [\"a\"]"},
	I18nUnused:         {"i18n/nl.toml", "zomaar = \"Zomaar\""},
	Image:              {OnPage, "Zie ![Scherm](weg.png)."},
	ImageAlt:           {OnPage, "Zie ![](/e-mail/scherm.svg)."},
	ImageSize:          {OnPage, "Zie ![Scherm](/e-mail/scherm.svg){breedte=3}."},
	LanguagePart:       {OnPage, "The server responded with an error and your message was not delivered to them."},
	LayoutAttribute:    {"layouts/directives/key.html", "{{/*\nkind = \"inline\"\nlabel = \"required\"\n*/ -}}\n<kbd>{{ .Attrs.weg }}</kbd>"},
	LayoutDirective:    {"layouts/directives/los.html", "<p>x</p>"},
	LayoutEscape:       {"layouts/redirect.html", "{{ if .URL }}<p class=\"{{ end }}x"},
	LayoutField:        {"layouts/base.html", "{{ .Titel }}"},
	LayoutInline:       {"layouts/base.html", "<p style=\"color:red\">x</p>"},
	LayoutPartial:      {"layouts/base.html", "{{ template \"partials/weg.html\" . }}"},
	LayoutRun:          {"layouts/base.html", "{{ index .Keywords 99 }}"},
	LayoutSyntax:       {"layouts/base.html", "{{ weg }}"},
	LayoutUnused:       {"layouts/base.html", "{{ define \"mian\" }}x{{ end }}"},
	Link:               {OnPage, "Zie [dit](<>)."},
	LinkAnchor:         {OnPage, "Zie [IMAP](e-mail/imap.md#weg)."},
	LinkFile:           {OnPage, "Zie [gids](weg.pdf)."},
	LinkPage:           {OnPage, "Zie [dit](weg.md)."},
	LinkReference:      {OnPage, "Zie [dit][weg]."},
	LinkScheme:         {OnPage, "Zie [dit](javascript:alert%281%29)."},
	LinkText:           {OnPage, "Klik [hier](e-mail/imap.md)."},
	MarkdownHTML:       {OnPage, "Een <b>vet</b> woord."},
	Notation:           {OnPage, "Een ==gemarkeerd== woord."},
	PageAddress:        {InFrontMatter, "slug = \"e-mail\""},
	PageGroup:          {InFrontMatter, "[groups.a]\ntitle = \"A\""},
	PageLayout:         {InFrontMatter, "layout = \"weg\""},
	PageNeeds:          {InFrontMatter, "needs = [\"magie\"]"},
	PageSlug:           {InFrontMatter, "slug = \"A/B\""},
	PublishBucket:      {"site.toml", "[publish.live]\ntype = \"s3\"\nendpoint = \"e.example\"\nregion = \"r\"\nbucket = \"Help\""},
	PublishCache:       {"site.toml", "[publish.live]\ntype = \"s3\"\nendpoint = \"e.example\"\nregion = \"r\"\nbucket = \"help\"\ncache_pages = \"a\\nb\""},
	PublishEndpoint:    {"site.toml", "[publish.live]\ntype = \"s3\"\nendpoint = \"e/x\"\nregion = \"r\"\nbucket = \"help\""},
	PublishHost:        {"site.toml", "[publish.live]\ntype = \"ssh\"\nhost = \"jan@h\"\npath = \"/srv/x\""},
	PublishName:        {"site.toml", "[publish.rollback]\ntype = \"dir\"\npath = \"/srv/x\""},
	PublishPath:        {"site.toml", "[publish.live]\ntype = \"dir\"\npath = \"/\""},
	PublishPrefix:      {"site.toml", "[publish.live]\ntype = \"s3\"\nendpoint = \"e.example\"\nregion = \"r\"\nbucket = \"help\"\nprefix = \"../x\""},
	PublishSecret:      {"site.toml", "[publish.live]\ntype = \"dir\"\npath = \"/srv/x\"\npassword = \"Kx9vQ2\""},
	PublishURL:         {"site.toml", "[publish.live]\ntype = \"dir\"\npath = \"/srv/x\"\nurl = \"hulp.example\""},
	RedirectChain:      {"site.toml", "[[redirect]]\nfrom = \"/a/\"\nto = \"/b/\"\n[[redirect]]\nfrom = \"/b/\"\nto = \"index.md\""},
	RedirectFrom:       {"site.toml", "[[redirect]]\nfrom = \"oud\"\nto = \"index.md\""},
	RedirectTo:         {"site.toml", "[[redirect]]\nfrom = \"/oud/\"\nto = \"weg.md\""},
	TOMLKey:            {InFrontMatter, "titel = \"X\""},
	TOMLSyntax:         {InFrontMatter, "order = = 3"},
	TOMLType:           {InFrontMatter, "order = \"3\""},
	TOMLValue:          {"site.toml", "[check.severity]\nimage-alt = \"fout\""},
	TableHeader:        {OnPage, "| a |  |\n|---|---|\n| 1 | 2 |"},
	TableRow:           {OnPage, "| a | b |\n|---|---|\n| 1 | 2 | 3 |"},
	TranslationUnknown: {InFrontMatter, "source = \"onzin\""},
}
