package freshness

import (
	"fmt"
	"strings"
	"testing"
)

// TestGist: what asks nothing of a translator changes nothing of a page's gist, and
// what does changes it, however that is written.
func TestGist(t *testing.T) {
	const page = "+++\ntitle = \"Titel\"\nnav_title = 'Kort'\ndescription = \"Wat.\"\norder = 2\nkeywords = [\n  \"een\",\n]\n[groups.a]\ntitle = \"A\"\n+++\n## Kop\n\nTekst.\n"
	for _, e := range []struct {
		old, new string
		same     bool
	}{
		{"order = 2", "order = 3", true},
		{"order = 2\n", "", true},
		{"  \"een\",\n", "  \"een\",\n  \"twee\",\n", true},
		{"order = 2", "aliases = [\"/oud/\"] # title", true},
		{"order = 2", "updated = 2026-11-29\nslug = \"titel\"", true},
		{"Titel", "Titels", false},
		{"title = \"Titel\"", "\"title\" = \"Titels\"", false},
		{"title = \"Titel\"", "title=\"Titels\"", false},
		{"nav_title = 'Kort'\n", "", false},
		{"Wat.", "Wat dan?", false},
		{"\"Titel\"", "\"\"\"\nTitels\"\"\"", false},
		{"Tekst.", "Tekst", false},
		{"Tekst.\n", "Tekst.", false},
		{"## Kop", "### Kop", false},
	} {
		now := strings.Replace(page, e.old, e.new, 1)
		if now == page {
			t.Fatalf("no %q", e.old)
		}
		if got := Gist([]byte(page)) == Gist([]byte(now)); got != e.same {
			t.Errorf("%q as %q: the same gist %t, want %t", e.old, e.new, got, e.same)
		}
	}
	// Of a title of several lines any may change.
	long := func(s string) [32]byte {
		return Gist([]byte("+++\ntitle = \"\"\"\nEen\norder = " + s + "\"\"\"\n+++\nTekst.\n"))
	}
	if long("2") == long("3") {
		t.Error("a line of a title of several lines is not in the gist")
	}
	if Gist([]byte("Tekst.")) == Gist([]byte("Tekst")) || Gist(nil) != Gist([]byte{}) {
		t.Error("a page without front matter")
	}
}

// page makes a text of units that are separated by blank lines.
func page(body string) *Text {
	return Parse("content/nl/a.md", []byte("+++\ntitle = \"Titel\"\n+++\n\n"+body+"\n"))
}

// says returns what happened, one change a line.
func says(a, b *Text) string {
	var s []string
	for _, c := range Compare(a, b) {
		switch c.Kind {
		case Same:
			continue
		case Added:
			s = append(s, "+ "+b.Units[c.New].Source)
		case Removed:
			s = append(s, "- "+a.Units[c.Old].Source)
		case Moved:
			s = append(s, "> "+b.Units[c.New].Source)
		case Edited:
			s = append(s, "~ "+a.Units[c.Old].Source+" | "+b.Units[c.New].Source)
		}
	}
	return strings.Join(s, "\n")
}

func TestCompare(t *testing.T) {
	const old = "## Kop\n\nEen twee drie vier.\n\nVijf zes zeven acht.\n\n- punt een hier\n- punt twee daar\n\n| a | b |\n|---|---|\n| poort | 993 |"
	for name, tt := range map[string]struct{ now, want string }{
		"nothing":            {old, ""},
		"lines broken anew":  {strings.Replace(old, "twee drie", "twee\ndrie", 1), ""},
		"a word":             {strings.Replace(old, "drie", "drijf", 1), "~ Een twee drie vier. | Een twee drijf vier."},
		"a number in a cell": {strings.Replace(old, "993", "995", 1), "~ 993 | 995"},
		"a heading":          {strings.Replace(old, "## Kop", "## Nieuwe kop", 1), "~ Kop | Nieuwe kop"},
		"added":              {strings.Replace(old, "Vijf", "Nieuw hier.\n\nVijf", 1), "+ Nieuw hier."},
		"added heading":      {"## Eerst\n\n" + old, "+ Eerst"},
		"removed":            {strings.Replace(old, "Vijf zes zeven acht.\n\n", "", 1), "- Vijf zes zeven acht."},
		"an item less":       {strings.Replace(old, "- punt een hier\n", "", 1), "- punt een hier"},
		"moved":              {strings.Replace(old, "Een twee drie vier.\n\nVijf zes zeven acht.", "Vijf zes zeven acht.\n\nEen twee drie vier.", 1), "> Een twee drie vier."},
		"moved far":          {strings.Replace(old, "## Kop\n\nEen twee drie vier.\n\n", "## Kop\n\n", 1) + "\n\nEen twee drie vier.", "> Een twee drie vier."},
		"replaced":           {strings.Replace(old, "Vijf zes zeven acht.", "Iets heel anders nu.", 1), "+ Iets heel anders nu.\n- Vijf zes zeven acht."},
		"a heading's level":  {strings.Replace(old, "## Kop", "### Kop", 1), "~ Kop | Kop"},
		"everything":         {"Nieuw.", "+ Nieuw.\n- Kop\n- Een twee drie vier.\n- Vijf zes zeven acht.\n- punt een hier\n- punt twee daar\n- a\n- b\n- poort\n- 993"},
	} {
		if got := says(page(old), page(tt.now)); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

// TestCompareTellsEachUnit: whatever the two texts, each unit of both is in
// exactly one change, and the new ones come in order.
func TestCompareTellsEachUnit(t *testing.T) {
	words := func(n, seed int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "deel %d woord %d.\n\n", (i*seed)%17, i%5)
		}
		return b.String()
	}
	for _, n := range []int{0, 1, 2, 7, 40, 900} {
		for seed := 1; seed < 6; seed++ {
			a, b := page(words(n, seed)), page(words(n+seed%3, seed+1))
			olds, news, last := map[int]int{}, map[int]int{}, -1
			for _, c := range Compare(a, b) {
				if c.Old >= 0 {
					olds[c.Old]++
				}
				if c.New >= 0 {
					news[c.New]++
					if c.New <= last {
						t.Errorf("%d, %d: unit %d comes behind unit %d", n, seed, c.New, last)
					}
					last = c.New
				}
			}
			for _, m := range []struct {
				has map[int]int
				n   int
			}{{olds, len(a.Units)}, {news, len(b.Units)}} {
				for i := range m.n {
					if m.has[i] != 1 {
						t.Errorf("%d, %d: unit %d is told %d times", n, seed, i, m.has[i])
					}
				}
			}
		}
	}
}

func TestAlignAndGaps(t *testing.T) {
	nl := page("## Kop\n\nOpen [instellingen](imap.md#poort) op poort 993 bij imap.voorbeeld.nl. Zie [daar](https://elders.example/nl/).\n\n> [!WARNING]\n> Let op.\n\n:::steps\n1. Open.\n2. Sluit.\n:::\n\n| Poort | 993 |\n|---|---|\n| a | b |")
	for name, tt := range map[string]struct{ from, to, want string }{
		"complete":         {"", "", ""},
		"a port":           {"poort 993 bij", "port 995 at", "993"},
		"a host":           {"imap.voorbeeld.nl", "mail.voorbeeld.nl", "imap.voorbeeld.nl"},
		"a link":           {"imap.md#poort", "imap.md", "imap.md#poort"},
		"a link elsewhere": {"elders.example/nl/", "elsewhere.example/en/", ""},
		"no number":        {"poort 993 bij", "at", "993"},
		"a step":           {"2. Sluit.\n", "", "no item Sluit."},
		"a warning":        {"> [!WARNING]\n> Let op.\n\n", "", "no alert [!WARNING], no quote Let op."},
		"its kind":         {"[!WARNING]", "[!TIP]", "no alert [!WARNING], beyond [!TIP]"},
		"a plain quote":    {"> [!WARNING]\n", "", "no alert [!WARNING]"},
		"a container":      {":::steps\n1. Open.\n2. Sluit.\n:::", "1. Open.\n2. Sluit.", "no directive :::steps"},
		"the ports":        {"993 |\n|---", "995 |\n|---", "993"},
		"a row":            {"\n| a | b |", "", "no cell a, no cell b"},
		"something beyond": {"## Kop", "Extra.\n\n## Kop", "beyond Extra."},
	} {
		body := "## Kop\n\nOpen [instellingen](imap.md#poort) op poort 993 bij imap.voorbeeld.nl. Zie [daar](https://elders.example/nl/).\n\n> [!WARNING]\n> Let op.\n\n:::steps\n1. Open.\n2. Sluit.\n:::\n\n| Poort | 993 |\n|---|---|\n| a | b |"
		if tt.from != "" {
			body = strings.Replace(body, tt.from, tt.to, 1)
		}
		en := page(body)
		var got []string
		for _, g := range Gaps(nl, en, Align(nl, en)) {
			switch {
			case g.Target < 0:
				got = append(got, "no "+nl.Units[g.Source].Kind+" "+nl.Units[g.Source].Source)
			case g.Source < 0:
				got = append(got, "beyond "+en.Units[g.Target].Source)
			default:
				got = append(got, g.Values...)
			}
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("%s: got %s, want %s", name, s, tt.want)
		}
	}
}

// TestLacksNamesWhatIsNew: what is new in the middle of a list, a table or the text
// is what the translation lacks, not what stands last there.
func TestLacksNamesWhatIsNew(t *testing.T) {
	const nl = "Begin hier.\n\n1. Open het menu.\n2. Kies de server.\n3. Sluit het venster.\n\n| a | b |\n|---|---|\n| c | d |\n| e | f |\n\nEinde van de tekst."
	const en = "Begin here.\n\n1. Open the menu.\n2. Choose the server.\n3. Close the window.\n\n| 1 | 2 |\n|---|---|\n| 3 | 4 |\n| 5 | 6 |\n\nEnd of the text."
	for name, tt := range map[string]struct{ from, to, begun, want string }{
		"a first step":   {"1. Open", "1. Wacht even.\n1. Open", "", "Wacht even."},
		"a step between": {"2. Kies", "1. Wacht even.\n2. Kies", "", "Wacht even."},
		"a last step":    {"venster.", "venster.\n4. Wacht even.", "", "Wacht even."},
		"a row between":  {"| e | f |", "| x | y |\n| e | f |", "", "x, y"},
		"a paragraph":    {"Einde van", "Vergeet dit niet.\n\nEinde van", "", "Vergeet dit niet."},
		"a step written": {"2. Kies", "1. Wacht even.\n2. Kies", "2. Choose", ""},
		"a step less":    {"2. Kies de server.\n", "", "", ""},
		"nothing":        {"", "", "", ""},
	} {
		p := &Page{Base: page(nl), Now: page(strings.Replace(nl, tt.from, tt.to, 1)), Translation: page(en)}
		if tt.begun != "" {
			p.Translation = page(strings.Replace(en, tt.begun, "1. Wait a moment.\n"+tt.begun, 1))
		}
		p.Changes = Compare(p.Base, p.Now)
		var got []string
		for _, g := range Gaps(p.Now, p.Translation, p.pairs()) {
			if g.Target < 0 {
				got = append(got, p.Now.Units[g.Source].Source)
			}
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("%s: lacks %q, want %q", name, s, tt.want)
		}
	}
}

// TestEachLanguageHasItsOwnMenuTitle: a title for menus may stand in one language
// only; other front matter that is translated may not.
func TestEachLanguageHasItsOwnMenuTitle(t *testing.T) {
	for _, tt := range []struct{ nl, en, want string }{
		{"", "nav_title = \"Short\"", ""},
		{"nav_title = \"Kort\"", "", ""},
		{"nav_title = \"Kort\"", "nav_title = \"Short\"", ""},
		{"nav_title = \"Kort\"", "description = \"What.\"", "description"},
		{"description = \"Wat.\"", "nav_title = \"Short\"", "description"},
		{"description = \"Wat.\"\nnav_title = \"Kort\"", "description = \"What.\"", ""},
	} {
		text := func(head string) *Text { return Parse("a.md", []byte("+++\ntitle = \"T\"\n"+head+"\n+++\nTekst.\n")) }
		nl, en := text(tt.nl), text(tt.en)
		var got []string
		for _, g := range Gaps(nl, en, Align(nl, en)) {
			if g.Source >= 0 {
				got = append(got, nl.Units[g.Source].Kind)
			} else {
				got = append(got, en.Units[g.Target].Kind)
			}
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("%q and %q: got %q, want %q", tt.nl, tt.en, s, tt.want)
		}
	}
}

// TestWithStamp: a stamp takes the place of the one before, also of one that was
// forced, and says whether it is.
func TestWithStamp(t *testing.T) {
	stamp, was := Stamp("0123456789abcdef"), "source = \"fedcba9876543210\""
	for _, tt := range []struct {
		head   string
		forced bool
		want   string
	}{
		{"title = \"A\"\n", false, "title = \"A\"\nsource = \"0123456789abcdef\"\n"},
		{"title = \"A\"\n", true, "title = \"A\"\nsource = \"0123456789abcdef\" # --force\n"},
		{was + "\ntitle = \"A\"\n", true, "source = \"0123456789abcdef\" # --force\ntitle = \"A\"\n"},
		{was + " # --force\ntitle = \"A\"\n", false, "source = \"0123456789abcdef\"\ntitle = \"A\"\n"},
		{"title = \"A\"\n[x]\nsource = \"y\"\n", false, "title = \"A\"\nsource = \"0123456789abcdef\"\n[x]\nsource = \"y\"\n"},
		{"title = \"A\"\r\n", false, "title = \"A\"\r\nsource = \"0123456789abcdef\"\r\n"},
	} {
		got, ok := WithStamp([]byte("+++\n"+tt.head+"+++\nTekst.\n"), stamp, tt.forced)
		if want := "+++\n" + tt.want + "+++\nTekst.\n"; !ok || string(got) != want {
			t.Errorf("%q, %t: got %q, want %q", tt.head, tt.forced, got, want)
		}
	}
	if _, ok := WithStamp([]byte("Tekst.\n"), stamp, false); ok {
		t.Error("a page without front matter: got a stamp")
	}
}

// What changed is counted of what there was to compare: never five of three.
func TestComparedHoldsWhatIsGone(t *testing.T) {
	old, now := page("een\n\ntwee\n\ndrie\n\nvier\n"), page("anders\n")
	p := &Page{Base: old, Now: now, Blocks: len(now.Units)}
	old.Stamp, now.Stamp = "0123456789abcdef", "fedcba9876543210"
	p.compare()
	if p.StaleBlocks < 4 || p.Compared() < p.StaleBlocks {
		t.Errorf("%d of %d", p.StaleBlocks, p.Compared())
	}
}
