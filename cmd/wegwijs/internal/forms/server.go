package forms

import (
	"strings"
	"text/template"

	"wegwijs/cmd/wegwijs/internal/mail"
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
// name. All of it was tried with nginx 1.22, Apache 2.4 and Caddy 2.6, and the
// tests do so again where these are installed.
func Snippet(server string, r *mail.Record, s *Site) []byte {
	t := snippets.Lookup(server)
	if t == nil || len(r.Products) == 0 {
		return nil
	}
	has := func(f Form, write func(*mail.Product, *Site) ([]byte, []LeftOut)) bool {
		for i := range r.Products {
			if data, _ := write(&r.Products[i], s); data != nil {
				return s.Makes(f)
			}
		}
		return false
	}
	data := struct {
		Autoconfig, Autodiscover, PACC, Profile, Many bool
	}{
		Autoconfig:   has(FormAutoconfig, Autoconfig),
		Autodiscover: has(FormAutodiscover, Autodiscover),
		PACC:         has(FormPACC, PACC),
		Profile:      s.Makes(FormProfile),
		Many:         len(r.Products) > 1,
	}
	if !data.Autoconfig && !data.Autodiscover && !data.PACC && !data.Profile {
		return nil
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		panic(err) // the templates are this package's own
	}
	return []byte(b.String())
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
{{end}}{{if .Autodiscover}}
# Programs ask with POST, which is 405 for a file, and in any letter case.
location ~* ^/autodiscover/autodiscover\.xml$ {
    types { } default_type "text/xml; charset=utf-8";
    error_page 405 =200 /autodiscover/autodiscover.xml;
    try_files {{if .Many}}/mail/$wegwijs_mail/autodiscover.xml {{end}}/autodiscover/autodiscover.xml =404;
}
{{end}}{{if .Autoconfig}}
# The query of these requests holds the reader's address: keep it out of the log.
location = /mail/config-v1.1.xml {
    types { } default_type "text/xml; charset=utf-8";
    access_log off;
    try_files {{if .Many}}/mail/$wegwijs_mail/config-v1.1.xml {{end}}/mail/config-v1.1.xml =404;
}
location = /.well-known/autoconfig/mail/config-v1.1.xml {
    types { } default_type "text/xml; charset=utf-8";
    access_log off;
}
{{end}}{{if .PACC}}
location = /.well-known/user-agent-configuration.json {
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
RewriteEngine On
{{if .Autodiscover}}
# Programs ask in any letter case.
{{if .Many}}RewriteCond "%{HTTP_HOST}" "^(?:autoconfig|autodiscover|ua-auto-config)\.(HOSTPATTERN)(?::\d+)?$" [NC]
RewriteCond "%{DOCUMENT_ROOT}/mail/%1/autodiscover.xml" -f
RewriteRule "(?i)^/autodiscover/autodiscover\.xml$" "/mail/%1/autodiscover.xml" [PT,L]
{{end}}RewriteRule "(?i)^/autodiscover/autodiscover\.xml$" "/autodiscover/autodiscover.xml" [PT,L]
{{end}}{{if .Autoconfig}}
# The query of these requests holds the reader's address. To keep it out of the
# log: CustomLog … env=!wegwijs_mail
SetEnvIf Request_URI "/mail/config-v1\.1\.xml$" wegwijs_mail
{{if .Many}}RewriteCond "%{HTTP_HOST}" "^(?:autoconfig|autodiscover|ua-auto-config)\.(HOSTPATTERN)(?::\d+)?$" [NC]
RewriteCond "%{DOCUMENT_ROOT}/mail/%1/config-v1.1.xml" -f
RewriteRule "^/mail/config-v1\.1\.xml$" "/mail/%1/config-v1.1.xml" [PT,L]
{{end}}{{end}}{{if and .PACC .Many}}
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
{{end}}{{if .Autodiscover}}
# Programs ask with POST and in any letter case.
@wegwijs_autodiscover path_regexp (?i)^/autodiscover/autodiscover\.xml$
handle @wegwijs_autodiscover {
	method GET
	{{if .Many}}try_files /mail/{wegwijs_mail}/autodiscover.xml{{else}}rewrite *{{end}} /autodiscover/autodiscover.xml
	header Content-Type "text/xml; charset=utf-8"
	file_server
}
{{end}}{{if .Autoconfig}}
handle /mail/config-v1.1.xml {
	{{if .Many}}try_files /mail/{wegwijs_mail}/config-v1.1.xml {path}
	{{end}}header Content-Type "text/xml; charset=utf-8"
	file_server
}
handle /.well-known/autoconfig/mail/config-v1.1.xml {
	header Content-Type "text/xml; charset=utf-8"
	file_server
}
{{end}}{{if .PACC}}
handle /.well-known/user-agent-configuration.json {
	{{if .Many}}try_files /mail/{wegwijs_mail}/user-agent-configuration.json {path}
	{{end}}header Content-Type application/json
	file_server
}
{{end}}{{if .Profile}}
@wegwijs_profile path /mail/*.mobileconfig
header @wegwijs_profile Content-Type application/x-apple-aspen-config
{{end}}{{end}}`, "HOSTPATTERN", hostPattern)))
