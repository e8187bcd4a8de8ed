package testenv

// A DirectiveUse is a directive on a page, as a writer uses it.
type DirectiveUse struct {
	Name string
	Text string // Markdown; what it stands in is there, too
	Copy string // a part of what stands for it in the Markdown copy
	// Shown selects what readers see of it on a page, also on paper: nothing for
	// what only scripts need.
	Shown string
}

// DirectiveUses has a use of each directive of the built-in layouts, on a page in
// the folder content/nl/e-mail of a site with IMAP, POP and two ways to send.
var DirectiveUses = []DirectiveUse{
	{"summary", ":::summary\nKort gezegd werkt alles.\n:::", "Kort gezegd werkt alles.", ".summary"},
	{"alternative", "Kies :alternative[smtp]", "587", ".content > p"},
	{"br", "Eerst:br dan", "Eerst", "p > br"},
	{"choice", "::choice", "IMAP", ".choice"},
	{"details", ":::details[Voor wie meer wil]\nDat is meer.\n:::", "Dat is meer.", "details.fold > p"},
	{"devices", "::devices", "](http", ""},
	{"dns", "::dns", "_imaps._tcp", ".dns table"},
	{"find", "::find", "", ""},
	{"kbd", "Druk op :kbd[Ctrl+Alt+K].", "Ctrl+Alt+K", "kbd.kbd"},
	{"lang", ":::lang{code=en}\nRead this aloud in English.\n:::", "Read this aloud", "[lang=en][dir=auto] > p"},
	{"message", "Er staat :message[Fout 0x800CCC0E].", "0x800CCC0E", "code.message"},
	{"noindex", ":::noindex\nNiet te vinden.\n:::", "Niet te vinden.", "[data-noindex] > p"},
	{"personal", "::personal", "", ""},
	{"profiles", "::profiles", ".mobileconfig", ".profiles a"},
	{"setting", "De poort is :setting[imap.port].", "993", ".val"},
	{"settings", "::settings[imap]", "| Poort |", ".settings table"},
	{"steps", ":::steps\n1. Open de app.\n2. Sluit de app.\n:::", "2. Sluit de app.", ".steps li"},
	{"sub", "H:sub[2]O", "H2O", "sub"},
	{"sup", "10:sup[6]", `10\^6`, "sup"},
	{"tab", "::::tabs\n:::tab[Mobiel]\nMet een vinger.\n:::\n:::tab[Vast]\nMet een muis.\n:::\n::::", "Met een muis.", ".tab > p"},
	{"tabs", "::::tabs\n:::tab[Snel]\nZo gaat het snel.\n:::\n:::tab[Traag]\nZo duurt het lang.\n:::\n::::", "Zo gaat het snel.", ".tabs"},
	{"tasks", ":::tasks\n- [Vol](postbus-vol.md)\n:::", "[Vol](http", ".tasks li a"},
	{"ui", "Kies :ui[Opslaan als].", "Opslaan als", ".ui"},
	{"when", "Dit geldt :when[met POP]{has=pop}.\n\n:::when{lacks=pop}\nNooit te zien.\n:::", "Dit geldt met POP.", ".content > p"},
}
