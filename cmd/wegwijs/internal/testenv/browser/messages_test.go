package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/testenv/webdriver"
)

const messagePage = "/e-mail/versturen-lukt-niet/"

// paste puts a text into the field for an error message and waits for the
// answer to it.
func (b *tab) paste(text string) {
	b.t.Helper()
	fill := func(text string) {
		value, _ := json.Marshal(text)
		b.Run(fmt.Sprintf(`(() => {
			const e = document.querySelector(".find textarea");
			e.value = %s;
			e.dispatchEvent(new Event("input", { bubbles: true }));
		})()`, value))
	}
	fill("")
	b.Until(`document.querySelector(".found").childElementCount === 0`)
	fill(text)
	b.Until(`document.querySelector(".found").childElementCount > 0`)
}

// TestPastedMessage pastes error messages as programs and servers give them,
// with names and numbers of their own: the first remedy is the right one.
func TestPastedMessage(t *testing.T) {
	inEngines(t, func(t *testing.T, b *visitor) {
		for i, c := range []struct{ path, pasted, found, link string }{
			{messagePage, "SMTP error from remote mail server after RCPT TO:<anna@elders.example>:\n550 Relaying denied. Proper authentication required", "550 Relaying denied", ""},
			{messagePage, "Het verzenden van de e-mail is mislukt.\nDe mailserver antwoordde: 554 5.7.1 <anna@elders.example>: Relay access denied.", "Relay access denied", ""},
			{messagePage, "sorry, that domain isn’t in my list of allowed rcpthosts (#5.7.1)", "rcpthosts", ""},
			{messagePage, "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "535 5.7.8", "/e-mail/wachtwoord-klopt-niet/"},
			{messagePage, "0x800CCC79", "0x800CCC79", ""},
			{messagePage, "Verzenden van het bericht is mislukt. Het bericht kon niet worden verzonden, omdat het verbinden met uitgaande (SMTP-)server smtp.elders.example is mislukt. De server is mogelijk niet beschikbaar of weigert SMTP-verbindingen.", "omdat het verbinden met uitgaande", ""},
			{messagePage, "<jan@elders.example>: host mx.elders.example said: 550 5.1.1 <jan@elders.example>: Recipient address rejected: User unknown in virtual mailbox table", "Recipient address rejected", ""},
			{messagePage, "552 5.2.2 quota exceeded", "quota exceeded", ""},
			{messagePage, "relay access", "Relay access denied", ""},
			{"/e-mail/werkt-niet/", "Wachttijd voor verbinding met server imap.voorbeeld.example is verstreken.", "Wachttijd", ""},
			{"/e-mail/werkt-niet/", "AANMELDING MISLUKT", "Aanmelding mislukt", "/e-mail/wachtwoord-klopt-niet/"},
			{"/e-mail/wachtwoord-klopt-niet/", "Aanmelden bij server imap.voorbeeld.example met gebruikersnaam anna is mislukt.", "Aanmelden bij server", ""},
			{"/e-mail/certificaatwaarschuwing/", "Het certificaat voor mail.jouwdomein.nl is niet geldig voor die server.", "niet geldig voor die server", ""},
			{"/fr/e-mail/ne-fonctionne-pas/", "Échec lors de la connexion au serveur imap.voorbeeld.example.", "Échec lors de la connexion", ""},
			{"/en/email/cannot-send/", "554 5.7.1 : Relay access denied", "Relay access denied", ""},
		} {
			if b.chrome == nil && i%4 != 2 {
				continue // each key takes its time there
			}
			if where := ask[string](b, `location.pathname`); where != c.path {
				b.open(c.path)
			}
			b.Click(".find textarea")
			b.Shortcut('a')
			b.Press(webdriver.Backspace)
			b.Until(`document.querySelector(".found").childElementCount === 0`)
			b.Press(strings.ReplaceAll(c.pasted, "\n", webdriver.Enter))
			b.Until(fmt.Sprintf(`document.querySelector(".found li")?.innerText.includes(%q)`, c.found)) // half a text may find something else
			if c.link != "" && !ask[bool](b, fmt.Sprintf(`document.querySelector(".found li a[href='%s']") !== null`, c.link)) {
				t.Errorf("%s: what is found for %q does not lead on to %s", c.path, c.pasted, c.link)
			}
			if n := ask[int](b, `document.querySelectorAll(".found li").length`); n > 3 {
				t.Errorf("%s: %d remedies for %q, want at most 3", c.path, n, c.pasted)
			}
		}
		b.quiet("the pages with messages")
	})
}

// TestUnknownMessage pastes what no table has: the page says so and leads to
// the other tables. What a table of another page has is found on this one.
func TestUnknownMessage(t *testing.T) {
	b := reader(t)
	b.Size(320, 640)
	b.open(messagePage)
	b.paste("zwaluwen boven het dorpsplein")
	if n := eval[int](b, `document.querySelectorAll(".found a").length`); n != 3 {
		t.Errorf("%d other lists, want 3", n)
	}
	b.paste("De uitgaande server van het kantoor is vandaag niet bereikbaar") // words that many messages have say little
	if got := eval[string](b, `document.querySelector(".found li:has(p)")?.innerText ?? ""`); got != "" {
		t.Errorf("found %q by words that many messages have", got)
	}
	b.Run(axeSource(t))
	b.axe("with a message that is not there")
	b.paste("550 5.7.606 Access denied, banned sending IP")
	if got := eval[string](b, `document.querySelector(".found").innerText`); !strings.Contains(got, "5.7.606") || eval[bool](b, `document.querySelector(".found li:has(p)") !== null`) {
		t.Errorf("a code that no table has: %q", got)
	}
	b.paste("Aanmelding mislukt") // a row of another page
	b.Until(`document.querySelector(".found li")?.innerText.includes("Aanmelding mislukt")`)
	b.axe("with a message of another page")
	if wide := eval[[]string](b, overflow); len(wide) > 0 {
		t.Errorf("the answer sticks out: %q", wide)
	}
	b.quiet(messagePage)
}

// TestMessages asks the shipped client for all messages of the room of search:
// each finds its row, or nothing where no row helps.
func TestMessages(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(queries, "errors.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var pasted, want []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		i := strings.LastIndex(line, " => ")
		pasted, want = append(pasted, line[:i]), append(want, line[i+4:])
	}
	b := reader(t)
	b.open("/zoeken/")
	in, _ := json.Marshal(pasted)
	got := eval[[]string](b, fmt.Sprintf(`(async () => {
		const { finder } = await import(%q);
		const tables = await finder("/search/nl.js", "");
		return %s.map((text) => tables.find(text).at.slice(0, 1).map((n) => tables.rows[n][2].join(" / ")).join(""));
	})()`, assetOf(t, "messages"), in))
	hits, right, refusals := 0, 0, 0
	for i, w := range want {
		if w == "-" {
			refusals++
			if got[i] != "" {
				t.Errorf("%q finds %q, want nothing", pasted[i], got[i])
			}
			continue
		}
		hits++
		if slices.ContainsFunc(strings.Split(w, "|"), func(w string) bool { return strings.Contains(strings.ToLower(got[i]), strings.ToLower(w)) }) {
			right++
		} else {
			t.Logf("%q finds %q, want %q", pasted[i], got[i], w)
		}
	}
	if hits < 220 || refusals < 120 || 100*right < 95*hits {
		t.Errorf("%d of %d messages find their row, with %d refusals; want 95 %% of 220 or more, and 120", right, hits, refusals)
	}
}
