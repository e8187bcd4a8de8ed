package forms

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"wegwijs/cmd/wegwijs/internal/mail"
)

type vector struct {
	Name        string     `json:"name"`
	Account     *QRAccount `json:"account"` // absent where it does not matter
	Address     string     `json:"address"`
	DisplayName string     `json:"displayName"`
	Payload     string     `json:"payload"`
	Error       string     `json:"error"` // address, ascii, name or username
}

var qrErrors = map[string]error{"address": ErrAddress, "ascii": ErrASCII, "name": ErrName, "username": ErrUsername}

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
		got, err := QRPayload(*v.Account, v.Address, v.DisplayName)
		if got != v.Payload || !errors.Is(err, qrErrors[v.Error]) || (err != nil) != (v.Error != "") {
			t.Errorf("%s:\ngot  %s, %v\nwant %s, %s", v.Name, got, err, v.Payload, v.Error)
			continue
		}
		if err != nil {
			continue
		}
		checkPayload(t, got)
		svg, err := QRCode(got, "Code")
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		if text := decode(t, svg); text != got {
			t.Errorf("%s: the code says\n%s\nwant\n%s", v.Name, text, got)
		}
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

var (
	svgHead = regexp.MustCompile(`^<svg xmlns="http://www\.w3\.org/2000/svg" width="(\d+)" height="(\d+)" viewBox="0 0 (\d+) (\d+)" shape-rendering="crispEdges">`)
	svgRun  = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
)

func checkSVG(t testing.TB, svg []byte) *node {
	t.Helper()
	n := parse(t, append([]byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), svg...))
	if n.Name != "svg" || bytes.Contains(svg, []byte("style")) {
		t.Fatalf("not an SVG picture without style: %s", svg)
	}
	return n
}

// decode draws the picture and reads it with a decoder that shares nothing with
// the encoder.
func decode(t testing.TB, svg []byte) string {
	t.Helper()
	n := checkSVG(t, svg)
	head := svgHead.FindStringSubmatch(string(svg))
	if head == nil || head[1] != head[2] || head[3] != head[4] {
		t.Fatalf("head of %.120s", svg)
	}
	width, _ := strconv.Atoi(head[1])
	side, _ := strconv.Atoi(head[3])
	if width < 260 || width%side != 0 || width/side < 4 {
		t.Errorf("%d pixels for %d modules", width, side)
	}
	paths := n.all("path")
	if len(paths) != 2 || paths[0].Attr["fill"] != "#fff" || paths[1].Attr["fill"] != "#000" || paths[0].Attr["d"] != "M0 0h"+head[3]+"v"+head[3]+"H0z" {
		t.Fatalf("want black on a white square: %v", paths)
	}
	d := paths[1].Attr["d"]
	if svgRun.ReplaceAllString(d, "") != "" {
		t.Fatalf("path holds more than runs: %.80s", svgRun.ReplaceAllString(d, ""))
	}
	const scale = 4
	img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for _, m := range svgRun.FindAllStringSubmatch(d, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		w, _ := strconv.Atoi(m[3])
		if m[3] != m[4] || x < 4 || y < 4 || x+w > side-4 || y+1 > side-4 {
			t.Fatalf("run %v in %d modules", m, side)
		}
		for py := y * scale; py < (y+1)*scale; py++ {
			for px := x * scale; px < (x+w)*scale; px++ {
				img.SetGray(px, py, color.Gray{})
			}
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("the code cannot be read: %v", err)
	}
	return r.GetText()
}

func TestQRCode(t *testing.T) {
	for _, text := range []string{"https://help.example.nl/e-mail-instellen/", "1", "HTTPS://HELP.EXAMPLE.NL/", strings.Repeat("lange tekst ", 60)} {
		svg, err := QRCode(text, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := decode(t, svg); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
		if len(checkSVG(t, svg).all("title")) > 0 {
			t.Error("an empty title is written")
		}
	}
	svg, err := QRCode("x", `Scan <deze> "code" & ga`)
	if err != nil {
		t.Fatal(err)
	}
	if got := checkSVG(t, svg).text(t, "title"); got != `Scan <deze> "code" & ga` {
		t.Errorf("title: got %q", got)
	}
	if _, err := QRCode(strings.Repeat("x", 3000), ""); err == nil || !strings.Contains(err.Error(), "3000 bytes") {
		t.Errorf("got %v", err)
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

// FuzzQRPayload: whatever a reader types, either it is refused or the code is
// by the description and reads back.
func FuzzQRPayload(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Address, v.DisplayName)
	}
	account := QRAccount{QREnd{0, "imap.example.nl", 993, 3, 1, mail.Address}, QREnd{0, "smtp.example.nl", 465, 3, 1, mail.LocalPart}}
	f.Fuzz(func(t *testing.T, address, name string) {
		got, err := QRPayload(account, address, name)
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
