package settings

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A Kind is what a value is, for the template that shows it.
type Kind string

const (
	Text     Kind = "text"     // words
	Host     Kind = "host"     // the name of a server
	Port     Kind = "port"     // a number
	Link     Kind = "link"     // an address to open
	Personal Kind = "personal" // follows from the reader's own address
)

// A Value is one value of the record in running text.
type Value struct {
	Text string
	// Product is the name of the mail product whose value it is; "" where all
	// products have the same, so that it is everyone's.
	Product  string
	Kind     Kind
	Personal mail.Username // how it follows from the reader's address, as in [Row]; set with the kind Personal
}

// Values returns the values of a setting (see [Asked.Setting]): one where
// all mail products that have it agree, else one for each product, in the order
// of site.toml. A value on which products differ is never said to be everyone's.
func (a *Asked) Values(name string) ([]Value, error) {
	var list []Value
	differ := false
	for _, p := range a.products() {
		v, err := a.Of(p.ID).value(name)
		var none *Unset
		switch {
		case errors.As(err, &none):
			continue // another product has it
		case err != nil:
			return nil, err
		}
		v.Product = p.Name
		differ = differ || len(list) > 0 && v.Text != list[0].Text
		list = append(list, v)
	}
	if len(list) == 0 {
		v, err := a.value(name)
		return []Value{v}, err
	}
	if !differ {
		list = list[:1]
		list[0].Product = ""
	}
	return list, nil
}

// value returns the setting of one product.
func (a *Asked) value(name string) (Value, error) {
	text, err := a.Setting(name)
	v := Value{Text: text, Kind: Text}
	switch _, field, _ := strings.Cut(name, "."); {
	case err != nil:
	case name == "webmail" || name == "contact":
		v.Kind = Link
	case field == "host" || field == "port":
		v.Kind = Kind(field)
	case field == "username" && a.attrs["client"] == "":
		proto, _, _ := strings.Cut(name, ".")
		if _, rows, err := a.rows(mail.Protocol(proto)); err == nil {
			n, _ := strconv.Atoi(a.attrs["row"])
			if u := rows[max(n, 1)-1].Username; u != mail.Given {
				v.Kind, v.Personal = Personal, u
			}
		}
	}
	return v, err
}

// SettingNames are the names that [Asked.Setting] knows.
var SettingNames = []string{"imap.host", "imap.port", "imap.security", "imap.username", "imap.authentication",
	"pop.host", "pop.port", "pop.security", "pop.username", "pop.authentication", "pop.days",
	"smtp.host", "smtp.port", "smtp.security", "smtp.username", "smtp.authentication", "webmail", "provider", "contact"}

// Setting returns one value of the record for running text: imap.host, pop.port,
// smtp.security, imap.username, imap.authentication, pop.days ("14 days"),
// webmail, provider or contact. The attribute row=2 chooses the second server of
// a protocol, client=thunderbird the words of a mail program.
func (a *Asked) Setting(name string) (string, error) {
	if !slices.Contains(SettingNames, name) {
		return "", hinted(diag.Say("unknown setting %q", name), diag.DidYouMean(name, SettingNames))
	}
	missing := func(v, key string) (string, error) {
		if v == "" {
			return "", unset(diag.Say("site.toml has no value for %s", name), diag.Say("set %s in site.toml", key))
		}
		return v, nil
	}
	switch name {
	case "provider":
		return missing(a.reader.Provider, "provider.name")
	case "contact":
		return missing(a.reader.Contact, "provider.contact")
	case "webmail":
		p, err := a.Product()
		if err != nil {
			return "", err
		}
		return missing(p.Webmail, "webmail of the [[mail]] product")
	}
	proto, field, _ := strings.Cut(name, ".")
	p, rows, err := a.rows(mail.Protocol(proto))
	if err != nil {
		return "", err
	}
	n := 1
	if r := a.attrs["row"]; r != "" {
		if n, err = strconv.Atoi(r); err != nil || n < 1 || n > len(rows) {
			return "", hinted(diag.Say("there is no row %q", r), diag.Say("mail product %q has %d %s servers", p.ID, len(rows), proto))
		}
	}
	b, err := a.builder()
	if err != nil {
		return "", err
	}
	row := rows[n-1]
	switch field {
	case "host":
		return b.host(row.Host), b.err
	case "port":
		return strconv.Itoa(row.Port), nil
	case "security":
		return b.security(row.Security), b.err
	case "authentication":
		return b.authentication(row.Authentication[0]), b.err
	case "username":
		return a.reader.T("username_" + slug(string(row.Username)))
	}
	if p.LeaveDays == 0 {
		return "", unset("the site gives no number of days", "set leave_on_server_days in the [[mail]] table of site.toml")
	}
	return a.reader.T("days", "count", p.LeaveDays)
}
