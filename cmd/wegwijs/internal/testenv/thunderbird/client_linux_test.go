package thunderbird

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pictures that the Thunderbird page shows")

// TestThunderbird sets accounts up as the page of each language says.
func TestThunderbird(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short; a real Thunderbird is started for each language")
	}
	if os.Getenv("WEGWIJS_CLIENT") == "" {
		t.Skip("skipped: it needs the machine to itself; set WEGWIJS_CLIENT=1, as .ci/run does in a step of its own")
	}
	w := newWorld(t)
	for _, lang := range languages {
		t.Run(lang, func(t *testing.T) {
			p := readPage(t, w.site, lang)
			b := startThunderbird(t, lang, w.hosts, nil)
			b.must(nil, `
await wait("the main window", () => main()?.document.readyState == "complete" && main().openAccountHub);
Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(args[0], "C,C,C");`, w.ca)
			j := &journey{Thunderbird: b, page: p, seen: map[string]bool{}}
			if *update {
				j.pictures(t)
			}
			for _, a := range []struct {
				name  string
				setUp func(address, protocol string) error
			}{{"auto", j.automatic}, {"hand", j.byHand}} {
				for _, protocol := range []string{"imap", "pop"} {
					name := a.name + "-" + protocol
					address := lang + "-" + name + "@" + domain
					t.Run(name, func(t *testing.T) {
						if err := a.setUp(address, protocol); err != nil {
							t.Fatal(err)
						}
						subject := "Test " + name
						if err := b.js(nil, `await send(args[0], args[1]); await receive(args[0], args[1]);`, address, subject); err != nil {
							t.Fatal(err)
						}
						if err := j.compareAccount(address, protocol); err != nil {
							t.Error(err)
						}
					})
				}
			}
			if t.Failed() {
				return // the screens behind were not reached
			}
			if err := j.readSettings(lang+"-auto-imap@"+domain, lang+"-auto-pop@"+domain); err != nil {
				t.Fatal(err)
			}
			for _, miss := range missing(p.claims, j.seen) {
				t.Error(miss)
			}
			var version string
			b.must(&version, `return Services.appinfo.version`)
			if p.version != version {
				t.Logf("the words are those of %s; they were compared with %s", p.version, version)
			}
			// What is planted must be found, with the same program and page.
			wrong := claim{"a planted label", "Handmatig configureren!"}
			if got := missing([]claim{wrong}, j.seen); len(got) != 1 {
				t.Errorf("a planted wrong label: %q", got)
			}
			if lang == languages[0] {
				j.planted(t)
			}
		})
	}
	if asked := w.requests(); !strings.Contains(asked, "GET autoconfig."+domain+"/mail/config-v1.1.xml") {
		t.Errorf("nobody asked for the autoconfig file:\n%s", asked)
	}
}

// planted sets the program to values that are not the record's.
func (j *journey) planted(t *testing.T) {
	right := j.page.tables
	defer func() { j.page.tables = right }()
	for _, tt := range []struct{ name, protocol, port, want string }{
		{"a wrong port by hand", "imap", "994", "did not accept"},
		{"a wrong port by hand, POP", "pop", "111", "did not accept"},
	} {
		j.page.tables = clone(right)
		j.page.tables[tt.protocol]["port"] = tt.port
		err := j.byHand("planted@"+domain, tt.protocol)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	j.page.tables = clone(right)
	j.page.tables["smtp"]["port"] = "466"
	if err := j.automatic("planted@"+domain, "imap"); err == nil || !strings.Contains(err.Error(), `smtp port: the page has "466"`) {
		t.Errorf("a wrong port on the page: %v", err)
	}
}

// A journey is one program with the page that it is set up by.
type journey struct {
	*Thunderbird
	page *page
	seen map[string]bool // every word that its screens showed, without a final colon
}

// saw keeps the words of screens.
func (j *journey) saw(screens ...[]string) {
	for _, s := range screens {
		for _, word := range s {
			j.seen[bare(word)] = true
		}
	}
}

// begin goes to the first screen and fills in name and address.
func (j *journey) begin(address string) error {
	var menus [][]string
	if err := j.js(&menus, `
if (find(hub() || main().document, ".account-hub-step")) { // left over from a set-up that failed
  await main().openAccountHub("MAIL");
}
const menus = await openHub();
await enter("#realName", "Jan de Boer");
await enter("#email", args[0]);
menus.push(await read());
return menus;`, address); err != nil {
		return err
	}
	j.saw(menus...)
	return nil
}

// automatic sets an account up by what Thunderbird finds by itself.
func (j *journey) automatic(address, protocol string) error {
	if err := j.begin(address); err != nil {
		return err
	}
	var found struct {
		Screen                   []string
		Imap, Pop                []string
		Host, Port, OutHost, Out string
	}
	err := j.js(&found, `
await lookUp();
const screen = await read();
await press(args[0] == "imap" ? "#imap" : "#pop3");
const text = id => find(hub(), id).textContent.trim();
await wait("the choice", () => text("#incomingPort"));
return {screen: [...screen, ...await read()], host: text("#incomingHost"), port: text("#incomingPort"), outhost: text("#outgoingHost"), out: text("#outgoingPort")};`, protocol)
	if err != nil {
		return err
	}
	j.saw(found.Screen)
	for _, c := range []struct{ protocol, field, got string }{
		{protocol, "host", found.Host}, {protocol, "port", found.Port}, {"smtp", "host", found.OutHost}, {"smtp", "port", found.Out},
	} {
		if want := j.page.tables[c.protocol][c.field]; want != c.got {
			j.must(nil, `await press("#back"); await step("emailAutoConfigSubview");`)
			return fmt.Errorf("%s %s: the page has %q, and Thunderbird found %q", c.protocol, c.field, want, c.got)
		}
	}
	return j.finish(`await press("#forward");`)
}

// byHand follows the page's steps for a set-up by hand, with the words and
// values of its tables.
func (j *journey) byHand(address, protocol string) error {
	if err := j.begin(address); err != nil {
		return err
	}
	in, out := j.page.tables[protocol], j.page.tables["smtp"]
	var r struct {
		Screens [][]string
		Refused string
	}
	err := j.js(&r, `
const [address, inbox, outbox] = args, screens = [];
const server = async (side, s) => {
  screens.push(await read());
  if (s.type) await choose("#incomingProtocol", s.type == "POP" ? "POP3" : s.type);
  await enter("#" + side + "Hostname", s.host);
  await choose("#" + side + "ConnectionSecurity", s.security);
  await choose("#" + side + "AuthMethod", s.authentication);
  await enter("#" + side + "Port", s.port);
  await enter("#" + side + "Username", address);
  screens.push(await read());
};
await press("#manualConfiguration");
await step("emailIncomingConfigSubview");
await server("incoming", inbox);
await press("#forward");
await step("emailOutgoingConfigSubview");
await server("outgoing", outbox);
await press("#custom");
const verdict = await wait("the test", () => {
  if (find(hub(), ".busy, .spinner")) return null;
  if (find(hub(), "#emailIncomingConfigSubview")) return "refused";
  return find(hub(), "#emailOutgoingConfigSubview") && !find(hub(), "#forward").disabled && "accepted";
});
screens.push(await read());
let refused = "";
if (verdict == "refused") {
  refused = JSON.stringify(screens.at(-1));
  await press("#back");
  await step("emailAutoConfigSubview");
}
return {screens, refused};`, address, in, out)
	if err != nil {
		return err
	}
	if r.Refused != "" {
		return fmt.Errorf("Thunderbird did not accept %v and %v: %s", in, out, r.Refused)
	}
	j.saw(r.Screens...)
	return j.finish(`await press("#forward");`)
}

func (j *journey) finish(before string) error {
	var screens [][]string
	if err := j.js(&screens, before+` return finish(args[0]);`, password); err != nil {
		return err
	}
	j.saw(screens...)
	return nil
}

// compareAccount compares what Thunderbird keeps of an account with the tables.
func (j *journey) compareAccount(address, protocol string) error {
	var got map[string]map[string]string
	if err := j.js(&got, `
const a = account(args[0]), i = a.incomingServer, o = MailServices.outgoingServer.getServerByIdentity(a.defaultIdentity).QueryInterface(Ci.nsISmtpServer);
const security = n => ({0: "none", 2: "STARTTLS", 3: "SSL/TLS"})[n];
return {in: {host: i.hostname ?? i.hostName, port: String(i.port), security: security(i.socketType)}, smtp: {host: o.hostname, port: String(o.port), security: security(o.socketType)}};`, address); err != nil {
		return err
	}
	for field, value := range got["in"] {
		if want := j.page.tables[protocol][field]; value != want {
			return fmt.Errorf("%s: the account has %s %q, and the page %q", address, field, value, want)
		}
	}
	for field, value := range got["smtp"] {
		if want := j.page.tables["smtp"][field]; value != want {
			return fmt.Errorf("%s: the account has %s %q for sending, and the page %q", address, field, value, want)
		}
	}
	return nil
}

// readSettings reads the screens that the rest of the page speaks of: the
// account settings of an IMAP and a POP account, what asks before an account
// goes, the folder's menu and the question about a certificate.
func (j *journey) readSettings(imap, pop string) error {
	var screens [][]string
	err := j.js(&screens, `
const [imap, pop] = args, out = [];
const d = await settings();
out.push(await read(() => d), await pane(d, account(imap).key, "am-main.xhtml"));
for (const [a, id] of [[imap, "server"], [pop, "server"], [imap, "copies"]]) out.push(await pane(d, account(a).key + "/am-" + id + ".xhtml", "am-" + id + ".xhtml"));
out.push(await pane(d, "smtp", "am-smtp.xhtml"));
await pane(d, account(pop).key, "am-main.xhtml");
d.getElementById("contentFrame").contentDocument.getElementById("deleteAccount").click();
const remove = await wait("the question", () => [...d.querySelectorAll("browser, iframe")].find(x => x.contentDocument?.location.href.endsWith("/removeAccount.xhtml") && x.contentDocument.readyState == "complete" && shown(x)));
out.push(await read(() => remove.contentDocument));
remove.contentDocument.querySelector("dialog").getButton("cancel").click();
await wait("the question to go", () => !shown(remove));
const tabs = main().document.getElementById("tabmail");
tabs.closeTab(tabs.currentTabInfo);
const pane3 = await wait("the folders", () => tabs.currentAbout3Pane?.folderTree?.rows?.length && tabs.currentAbout3Pane);
const row = await wait("the account's row", () => pane3.folderPane.getRowForFolder(account(imap).incomingServer.rootFolder));
row.querySelector(".name").dispatchEvent(new pane3.MouseEvent("contextmenu", {bubbles: true, button: 2, clientX: 40, clientY: 40}));
const menu = pane3.document.getElementById("folderPaneContext");
await wait("the folder's menu", () => menu.state == "open");
out.push([...menu.children].filter(i => i.label && !i.hidden).map(i => i.label));
menu.hidePopup();
return out;`, imap, pop)
	if err != nil {
		return err
	}
	j.saw(screens...)
	return nil
}

// missing returns a line for each claim that no screen bore out.
func missing(claims []claim, seen map[string]bool) []string {
	var lines []string
	for _, c := range claims {
		if !seen[bare(c.word)] {
			lines = append(lines, fmt.Sprintf("%s says %q, which is on no screen", c.where, c.word))
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// bare returns a word as labels are written: without a final colon.
func bare(s string) string { return strings.TrimSpace(strings.TrimRight(s, ": \u00a0")) }

func clone(tables map[string]map[string]string) map[string]map[string]string {
	c := map[string]map[string]string{}
	for name, t := range tables {
		c[name] = map[string]string{}
		for k, v := range t {
			c[name][k] = v
		}
	}
	return c
}
