package mail

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// CheckedFile is where the outcome of the last recorded check of the mail
// servers is kept, from the site root.
const CheckedFile = ".verified.toml"

// checkedFor is how long a check counts. The number is policy: a quarter, in
// which a certificate that is renewed by itself has changed at least once.
const checkedFor = 90 * 24 * time.Hour

// A Check is what a row of the record was last seen to do.
type Check struct {
	Date  tomlfile.Date // the day on which the server last gave an answer
	Holds bool          // the server did what the row says
	Said  string        // why it does not hold, in one short line; "" when it holds
	Pos   diag.Pos      // where it stands in [CheckedFile]; zero when not read from there
}

// Checked is the outcome of the last recorded check, a [Check] a row. Its zero
// value, and a nil one, hold nothing. It may be read from any number of
// goroutines once nobody calls Set.
type Checked struct {
	rows map[string]Check
}

// RowKey names a row by what is checked of it: protocol, host, port and
// security, as in "imap/imap.example.nl/993/tls". Rows of two products that
// name the same server have the same key.
func RowKey(s Server) string {
	return fmt.Sprintf("%s/%s/%d/%s", s.Protocol, s.Host, s.Port, s.Security)
}

// ReadChecked reads [CheckedFile] from the site root. Without that file the
// result is empty. Mistakes in it go to out, each at its line, and the row
// that has one is left out. The result is never nil.
func ReadChecked(fsys fs.FS, out *diag.List) *Checked {
	c := &Checked{}
	src, err := fs.ReadFile(fsys, CheckedFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c
	case err != nil:
		out.Errorf(diag.Pos{File: CheckedFile}, diag.MailCheckedFile, "", "cannot be read: %v", err)
		return c
	}
	const again = "wegwijs verify --record writes this file; to begin anew, delete it and run that again"
	t := tomlfile.Parse(CheckedFile, src, 0, len(src), out)
	for _, key := range t.Keys() {
		if !t.IsTable(key) {
			continue // Done reports it
		}
		row := t.Table(key)
		ck := Check{Date: row.Date("date"), Holds: row.Bool("holds", false), Said: row.String("said", ""), Pos: row.Pos()}
		row.Done()
		switch {
		case !validKey(key):
			out.Errorf(row.Pos(), diag.MailCheckedFile, again, "%q does not name a row: it is not protocol/host/port/security", key)
		case !row.Has("date") || !row.Has("holds"):
			out.Errorf(row.Pos(), diag.MailCheckedFile, again, "date or holds is missing")
		case ck.Date.IsZero(): // Date has reported it
		default:
			c.Set(key, ck)
		}
	}
	t.Done()
	return c
}

func validKey(key string) bool {
	f := strings.Split(key, "/")
	if len(f) != 4 || !slices.Contains(Protocols, Protocol(f[0])) || f[1] == "" {
		return false
	}
	port, err := strconv.Atoi(f[2])
	return err == nil && port > 0 && port < 1<<16 && strconv.Itoa(port) == f[2] && slices.Contains([]Security{TLS, STARTTLS, None}, Security(f[3]))
}

// Row returns what is known of the row with the key ([RowKey]).
func (c *Checked) Row(key string) (Check, bool) {
	if c == nil {
		return Check{}, false
	}
	ck, ok := c.rows[key]
	return ck, ok
}

// Set keeps ck for the row with the key.
func (c *Checked) Set(key string, ck Check) {
	if c.rows == nil {
		c.rows = map[string]Check{}
	}
	c.rows[key] = ck
}

// Keys returns the keys of all rows that something is known of, in order: by
// protocol as in [Protocols], then by host, port and security.
func (c *Checked) Keys() []string {
	if c == nil {
		return nil
	}
	return slices.SortedFunc(maps.Keys(c.rows), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b))
	})
}

func rank(key string) int {
	proto, _, _ := strings.Cut(key, "/")
	return slices.Index(Protocols, Protocol(proto))
}

// Since returns the day that pages show as "Gecontroleerd op …" beside the
// product's settings for a protocol: the last day on which every one of those
// rows is known to have held. It is zero, and nothing should be shown, when a
// row was never checked or did not hold.
func (c *Checked) Since(p *Product, proto Protocol) tomlfile.Date {
	var oldest tomlfile.Date
	for _, s := range p.Servers {
		if s.Protocol != proto {
			continue
		}
		ck, ok := c.Row(RowKey(s))
		if !ok || !ck.Holds {
			return tomlfile.Date{}
		}
		if oldest.IsZero() || ck.Date.Time().Before(oldest.Time()) {
			oldest = ck.Date
		}
	}
	return oldest
}

// Diagnose reports, at the rows' own lines in site.toml, the rows that did not
// hold when last checked (errors), and those whose check is more than 90 days
// before today or never took place (warnings). Where nothing was ever recorded
// it reports nothing: a site need not use the check. With a zero today no
// check is too old.
func (c *Checked) Diagnose(r *Record, today tomlfile.Date, out *diag.List) {
	if c == nil || len(c.rows) == 0 {
		return
	}
	for _, p := range r.Products {
		for _, s := range p.Servers {
			name := fmt.Sprintf("%s %s:%d (%s)", s.Protocol, s.Host, s.Port, s.Security)
			ck, ok := c.Row(RowKey(s))
			switch {
			case !ok:
				out.Warnf(s.Pos, diag.MailCheckedNever, "run: wegwijs verify --record", "%s was never checked against the server", name)
			case !ck.Holds:
				why := ck.Said
				if why != "" {
					why = ": " + why
				}
				out.Errorf(s.Pos, diag.MailCheckedFailed, "mend this row or the server, then run: wegwijs verify --record", "%s did not hold on %s%s", name, ck.Date, why)
			case today.Time().Sub(ck.Date.Time()) > checkedFor:
				out.Warnf(s.Pos, diag.MailCheckedOld, "run: wegwijs verify --record", "%s was last checked on %s, more than 90 days ago", name, ck.Date)
			}
		}
	}
}

// Encode returns the bytes of [CheckedFile]: a table a row, in the order of
// Keys, the same bytes for the same content.
func (c *Checked) Encode() []byte {
	var b bytes.Buffer
	b.WriteString("# What the mail servers in site.toml were last seen to do.\n# Written by wegwijs verify --record. It holds no secrets: commit it.\n")
	for _, key := range c.Keys() {
		ck := c.rows[key]
		fmt.Fprintf(&b, "\n[%s]\ndate = %s\nholds = %t\n", tomlfile.Quote(key), ck.Date, ck.Holds)
		if ck.Said != "" {
			fmt.Fprintf(&b, "said = %s\n", tomlfile.Quote(ck.Said))
		}
	}
	return b.Bytes()
}
