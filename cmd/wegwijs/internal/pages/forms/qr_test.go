package forms

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

type vector struct {
	Name        string     `json:"name"`
	Account     *QRAccount `json:"account"` // absent where it does not matter
	Address     string     `json:"address"`
	DisplayName string     `json:"displayName"`
	Payload     string     `json:"payload"`
	Error       string     `json:"error"` // address, ascii, name or username
}

var (
	errName     = errors.New("the name holds a line break or another control character")
	errUsername = errors.New("the provider hands out the user name")
)

// qrPayload writes the code's text for what a reader types. Pages do it in the
// browser; this second writer, after the description alone, has to come to the
// same for every vector.
func qrPayload(account QRAccount, typed, name string) (string, error) {
	address, err := Address(typed)
	if err != nil {
		return "", err
	}
	name = strings.TrimSpace(name)
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}) {
		return "", errName
	}
	text := func(s string) string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			panic(err) // a string always marshals
		}
		return strings.TrimSuffix(b.String(), "\n")
	}
	var ends []string
	for _, e := range []QREnd{account.Incoming, account.Outgoing} {
		user := address
		switch e.Username {
		case mail.Address:
		case mail.LocalPart:
			user, _, _ = strings.Cut(address, "@")
		default:
			return "", errUsername
		}
		_, domain, _ := strings.Cut(address, "@")
		ends = append(ends, fmt.Sprintf("[%d,%s,%d,%d,%d,%s]", e.Protocol, text(mail.HostFor(e.Host, domain)), e.Port, e.Security, e.Authentication, text(user)))
	}
	return fmt.Sprintf("[1,[1,1],%s,[[%s,[%s,%s]]]]", ends[0], ends[1], text(address), text(name)), nil
}

var qrErrors = map[string]error{"address": ErrAddress, "ascii": ErrASCII, "name": errName, "username": errUsername}

func vectors(t testing.TB) []vector {
	t.Helper()
	src, err := os.ReadFile("testdata/qr-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	var vs []vector
	if err := d.Decode(&vs); err != nil {
		t.Fatal(err)
	}
	for i := range vs {
		if vs[i].Account == nil {
			vs[i].Account = vs[0].Account
		}
	}
	return vs
}

func TestQRPayload(t *testing.T) {
	for _, v := range vectors(t) {
		got, err := qrPayload(*v.Account, v.Address, v.DisplayName)
		if got != v.Payload || !errors.Is(err, qrErrors[v.Error]) || (err != nil) != (v.Error != "") {
			t.Errorf("%s:\ngot  %s, %v\nwant %s, %s", v.Name, got, err, v.Payload, v.Error)
			continue
		}
		if err != nil {
			continue
		}
		checkPayload(t, got)
	}
}

// checkPayload reads a payload by the published description, as the app does
// (QrCodePayloadAdapter, QrCodePayloadValidator).
func checkPayload(t testing.TB, payload string) {
	t.Helper()
	var root []json.RawMessage
	array := func(raw json.RawMessage, n int) []json.RawMessage {
		var a []json.RawMessage
		if err := json.Unmarshal(raw, &a); err != nil || len(a) != n {
			t.Fatalf("%s is not an array of %d", raw, n)
		}
		return a
	}
	number := func(raw json.RawMessage, valid ...int) {
		n, err := strconv.Atoi(string(raw))
		for _, v := range valid {
			if err == nil && n == v {
				return
			}
		}
		if err != nil || len(valid) > 0 || n < 1 || n > 65535 {
			t.Errorf("number %s, want one of %v", raw, valid)
		}
	}
	line := func(raw json.RawMessage) string {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil || strings.ContainsAny(s, "\r\n") {
			t.Errorf("%s is not a line of text", raw)
		}
		return s
	}
	server := func(raw json.RawMessage, protocols ...int) {
		a := array(raw, 6)
		number(a[0], protocols...)
		if h := line(a[1]); !hostRE.MatchString(h) {
			t.Errorf("host %q", h)
		}
		number(a[2])
		number(a[3], 2, 3)
		number(a[4], 1, 2, 6)
		line(a[5])
	}
	if err := json.Unmarshal([]byte(payload), &root); err != nil || len(root) != 4 {
		t.Fatalf("not an array of 4: %s", payload)
	}
	number(root[0], 1)
	for _, n := range array(root[1], 2) {
		number(n, 1)
	}
	server(root[2], 0, 1)
	group := array(array(root[3], 1)[0], 2)
	server(group[0], 0)
	identity := array(group[1], 2)
	address := line(identity[0])
	line(identity[1])
	for _, c := range address {
		if c >= utf8.RuneSelf {
			t.Errorf("address %q is not ASCII", address)
		}
	}
	// The same value, written by another encoder: no space, no needless escape.
	var v any
	if err := json.Unmarshal([]byte(payload), &v); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil || strings.TrimSpace(b.String()) != payload {
		t.Errorf("not compact:\n%s\n%s", payload, b.String())
	}
}

func TestQR(t *testing.T) {
	r := product(t, "",
		"imap a.example.nl 143 starttls", "imap b.example.nl 993 tls;authentication = [\"oauth2\", \"encrypted\", \"password\"]",
		"pop c.example.nl 1110 starttls;why = \"x\"\nusername = \"local-part\"", "pop d.example.nl 110 none;why = \"x\"\npreference = 7",
		"smtp e.example.nl 465 tls;authentication = [\"oauth2\"]", "smtp f.example.nl 587 starttls")
	p := &r.Products[0]
	got, left, ok := QR(p, mail.IMAP)
	if want := (QRAccount{QREnd{0, "b.example.nl", 993, 3, 2, mail.Address}, QREnd{0, "e.example.nl", 465, 3, 6, mail.Address}}); !ok || got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	same(t, "left out", lines(left, true), []string{
		"imap a.example.nl:143 starttls: a code holds one server, and a better one is in it",
		"smtp f.example.nl:587 starttls: a code holds one server, and a better one is in it",
	})
	same(t, "missed", lines(left, false), nil)
	got, left, ok = QR(p, mail.POP)
	if want := (QREnd{1, "c.example.nl", 1110, 2, 1, mail.LocalPart}); !ok || got.Incoming != want {
		t.Errorf("got %+v, want %+v", got.Incoming, want)
	}
	same(t, "left out", lines(left, true)[:1], []string{"pop d.example.nl:110 none: it is not encrypted, and programs must not be told to do without"})

	r = product(t, "username = \"given\"", "imap b.example.nl 993 tls", "smtp e.example.nl 465 tls")
	if got, left, ok := QR(&r.Products[0], mail.IMAP); ok || len(lines(left, false)) != 2 {
		t.Errorf("a user name that is handed out: got %+v, %v", got, left)
	}
	if _, left, ok := QR(&r.Products[0], mail.POP); ok || len(left) > 0 {
		t.Errorf("no POP row: got %v", left)
	}
}

// TestAccounts: what a page gets is what the forms themselves can express, and
// nothing of a form that is switched off.
func TestAccounts(t *testing.T) {
	r := product(t, "",
		"imap a.example.nl 143 none;why = \"x\"\npreference = 1", "imap b.example.nl 993 tls;authentication = [\"oauth2\", \"password\"]\npreference = 2",
		"pop c.example.nl 1110 starttls;why = \"x\"\nusername = \"local-part\"",
		"smtp e.example.nl 465 tls;authentication = [\"oauth2\"]", "smtp f.example.nl 587 starttls;username = \"given\"")
	p := &r.Products[0]
	const (
		imapProfile = `"profile":{"incoming":{"host":"b.example.nl","port":993,"authentication":"EmailAuthPassword","username":"address"},"outgoing":{"host":"f.example.nl","port":587,"authentication":"EmailAuthPassword","username":"given"}}`
		imapQR      = `"qr":{"incoming":{"protocol":0,"host":"b.example.nl","port":993,"security":3,"authentication":1,"username":"address"},"outgoing":{"protocol":0,"host":"e.example.nl","port":465,"security":3,"authentication":6,"username":"address"}}`
		popQR       = `"qr":{"incoming":{"protocol":1,"host":"c.example.nl","port":1110,"security":2,"authentication":1,"username":"local-part"},"outgoing":{"protocol":0,"host":"e.example.nl","port":465,"security":3,"authentication":6,"username":"address"}}`
	)
	for _, c := range []struct {
		off  []Form
		want string
	}{
		{nil, `[{"protocol":"imap",` + imapProfile + `,` + imapQR + `},{"protocol":"pop",` + popQR + `}]`},
		{[]Form{FormProfile}, `[{"protocol":"imap",` + imapQR + `},{"protocol":"pop",` + popQR + `}]`},
		{[]Form{FormQR}, `[{"protocol":"imap",` + imapProfile + `},{"protocol":"pop"}]`},
		{[]Form{FormProfile, FormQR}, `[{"protocol":"imap"},{"protocol":"pop"}]`},
	} {
		off := *p
		for _, f := range c.off {
			off.Without = append(off.Without, string(f))
		}
		// Switched off for the site or for the product, it is not there.
		for _, way := range []struct {
			p *mail.Product
			s *Site
		}{{p, &Site{Off: c.off}}, {&off, &Site{}}} {
			got, err := json.Marshal(Accounts(way.p, way.s))
			if err != nil || string(got) != c.want {
				t.Errorf("without %v:\ngot  %s, %v\nwant %s", c.off, got, err, c.want)
			}
		}
	}
}

// TestAccountProfiles: the profile for one address holds what the record says
// where profiles can: an encrypted password, and servers of the domain.
func TestAccountProfiles(t *testing.T) {
	for _, c := range []struct{ imap, smtp, want string }{
		{"authentication = [\"encrypted\", \"password\"]", "", "EmailAuthCRAMMD5 EmailAuthPassword"},
		{"authentication = [\"encrypted\"]", "authentication = [\"encrypted\"]", "EmailAuthCRAMMD5 EmailAuthCRAMMD5"},
		{"authentication = [\"password\", \"encrypted\"]", "authentication = [\"oauth2\", \"encrypted\"]", "EmailAuthPassword EmailAuthCRAMMD5"},
		{"authentication = [\"oauth2\"]", "", ""},
	} {
		r := product(t, "", "imap imap.%EMAILDOMAIN% 993 tls;"+c.imap, "smtp smtp.example.nl 465 tls;"+c.smtp)
		p := Accounts(&r.Products[0], &Site{})[0].Profile
		switch {
		case p == nil:
			if c.want != "" {
				t.Errorf("%q: no profile", c.imap)
			}
		case p.Incoming.Authentication+" "+p.Outgoing.Authentication != c.want || p.Incoming.Host != "imap.%EMAILDOMAIN%":
			t.Errorf("%q: got %+v, want %s", c.imap, p, c.want)
		}
	}
}

// TestQRLeftOut: what a code cannot say is reported like that of every form.
func TestQRLeftOut(t *testing.T) {
	r := product(t, "username = \"given\"", "imap b.example.nl 993 tls", "smtp e.example.nl 465 tls")
	for _, off := range [][]Form{nil, {FormQR}} {
		_, left, err := Files(r, &Site{Off: off})
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(left, func(l LeftOut) bool {
			return l.Form == FormQR && !l.Minor && l.What == "imap b.example.nl:993 tls" && l.Why == whyGiven
		})
		if found != (off == nil) {
			t.Errorf("without %v: %v", off, lines(left, true))
		}
	}
}

// FuzzQRPayload: whatever a reader types, either it is refused or the code is
// by the description and reads back.
func FuzzQRPayload(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Address, v.DisplayName)
	}
	account := QRAccount{QREnd{0, "imap.example.nl", 993, 3, 1, mail.Address}, QREnd{0, "smtp.example.nl", 465, 3, 1, mail.LocalPart}}
	f.Fuzz(func(t *testing.T, address, name string) {
		got, err := qrPayload(account, address, name)
		if err != nil {
			if got != "" {
				t.Errorf("refused, and yet %q", got)
			}
			return
		}
		checkPayload(t, got)
		clean, err := Address(address)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Address(clean); err != nil || again != clean {
			t.Errorf("%q is brought to %q and that to %q, %v", address, clean, again, err)
		}
		if _, domain, _ := strings.Cut(clean, "@"); !hostRE.MatchString(domain) || len(domain) > 253 {
			t.Errorf("%q: %q is not a domain", address, domain)
		}
	})
}
