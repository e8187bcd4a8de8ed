package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"golang.org/x/net/idna"
	"howett.net/plist"

	"wegwijs/cmd/wegwijs/internal/testenv"
	"wegwijs/cmd/wegwijs/internal/testenv/webdriver"
)

// catchBlob keeps what the page makes for downloading, as text.
const catchBlob = `{
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => { window.__type = blob.type; window.__blob = blob.text(); return make.call(URL, blob); };
  HTMLAnchorElement.prototype.click = function () { window.__download = this.download; };
}`

// asset returns the address of a script in layouts/assets.
func asset(t *testing.T, name string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(theSite.dir, "assets", strings.Replace(name, ".", ".*.", 1)))
	if err != nil || len(found) != 1 {
		t.Fatalf("asset %s: %v %v", name, found, err)
	}
	return "/assets/" + filepath.Base(found[0])
}

// decode reads the rows of a QR code, "1" for dark, with another program's
// decoder.
func decode(t *testing.T, rows []string) string {
	t.Helper()
	image := make([][]bool, len(rows))
	for y, row := range rows {
		for _, c := range row {
			image[y] = append(image[y], c == '1')
		}
	}
	r, err := decoder.NewDecoder().DecodeBoolMap(image, nil)
	if err != nil {
		t.Fatalf("the code of %d modules cannot be read: %v", len(rows), err)
	}
	return r.GetText()
}

// shownCode returns the rows of the QR code that stands on the page.
const shownCode = `(() => {
  const svg = document.querySelector(".qr svg");
  const size = svg.viewBox.baseVal.width - 8;
  const rows = Array.from({ length: size }, () => Array(size).fill("0"));
  for (const [, x, y] of svg.lastChild.getAttribute("d").matchAll(/M(\d+) (\d+)h1v1h-1z/g)) rows[y - 4][x - 4] = "1";
  return rows.map((r) => r.join(""));
})()`

// TestPersonal types an address by keyboard and looks at everything that
// follows from it: user names, tables, profile and QR code. Nothing is asked of
// any server meanwhile, and there is no place for a password.
func TestPersonal(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(personalPage)
		b.do(catchBlob)
		if b.chrome != nil {
			b.chrome.Forget()
		}
		b.tabTo(".personal [type=email]")
		b.Press("Anna.Smit+winkel@Bücher-Voorbeeld.NL")
		b.Press(webdriver.Enter)
		domain, err := idna.Lookup.ToASCII("bücher-voorbeeld.nl")
		if err != nil {
			t.Fatal(err)
		}
		want := "Anna.Smit+winkel@" + domain
		b.Until(`document.querySelector(".own h3") === document.activeElement`)
		if got := ask[string](b, `document.querySelector(".own h3").textContent`); !strings.Contains(got, want) {
			t.Errorf("the heading is %q, want the address %s in it", got, want)
		}
		for _, own := range []string{"imap", "smtp"} {
			if got := ask[string](b, `document.querySelector("[data-own=`+own+`] [data-key=username] .val").textContent`); got != want {
				t.Errorf("user name for %s: %q, want %q", own, got, want)
			}
		}
		if ask[bool](b, shown+`(document.querySelector("[data-own=pop]"))`) {
			t.Error("the table for POP is shown beside that for IMAP")
		}
		if !ask[bool](b, shown+`(document.querySelector(".idn"))`) {
			t.Error("nothing says why the domain looks different")
		}
		b.Until(`document.querySelector(".qr svg")`)
		if box := ask[float64](b, `document.querySelector(".qr svg").getBoundingClientRect().width`); box < 260 {
			t.Errorf("the QR code is %.0f px wide, want 260", box)
		}
		var code []any
		if err := json.Unmarshal([]byte(decode(t, ask[[]string](b, shownCode))), &code); err != nil {
			t.Fatal(err)
		}
		hosts := ask[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("[data-own]")].map((t) => [t.dataset.own, t.querySelector("[data-key=host] .val").textContent]))`)
		incoming := code[2].([]any)
		if incoming[0] != 0.0 || incoming[1] != hosts["imap"] || incoming[2] != 993.0 || incoming[3] != 3.0 || incoming[5] != want {
			t.Errorf("incoming server in the QR code: %v", incoming)
		}

		b.tabTo(".switch [type=radio]")
		b.Press(webdriver.ArrowDown) // POP
		b.Until(shown + `(document.querySelector("[data-own=pop]")) && !` + shown + `(document.querySelector("[data-own=imap]"))`)
		b.tabTo("[data-profile]")
		b.Press(webdriver.Enter)
		b.Until(`window.__blob`)
		var profile struct {
			PayloadIdentifier, PayloadUUID, PayloadOrganization string
			PayloadContent                                      []map[string]any
		}
		text := ask[string](b, `window.__blob`)
		if _, err := plist.Unmarshal([]byte(text), &profile); err != nil {
			t.Fatalf("the profile is not a property list: %v\n%s", err, text)
		}
		account := profile.PayloadContent[0]
		for key, value := range map[string]any{
			"EmailAccountType": "EmailTypePOP", "EmailAddress": want, "IncomingMailServerUsername": want, "OutgoingMailServerUsername": want,
			"IncomingMailServerHostName": hosts["pop"], "OutgoingMailServerHostName": hosts["smtp"], "IncomingMailServerPortNumber": uint64(995), "IncomingMailServerUseSSL": true,
			"OutgoingMailServerPortNumber": uint64(465), "OutgoingMailServerUseSSL": true, "PayloadType": "com.apple.mail.managed",
		} {
			if account[key] != value {
				t.Errorf("profile: %s is %v, want %v", key, account[key], value)
			}
		}
		// Version 5 of RFC 9562, as the profile for everyone has it, of the address.
		space := uuid.NewSHA1(uuid.NameSpaceDNS, []byte(domain))
		for part, got := range map[string]any{"profile": profile.PayloadUUID, "account": account["PayloadUUID"]} {
			if id := strings.ToUpper(uuid.NewSHA1(space, []byte("mobileconfig/pop/"+part+"/"+want)).String()); got != id {
				t.Errorf("profile: UUID of the %s is %v, want %s", part, got, id)
			}
		}
		for key := range account {
			if strings.HasSuffix(key, "Password") && key != "OutgoingPasswordSameAsIncomingPassword" {
				t.Errorf("profile: there is a password in it: %s", key)
			}
		}
		if got := ask[string](b, `window.__download + " " + window.__type`); got != want+"-pop.mobileconfig application/x-apple-aspen-config" {
			t.Errorf("downloaded as %q", got)
		}
		b.do(`window.__blob = null`)
		b.Click("[data-profile]")
		b.Until(`window.__blob`)
		if again := ask[string](b, `window.__blob`); again != text {
			t.Error("the same address gives another profile the second time")
		}
		if kept := ask[int](b, `sessionStorage.length + localStorage.length + document.cookie.length`); kept != 0 {
			t.Error("the address is kept though the reader did not ask for it")
		}
		b.axe("the filled-in page")
		b.Size(320, 640)
		if wide := ask[[]string](b, overflow); len(wide) > 0 {
			t.Errorf("the filled-in page scrolls sideways on a phone: %q", wide)
		}

		b.quiet(personalPage)
		if b.chrome == nil {
			return
		}
		_, requests := b.chrome.Heard()
		for _, r := range requests {
			if !strings.HasPrefix(r, theSite.address("/assets/")) && !strings.HasPrefix(r, theSite.address("/search/")) && !strings.HasPrefix(r, "blob:") && !strings.HasPrefix(r, "data:") {
				t.Errorf("asked for %s", r)
			}
		}
	})
}

// TestPersonalMistakes types what is not an address: the message says what is
// wrong, belongs to the field, and goes when the reader mends it.
func TestPersonalMistakes(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(personalPage)
		for typed, kind := range map[string]string{"": "empty", "anna": "at", "an na@x.nl": "at", "anna@voorbeeld": "domain", "anna@voor beeld.nl": "domain"} {
			b.do(`document.querySelector(".personal form").reset()`)
			b.Click(".personal [type=email]")
			b.Press(typed + webdriver.Enter)
			b.Until(`document.querySelector(".personal [type=email]").getAttribute("aria-invalid") === "true"`)
			if got := ask[bool](b, `document.querySelector(".personal .error").textContent === document.querySelector(".personal").dataset.`+kind); !got {
				t.Errorf("%q: the message is %q", typed, ask[string](b, `document.querySelector(".personal .error").textContent`))
			}
			b.Press("x")
			b.Until(`!document.querySelector(".personal [aria-invalid]") && document.querySelector(".personal .error").textContent === ""`)
		}
		b.quiet(personalPage)
	})
}

// TestPersonalKept asks the page to remember the address: other pages fill it
// in, and clearing it takes it away everywhere.
func TestPersonalKept(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		b.open(personalPage)
		b.tabTo(".personal [type=email]")
		b.Press("anna@voorbeeld.example")
		b.tabTo(".personal [type=checkbox]")
		b.Press(" ")
		b.Click(".personal [type=submit]")
		b.Until(`sessionStorage.getItem("address") === "anna@voorbeeld.example"`)
		b.open(settingsPage)
		b.Until(`document.querySelector("[data-key=username] .val").textContent === "anna@voorbeeld.example"`)
		b.open(personalPage)
		b.Until(shown + `(document.querySelector(".own"))`)
		b.Click("[data-clear]")
		b.Until(`sessionStorage.length === 0 && !` + shown + `(document.querySelector(".own")) && document.activeElement.matches("[type=email]")`)
		b.open(settingsPage)
		if got := ask[string](b, `document.querySelector("[data-key=username] .val").textContent`); strings.Contains(got, "@") {
			t.Errorf("after clearing, the user name is %q", got)
		}
		b.quiet("the pages with an address")
	})
}

// TestNoPassword looks for a place to type a password, on every page.
func TestNoPassword(t *testing.T) {
	for _, p := range theSite.pages {
		data, err := theSite.read(p.file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "password\"") && strings.Contains(string(data), `type="password"`) {
			t.Errorf("%s has a field for a password", p.path)
		}
	}
}

// TestAddressesAndPayloads hands the script what the package forms hands its
// own writer: both must come to the same bytes or the same refusal.
func TestAddressesAndPayloads(t *testing.T) {
	var vectors []struct {
		Name, Address, DisplayName, Payload, Error string
		Account                                    json.RawMessage
	}
	data, err := os.ReadFile("../../pages/forms/testdata/qr-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	b := reader(t)
	b.open(personalPage)
	for _, v := range vectors {
		if v.Error == "name" || v.Error == "username" {
			continue // the page asks for no name, and shows no code then
		}
		if v.Account == nil {
			v.Account = vectors[0].Account
		}
		arguments, err := json.Marshal([]any{v.Address, v.Account, strings.TrimSpace(v.DisplayName)})
		if err != nil {
			t.Fatal(err)
		}
		got := eval[string](b, `import("`+asset(t, "personal.js")+`").then(({ parse, payload }) => {
			const [typed, account, name] = `+string(arguments)+`;
			const who = parse(typed);
			return typeof who === "string" ? "error: address" : who.ascii ? payload(account, who, name) : "error: ascii";
		})`)
		want := v.Payload
		if v.Error != "" {
			want = "error: " + v.Error
		}
		if got != want {
			t.Errorf("%s: %q\n\tgot  %s\n\twant %s", v.Name, v.Address, got, want)
		}
	}
}

// TestProfileOfRecord: the profile that the page makes has the authentication
// and the servers that the record says for the address.
func TestProfileOfRecord(t *testing.T) {
	b := reader(t)
	b.open(personalPage)
	for _, c := range []struct{ in, out string }{{"EmailAuthCRAMMD5", "EmailAuthPassword"}, {"EmailAuthPassword", "EmailAuthCRAMMD5"}, {"EmailAuthCRAMMD5", "EmailAuthCRAMMD5"}} {
		text := eval[string](b, fmt.Sprintf(`import(%q).then(({ parse, profile }) => profile("imap", {
			incoming: { host: "imap.%%EMAILDOMAIN%%", port: 993, authentication: %q, username: "local.domain" },
			outgoing: { host: "%%EMAILDOMAIN%%", port: 587, authentication: %q, username: "local-part" },
		}, parse("anna@Winkel.example"), "Post"))`, asset(t, "personal.js"), c.in, c.out))
		var got struct{ PayloadContent []map[string]any }
		if _, err := plist.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for key, want := range map[string]any{
			"IncomingMailServerAuthentication": c.in, "OutgoingMailServerAuthentication": c.out,
			"IncomingMailServerHostName": "imap.winkel.example", "OutgoingMailServerHostName": "winkel.example",
			"IncomingMailServerUsername": "anna.winkel.example", "OutgoingMailServerUsername": "anna",
		} {
			if got.PayloadContent[0][key] != want {
				t.Errorf("%s is %v, want %v", key, got.PayloadContent[0][key], want)
			}
		}
	}
}

// TestCodes draws QR codes of many lengths, over all versions that the writer
// knows, and reads them with an independent decoder.
func TestCodes(t *testing.T) {
	b := reader(t)
	b.open(personalPage)
	texts := []string{"é€ – 日本", "https://help.voorbeeld.example/e-mail/imap-instellingen/"}
	for n := 1; n <= 660; n += 7 {
		texts = append(texts, strings.Repeat("aB3[\",@.", 100)[:n])
	}
	arguments, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	codes := eval[[][]string](b, `import("`+asset(t, "qr.js")+`").then(({ matrix }) => `+string(arguments)+`.map((s) => matrix(s).map((r) => r.join(""))))`)
	sizes := map[int]bool{}
	for i, rows := range codes {
		sizes[len(rows)] = true
		if got := decode(t, rows); got != texts[i] {
			t.Errorf("%d bytes: read back as %q", len(texts[i]), got)
		}
	}
	if len(sizes) != 20 {
		t.Errorf("%d sizes of code, want all 20", len(sizes))
	}
}

// products is what TestPersonalProducts adds to this repository's site: a
// product that a code can hold and a profile cannot, and one the other way
// round.
const products = `
[[mail]]
id = "half"
name = "Half"
domains = ["half.example"]
username = "local-part"

[[mail.server]]
protocol = "imap"
host = "imap.half.example"
port = 993
security = "tls"
authentication = ["oauth2", "encrypted"]

[[mail.server]]
protocol = "pop"
host = "pop.half.example"
port = 110
security = "none"
why = "een oud apparaat"

[[mail.server]]
protocol = "smtp"
host = "smtp.half.example"
port = 465
security = "tls"

[[mail]]
id = "given"
name = "Gegeven"
domains = ["given.example"]
username = "given"

[[mail.server]]
protocol = "imap"
host = "imap.given.example"
port = 993
security = "tls"

[[mail.server]]
protocol = "smtp"
host = "smtp.given.example"
port = 465
security = "tls"
`

// TestPersonalProducts has three products on one page, each with a form of its
// own: each gives what the forms of that product can express and nothing else.
func TestPersonalProducts(t *testing.T) {
	b := reader(t, catchBlob)
	dir := copySite(t)
	config, err := os.ReadFile(filepath.Join(dir, "site.toml"))
	if err != nil {
		t.Fatal(err)
	}
	text := "+++\ntitle = \"Producten\"\ndescription = \"Drie producten.\"\nupdated = 2026-11-23\n+++\n\n::personal\n\n::personal{product=half}\n\n::personal{product=given}\n\n::settings[imap]{product=half}\n"
	for name, data := range map[string]string{"site.toml": string(config) + products, "content/nl/e-mail/producten.md": text} {
		testenv.Write(t, filepath.Join(dir, name), data)
	}
	s, err := buildSite(dir, filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	b.openAt(s.server.URL + "/e-mail/producten/")
	b.Until(`[...document.querySelectorAll(".personal")].every((e) => !e.hidden)`)
	b.Forget()

	if n := eval[int](b, `document.querySelectorAll(".copy[hidden]").length - [...document.querySelectorAll(".copy[hidden]")].filter((e) => getComputedStyle(e).display === "none").length`); n > 0 {
		t.Errorf("%d buttons to copy a user name are shown before there is one", n)
	}
	// fill types an address into the form of a product and waits for its answer.
	fill := func(n int, address string) {
		t.Helper()
		b.Run(fmt.Sprintf(`window.box = document.querySelectorAll(".personal")[%d]; box.querySelector("[type=email]").value = %q; box.querySelector("form").requestSubmit()`, n, address))
		b.Until(`box.contains(document.activeElement) && document.activeElement.matches("h3")`)
	}
	visible := func(selector string) bool {
		return eval[bool](b, shown+`(box.querySelector(`+"`"+selector+"`"+`))`)
	}
	user := func(selector string) string {
		return eval[string](b, `document.querySelector(`+"`"+selector+"`"+`).textContent`)
	}

	// A domain that no product has: the reader chooses. $& means something to String.replace.
	b.Run(`window.box = document.querySelector(".personal"); box.querySelector("[type=email]").value = "anna$&b@x.example"; box.querySelector("form").requestSubmit()`)
	b.Until(`document.activeElement.matches(".which input")`)
	if visible(".own") || !visible(".which") {
		t.Error("an address of no product shows the servers of one, or no choice")
	}
	b.Run(`box.querySelector(".which [value='0']").click()`)
	b.Until(shown + `(box.querySelector(".own"))`)
	// The domain of another product shows that one.
	for domain, n := range map[string]int{"half.example": 1, "HALF.example": 1, "given.example": 2, "voorbeeld.example": 0} {
		b.Run(fmt.Sprintf(`box.querySelector("[type=email]").value = "anna@%s"; box.querySelector("form").requestSubmit()`, domain))
		b.Until(fmt.Sprintf(`box.querySelectorAll(".own")[%d].contains(document.activeElement) && [...box.querySelectorAll(".own")].every((e, n) => e.hidden === (n !== %[1]d)) && box.querySelector(".which").hidden`, n))
	}
	fill(0, "anna$&b@voorbeeld.example")
	if got := user(".personal h3"); !strings.Contains(got, "anna$&b@voorbeeld.example") {
		t.Errorf("the heading is %q", got)
	}
	fill(1, "anna@half.example")
	if got := user(".content > .settings [data-key=username] .val"); got != "anna" {
		t.Errorf("the user name in the table of the page is %q", got)
	}
	if !eval[bool](b, shown+`(document.querySelector(".content > .settings [data-key=username] .copy"))`) {
		t.Error("the user name that was filled in cannot be copied")
	}
	b.Until(`box.querySelector(".qr svg")`)
	want := `[1,[1,1],[0,"imap.half.example",993,3,2,"anna"],[[[0,"smtp.half.example",465,3,1,"anna"],["anna@half.example",""]]]]`
	if got := decode(t, eval[[]string](b, strings.Replace(shownCode, `document.querySelector(".qr svg")`, `box.querySelector(".qr svg")`, 1))); got != want {
		t.Errorf("the code says\n%s\nwant\n%s", got, want)
	}
	if !visible(".profile") {
		t.Error("no profile for a server that takes an encrypted password")
	}
	b.Run(`box.querySelector("[value=pop]").click()`)
	b.Until(`!box.querySelector("[data-own=pop]").hidden`)
	if visible(".profile") || visible(".qr") || visible(".ways") {
		t.Error("a profile or a code for a server without encryption")
	}
	fill(2, "anna@given.example")
	if visible(".qr") || visible("[data-key=username] .copy") || !visible(".profile") {
		t.Error("a code without a user name, or that to copy, or no profile, which asks for it")
	}

	// An address can be longer than a code holds; everything else still works.
	fill(1, strings.Repeat("a", 60)+"@"+strings.Repeat(strings.Repeat("b", 60)+".", 3)+"example")
	if visible(".qr") {
		t.Error("a code that cannot hold the address")
	}

	b.Run(`box.querySelector("[data-clear]").click()`)
	b.Until(`!document.querySelector(".mine") && [...document.querySelectorAll("[data-personal] + .copy")].every((e) => e.hidden) && [...document.querySelectorAll(".own")].every((e) => e.hidden)`)
	if messages, _ := b.Heard(); len(messages) > 0 {
		t.Errorf("the page says %q", messages)
	}
}
