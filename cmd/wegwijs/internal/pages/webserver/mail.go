package webserver

import (
	"fmt"
	"strings"
)

// Mail is what mail programs ask for and where the answers are: the file of
// each form in the folder of each product, mail/ID/.
type Mail struct {
	Base   string // see [Site.Base]
	Routes []Route
	// Products are in the order of the record. A program asks at the name of a
	// mail domain, or at that name after autoconfig., autodiscover. or
	// ua-auto-config.; names that are in no product get the first one's files.
	Products []Product
	Profiles bool // there are Apple profiles
}

// A Product is a mail product and its domains (ASCII form, small letters).
type Product struct {
	ID      string
	Domains []string
}

// A Route is one thing that mail programs ask for.
type Route struct {
	Name    string   // for names in the rules: letters only
	File    string   // its name in a product's folder; letters, digits, dots, hyphens
	Paths   []string // URL paths that programs ask
	AnyCase bool     // programs write the paths in any letter case
	Below   bool     // an address may follow the path, after a slash
	Private bool     // the request holds a reader's address, which belongs in no log
	Post    bool     // programs ask with POST
	Type    string   // content type
	// Protocol is the value, in any letter case, that the parameter protocol of
	// the query must have where it is there; "" for any.
	Protocol string
}

// MailFile returns the path of the rules of [Mail] for one of [Servers].
func MailFile(server string) string { return "mail/" + server + ".conf" }

// Rules returns the rules without which a server does not answer mail
// programs, to include where the site's own rules are: nginx's server block,
// Apache's virtual host (with mod_rewrite), Caddy's site block. They also work
// without the site's own rules, and before or after them. It returns nil for
// an unknown server and where there is nothing to ask for.
func (m *Mail) Rules(server string) []byte {
	if len(m.Products) == 0 || len(m.Routes) == 0 && !m.Profiles {
		return nil
	}
	text := ""
	switch server {
	case "nginx":
		text = m.nginx()
	case "apache":
		text = m.apache()
	case "caddy":
		text = m.caddy()
	default:
		return nil
	}
	// Programs ask at the root of the host; the files are in the site's folder.
	return []byte(strings.ReplaceAll(text, mailFolder, m.Base+"/mail"))
}

// mailFolder stands in the rules for the folder of the mail files.
const mailFolder = "<mail>"

const mailHead = `# Mail settings for mail programs: include this in %s of the help
# centre. That must also answer for autoconfig.DOMAIN and autodiscover.DOMAIN of
# each mail domain. It names the domains of products: no reader gets it.
`

// pattern returns a pattern for a path as mail programs ask for it, without
// what makes letter case not matter.
func (r *Route) pattern(path string) string {
	p := strings.ReplaceAll(path, ".", `\.`)
	if r.Below {
		p += "(?:/.*)?"
	}
	return "^" + p + "$"
}

// hostPatterns returns patterns of the names at which programs ask for the
// product, each shorter than limit bytes. They match what stands before a port
// or a final dot; letter case is for whoever uses them.
func (p *Product) hostPatterns(limit int) []string {
	const head = `^(?:(?:autoconfig|autodiscover|ua-auto-config)\.)?(?:`
	var list []string
	var b strings.Builder
	for _, d := range p.Domains {
		d = strings.ReplaceAll(d, ".", `\.`)
		if b.Len() > 0 && b.Len()+len(d)+len(head)+10 > limit {
			list = append(list, head+b.String()+")")
			b.Reset()
		}
		if b.Len() > 0 {
			b.WriteByte('|')
		}
		b.WriteString(d)
	}
	if b.Len() > 0 {
		list = append(list, head+b.String()+")")
	}
	return list
}

func (m *Mail) nginx() string {
	var b strings.Builder
	fmt.Fprintf(&b, mailHead, "the server block")
	for _, r := range m.Routes {
		b.WriteString("\n")
		for _, path := range r.Paths {
			switch {
			case r.AnyCase:
				fmt.Fprintf(&b, "location ~* %s {\n", r.pattern(path))
			case r.Below:
				fmt.Fprintf(&b, "location ~ %s {\n", r.pattern(path))
			default:
				fmt.Fprintf(&b, "location = %s {\n", path)
			}
			if r.Private {
				b.WriteString("    access_log off;\n")
			}
			if r.Protocol != "" {
				fmt.Fprintf(&b, "    if ($args ~* \"(?:^|&)protocol=(?!%s(?:&|$))\") { return 404; }\n", r.Protocol)
			}
			fmt.Fprintf(&b, "    set $wegwijs_file %s;\n    rewrite ^ /.wegwijs-mail last;\n}\n", r.File)
		}
		fmt.Fprintf(&b, "location ~ ^<mail>/[^/]+/%s$ {\n    types { } default_type %q;\n", strings.ReplaceAll(r.File, ".", `\.`), r.Type)
		if r.Private {
			b.WriteString("    access_log off;\n")
		}
		if r.Post {
			b.WriteString("    error_page 405 =200 $uri; # a file cannot be asked for with POST\n")
		}
		b.WriteString("    gzip off;\n    try_files $uri =404;\n}\n")
	}
	if len(m.Routes) > 0 {
		b.WriteString("\n# The product of the name that was asked.\nlocation = /.wegwijs-mail {\n    internal;\n    access_log off;\n")
		for _, p := range m.Products[1:] {
			for _, pattern := range p.hostPatterns(3800) { // nginx reads words of 4096 bytes
				fmt.Fprintf(&b, "    if ($host ~ \"%s$\") { rewrite ^ <mail>/%s/$wegwijs_file last; }\n", pattern, p.ID)
			}
		}
		fmt.Fprintf(&b, "    rewrite ^ <mail>/%s/$wegwijs_file last;\n}\n", m.Products[0].ID)
	}
	if m.Profiles {
		b.WriteString("\nlocation ~ ^<mail>/[^/]+\\.mobileconfig$ {\n    types { } default_type application/x-apple-aspen-config;\n}\n")
	}
	b.WriteString("\nlocation ~ ^<mail>/[a-z]+\\.conf$ { return 404; }\n")
	return b.String()
}

func (m *Mail) apache() string {
	var b strings.Builder
	fmt.Fprintf(&b, mailHead, "the virtual host")
	b.WriteString("# It needs mod_rewrite and mod_mime.\n")
	b.WriteString("AddType \"text/xml; charset=utf-8\" .xml\nAddType application/x-apple-aspen-config .mobileconfig\nAddType application/json .json\nTraceEnable Off\nRewriteEngine On\n")
	// A status here would come without the site's headers and error pages.
	fmt.Fprintf(&b, "# What no file system takes for a name is no file, and these are for servers.\nRewriteRule \"^((?:/[^/]{1,20}(?=/))?)(?:.*[^/]{%d}|.{3000})\" \"$1/.wegwijs\" [PT,L]\nRewriteRule \"^/(?:mail/[a-z]+\\.conf|\\.ht.*)$\" \"/.wegwijs\" [PT,L]\n", maxSegment)
	b.WriteString("\n# Some of these requests hold the reader's address. To keep it out of the log:\n#   CustomLog … env=!wegwijs_mail\n")
	for _, r := range m.Routes {
		b.WriteString("\n")
		for _, path := range r.Paths {
			pattern := r.pattern(path)
			if r.AnyCase {
				pattern = "(?i)" + pattern
			}
			if r.Private {
				fmt.Fprintf(&b, "SetEnvIf Request_URI \"%s\" wegwijs_mail\n", pattern)
			}
			if r.Protocol != "" {
				fmt.Fprintf(&b, "RewriteCond %%{QUERY_STRING} \"(?:^|&)protocol=(?!%s(?:&|$))\" [NC]\nRewriteRule \"%s\" \"-\" [R=404,L]\n", r.Protocol, pattern)
			}
			fmt.Fprintf(&b, "RewriteRule \"%s\" \"/.wegwijs/%s\"\n", pattern, r.File)
		}
	}
	b.WriteString("\n# The product of the name that was asked.\n")
	for _, p := range m.Products[1:] {
		for _, host := range p.hostPatterns(3800) { // Apache reads lines of 8192 bytes
			fmt.Fprintf(&b, "RewriteCond %%{HTTP_HOST} \"%s\\.?(?::\\d+)?$\" [NC]\nRewriteRule \"^/\\.wegwijs/(.+)$\" \"<mail>/%s/$1\" [PT,L]\n", host, p.ID)
		}
	}
	fmt.Fprintf(&b, "RewriteRule \"^/\\.wegwijs/(.+)$\" \"<mail>/%s/$1\" [PT,L]\n", m.Products[0].ID)
	return b.String()
}

func (m *Mail) caddy() string {
	var b strings.Builder
	fmt.Fprintf(&b, mailHead, "the site block")
	for i, p := range m.Products[1:] {
		list := p.hostPatterns(1 << 30)
		if len(list) == 0 {
			list = []string{"^-$"} // no name at all
		}
		fmt.Fprintf(&b, "@wegwijs_mail_%d header_regexp Host \"(?i)%s\\.?(?::\\d+)?$\"\n", i+2, list[0])
	}
	for _, r := range m.Routes {
		var patterns []string
		for _, path := range r.Paths {
			patterns = append(patterns, r.pattern(path))
		}
		pattern := strings.Join(patterns, "|")
		if r.AnyCase {
			pattern = "(?i)" + pattern
		}
		fmt.Fprintf(&b, "\n@wegwijs_%s path_regexp \"%s\"\n", r.Name, pattern)
		if r.Protocol != "" {
			fmt.Fprintf(&b, "map {query} {wegwijs_protocol} {\n\t\"~(?i)(?:^|&)protocol=%s(?:&|$)\" yes\n\t\"~(?i)(?:^|&)protocol=\" no\n\tdefault yes\n}\n@wegwijs_protocol expression `{wegwijs_protocol} == \"no\"`\n", r.Protocol)
		}
		fmt.Fprintf(&b, "handle @wegwijs_%s {\n\troute {\n", r.Name)
		if r.Private {
			b.WriteString("\t\tvars skip_log true\n\t\tvars log_skip true\n")
		}
		methods := "GET HEAD"
		if r.Post {
			methods += " POST"
		}
		fmt.Fprintf(&b, "\t\t@wegwijs_%s_method not method %s\n\t\terror @wegwijs_%[1]s_method 405\n", r.Name, methods)
		if r.Protocol != "" {
			b.WriteString("\t\terror @wegwijs_protocol 404\n")
		}
		if r.Post {
			b.WriteString("\t\t@wegwijs_post method POST\n\t\tmethod @wegwijs_post GET\n")
		}
		fmt.Fprintf(&b, "\t\trewrite * <mail>/%s/%s\n", m.Products[0].ID, r.File)
		for i, p := range m.Products[1:] {
			fmt.Fprintf(&b, "\t\trewrite @wegwijs_mail_%d <mail>/%s/%s\n", i+2, p.ID, r.File)
		}
		fmt.Fprintf(&b, "\t\theader Content-Type %q\n\t\tfile_server\n\t}\n}\n", r.Type)
	}
	b.WriteString("\n")
	for _, r := range m.Routes {
		if !r.Post {
			continue
		}
		fmt.Fprintf(&b, "@wegwijs_%s_direct {\n\tmethod POST\n\tpath_regexp \"^<mail>/[^/]+/%s$\"\n}\nmethod @wegwijs_%[1]s_direct GET\n", r.Name, strings.ReplaceAll(r.File, ".", `\.`))
		fmt.Fprintf(&b, "@wegwijs_%s_file path_regexp \"^<mail>/[^/]+/%s$\"\nheader @wegwijs_%[1]s_file Content-Type %[3]q\n", r.Name, strings.ReplaceAll(r.File, ".", `\.`), r.Type)
	}
	if m.Profiles {
		b.WriteString("@wegwijs_profile path <mail>/*.mobileconfig\nheader @wegwijs_profile Content-Type application/x-apple-aspen-config\n")
	}
	b.WriteString("@wegwijs_mail_rules path_regexp \"^<mail>/[a-z]+\\.conf$\"\nerror @wegwijs_mail_rules 404\n")
	return b.String()
}
