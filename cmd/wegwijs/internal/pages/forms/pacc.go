package forms

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// PACC writes the product as "user agent configuration" JSON of
// draft-ietf-mailmaint-pacc, as draft -03 has it (sending is `submit`; in -02
// it was `smtp`), to be served as application/json at
// https://ua-auto-config.DOMAIN/.well-known/user-agent-configuration.json. It
// returns nil when there is no row to receive with or none to send with that the
// form can express.
//
// The draft's text was not at hand, only two programs that follow it, so this
// is an experiment. The format knows one server per protocol, TLS from the
// first byte on the registered port, and the whole address as user name. Its
// bytes must reach programs unchanged: [PACCRecord] holds their digest. So
// keys are sorted, there is no space and no final line end.
func PACC(p *mail.Product, s *Site) ([]byte, []LeftOut) {
	ports := map[mail.Protocol]int{mail.IMAP: 993, mail.POP: 995, mail.SMTP: 465}
	names := map[mail.Protocol]string{mail.IMAP: "imap", mail.POP: "pop3", mail.SMTP: "submit"}
	v := newSieve(FormPACC, p)
	for _, row := range Rows(p, mail.Protocols...) {
		switch {
		case row.Security == mail.None:
			v.take(row, whyPlain, hintPlain)
		case row.Security != mail.TLS:
			v.take(row, "it knows only TLS from the first byte", hintPlain)
		case row.Port != ports[row.Protocol]:
			v.take(row, diag.Say("it knows only port %d", ports[row.Protocol]), "")
		case mail.Placeholder(row.Host):
			v.take(row, whyDomain, "")
		case row.Username != mail.Address:
			v.take(row, "it knows only the whole address as user name", "")
		case !slices.Contains(row.Authentication, mail.Password):
			v.take(row, "it has no name for this authentication", "")
		default:
			v.take(row, "", "")
		}
	}
	v.first("it names one server for each protocol, and a better one is in it")
	if !v.usable() {
		return nil, v.useless()
	}
	if p.LeaveDays > 0 && len(v.rows(mail.POP)) > 0 {
		v.value("leave_on_server_days", "it has no place for it")
	}
	protocols := map[string]any{}
	for _, row := range v.kept {
		protocols[names[row.Protocol]] = map[string]any{"host": row.Host}
	}
	info := map[string]any{"provider": map[string]any{
		"name":      limit(cmp.Or(oneLine(s.Name), oneLine(p.Name)), maxName),
		"shortName": limit(cmp.Or(oneLine(s.short()), oneLine(p.Name)), maxShortName),
	}}
	if help := s.help(p); len(help) > 0 {
		info["help"] = map[string]any{"documentation": help[0].URL}
	}
	return bytes.TrimSuffix(marshalJSON(map[string]any{
		"authentication": map[string]any{"password": true},
		"info":           info,
		"protocols":      protocols,
	}, ""), []byte("\n")), v.left()
}

// PACCRecord returns the TXT record that vouches for the bytes of [PACC]. To
// change the file without a gap: publish the new record beside the old one,
// wait for the old time to live, change the file, remove the old record.
func PACCRecord(file []byte) Record {
	sum := sha256.Sum256(file)
	return Record{
		Name: "_ua-auto-config",
		Type: "TXT",
		Text: "v=UAAC1; a=sha256; d=" + base64.StdEncoding.EncodeToString(sum[:]),
	}
}

// marshalJSON returns v with sorted map keys, <, > and & as they are, and a final
// line end.
func marshalJSON(v any, indent string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		panic(err) // the types of this package always marshal
	}
	return b.Bytes()
}
