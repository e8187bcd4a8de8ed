package forms

import (
	"strings"
	"text/template"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// WebServers are the servers for which [Snippet] has rules.
var WebServers = []string{"nginx", "apache", "caddy"}

// Snippet gives the rules without which a web server does not answer mail
// programs, to include where the help centre's own rules are: nginx's server
// block, Apache's virtual host (with mod_rewrite), Caddy's site block. That
// block must also answer for the autoconfig. and autodiscover. names of the
// mail domains. It is nil when the site makes no file that needs a rule.
//
// They let Autodiscover be asked with POST, which nginx answers with 405 for a
// file, and in any letter case; they set the content types, without which a
// valid file fails; they keep readers' addresses, which stand in the query of
// an Autoconfig request, out of nginx's log (the others need that in their own
// log settings). With more than one product they also choose the file by host
// name; a domain that is in no product gets the primary product's. All of it
// was tried with nginx 1.22, Apache 2.4 and Caddy 2.6, and the tests do so
// again where these are installed.
func Snippet(server string, r *mail.Record, s *Site) []byte {
	t := snippets.Lookup(server)
	if t == nil || len(r.Products) == 0 {
		return nil
	}
	rules := func(f Form, write func(*mail.Product, *Site) ([]byte, []LeftOut)) (v formRules) {
		if !s.Makes(f) {
			return v
		}
		var without []string
		for i := range r.Products {
			if data, _ := write(&r.Products[i], s); data != nil {
				v.Made = true
			} else if i > 0 {
				for _, d := range domains(&r.Products[i]) {
					without = append(without, strings.ReplaceAll(d, ".", `\.`))
				}
			}
		}
		v.Without = strings.Join(without, "|")
		return v
	}
	data := struct {
		Autoconfig, Autodiscover, PACC formRules
		Profile, Many                  bool
	}{
		rules(FormAutoconfig, Autoconfig), rules(FormAutodiscover, Autodiscover), rules(FormPACC, PACC),
		s.Makes(FormProfile), len(r.Products) > 1,
	}
	if !data.Autoconfig.Made && !data.Autodiscover.Made && !data.PACC.Made && !data.Profile {
		return nil
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		panic(err) // the templates are this package's own
	}
	return []byte(b.String())
}

// formRules say what the rules for a form have to do.
type formRules struct {
	Made bool // some product has it
	// Without is a pattern of the domains whose product does not have it: they
	// must not get the primary product's. "" for none.
	Without string
}

// A host name after its first label, without anything that leads out of a folder.
const hostPattern = `[a-z0-9-]+(?:\.[a-z0-9-]+)+`

var snippets = template.Must(template.New("").Parse(strings.ReplaceAll(`
{{- define "nginx" -}}
# Mail settings for mail programs: include this in the server block of the help
# centre. That block must also answer for autoconfig.DOMAIN and
# autodiscover.DOMAIN of each mail domain.
{{if .Many}}
# Each mail domain has its own files in mail/DOMAIN/.
set $wegwijs_mail "-";
if ($host ~ "^(?:autoconfig|autodiscover|ua-auto-config)\.(HOSTPATTERN)$") {
    set $wegwijs_mail $1;
}
{{end}}{{if .Autodiscover.Made}}
# Programs ask with POST, which is 405 for a file, and in any letter case.
location ~* ^/autodiscover/autodiscover\.xml$ {
{{- with .Autodiscover.Without}}
    if ($wegwijs_mail ~ "^(?:{{.}})$") { return 404; }
{{- end}}
    types { } default_type "text/xml; charset=utf-8";
    error_page 405 =200 /autodiscover/autodiscover.xml;
    try_files {{if .Many}}/mail/$wegwijs_mail/autodiscover.xml {{end}}/autodiscover/autodiscover.xml =404;
}
{{end}}{{if .Autoconfig.Made}}
# The query of these requests holds the reader's address: keep it out of the log.
location = /mail/config-v1.1.xml {
{{- with .Autoconfig.Without}}
    if ($wegwijs_mail ~ "^(?:{{.}})$") { return 404; }
{{- end}}
    types { } default_type "text/xml; charset=utf-8";
    access_log off;
    try_files {{if .Many}}/mail/$wegwijs_mail/config-v1.1.xml {{end}}/mail/config-v1.1.xml =404;
}
location = /.well-known/autoconfig/mail/config-v1.1.xml {
    types { } default_type "text/xml; charset=utf-8";
    access_log off;
}
{{end}}{{if .PACC.Made}}
location = /.well-known/user-agent-configuration.json {
{{- with .PACC.Without}}
    if ($wegwijs_mail ~ "^(?:{{.}})$") { return 404; }
{{- end}}
    types { } default_type application/json;
    gzip off;
    try_files {{if .Many}}/mail/$wegwijs_mail/user-agent-configuration.json {{end}}/.well-known/user-agent-configuration.json =404;
}
{{end}}{{if .Profile}}
location ~ ^/mail/[^/]+\.mobileconfig$ {
    types { } default_type application/x-apple-aspen-config;
}
{{end}}{{end}}
{{- define "apache" -}}
# Mail settings for mail programs: include this in the virtual host of the help
# centre; it needs mod_rewrite and mod_mime. That host must also answer for
# autoconfig.DOMAIN and autodiscover.DOMAIN of each mail domain (ServerAlias).
AddType "text/xml; charset=utf-8" .xml
AddType application/x-apple-aspen-config .mobileconfig
{{- if .PACC.Made}}
AddType application/json .json
{{- end}}
RewriteEngine On
{{if .Autodiscover.Made}}
# Programs ask in any letter case.
{{with .Autodiscover.Without}}RewriteCond "%{HTTP_HOST}" "^autodiscover\.(?:{{.}})(?::\d+)?$" [NC]
RewriteRule "(?i)^/autodiscover/autodiscover\.xml$" "-" [R=404,L]
{{end}}{{if .Many}}RewriteCond "%{HTTP_HOST}" "^(?:autoconfig|autodiscover|ua-auto-config)\.(HOSTPATTERN)(?::\d+)?$" [NC]
RewriteCond "%{DOCUMENT_ROOT}/mail/%1/autodiscover.xml" -f
RewriteRule "(?i)^/autodiscover/autodiscover\.xml$" "/mail/%1/autodiscover.xml" [PT,L]
{{end}}RewriteRule "(?i)^/autodiscover/autodiscover\.xml$" "/autodiscover/autodiscover.xml" [PT,L]
{{end}}{{if .Autoconfig.Made}}
# The query of these requests holds the reader's address. To keep it out of the
# log: CustomLog … env=!wegwijs_mail
SetEnvIf Request_URI "/mail/config-v1\.1\.xml$" wegwijs_mail
{{with .Autoconfig.Without}}RewriteCond "%{HTTP_HOST}" "^autoconfig\.(?:{{.}})(?::\d+)?$" [NC]
RewriteRule "^/mail/config-v1\.1\.xml$" "-" [R=404,L]
{{end}}{{if .Many}}RewriteCond "%{HTTP_HOST}" "^(?:autoconfig|autodiscover|ua-auto-config)\.(HOSTPATTERN)(?::\d+)?$" [NC]
RewriteCond "%{DOCUMENT_ROOT}/mail/%1/config-v1.1.xml" -f
RewriteRule "^/mail/config-v1\.1\.xml$" "/mail/%1/config-v1.1.xml" [PT,L]
{{end}}{{end}}{{if and .PACC.Made .Many}}
{{with .PACC.Without}}RewriteCond "%{HTTP_HOST}" "^ua-auto-config\.(?:{{.}})(?::\d+)?$" [NC]
RewriteRule "^/\.well-known/user-agent-configuration\.json$" "-" [R=404,L]
{{end -}}
RewriteCond "%{HTTP_HOST}" "^(?:autoconfig|autodiscover|ua-auto-config)\.(HOSTPATTERN)(?::\d+)?$" [NC]
RewriteCond "%{DOCUMENT_ROOT}/mail/%1/user-agent-configuration.json" -f
RewriteRule "^/\.well-known/user-agent-configuration\.json$" "/mail/%1/user-agent-configuration.json" [PT,L]
{{end}}{{end}}
{{- define "caddy" -}}
# Mail settings for mail programs: import this into the site block of the help
# centre, which has its root set. That block must also answer for
# autoconfig.DOMAIN and autodiscover.DOMAIN of each mail domain.
{{if .Many}}
# Each mail domain has its own files in mail/DOMAIN/.
map {host} {wegwijs_mail} {
	~^(?:autoconfig|autodiscover|ua-auto-config)\.(HOSTPATTERN)$ "${1}"
	default "-"
}
{{end}}{{if .Autodiscover.Made}}
# Programs ask with POST and in any letter case.{{with .Autodiscover.Without}}
@wegwijs_no_autodiscover {
	path_regexp (?i)^/autodiscover/autodiscover\.xml$
	header_regexp Host ^autodiscover\.(?:{{.}})(?::\d+)?$
}
handle @wegwijs_no_autodiscover {
	error 404
}
{{end}}
@wegwijs_autodiscover path_regexp (?i)^/autodiscover/autodiscover\.xml$
handle @wegwijs_autodiscover {
	method GET
	{{if .Many}}try_files /mail/{wegwijs_mail}/autodiscover.xml{{else}}rewrite *{{end}} /autodiscover/autodiscover.xml
	header Content-Type "text/xml; charset=utf-8"
	file_server
}
{{end}}{{if .Autoconfig.Made}}{{with .Autoconfig.Without}}
@wegwijs_no_autoconfig {
	path /mail/config-v1.1.xml
	header_regexp Host ^autoconfig\.(?:{{.}})(?::\d+)?$
}
handle @wegwijs_no_autoconfig {
	error 404
}
{{end}}
handle /mail/config-v1.1.xml {
	{{if .Many}}try_files /mail/{wegwijs_mail}/config-v1.1.xml {path}
	{{end}}header Content-Type "text/xml; charset=utf-8"
	file_server
}
handle /.well-known/autoconfig/mail/config-v1.1.xml {
	header Content-Type "text/xml; charset=utf-8"
	file_server
}
{{end}}{{if .PACC.Made}}{{with .PACC.Without}}
@wegwijs_no_pacc {
	path /.well-known/user-agent-configuration.json
	header_regexp Host ^ua-auto-config\.(?:{{.}})(?::\d+)?$
}
handle @wegwijs_no_pacc {
	error 404
}
{{end}}
handle /.well-known/user-agent-configuration.json {
	{{if .Many}}try_files /mail/{wegwijs_mail}/user-agent-configuration.json {path}
	{{end}}header Content-Type application/json
	file_server
}
{{end}}{{if .Profile}}
@wegwijs_profile path /mail/*.mobileconfig
header @wegwijs_profile Content-Type application/x-apple-aspen-config
{{end}}{{end}}`, "HOSTPATTERN", hostPattern)))
