package verify

import (
	"context"
	"fmt"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// A script is a connection on which the server says in, step bytes at a time,
// and then ends.
type script struct {
	net.Conn
	in    string
	step  int
	drawn int
	said  strings.Builder
}

func (s *script) Read(b []byte) (int, error) {
	if s.in == "" {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), s.step)], s.in)
	s.in = s.in[n:]
	s.drawn += n
	return n, nil
}

func (s *script) Write(b []byte) (int, error) { return s.said.Write(b) }
func (s *script) SetDeadline(time.Time) error { return nil }
func newScript(in string, step int) *script   { return &script{in: in, step: step} }
func newWire(c net.Conn) *wire                { return &wire{ctx: context.Background(), conn: c} }
func dialectAt(p mail.Protocol, n int) dialect {
	d := newDialect(p, "[192.0.2.9]")
	if i, ok := d.(*imap); ok {
		i.tags = n
	}
	return d
}

// FuzzDialogue lets a server say anything before and after STARTTLS. Nothing
// panics; no more is read than the limits allow; the client says nothing but
// its commands; how the bytes are cut into packets makes no difference; and
// what is offered after the upgrade is what the second half says, whatever the
// first half was.
func FuzzDialogue(f *testing.F) {
	for i, p := range mail.Protocols {
		st := good(p)
		join := func(tag string, ls ...string) string {
			return strings.ReplaceAll(strings.Join(ls, "\r\n")+"\r\n", "%s", tag)
		}
		clear := join("a1", append(slices.Clone(st.greeting), st.offers...)...) + join("a2", st.starttls)
		f.Add(i, clear, join("a3", st.inside...))
		f.Add(i, clear+"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na3 OK\r\n", join("a3", st.inside...))
	}
	f.Add(0, "* OK {5}\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\n* LIST () \"/\" {3}\r\na1  {2}\r\nxx\r\na1 OK [CAPABILITY IMAP4rev1] x\r\na2 OK\r\n", "* X {0}\r\n{999999999999}\r\n+ idle\r\na3 BAD\r\n")
	f.Add(1, "+OK <a@b>\r\n-ERR\r\n+OK\r\n", "+OK\r\n..\r\nSASL\r\n \r\n.\r\n")
	f.Add(2, "220\r\n250-x\r\n250-AUTH=\r\n250\r\n220\r\n", "250-x\r\n250-AUTH\r\n251 y\r\n")
	f.Fuzz(func(t *testing.T, which int, clear, inside string) {
		p := mail.Protocols[uint(which)%3]
		run := func(step int) (log string) {
			c := newScript(clear, step)
			w := newWire(c)
			d := newDialect(p, "[192.0.2.9]")
			note := func(v any, err error) {
				if o, ok := v.(*offer); ok && o != nil {
					v = *o
				}
				log += fmt.Sprintf("%+v %v\n", v, err)
			}
			h, err := d.greeting(w)
			note(h, err)
			if err == nil {
				o, err := d.offers(w)
				note(o, err)
				if (o == nil) == (err == nil) {
					t.Fatalf("offers gave %v and %v", o, err)
				}
				if err == nil {
					note(nil, d.startTLS(w))
				}
			}
			if c.drawn > maxTotal {
				t.Fatalf("drew %d bytes", c.drawn)
			}
			for line := range strings.SplitSeq(strings.TrimSuffix(c.said.String(), "\r\n"), "\r\n") {
				if line != "" && !slices.Contains([]string{"a1 CAPABILITY", "a2 STARTTLS", "CAPA", "STLS", "EHLO [192.0.2.9]", "STARTTLS"}, line) {
					t.Fatalf("said %q", line)
				}
			}

			// Whatever came of the first half, the second starts afresh.
			d = dialectAt(p, 2)
			second := newScript(inside, step)
			was := w.total
			w.upgrade(second)
			after, err := d.offers(w)
			fresh, freshErr := dialectAt(p, 2).offers(newWire(newScript(inside, step)))
			if was+len(inside) < maxTotal && (!reflect.DeepEqual(after, fresh) || fmt.Sprint(err) != fmt.Sprint(freshErr)) {
				t.Fatalf("after the first half: %+v %v; alone: %+v %v", after, err, fresh, freshErr)
			}
			if after != nil {
				for _, word := range append(slices.Clone(after.list), after.mechanisms...) {
					if !strings.Contains(strings.ToUpper(inside), strings.ToUpper(word)) {
						t.Fatalf("%q was never said inside TLS", word)
					}
				}
				if after.upgrade && !strings.Contains(strings.ToUpper(inside), "TLS") {
					t.Fatal("the upgrade was never offered inside TLS")
				}
			}
			note(after, err)
			return log
		}
		whole := run(1 << 20)
		if bytewise := run(1); bytewise != whole {
			t.Errorf("byte by byte:\n%s\nas a whole:\n%s", bytewise, whole)
		}
	})
}

// FuzzClean: what is shown of a server's words is short, on one line, without
// control or direction characters, and clean again when cleaned again.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "* OK ready", "a\x1b[31mb", "\u202eabc", "\xff", strings.Repeat("é", 500), "a\r\nb", "\u0085x", " \x00 x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxSaid+1 || strings.ContainsFunc(got, func(r rune) bool { return unicode.Is(unicode.C, r) }) {
			t.Errorf("clean(%q) = %q", s, got)
		}
		if again := clean(got); again != got {
			t.Errorf("clean(%q) = %q, and again %q", s, got, again)
		}
	})
}

// FuzzAutoconfig: any file is compared without a panic, and one that agrees
// has the record's servers.
func FuzzAutoconfig(f *testing.F) {
	f.Add(autoconfigXML(fullRecord()))
	f.Add("<clientConfig><emailProvider><incomingServer type='imap'><port>x</port></incomingServer></emailProvider></clientConfig>")
	f.Add("<!DOCTYPE x [<!ENTITY a 'b'>]><clientConfig>&a;</clientConfig>")
	f.Fuzz(func(t *testing.T, s string) {
		p := &fullRecord().Products[0]
		ps := compareAutoconfig([]byte(s), "u", "example.nl", p)
		if worst(ps) != Holds {
			return
		}
		for _, row := range p.Servers {
			if !strings.Contains(strings.ToLower(s), string(row.Host[:3])) {
				t.Errorf("agrees without %s", row.Host)
			}
		}
	})
}

// FuzzChecked: what was read is written so that it is read again as the same.
func FuzzChecked(f *testing.F) {
	f.Add(old)
	f.Add("[\"imap/\\u0001\\\"h/1/tls\"]\ndate = 0001-01-01\nholds = true\nsaid = '''\na\tb'''")
	f.Fuzz(func(t *testing.T, s string) {
		c, _ := read(t, s)
		b := c.Encode()
		again, ds := read(t, string(b))
		if len(ds) > 0 || string(again.Encode()) != string(b) {
			t.Fatalf("%q: %q\n%s", s, ds, b)
		}
		for _, key := range c.Keys() {
			x, _ := c.Row(key)
			y, _ := again.Row(key)
			x.Pos = y.Pos
			if x != y {
				t.Errorf("%s: %+v became %+v", key, x, y)
			}
		}
	})
}
