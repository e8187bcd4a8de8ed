package diag

import (
	"maps"
	"slices"
)

// An Explanation says what a kind of finding is about. Its texts are sentences.
type Explanation struct {
	Title  string // what the finding is, in a few words
	Why    string // why it is one
	Remedy string // what to do
}

// Codes returns every code, in order.
func Codes() []Code { return slices.Sorted(maps.Keys(explanations)) }

// Explain returns the explanation of the code in the language lang. One that is
// not in the list has its name for a title.
func (c Code) Explain(lang Lang) Explanation {
	e, ok := explanations[c][lang]
	if !ok {
		return Explanation{Title: string(c)}
	}
	return e
}

// explanations is the list of codes. A test holds it against the constants.
var explanations = map[Code]map[Lang]Explanation{
	Accept: {
		English: {Title: "An acceptance that is not right", Why: "<!-- accept CODE: reason --> says that a warning in the paragraph or table that follows is meant. One that accepts nothing hides the next mistake.", Remedy: "Name the code between brackets behind the warning, say why it is meant, or remove the comment."},
		Dutch:   {Title: "Een goedkeuring die niet klopt", Why: "Met <!-- accept CODE: reden --> zeg je dat een waarschuwing in de alinea of tabel erna de bedoeling is. Keurt zo’n regel niets goed, dan verbergt hij de volgende fout.", Remedy: "Noem de code die tussen haken achter de waarschuwing staat, zeg waarom het zo moet, of haal de regel weg."},
	},
	CodeLanguage: {
		English: {Title: "Code in an unknown language", Why: "The name behind the ``` is not one of which the colours are known, so the code stands on the page in one colour.", Remedy: "Write the name that the language has, such as toml, bash, php or console, or text for what has none."},
		Dutch:   {Title: "Code in een onbekende taal", Why: "Van de naam achter de ``` zijn de kleuren niet bekend. De code staat dus in één kleur op de pagina.", Remedy: "Schrijf de naam die de taal heeft, zoals toml, bash, php of console, of text voor wat geen taal heeft."},
	},
	CodeSettings: {
		English: {Title: "Something unknown behind the ``` of code", Why: "Behind the language a block of code has a title, lines that are marked, and nothing else; marked lines must be there.", Remedy: "Write title=\"site.toml\" for a title and {2,4-6} for marked lines."},
		Dutch:   {Title: "Iets onbekends achter de ``` van code", Why: "Achter de taal heeft een blok code een titel en gemarkeerde regels, en verder niets. De regels die je markeert, moeten er zijn.", Remedy: "Schrijf title=\"site.toml\" voor een titel en {2,4-6} voor gemarkeerde regels."},
	},
	ConfigAbbreviation: {
		English: {Title: "An abbreviation that cannot be explained", Why: "[abbreviations.LANG] has words as they stand in the text of that language, each with what it means; pages explain the first one of each.", Remedy: "Write one word and its explanation: IMAP = \"Internet Message Access Protocol\"."},
		Dutch:   {Title: "Een afkorting die niet uitgelegd kan worden", Why: "In [abbreviations.LANG] staan woorden zoals je ze in die taal schrijft, elk met wat het betekent. Een pagina legt elke afkorting de eerste keer uit.", Remedy: "Schrijf één woord en de uitleg erbij: IMAP = \"Internet Message Access Protocol\"."},
	},
	ConfigCheck: {
		English: {Title: "A severity that cannot be given", Why: "[check.severity] makes a warning an error, or switches it off; an error stays one, since the page would be wrong.", Remedy: "Write a code and what it should be: image-alt = \"error\", \"warning\" or \"off\"."},
		Dutch:   {Title: "Een ernst die niet kan", Why: "Met [check.severity] maak je van een waarschuwing een fout, of zet je die uit. Een fout blijft een fout, want de pagina zou niet kloppen.", Remedy: "Schrijf een code en wat het moet zijn: image-alt = \"error\", \"warning\" of \"off\"."},
	},
	Alert: {
		English: {Title: "A coloured box that is not right", Why: "A box begins with > [!TIP] or another known name; with anything else readers see the brackets.", Remedy: "Use NOTE, TIP, IMPORTANT, WARNING or CAUTION, and put the text on the next lines, each behind >."},
		Dutch:   {Title: "Een kader dat niet klopt", Why: "Een kader begint met > [!TIP] of een andere bekende naam. Bij iets anders ziet de lezer de haken staan.", Remedy: "Gebruik NOTE, TIP, IMPORTANT, WARNING of CAUTION, en zet de tekst op de volgende regels, elk achter >."},
	},
	LinkNeeds: {
		English: {Title: "A link to a page that is not in every site", Why: "The page needs something that not every provider has, such as POP; there, the link would lead nowhere.", Remedy: "Write the link, and what is said with it, in :::when{has=pop} … ::: or :when[text]{has=pop}."},
		Dutch:   {Title: "Een link naar een pagina die er niet op elke site is", Why: "De pagina heeft iets nodig dat niet elke provider heeft, zoals POP. Dan zou de link nergens heen gaan.", Remedy: "Zet de link, en wat erbij hoort, in :::when{has=pop} … ::: of :when[tekst]{has=pop}."},
	},
	Notation: {
		English: {Title: "A notation of another program", Why: "Other programs read it, and this one does not: readers would see the signs.", Remedy: "Use the form in the hint. When the signs themselves are meant, put a backslash before them."},
		Dutch:   {Title: "Een schrijfwijze van een ander programma", Why: "Andere programma’s lezen dit, en dit programma niet: de lezer ziet dan de tekens staan.", Remedy: "Gebruik de vorm uit de aanwijzing. Bedoel je de tekens zelf, zet er dan een backslash voor."},
	},
	PageContents: {
		English: {Title: "Contents of another depth", Why: "The list of what is on a page has its headings of ##, and those of ### where the page asks for them; it goes no deeper.", Remedy: "Write contents = 3, or leave the line out."},
		Dutch:   {Title: "Een inhoudsopgave met een andere diepte", Why: "In de lijst van wat er op een pagina staat, staan de koppen met ##. Die met ### staan erbij als de pagina daarom vraagt, en dieper gaat de lijst niet.", Remedy: "Schrijf contents = 3, of laat de regel weg."},
	},
	PageLimit: {
		English: {Title: "A page that is too much at once", Why: "No person writes this much in one table, list or paragraph, and making the page would take very long.", Remedy: "Divide the page, or look for what a program wrote into it by mistake."},
		Dutch:   {Title: "Een pagina met te veel ineens", Why: "Zoveel schrijft niemand in één tabel, lijst of alinea, en de pagina maken zou heel lang duren.", Remedy: "Verdeel de pagina, of kijk wat een programma er per ongeluk in schreef."},
	},
	PageMessage: {
		English: {Title: "An error message that no table has", Why: "[messages] says what programs also say instead of a message in a table of the page; without that message nobody finds it.", Remedy: "Write the words of the table, as they stand in :message[…]."},
		Dutch:   {Title: "Een foutmelding die in geen tabel staat", Why: "In [messages] staat wat programma’s ook zeggen in plaats van een melding uit een tabel op de pagina; zonder die melding vindt niemand het.", Remedy: "Schrijf de woorden van de tabel over, zoals ze in :message[…] staan."},
	},
	PageNeeds: {
		English: {Title: "A need that does not exist", Why: "The page is there only where the site has what needs names, and nothing has this name.", Remedy: "Use one of the known names, such as pop, imap, webmail or profile."},
		Dutch:   {Title: "Iets nodig dat niet bestaat", Why: "De pagina is er alleen als de site heeft wat er bij needs staat, en niets heet zo.", Remedy: "Gebruik een van de bekende namen, zoals pop, imap, webmail of profile."},
	},
	AssetCircle: {
		English: {Title: "Two files that need each other's name", Why: "The name of a published file holds a digest of its bytes, so two files cannot name each other.", Remedy: "Move what both need into a third file."},
		Dutch:   {Title: "Twee bestanden die elkaars naam nodig hebben", Why: "In de naam van een gepubliceerd bestand zit een controlegetal van de inhoud. Daarom kunnen twee bestanden elkaar niet noemen.", Remedy: "Zet wat ze allebei nodig hebben in een derde bestand."},
	},
	AssetForeign: {
		English: {Title: "Something from another site", Why: "Pages load nothing from other sites: it would tell those who reads them, and the security policy stops it.", Remedy: "Put a copy in layouts/assets."},
		Dutch:   {Title: "Iets van een andere website", Why: "Pagina’s laden niets van andere websites: die zouden dan weten wie er leest, en de beveiliging houdt het tegen.", Remedy: "Zet een kopie in layouts/assets."},
	},
	AssetMissing: {
		English: {Title: "A file of the layout that is not there", Why: "A layout or style sheet names a file that layouts/assets does not hold.", Remedy: "Correct the name, or put the file there."},
		Dutch:   {Title: "Een bestand van de opmaak dat er niet is", Why: "Een opmaakbestand noemt een bestand dat niet in layouts/assets staat.", Remedy: "Verbeter de naam, of zet het bestand daar neer."},
	},
	AssetSyntax: {
		English: {Title: "A style sheet or script that cannot be read", Why: "Browsers would stop at the same place and ignore what follows.", Remedy: "Mend what stands at the place that is named."},
		Dutch:   {Title: "Een stijl of script dat niet te lezen is", Why: "Browsers stoppen op dezelfde plek en slaan over wat erna komt.", Remedy: "Herstel wat er op de genoemde plek staat."},
	},
	ConfigColor: {
		English: {Title: "A colour that cannot be read", Why: "Colours in [theme] are six hexadecimal digits.", Remedy: "Write a colour such as \"#0b6e5f\"."},
		Dutch:   {Title: "Een kleur die niet te lezen is", Why: "Kleuren in [theme] bestaan uit zes tekens.", Remedy: "Schrijf een kleur zoals \"#0b6e5f\"."},
	},
	ConfigCompress: {
		English: {Title: "An unknown way to compress", Why: "Files can be written as br (brotli) and gzip too.", Remedy: "Use \"br\", \"gzip\" or both."},
		Dutch:   {Title: "Een onbekende manier om kleiner te maken", Why: "Bestanden kunnen ook als br (brotli) en gzip geschreven worden.", Remedy: "Gebruik \"br\", \"gzip\" of allebei."},
	},
	ConfigContrast: {
		English: {Title: "Text that is hard to see", Why: "Text needs a contrast of 4.5 to 1 with what is behind it, and signs 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).", Remedy: "Take the colour that the message names, or one that differs more."},
		Dutch:   {Title: "Tekst die slecht te zien is", Why: "Tekst moet genoeg verschillen van wat erachter zit: 4,5 op 1, en tekens 3 op 1 (WCAG 2.2).", Remedy: "Neem de kleur die de melding noemt, of een die meer verschilt."},
	},
	ConfigLanguage: {
		English: {Title: "A language that is not right", Why: "The languages of a site are codes such as nl, en or pt-BR; other settings may only name those.", Remedy: "Correct the code, or add the language under [languages]."},
		Dutch:   {Title: "Een taal die niet klopt", Why: "De talen van een site zijn codes zoals nl, en of pt-BR. Andere instellingen kunnen alleen die noemen.", Remedy: "Verbeter de code, of zet de taal bij [languages]."},
	},
	ConfigLanguages: {
		English: {Title: "A site without languages", Why: "Every page stands in a language, so there must be one.", Remedy: "Add [languages.nl] with name = \"Nederlands\"."},
		Dutch:   {Title: "Een site zonder talen", Why: "Elke pagina hoort bij een taal, dus er moet er één zijn.", Remedy: "Voeg [languages.nl] toe met name = \"Nederlands\"."},
	},
	ConfigMissing: {
		English: {Title: "There is no site.toml", Why: "The folder is not a site: site.toml says who it is for and which languages it has.", Remedy: "Go to the folder of the site, name it with -C, or make a site with wegwijs new."},
		Dutch:   {Title: "Er is geen site.toml", Why: "Deze map is geen site: in site.toml staat voor wie die is en welke talen er zijn.", Remedy: "Ga naar de map van de site, noem die met -C, of maak een site met wegwijs new."},
	},
	ConfigNav: {
		English: {Title: "A menu that is too short", Why: "A menu of fewer than ten pages hides most of a section.", Remedy: "Use 10 or more, or leave max out."},
		Dutch:   {Title: "Een menu dat te kort is", Why: "Een menu met minder dan tien pagina’s verbergt het grootste deel van een rubriek.", Remedy: "Gebruik 10 of meer, of laat max weg."},
	},
	ConfigRules: {
		English: {Title: "An unknown web server", Why: "Rules are written for nginx, apache and caddy, and as _headers.", Remedy: "Use those names."},
		Dutch:   {Title: "Een onbekende webserver", Why: "Er zijn regels voor nginx, apache en caddy, en als _headers.", Remedy: "Gebruik die namen."},
	},
	ConfigSearch: {
		English: {Title: "A setting of the search that is not right", Why: "Synonyms are words of one meaning in one item; boosts are numbers from 1 to 5 of pages that exist.", Remedy: "Correct what the message names."},
		Dutch:   {Title: "Een instelling van het zoeken die niet klopt", Why: "Bij synoniemen staan woorden met één betekenis bij elkaar. Een gewicht is een getal van 1 tot 5 van een pagina die er is.", Remedy: "Verbeter wat de melding noemt."},
	},
	ConfigSecurity: {
		English: {Title: "security.txt without what it needs", Why: "RFC 9116 asks for a contact and a date on which the file ends.", Remedy: "Write contact and expires in [security]."},
		Dutch:   {Title: "security.txt mist iets", Why: "RFC 9116 vraagt een adres en een einddatum.", Remedy: "Zet contact en expires in [security]."},
	},
	ConfigURL: {
		English: {Title: "An address that leads nowhere", Why: "Pages link to this address, so it must be whole.", Remedy: "Write the whole address, such as https://www.example.nl/."},
		Dutch:   {Title: "Een adres dat nergens heen leidt", Why: "Pagina’s verwijzen naar dit adres, dus het moet compleet zijn.", Remedy: "Schrijf het hele adres, zoals https://www.voorbeeld.nl/."},
	},
	ContentWithout: {
		English: {Title: "A page to leave out that is not there", Why: "The list without in [content] names built-in pages, and the program has none with this id.", Remedy: "Write the path of the page below the language's folder, without .md: e-mail/samsung-email."},
		Dutch:   {Title: "Een weg te laten pagina die er niet is", Why: "De lijst without in [content] noemt pagina’s die het programma meebrengt. Een pagina met deze naam is er niet bij.", Remedy: "Schrijf het pad van de pagina onder de map van de taal, zonder .md: e-mail/samsung-email."},
	},
	Directive: {
		English: {Title: "A block or sign that is not right", Why: ":name, ::name and :::name put something in the page; a wrong name or form would stand there as text.", Remedy: "Correct the name or the form; wegwijs help directives lists them."},
		Dutch:   {Title: "Een blok of teken dat niet klopt", Why: "Met :naam, ::naam en :::naam zet je iets in de pagina. Bij een verkeerde naam of vorm staat het er als gewone tekst.", Remedy: "Verbeter de naam of de vorm; wegwijs help directives noemt ze allemaal."},
	},
	EjectMoved: {
		English: {Title: "A newer built-in file", Why: "This file came from a built-in one, which has changed in a newer version of the program. Your site still shows your own.", Remedy: "See what changed with wegwijs eject --diff, take over what you need, and say so with wegwijs eject --done."},
		Dutch:   {Title: "Een nieuwer meegeleverd bestand", Why: "Dit bestand komt van een bestand dat het programma meebrengt, en dat is in een nieuwere versie veranderd. Je site laat nog je eigen bestand zien.", Remedy: "Kijk met wegwijs eject --diff wat er veranderd is, neem over wat je nodig hebt, en meld dat met wegwijs eject --done."},
	},
	FileName: {
		English: {Title: "A file that cannot be published under its name", Why: "The name does not work on every web server, or its address belongs to the program.", Remedy: "Rename the file or move it."},
		Dutch:   {Title: "Een bestand dat zo niet gepubliceerd kan worden", Why: "De naam werkt niet op elke webserver, of het adres is van het programma zelf.", Remedy: "Geef het bestand een andere naam of zet het ergens anders."},
	},
	FileRuns: {
		English: {Title: "A file that would run", Why: "What stands beside a page is published as it is: a web page, a script or a picture with a script in it would run in the name of your site, with none of the checks that pages get.", Remedy: "Write it as a page, put it in a zip file to download, or take the script out."},
		Dutch:   {Title: "Een bestand dat iets uitvoert", Why: "Wat naast een pagina staat, wordt gepubliceerd zoals het is: een webpagina, een script of een plaatje met een script erin zou uit naam van je site draaien, zonder de controles die pagina’s wel krijgen.", Remedy: "Maak er een pagina van, zet het in een zipbestand om te downloaden, of haal het script eruit."},
	},
	FilmCaptions: {
		English: {Title: "A film without captions", Why: "Who cannot hear it, or is in a train, gets nothing of what is said (WCAG 2.2 §1.2.2).", Remedy: "Put a file in WebVTT with the name of the film beside the page, in the folder of the page's language: film.vtt."},
		Dutch:   {Title: "Een film zonder ondertitels", Why: "Wie de film niet kan horen, of in de trein zit, krijgt niets mee van wat er gezegd wordt (WCAG 2.2 §1.2.2).", Remedy: "Zet een bestand in WebVTT met de naam van de film bij de pagina, in de map van de taal van de pagina: film.vtt."},
	},
	FilmPoster: {
		English: {Title: "A film without a poster", Why: "Nothing of a film is loaded until a reader plays it. Until then, and on paper, its poster stands there; it gives the film its size too.", Remedy: "Put a picture from the film beside it, with its name: film.poster.jpg."},
		Dutch:   {Title: "Een film zonder plaatje", Why: "Van een film wordt niets geladen voordat de lezer hem afspeelt. Tot dan, en op papier, staat er een plaatje uit de film; dat geeft de film ook zijn maat.", Remedy: "Zet een plaatje uit de film ernaast, met dezelfde naam: film.poster.jpg."},
	},
	Footnote: {
		English: {Title: "A footnote without its other half", Why: "A mark [^1] needs its text [^1]: …, and the text a mark.", Remedy: "Write the missing half, or remove the other."},
		Dutch:   {Title: "Een voetnoot waarvan de helft ontbreekt", Why: "Bij het teken [^1] hoort de tekst [^1]: …, en andersom.", Remedy: "Schrijf wat ontbreekt, of haal de andere helft weg."},
	},
	FormsHost: {
		English: {Title: "A host name that is not one", Why: "Mail programs look for their settings at this name.", Remedy: "Write the name alone, such as autoconfig.example.nl."},
		Dutch:   {Title: "Een servernaam die niet klopt", Why: "Mailprogramma’s zoeken hun instellingen onder deze naam.", Remedy: "Schrijf alleen de naam, zoals autoconfig.voorbeeld.nl."},
	},
	FormsSign: {
		English: {Title: "Profiles that cannot be signed", Why: "The certificate or key in [forms] cannot be read or do not belong together.", Remedy: "Name the two PEM files of one certificate."},
		Dutch:   {Title: "Profielen die niet ondertekend kunnen worden", Why: "Het certificaat of de sleutel in [forms] is niet te lezen, of ze horen niet bij elkaar.", Remedy: "Noem de twee PEM-bestanden van één certificaat."},
	},
	FormsSignSoon: {
		English: {Title: "The certificate that signs profiles ends", Why: "After that day iPhones call the profile unsigned.", Remedy: "Renew the certificate."},
		Dutch:   {Title: "Het certificaat dat profielen ondertekent loopt af", Why: "Daarna noemt een iPhone het profiel niet ondertekend.", Remedy: "Vernieuw het certificaat."},
	},
	HeadingAttribute: {
		English: {Title: "A heading with more than an id", Why: "Only an id may stand between the braces.", Remedy: "Write {#id} and nothing else."},
		Dutch:   {Title: "Een kop met meer dan een naam", Why: "Tussen de accolades mag alleen een naam staan.", Remedy: "Schrijf {#naam} en niets anders."},
	},
	HeadingID: {
		English: {Title: "An id that cannot be used", Why: "Links lead to a heading by its id; it must be unique on the page and hold letters, digits and hyphens.", Remedy: "Choose another id."},
		Dutch:   {Title: "Een kopnaam die niet kan", Why: "Links gaan naar een kop met zijn naam. Die mag maar één keer op de pagina staan, met letters, cijfers en streepjes.", Remedy: "Kies een andere naam."},
	},
	HeadingLevel: {
		English: {Title: "A heading of the wrong level", Why: "The title is the page's only heading of level 1, and no level may be skipped: people who listen to the page find their way by them.", Remedy: "Begin with ## and go one step at a time."},
		Dutch:   {Title: "Een kop van het verkeerde niveau", Why: "De titel is de enige kop van niveau 1, en je slaat geen niveau over: wie de pagina laat voorlezen, vindt daarmee de weg.", Remedy: "Begin met ## en ga steeds één stap verder."},
	},
	HeadingOrder: {
		English: {Title: "A heading that skips a level", Why: "People who listen to a page go from heading to heading, and look for the part that seems to be missing.", Remedy: "Let a heading be one level below the one before it at most: ## and then ###."},
		Dutch:   {Title: "Een kop die een niveau overslaat", Why: "Wie een pagina beluistert, gaat van kop naar kop, en zoekt dan naar een stuk dat lijkt te ontbreken.", Remedy: "Laat een kop hoogstens één niveau onder de vorige staan: eerst ##, dan ###."},
	},
	LanguagePart: {
		English: {Title: "A text in another language than its page", Why: "A screen reader speaks it as if it were the language of the page, which nobody understands.", Remedy: "Put it between :::lang{code=en} and :::, with the code of its language, or translate it."},
		Dutch:   {Title: "Een tekst in een andere taal dan de pagina", Why: "Een schermlezer spreekt de tekst uit alsof het de taal van de pagina is, en dat verstaat niemand.", Remedy: "Zet de tekst tussen :::lang{code=en} en :::, met de code van de taal, of vertaal hem."},
	},
	TableHeader: {
		English: {Title: "A column without a name", Why: "People who listen to a table hear the name of the column before each cell; without it a cell says nothing.", Remedy: "Write the names of the columns in the first row. Only the first column may be without."},
		Dutch:   {Title: "Een kolom zonder naam", Why: "Wie een tabel beluistert, hoort bij elke cel de naam van de kolom. Zonder naam zegt een cel niets.", Remedy: "Schrijf in de eerste rij hoe de kolommen heten. Alleen de eerste kolom mag zonder."},
	},
	FileUnused: {
		English: {Title: "A file that nothing uses", Why: "It is published all the same, and whoever tidies up later does not dare to remove it.", Remedy: "Remove the file, or link to it from a page. Where people come from elsewhere, write file-unused = \"off\" in [check.severity]."},
		Dutch:   {Title: "Een bestand dat nergens gebruikt wordt", Why: "Het wordt wel gepubliceerd, en wie later opruimt durft het niet weg te halen.", Remedy: "Haal het bestand weg, of verwijs ernaar vanaf een pagina. Komen mensen er vanaf een andere site, zet dan file-unused = \"off\" in [check.severity]."},
	},
	I18nUnused: {
		English: {Title: "A text of the interface that nothing shows", Why: "Translators do work for it that nobody sees.", Remedy: "Remove it from the files of all languages, or correct the name in the layout."},
		Dutch:   {Title: "Een vaste tekst die nergens staat", Why: "Vertalers doen er werk voor dat niemand ziet.", Remedy: "Haal de tekst weg uit de bestanden van alle talen, of verbeter de naam in de opmaak."},
	},
	LinkBroken: {
		English: {Title: "A link to another site that is broken", Why: "The site says that the page is gone, or never was there.", Remedy: "Link to where it is now, or take the link away."},
		Dutch:   {Title: "Een kapotte link naar een andere site", Why: "De site zegt dat de pagina weg is, of er nooit was.", Remedy: "Link naar waar de pagina nu staat, of haal de link weg."},
	},
	LinkMoved: {
		English: {Title: "A link to a page that has moved for good", Why: "It works as long as the other site keeps the old address.", Remedy: "Write the new address."},
		Dutch:   {Title: "Een link naar een pagina die verhuisd is", Why: "De link werkt zolang de andere site het oude adres houdt.", Remedy: "Schrijf het nieuwe adres."},
	},
	LinkRefused: {
		English: {Title: "A link that the other site did not let us check", Why: "Some sites answer browsers only, or not so many questions. That says nothing of the page.", Remedy: "Open the link yourself."},
		Dutch:   {Title: "Een link die de andere site niet liet controleren", Why: "Sommige sites antwoorden alleen browsers, of niet op zoveel vragen. Over de pagina zegt dat niets.", Remedy: "Open de link zelf."},
	},
	LinkUnreachable: {
		English: {Title: "A link to a site that did not answer", Why: "The name may be wrong or the site gone; or it, or this network, has a bad day.", Remedy: "Check again later. When it stays so, take the link away."},
		Dutch:   {Title: "Een link naar een site die niet antwoordde", Why: "Misschien is de naam fout of de site weg. Misschien heeft de site of dit netwerk een slechte dag.", Remedy: "Controleer het later opnieuw. Blijft het zo, haal de link dan weg."},
	},
	MailPortTyped: {
		English: {Title: "A port that belongs to something else", Why: "Readers who type this port beside this name get no connection.", Remedy: "Write :setting[imap.port], or correct the number."},
		Dutch:   {Title: "Een poort die bij iets anders hoort", Why: "Wie deze poort bij deze naam intypt, krijgt geen verbinding.", Remedy: "Schrijf :setting[imap.port], of verbeter het getal."},
	},
	PageAlternate: {
		English: {Title: "Translations that do not name each other", Why: "Search engines pass over a translation that does not name the page back, and show readers the wrong language.", Remedy: "Let the layout print every one of .Alternates in the head of each page."},
		Dutch:   {Title: "Vertalingen die elkaar niet noemen", Why: "Een zoekmachine slaat een vertaling over die de pagina niet terug noemt, en laat lezers de verkeerde taal zien.", Remedy: "Laat de opmaak in het hoofd van elke pagina alles uit .Alternates afdrukken."},
	},
	PageDescription: {
		English: {Title: "A page without a description", Why: "Search engines and the lists of this site show it below the title; without it they take some sentence.", Remedy: "Write description = \"…\" between the +++ lines: one sentence that says what the page helps with."},
		Dutch:   {Title: "Een pagina zonder beschrijving", Why: "Zoekmachines en de lijsten op deze site tonen die onder de titel. Zonder beschrijving kiezen ze zelf een zin.", Remedy: "Schrijf description = \"…\" tussen de regels met +++: één zin die zegt waar de pagina bij helpt."},
	},
	PageTitle: {
		English: {Title: "Two pages with one title", Why: "In search results, tabs and menus nobody can tell them apart.", Remedy: "Say in each title what is different: \"IMAP on an iPhone\" instead of \"IMAP\"."},
		Dutch:   {Title: "Twee pagina’s met dezelfde titel", Why: "In zoekresultaten, tabbladen en menu’s houdt niemand ze uit elkaar.", Remedy: "Zeg in elke titel wat er anders is: ‘IMAP op een iPhone’ in plaats van ‘IMAP’."},
	},
	RedirectChain: {
		English: {Title: "An old address that leads to another old address", Why: "Readers go round, and the first breaks when the second is cleaned up.", Remedy: "Let both lead to the page itself."},
		Dutch:   {Title: "Een oud adres dat naar een ander oud adres leidt", Why: "De lezer gaat een omweg, en het eerste werkt niet meer als iemand het tweede opruimt.", Remedy: "Laat ze allebei naar de pagina zelf leiden."},
	},
	Secrecy: {
		English: {Title: "A secret in a file of the site", Why: "Files of a site are shared, kept in their history and partly published: whoever sees the secret can use it.", Remedy: "Withdraw it where it came from and make a new one; this one may have been seen. Then take it out of the file. One that is only an example has … in it, or says EXAMPLE."},
		Dutch:   {Title: "Een geheim in een bestand van de site", Why: "Bestanden van een site worden gedeeld, bewaard en deels gepubliceerd: wie het geheim ziet, kan het gebruiken.", Remedy: "Trek het in waar het vandaan komt en maak een nieuw; dit kan al gezien zijn. Haal het daarna uit het bestand. In een voorbeeld staat … of VOORBEELD."},
	},
	HeadingOutline: {
		English: {Title: "Headings that do not match the text", Why: "A translation takes the names of its headings from the text that it translates; here they do not correspond.", Remedy: "Give the headings the same order and levels, or write {#id} behind them."},
		Dutch:   {Title: "Koppen die niet bij de brontekst passen", Why: "Een vertaling neemt de namen van de koppen over. Hier komen ze niet overeen.", Remedy: "Geef de koppen dezelfde volgorde en niveaus, of zet er {#naam} achter."},
	},
	HeadingText: {
		English: {Title: "A heading without text", Why: "Readers would see an empty line, and nothing could lead to it.", Remedy: "Write the heading, or remove the line."},
		Dutch:   {Title: "Een kop zonder tekst", Why: "De lezer ziet een lege regel, en niets kan ernaar verwijzen.", Remedy: "Schrijf de kop, of haal de regel weg."},
	},
	I18nDate: {
		English: {Title: "A date that lacks a part", Why: "Dates are written with {day}, {month} and {year}.", Remedy: "Write all three."},
		Dutch:   {Title: "Een datum waarin iets ontbreekt", Why: "Een datum bestaat uit {day}, {month} en {year}.", Remedy: "Schrijf ze alle drie."},
	},
	I18nFile: {
		English: {Title: "A file of texts that does not fit the languages", Why: "Each language of the site has its file in i18n/, and each file its language.", Remedy: "Add the language to site.toml or write the file."},
		Dutch:   {Title: "Een tekstbestand dat niet bij de talen past", Why: "Elke taal van de site heeft een bestand in i18n/, en andersom.", Remedy: "Zet de taal in site.toml, of schrijf het bestand."},
	},
	I18nKey: {
		English: {Title: "A text that nobody asks for", Why: "The name is not one of the texts of the layout, so it is never shown.", Remedy: "Correct the name, or remove the line."},
		Dutch:   {Title: "Een tekst waar niemand om vraagt", Why: "De naam is niet een van de teksten van de opmaak, dus niemand ziet die.", Remedy: "Verbeter de naam, of haal de regel weg."},
	},
	I18nMissing: {
		English: {Title: "A text that is not there", Why: "The layout shows this text, and the language does not have it.", Remedy: "Add it to the file of the language."},
		Dutch:   {Title: "Een tekst die ontbreekt", Why: "De opmaak laat deze tekst zien, en de taal heeft die niet.", Remedy: "Voeg die toe aan het bestand van de taal."},
	},
	I18nMonths: {
		English: {Title: "Not twelve months", Why: "Dates need the names of twelve months.", Remedy: "Name all twelve, January first."},
		Dutch:   {Title: "Geen twaalf maanden", Why: "Voor een datum zijn twaalf maandnamen nodig.", Remedy: "Noem ze alle twaalf, te beginnen met januari."},
	},
	I18nPlaceholder: {
		English: {Title: "A text with other gaps", Why: "The program fills in the words between braces; here one is missing or too many.", Remedy: "Use the same names as the other languages."},
		Dutch:   {Title: "Een tekst met andere invulplekken", Why: "Het programma vult de woorden tussen accolades in. Hier is er een te weinig of te veel.", Remedy: "Gebruik dezelfde namen als de andere talen."},
	},
	I18nPlural: {
		English: {Title: "A plural that does not fit the language", Why: "Each language has its own forms for numbers (Unicode CLDR).", Remedy: "Write the forms that the message names."},
		Dutch:   {Title: "Een meervoud dat niet bij de taal past", Why: "Elke taal heeft eigen vormen voor getallen (Unicode CLDR).", Remedy: "Schrijf de vormen die de melding noemt."},
	},
	I18nQuotes: {
		English: {Title: "Quotation marks that are not four", Why: "A language has two outer and two inner marks.", Remedy: "Write quotes = [\"“\", \"”\", \"‘\", \"’\"]."},
		Dutch:   {Title: "Geen vier aanhalingstekens", Why: "Een taal heeft twee buitenste en twee binnenste tekens.", Remedy: "Schrijf quotes = [\"“\", \"”\", \"‘\", \"’\"]."},
	},
	Imported: {
		English: {Title: "What an import could not keep as it was", Why: "The source has something here that has no form in these pages, or that led nowhere there. The hint says what was done with it.", Remedy: "Look at the page, and write what is needed in a form of ours; an edited page is left alone by the next import."},
		Dutch:   {Title: "Wat bij het overnemen niet kon blijven zoals het was", Why: "In de bron staat hier iets wat deze pagina’s niet kennen, of wat daar nergens heen leidde. De tip zegt wat ermee gedaan is.", Remedy: "Bekijk de pagina en schrijf in onze vorm wat nodig is; een pagina die je hebt aangepast, laat een volgende keer overnemen met rust."},
	},
	Image: {
		English: {Title: "A picture that cannot be shown", Why: "The file is not beside the page, or is of a kind that browsers do not show.", Remedy: "Put the picture in the folder of the page, and correct its name."},
		Dutch:   {Title: "Een plaatje dat niet getoond kan worden", Why: "Het bestand staat niet bij de pagina, of het is een soort die browsers niet tonen.", Remedy: "Zet het plaatje in de map van de pagina, en verbeter de naam."},
	},
	ImageAlt: {
		English: {Title: "A picture without words", Why: "Readers who cannot see the picture get nothing; the name of a file, or \"image of\", is no better.", Remedy: "Say between the brackets what it shows."},
		Dutch:   {Title: "Een plaatje zonder woorden", Why: "Wie het plaatje niet kan zien, krijgt niets. Aan de naam van een bestand of ‘afbeelding van’ heeft die lezer ook niets.", Remedy: "Zet tussen de haken wat erop staat."},
	},
	ImageSize: {
		English: {Title: "A size that a picture cannot have", Why: "Browsers keep room for a picture before it comes in, so its size must be known; a picture that is shown larger than it is becomes blurred.", Remedy: "Write the width in pixels right behind the picture, ![…](screen.png){width=300}, or leave it out."},
		Dutch:   {Title: "Een maat die een plaatje niet kan hebben", Why: "Browsers houden ruimte vrij voordat een plaatje binnen is, dus de maat moet bekend zijn. Een plaatje dat groter staat dan het is, wordt wazig.", Remedy: "Zet de breedte in pixels meteen achter het plaatje, ![…](scherm.png){width=300}, of laat die weg."},
	},
	InputChanged: {
		English: {Title: "A file changed meanwhile", Why: "What was read is not of one moment, so nothing may be published from it.", Remedy: "Run the program again."},
		Dutch:   {Title: "Een bestand veranderde ondertussen", Why: "Wat gelezen is, hoort niet bij elkaar. Daarom wordt er niets gepubliceerd.", Remedy: "Start het programma opnieuw."},
	},
	InputKind: {
		English: {Title: "A file that nobody knows", Why: "Files of this kind have no use here.", Remedy: "Rename or remove the file."},
		Dutch:   {Title: "Een bestand dat niemand kent", Why: "Bestanden van deze soort hebben hier geen nut.", Remedy: "Geef het een andere naam, of haal het weg."},
	},
	InputLink: {
		English: {Title: "A link in the file system", Why: "Links can lead out of the site, so they are not followed.", Remedy: "Put a copy in place of the link."},
		Dutch:   {Title: "Een koppeling in het bestandssysteem", Why: "Koppelingen kunnen buiten de site leiden. Daarom worden ze niet gevolgd.", Remedy: "Zet een kopie op de plek van de koppeling."},
	},
	InputName: {
		English: {Title: "A file name that is not text", Why: "Other systems cannot store the name.", Remedy: "Rename the file."},
		Dutch:   {Title: "Een bestandsnaam die geen tekst is", Why: "Andere systemen kunnen de naam niet bewaren.", Remedy: "Geef het bestand een andere naam."},
	},
	InputRead: {
		English: {Title: "A file that cannot be read", Why: "The system refused to give its bytes.", Remedy: "Look at the rights of the file and its folder."},
		Dutch:   {Title: "Een bestand dat niet te lezen is", Why: "Het systeem gaf de inhoud niet.", Remedy: "Kijk naar de rechten van het bestand en van de map."},
	},
	Label: {
		English: {Title: "A label that is not right", Why: "Labels of mail programs have one text for each field and language.", Remedy: "Correct what the message names."},
		Dutch:   {Title: "Een schermtekst die niet klopt", Why: "Schermteksten van mailprogramma’s hebben per veld en taal één tekst.", Remedy: "Verbeter wat de melding noemt."},
	},
	Layout: {
		English: {Title: "A layout that cannot be used", Why: "The layouts cannot be read as a whole.", Remedy: "Mend what the message names."},
		Dutch:   {Title: "Een opmaak die niet gebruikt kan worden", Why: "De opmaakbestanden zijn samen niet te lezen.", Remedy: "Herstel wat de melding noemt."},
	},
	LayoutAttribute: {
		English: {Title: "An attribute that the directive does not have", Why: "A template asks for an attribute that its first comment does not declare.", Remedy: "Add it to attributes at the top of the template."},
		Dutch:   {Title: "Een eigenschap die het blok niet heeft", Why: "Een sjabloon vraagt iets dat bovenaan niet genoemd is.", Remedy: "Zet het bij attributes bovenaan het sjabloon."},
	},
	LayoutDirective: {
		English: {Title: "A directive without its first comment", Why: "The comment says whether it is inline, leaf or container, and what it takes.", Remedy: "Begin the template with that comment."},
		Dutch:   {Title: "Een blok zonder eerste regels", Why: "Daarin staat of het in een zin staat, op een regel, of om tekst heen, en wat erbij mag.", Remedy: "Begin het sjabloon daarmee."},
	},
	LayoutEscape: {
		English: {Title: "A template that browsers could misread", Why: "The place at which a value is written is ambiguous, so it could break the page.", Remedy: "Write the value at a place that is clear: in text or in a quoted attribute."},
		Dutch:   {Title: "Een sjabloon dat browsers verkeerd kunnen lezen", Why: "De plek van een waarde is niet duidelijk, dus die kan de pagina breken.", Remedy: "Zet de waarde in tekst, of tussen aanhalingstekens."},
	},
	LayoutField: {
		English: {Title: "A field that does not exist", Why: "The data of a page have no field of this name.", Remedy: "Correct the name; the fields are described in wegwijs help layouts."},
		Dutch:   {Title: "Een veld dat niet bestaat", Why: "De gegevens van een pagina hebben geen veld met deze naam.", Remedy: "Verbeter de naam; wegwijs help layouts noemt de velden."},
	},
	LayoutFile: {
		English: {Title: "A file of layouts that has no use", Why: "Only templates, directives and assets stand there.", Remedy: "Rename, move or remove it."},
		Dutch:   {Title: "Een opmaakbestand zonder nut", Why: "Daar staan alleen sjablonen, blokken en hulpbestanden.", Remedy: "Geef het een andere naam of plek, of haal het weg."},
	},
	LayoutInline: {
		English: {Title: "Style or script in the page itself", Why: "The security policy of the pages stops it (CSP).", Remedy: "Move it to a file in layouts/assets."},
		Dutch:   {Title: "Stijl of script in de pagina zelf", Why: "De beveiliging van de pagina’s houdt dat tegen (CSP).", Remedy: "Zet het in een bestand in layouts/assets."},
	},
	LayoutMissing: {
		English: {Title: "A layout that every site needs", Why: "Without base.html there is no frame for the pages.", Remedy: "Write it, or leave the built-in layouts on."},
		Dutch:   {Title: "Een opmaakbestand dat elke site nodig heeft", Why: "Zonder base.html hebben de pagina’s geen raam.", Remedy: "Schrijf het, of gebruik de ingebouwde opmaak."},
	},
	LayoutPartial: {
		English: {Title: "A part that does not exist", Why: "A template names another one that is not in layouts/partials.", Remedy: "Correct the name."},
		Dutch:   {Title: "Een deel dat niet bestaat", Why: "Een sjabloon noemt een ander dat niet in layouts/partials staat.", Remedy: "Verbeter de naam."},
	},
	LayoutRun: {
		English: {Title: "A template that fails", Why: "It stopped while a page was made.", Remedy: "Mend what stands at the place that is named."},
		Dutch:   {Title: "Een sjabloon dat stopt", Why: "Het stopte terwijl een pagina gemaakt werd.", Remedy: "Herstel wat er op de genoemde plek staat."},
	},
	LayoutSyntax: {
		English: {Title: "A template that cannot be read", Why: "It is not a template of Go's package html/template.", Remedy: "Mend what stands at the place that is named."},
		Dutch:   {Title: "Een sjabloon dat niet te lezen is", Why: "Het is geen sjabloon van html/template.", Remedy: "Herstel wat er op de genoemde plek staat."},
	},
	LayoutUnused: {
		English: {Title: "A block that nothing shows", Why: "base.html does not ask for it, so readers never see it.", Remedy: "Correct the name, or remove the block."},
		Dutch:   {Title: "Een deel dat nergens getoond wordt", Why: "base.html vraagt er niet om, dus de lezer ziet het nooit.", Remedy: "Verbeter de naam, of haal het deel weg."},
	},
	Link: {
		English: {Title: "A link that cannot stand", Why: "It leads nowhere.", Remedy: "Correct where it leads."},
		Dutch:   {Title: "Een link die niet kan", Why: "Hij leidt nergens heen.", Remedy: "Verbeter waar hij heen leidt."},
	},
	LinkAnchor: {
		English: {Title: "A link to a heading that is not there", Why: "Readers would arrive at the top of the page instead.", Remedy: "Name a heading of that page, or leave out what follows #."},
		Dutch:   {Title: "Een link naar een kop die er niet is", Why: "De lezer komt dan boven aan de pagina uit.", Remedy: "Noem een kop van die pagina, of laat weg wat na # staat."},
	},
	LinkFile: {
		English: {Title: "A link to a file that is not there", Why: "The file is not beside the page.", Remedy: "Put the file there, or correct the name."},
		Dutch:   {Title: "Een link naar een bestand dat er niet is", Why: "Het bestand staat niet bij de pagina.", Remedy: "Zet het daar neer, of verbeter de naam."},
	},
	LinkPage: {
		English: {Title: "A link to a page that is not there", Why: "Readers would meet an error page.", Remedy: "Name the page by its file, such as imap-instellingen.md."},
		Dutch:   {Title: "Een link naar een pagina die er niet is", Why: "De lezer krijgt dan een foutpagina.", Remedy: "Noem de pagina met haar bestand, zoals imap-instellingen.md."},
	},
	LinkReference: {
		English: {Title: "A link whose address is missing", Why: "[text][name] needs a line [name]: address.", Remedy: "Write [text](page.md), or \\[ for a bracket."},
		Dutch:   {Title: "Een link zonder adres", Why: "Bij [tekst][naam] hoort een regel [naam]: adres.", Remedy: "Schrijf [tekst](pagina.md), of \\[ voor een haak."},
	},
	LinkScheme: {
		English: {Title: "A link that browsers may not follow", Why: "Only https:, http:, mailto: and tel: are links that a page may have.", Remedy: "Use one of those."},
		Dutch:   {Title: "Een link die browsers niet mogen volgen", Why: "Alleen https:, http:, mailto: en tel: mogen op een pagina staan.", Remedy: "Gebruik een daarvan."},
	},
	LinkText: {
		English: {Title: "A link whose words say nothing", Why: "Readers look from link to link, and a screen reader can say only the links: \"here\" leads nowhere.", Remedy: "Write between the brackets what readers find there."},
		Dutch:   {Title: "Een link met woorden die niets zeggen", Why: "Lezers kijken van link naar link, en een schermlezer kan alleen de links voorlezen: aan ‘hier’ heb je dan niets.", Remedy: "Zet tussen de haken wat de lezer daar vindt."},
	},
	MailAuthentication: {
		English: {Title: "A way to log in that is not right", Why: "The record knows password, encrypted and oauth2, each once.", Remedy: "Use those names."},
		Dutch:   {Title: "Een manier van inloggen die niet klopt", Why: "De gegevens kennen password, encrypted en oauth2, elk één keer.", Remedy: "Gebruik die namen."},
	},
	MailCheckedFailed: {
		English: {Title: "A server that did not do what the record says", Why: "When it was last checked, the server and this row disagreed.", Remedy: "Mend the row or the server, then run wegwijs verify --record."},
		Dutch:   {Title: "Een server die niet doet wat er staat", Why: "Bij de laatste controle klopten de server en deze regel niet met elkaar.", Remedy: "Herstel de regel of de server, en start wegwijs verify --record."},
	},
	MailCheckedFile: {
		English: {Title: ".verified.toml that cannot be read", Why: "Only wegwijs verify --record writes this file.", Remedy: "Remove it and run wegwijs verify --record."},
		Dutch:   {Title: ".verified.toml is niet te lezen", Why: "Alleen wegwijs verify --record schrijft dit bestand.", Remedy: "Haal het weg en start wegwijs verify --record."},
	},
	MailCheckedNever: {
		English: {Title: "A row that was never checked", Why: "Others were; pages cannot say that this one is right.", Remedy: "Run wegwijs verify --record."},
		Dutch:   {Title: "Een regel die nooit gecontroleerd is", Why: "Andere wel; van deze kunnen pagina’s niet zeggen dat die klopt.", Remedy: "Start wegwijs verify --record."},
	},
	MailCheckedOld: {
		English: {Title: "A check of more than 90 days ago", Why: "Servers change; the date on the pages grows old.", Remedy: "Run wegwijs verify --record."},
		Dutch:   {Title: "Een controle van meer dan 90 dagen geleden", Why: "Servers veranderen, en de datum op de pagina’s wordt oud.", Remedy: "Start wegwijs verify --record."},
	},
	MailContradiction: {
		English: {Title: "Two rows that cannot both be true", Why: "One port of one server does one thing.", Remedy: "Ask the server which is true: wegwijs verify."},
		Dutch:   {Title: "Twee regels die niet allebei waar kunnen zijn", Why: "Eén poort van één server doet één ding.", Remedy: "Vraag de server wat klopt: wegwijs verify."},
	},
	MailDays: {
		English: {Title: "A number of days that is of no use", Why: "POP programs leave mail on the server for this number of days.", Remedy: "Use a number such as 14, or leave it out."},
		Dutch:   {Title: "Een aantal dagen waar niemand iets aan heeft", Why: "POP-programma’s laten e-mail dit aantal dagen op de server staan.", Remedy: "Gebruik een getal zoals 14, of laat het weg."},
	},
	MailDomain: {
		English: {Title: "A mail domain that is not right", Why: "The domain of an address decides which product it belongs to.", Remedy: "Write each domain once, such as example.nl."},
		Dutch:   {Title: "Een maildomein dat niet klopt", Why: "Het domein van een adres bepaalt bij welk product het hoort.", Remedy: "Schrijf elk domein één keer, zoals voorbeeld.nl."},
	},
	MailDuplicate: {
		English: {Title: "A row that stands twice", Why: "The second says nothing new.", Remedy: "Remove one of the two."},
		Dutch:   {Title: "Een regel die er twee keer staat", Why: "De tweede zegt niets nieuws.", Remedy: "Haal een van de twee weg."},
	},
	MailForm: {
		English: {Title: "Something that a mail program's file cannot say", Why: "The format has no words for this row, so programs do not learn of it.", Remedy: "Nothing, if that is meant; else switch the form off."},
		Dutch:   {Title: "Iets dat een bestand voor mailprogramma’s niet kan zeggen", Why: "Het formaat heeft geen woorden voor deze regel, dus programma’s weten het niet.", Remedy: "Niets, als dat de bedoeling is; zet anders de vorm uit."},
	},
	MailHost: {
		English: {Title: "A server name that is not one", Why: "Programs and readers type exactly what stands here.", Remedy: "Write the name alone, such as imap.example.nl."},
		Dutch:   {Title: "Een servernaam die niet klopt", Why: "Programma’s en lezers typen precies wat hier staat.", Remedy: "Schrijf alleen de naam, zoals imap.voorbeeld.nl."},
	},
	MailID: {
		English: {Title: "An id of a product that is not right", Why: "Addresses of files are made of it.", Remedy: "Use small letters, digits and hyphens, each id once."},
		Dutch:   {Title: "Een productnaam die niet kan", Why: "Adressen van bestanden worden ervan gemaakt.", Remedy: "Gebruik kleine letters, cijfers en streepjes, elke naam één keer."},
	},
	MailInsecure: {
		English: {Title: "A row without encryption", Why: "Everyone on the network can read the password (RFC 8314).", Remedy: "Use tls or starttls; where a server truly cannot, say why."},
		Dutch:   {Title: "Een regel zonder versleuteling", Why: "Iedereen op het netwerk kan het wachtwoord lezen (RFC 8314).", Remedy: "Gebruik tls of starttls; kan een server dat echt niet, zeg dan met why waarom."},
	},
	MailPort: {
		English: {Title: "A port that does not fit the row", Why: "Each protocol and encryption has its port (RFC 8314).", Remedy: "Use the port that the message names, or say why with why = \"…\"."},
		Dutch:   {Title: "Een poort die niet bij de regel past", Why: "Bij elk protocol en elke versleuteling hoort een poort (RFC 8314).", Remedy: "Gebruik de poort die de melding noemt, of zeg met why = \"…\" waarom niet."},
	},
	MailProtocol: {
		English: {Title: "An unknown protocol", Why: "The record knows imap, pop and smtp.", Remedy: "Use one of those."},
		Dutch:   {Title: "Een onbekend protocol", Why: "De gegevens kennen imap, pop en smtp.", Remedy: "Gebruik een daarvan."},
	},
	MailRank: {
		English: {Title: "Two rows of one preference", Why: "Programs try the rows in order of preference, so each needs a number of its own.", Remedy: "Number the rows of a protocol 1, 2, 3."},
		Dutch:   {Title: "Twee regels met dezelfde voorkeur", Why: "Programma’s proberen de regels op volgorde, dus elke heeft een eigen getal nodig.", Remedy: "Nummer de regels van een protocol 1, 2, 3."},
	},
	MailName: {
		English: {Title: "A name with characters that readers do not see", Why: "Such characters turn a text round or make a name look like another one, also in mail programs.", Remedy: "Write the name again, without them."},
		Dutch:   {Title: "Een naam met tekens die lezers niet zien", Why: "Zulke tekens draaien een tekst om of laten een naam op een andere lijken, ook in mailprogramma’s.", Remedy: "Schrijf de naam opnieuw, zonder die tekens."},
	},
	MailServer: {
		English: {Title: "A product that lacks a server", Why: "Without a server to receive and one to send there is no mail.", Remedy: "Add a [[mail.server]]."},
		Dutch:   {Title: "Een product dat een server mist", Why: "Zonder server om te ontvangen en een om te versturen is er geen e-mail.", Remedy: "Voeg een [[mail.server]] toe."},
	},
	MailUnshown: {
		English: {Title: "A product that no page shows", Why: "Its customers find no servers of their own, and take those of another product.", Remedy: "Write ::settings[imap] on a page: without {product=…} it shows every product."},
		Dutch:   {Title: "Een product dat op geen pagina staat", Why: "De klanten ervan vinden hun eigen servers niet, en nemen die van een ander product over.", Remedy: "Zet ::settings[imap] op een pagina: zonder {product=…} staat elk product erin."},
	},
	MailTyped: {
		English: {Title: "A server name or port in the text", Why: "When site.toml changes, this text stays as it is.", Remedy: "Write :setting[imap.host] or another setting."},
		Dutch:   {Title: "Een servernaam of poort in de tekst", Why: "Als site.toml verandert, blijft deze tekst hetzelfde.", Remedy: "Schrijf :setting[imap.host] of een andere instelling."},
	},
	MailWebmail: {
		English: {Title: "An address of webmail that is not right", Why: "Readers type their password there, so it must be https.", Remedy: "Write the whole address, beginning with https://."},
		Dutch:   {Title: "Een adres van webmail dat niet klopt", Why: "De lezer typt daar het wachtwoord, dus het moet https zijn.", Remedy: "Schrijf het hele adres, te beginnen met https://."},
	},
	MailWhy: {
		English: {Title: "A reason that is empty", Why: "A row that is unlike the others needs a reason that the next reader of site.toml can follow.", Remedy: "Write the reason in a sentence, or leave the key out."},
		Dutch:   {Title: "Een reden die leeg is", Why: "Een regel die anders is dan de andere heeft een reden nodig die de volgende lezer van site.toml kan volgen.", Remedy: "Schrijf de reden in een zin, of laat de sleutel weg."},
	},
	Markdown: {
		English: {Title: "A text that cannot be shown", Why: "The text could not be turned into a page.", Remedy: "Mend what stands at the place that is named."},
		Dutch:   {Title: "Een tekst die niet getoond kan worden", Why: "Van de tekst kon geen pagina gemaakt worden.", Remedy: "Herstel wat er op de genoemde plek staat."},
	},
	MarkdownHTML: {
		English: {Title: "HTML in a text", Why: "HTML of writers is not published: it can break pages and run in them.", Remedy: "Write Markdown or a directive; the message says which."},
		Dutch:   {Title: "HTML in een tekst", Why: "HTML van schrijvers wordt niet gepubliceerd: die kan pagina’s breken.", Remedy: "Schrijf Markdown of een blok; de melding zegt welk."},
	},
	OutputClash: {
		English: {Title: "Two files of one address", Why: "Only one of them could be published.", Remedy: "Rename one, or give its page another slug."},
		Dutch:   {Title: "Twee bestanden met één adres", Why: "Er kan er maar één gepubliceerd worden.", Remedy: "Geef er een een andere naam, of geef de pagina een andere slug (haar deel van het adres)."},
	},
	PageAddress: {
		English: {Title: "Two pages of one address", Why: "Readers would get only one of them.", Remedy: "Give one of the two another slug."},
		Dutch:   {Title: "Twee pagina’s met één adres", Why: "De lezer krijgt er maar één.", Remedy: "Geef een van de twee een andere slug (haar deel van het adres)."},
	},
	PageDouble: {
		English: {Title: "Two files of one page", Why: "name.md and name/index.md are the same page.", Remedy: "Remove or rename one of the two."},
		Dutch:   {Title: "Twee bestanden van één pagina", Why: "naam.md en naam/index.md zijn dezelfde pagina.", Remedy: "Haal er een weg of geef die een andere naam."},
	},
	PageEncoding: {
		English: {Title: "A file that is not UTF-8", Why: "Letters with accents would come out wrong.", Remedy: "Save the file as UTF-8."},
		Dutch:   {Title: "Een bestand dat geen UTF-8 is", Why: "Letters met accenten komen dan verkeerd op de pagina.", Remedy: "Bewaar het bestand als UTF-8."},
	},
	PageFront: {
		English: {Title: "A page without its first lines", Why: "The lines between +++ hold the title and what else is known of the page.", Remedy: "Begin the file with +++, title = \"…\" and +++."},
		Dutch:   {Title: "Een pagina zonder eerste regels", Why: "Tussen de regels +++ staan de titel en wat er verder over de pagina bekend is.", Remedy: "Begin het bestand met +++, title = \"…\" en +++."},
	},
	PageHome: {
		English: {Title: "A language without first page", Why: "Readers of that language have nowhere to begin.", Remedy: "Write index.md in the folder of the language."},
		Dutch:   {Title: "Een taal zonder eerste pagina", Why: "Lezers van die taal kunnen nergens beginnen.", Remedy: "Schrijf index.md in de map van de taal."},
	},
	PageLayout: {
		English: {Title: "A layout that does not exist", Why: "The page asks for a layout that layouts/ does not have.", Remedy: "Correct the name, or leave it out."},
		Dutch:   {Title: "Een opmaak die niet bestaat", Why: "De pagina vraagt een opmaak die niet in layouts/ staat.", Remedy: "Verbeter de naam, of laat die weg."},
	},
	PagePlace: {
		English: {Title: "A page at the wrong place", Why: "Pages stand in the folder of their language; a translation has the path of its text.", Remedy: "Move the file to the place that is named."},
		Dutch:   {Title: "Een pagina op de verkeerde plek", Why: "Pagina’s staan in de map van hun taal. Een vertaling heeft hetzelfde pad als de brontekst.", Remedy: "Zet het bestand op de genoemde plek."},
	},
	PageSection: {
		English: {Title: "A folder without index.md", Why: "The page of a section leads to what is in it.", Remedy: "Write index.md with at least a title."},
		Dutch:   {Title: "Een map zonder index.md", Why: "De pagina van een rubriek leidt naar wat erin staat.", Remedy: "Schrijf index.md met in elk geval een titel."},
	},
	PageSlug: {
		English: {Title: "A slug that cannot be", Why: "It is part of the page's address.", Remedy: "Use small letters, digits and hyphens."},
		Dutch:   {Title: "Een slug die niet kan", Why: "Dit is het deel van het adres dat bij de pagina hoort.", Remedy: "Gebruik kleine letters, cijfers en streepjes."},
	},
	PageUnlinked: {
		English: {Title: "A page that no link leads to", Why: "Readers who begin at the home page never find it: the site's own layouts leave out the links of the built-in ones.", Remedy: "Show the menu, or the pages of a section, in the layout again; or link to the page from a text."},
		Dutch:   {Title: "Een pagina waar geen link heen leidt", Why: "Lezers die op de startpagina beginnen, vinden haar nooit: de eigen lay-outs van de site laten de links van de ingebouwde weg.", Remedy: "Toon in de lay-out weer het menu of de pagina’s van een rubriek, of link vanuit een tekst naar de pagina."},
	},
	PlainForm: {
		English: {Title: "Two forms of address", Why: "A site that says je in one place and u in another seems to be written by two people. The form that most pages use counts; what stands in quotes does not.", Remedy: "Use one form. What somebody else says belongs in quotes, and the word of a button in :ui[…]."},
		Dutch:   {Title: "Twee aanspreekvormen", Why: "Staat er op de ene plek je en op de andere u, dan lijkt de site door twee mensen geschreven. De vorm van de meeste pagina’s telt; wat tussen aanhalingstekens staat niet.", Remedy: "Kies één vorm. Wat een ander zegt, zet je tussen aanhalingstekens, en de tekst van een knop in :ui[…]."},
	},
	PlainQuote: {
		English: {Title: "A quote of another language", Why: "Straight quotes become those of the language. One that was typed as that of another language stands out between them.", Remedy: "Type straight quotes: \" and '."},
		Dutch:   {Title: "Een aanhalingsteken van een andere taal", Why: "Rechte aanhalingstekens worden vanzelf die van de taal. Typ je er een van een andere taal, dan valt die ertussen op.", Remedy: "Typ rechte aanhalingstekens: \" en '."},
	},
	PlainSentence: {
		English: {Title: "A long sentence", Why: "Who reads a long sentence has forgotten its beginning at its end. The bound is 20 words in Dutch and German and 25 in English and French; an enumeration may be longer.", Remedy: "Make two sentences of it, or a list."},
		Dutch:   {Title: "Een lange zin", Why: "Wie een lange zin leest, is aan het eind het begin vergeten. De grens is 20 woorden in het Nederlands en Duits, en 25 in het Engels en Frans. Een opsomming mag langer zijn.", Remedy: "Maak er twee zinnen van, of een lijst."},
	},
	PlainSpace: {
		English: {Title: "A space too many or too few", Why: "Two spaces behind each other and a space before a full stop are slips. In French a space belongs before ; : ! and ?.", Remedy: "Remove the space, or type the one that is missing."},
		Dutch:   {Title: "Een spatie te veel of te weinig", Why: "Twee spaties achter elkaar en een spatie voor een punt zijn vergissingen. In het Frans hoort er een spatie voor ; : ! en ?.", Remedy: "Haal de spatie weg, of typ de spatie die ontbreekt."},
	},
	PlainSpelling: {
		English: {Title: "A word that no dictionary has", Why: "hunspell does not know the word, and knows one that is very much like it. Names, code, buttons, quotes and English words are not looked at.", Remedy: "Write it as the dictionary does. If it is right, put it into [check.words] of site.toml: nl = [\"webpaneel\"]."},
		Dutch:   {Title: "Een woord dat in geen woordenboek staat", Why: "hunspell kent het woord niet, en wel een woord dat er erg op lijkt. Naar namen, code, knoppen, citaten en Engelse woorden wordt niet gekeken.", Remedy: "Schrijf het zoals het woordenboek. Klopt het woord toch, zet het dan bij [check.words] in site.toml: nl = [\"webpaneel\"]."},
	},
	PlainStaccato: {
		English: {Title: "Choppy text", Why: "Many short sentences in a row read like a telegram, and say not how things belong together.", Remedy: "Join sentences that belong together, with words such as because, so or but."},
		Dutch:   {Title: "Hakkelige tekst", Why: "Veel korte zinnen achter elkaar lezen als een telegram, en zeggen niet hoe dingen samenhangen.", Remedy: "Voeg zinnen samen die bij elkaar horen, met woorden zoals omdat, dus of maar."},
	},
	PlainTerm: {
		English: {Title: "Another word than that of the glossary", Why: "One idea has one word, so that readers know that the same is meant. [check.glossary] of site.toml says which.", Remedy: "Use the word of the glossary, or put the other one in quotes where you explain it."},
		Dutch:   {Title: "Een ander woord dan in de woordenlijst", Why: "Eén ding heet overal hetzelfde: dan weet de lezer dat je hetzelfde bedoelt. Welk woord dat is, staat bij [check.glossary] in site.toml.", Remedy: "Gebruik het woord uit de woordenlijst. Leg je het andere woord uit, zet het dan tussen aanhalingstekens."},
	},
	PlainWord: {
		English: {Title: "A hard word", Why: "There is a plain word that everybody knows.", Remedy: "Write the plain word that the finding names."},
		Dutch:   {Title: "Een moeilijk woord", Why: "Er is een gewoon woord dat iedereen kent.", Remedy: "Schrijf het gewone woord dat in de melding staat."},
	},
	PublishBucket: {
		English: {Title: "A name that no bucket can have", Why: "Stores allow 3 to 63 small letters, digits, dots and hyphens.", Remedy: "Correct the name."},
		Dutch:   {Title: "Een naam die geen bucket kan hebben", Why: "Opslagdiensten staan 3 tot 63 kleine letters, cijfers, punten en streepjes toe.", Remedy: "Verbeter de naam."},
	},
	PublishCache: {
		English: {Title: "A header that cannot be", Why: "cache_pages is sent as it stands.", Remedy: "Use \"no-cache\" or \"public, max-age=60\"."},
		Dutch:   {Title: "Een kopregel die niet kan", Why: "cache_pages wordt zo verstuurd.", Remedy: "Gebruik \"no-cache\" of \"public, max-age=60\"."},
	},
	PublishEndpoint: {
		English: {Title: "An address of a store that is not right", Why: "Only the host name stands here.", Remedy: "Write the host name alone."},
		Dutch:   {Title: "Een adres van een opslagdienst dat niet klopt", Why: "Hier staat alleen de servernaam.", Remedy: "Schrijf alleen de servernaam."},
	},
	PublishHost: {
		English: {Title: "A host that is not one", Why: "Only the name of the server stands here.", Remedy: "Write the name alone; user and path have keys of their own."},
		Dutch:   {Title: "Een server die niet klopt", Why: "Hier staat alleen de naam van de server.", Remedy: "Schrijf alleen de naam; user en path hebben eigen regels."},
	},
	PublishName: {
		English: {Title: "A name that no target can have", Why: "You type it behind wegwijs publish.", Remedy: "Use small letters, digits and hyphens, and no name of a command."},
		Dutch:   {Title: "Een naam die geen doel kan hebben", Why: "Je typt die achter wegwijs publish.", Remedy: "Gebruik kleine letters, cijfers en streepjes, en niet de naam van een opdracht."},
	},
	PublishPath: {
		English: {Title: "A folder that cannot be the target", Why: "Releases need a folder of their own, outside the site.", Remedy: "Name such a folder."},
		Dutch:   {Title: "Een map die geen doel kan zijn", Why: "Versies hebben een eigen map nodig, buiten de site.", Remedy: "Noem zo’n map."},
	},
	PublishPrefix: {
		English: {Title: "A prefix that cannot be", Why: "It stands before every name in the store.", Remedy: "Use something like \"help/\"."},
		Dutch:   {Title: "Een voorvoegsel dat niet kan", Why: "Het staat voor elke naam in de opslag.", Remedy: "Gebruik zoiets als \"help/\"."},
	},
	PublishSecret: {
		English: {Title: "A secret in site.toml", Why: "The file is shared with others and kept for ever in its history.", Remedy: "Remove it, make a new secret, and keep that outside the site."},
		Dutch:   {Title: "Een geheim in site.toml", Why: "Anderen krijgen dit bestand, en het blijft in de geschiedenis staan.", Remedy: "Haal het weg, maak een nieuw geheim, en bewaar dat buiten de site."},
	},
	PublishURL: {
		English: {Title: "An address of the target that is not right", Why: "After publishing it is asked whether readers get the new release.", Remedy: "Write the whole address of the help centre."},
		Dutch:   {Title: "Een adres van het doel dat niet klopt", Why: "Na het publiceren wordt daar gevraagd of lezers de nieuwe versie krijgen.", Remedy: "Schrijf het hele adres van het helpcentrum."},
	},
	RedirectFrom: {
		English: {Title: "An old address that cannot be kept", Why: "It is in use already, or belongs to the program.", Remedy: "Remove it, or choose another."},
		Dutch:   {Title: "Een oud adres dat niet bewaard kan worden", Why: "Het is al in gebruik, of het is van het programma.", Remedy: "Haal het weg, of kies een ander."},
	},
	RedirectTo: {
		English: {Title: "An old address that leads nowhere", Why: "Readers would meet an error page after all.", Remedy: "Name a page by its file, or a whole address."},
		Dutch:   {Title: "Een oud adres dat nergens heen leidt", Why: "De lezer krijgt dan toch een foutpagina.", Remedy: "Noem een pagina met haar bestand, of een heel adres."},
	},
	SettingUnset: {
		English: {Title: "A setting that the record does not have", Why: "The page shows something that site.toml does not say.", Remedy: "Add it to site.toml, or leave the place out with when."},
		Dutch:   {Title: "Een instelling die er niet is", Why: "De pagina laat iets zien dat niet in site.toml staat.", Remedy: "Zet het in site.toml, of laat die plek weg met when."},
	},
	TableRow: {
		English: {Title: "A row with too many cells", Why: "Readers would not see what is too much.", Remedy: "Write \\| for a bar in a cell."},
		Dutch:   {Title: "Een rij met te veel vakken", Why: "De lezer ziet niet wat er te veel is.", Remedy: "Schrijf \\| voor een streep in een vak."},
	},
	TOMLKey: {
		English: {Title: "An unknown key", Why: "Nobody reads it, so it does nothing.", Remedy: "Correct the name, or remove the line."},
		Dutch:   {Title: "Een onbekende naam voor een waarde", Why: "Niemand leest die, dus hij doet niets.", Remedy: "Verbeter de naam, of haal de regel weg."},
	},
	TOMLMissing: {
		English: {Title: "A value that must be there", Why: "Without it the page or the site is not complete.", Remedy: "Add it."},
		Dutch:   {Title: "Een waarde die er moet zijn", Why: "Zonder die waarde is de pagina of de site niet compleet.", Remedy: "Voeg die toe."},
	},
	TOMLSyntax: {
		English: {Title: "A line that cannot be read", Why: "It is not TOML: name = value, texts between quotes.", Remedy: "Mend what stands at the place that is named."},
		Dutch:   {Title: "Een regel die niet te lezen is", Why: "Een regel is: naam = waarde, met tekst tussen aanhalingstekens.", Remedy: "Herstel wat er op de genoemde plek staat."},
	},
	TOMLType: {
		English: {Title: "A value of another kind", Why: "The program expects a text, a number, a date or a list here.", Remedy: "Write it as the message shows."},
		Dutch:   {Title: "Een waarde van een andere soort", Why: "Hier hoort een tekst, een getal, een datum of een lijst.", Remedy: "Schrijf het zoals de melding laat zien."},
	},
	TOMLValue: {
		English: {Title: "A value that cannot be", Why: "It is not one of those that have a meaning here.", Remedy: "Use one that the message names."},
		Dutch:   {Title: "Een waarde die niet kan", Why: "Die heeft hier geen betekenis.", Remedy: "Gebruik er een die de melding noemt."},
	},
	TranslationBlock: {
		English: {Title: "A translation that lacks something", Why: "A paragraph, step, row or warning of the text has no counterpart, or the other way round.", Remedy: "Translate what is missing, or remove what is too much."},
		Dutch:   {Title: "Een vertaling waarin iets ontbreekt", Why: "Een alinea, stap, rij of waarschuwing van de brontekst staat er niet in, of andersom.", Remedy: "Vertaal wat ontbreekt, of haal weg wat te veel is."},
	},
	TranslationOrphan: {
		English: {Title: "A translation whose text is gone", Why: "Its readers see what others no longer can.", Remedy: "Remove it, or give it the name that its text has now."},
		Dutch:   {Title: "Een vertaling zonder brontekst", Why: "Lezers van die taal zien wat anderen niet meer zien.", Remedy: "Haal die weg, of geef die de naam die de brontekst nu heeft."},
	},
	TranslationBudget: {
		English: {Title: "A language that is too far behind", Why: "More of its words are stale than site.toml allows (stale_budget).", Remedy: "See which pages with wegwijs translate status, or allow more."},
		Dutch:   {Title: "Een taal die te ver achterloopt", Why: "Meer woorden zijn verouderd dan site.toml toestaat (stale_budget).", Remedy: "Bekijk welke pagina’s met wegwijs translate status, of sta meer toe."},
	},
	TranslationImport: {
		English: {Title: "A file of a translation program that cannot be taken over", Why: "It is broken, of an older text, or would change more than words.", Remedy: "Mend it in the translation program, or send the page again with wegwijs translate export."},
		Dutch:   {Title: "Een bestand van een vertaalprogramma dat niet kan worden overgenomen", Why: "Het is kapot, hoort bij een oudere tekst of zou meer dan woorden veranderen.", Remedy: "Verbeter het in het vertaalprogramma, of stuur de pagina opnieuw met wegwijs translate export."},
	},
	TranslationStale: {
		English: {Title: "A translation of an older text", Why: "The text changed since; readers of this language do not know that.", Remedy: "See what changed with wegwijs translate diff, then wegwijs translate done."},
		Dutch:   {Title: "Een vertaling van een oudere tekst", Why: "De brontekst is veranderd, en lezers van deze taal weten dat niet.", Remedy: "Bekijk wat er veranderde met wegwijs translate diff, en daarna wegwijs translate done."},
	},
	TranslationUnknown: {
		English: {Title: "A translation of an unknown text", Why: "Its stamp names a text that is not kept.", Remedy: "Read it beside its text, then wegwijs translate done."},
		Dutch:   {Title: "Een vertaling van een onbekende tekst", Why: "De brontekst van toen is niet bewaard.", Remedy: "Lees ze naast elkaar, en daarna wegwijs translate done."},
	},
	TranslationValue: {
		English: {Title: "A translation that says another number or name", Why: "A port, server name, link or setting of the text is not in it.", Remedy: "Compare the two and correct the translation."},
		Dutch:   {Title: "Een vertaling met een ander getal of een andere naam", Why: "Een poort, servernaam, link of instelling van de brontekst staat er niet in.", Remedy: "Vergelijk de twee en verbeter de vertaling."},
	},
	VerifyAuth: {
		English: {Title: "A server that does not let readers log in as the record says", Why: "Mail programs would be refused.", Remedy: "Correct authentication, or switch it on at the server."},
		Dutch:   {Title: "Een server waar je niet kunt inloggen zoals er staat", Why: "Mailprogramma’s worden dan geweigerd.", Remedy: "Verbeter authentication, of zet het aan op de server."},
	},
	VerifyAuthClear: {
		English: {Title: "A server that takes passwords before encryption", Why: "A program that is set up wrongly would show them.", Remedy: "Let the server refuse that."},
		Dutch:   {Title: "Een server die wachtwoorden zonder versleuteling aanneemt", Why: "Een verkeerd ingesteld programma laat ze dan zien.", Remedy: "Laat de server dat weigeren."},
	},
	VerifyAutoconfig: {
		English: {Title: "An autoconfig file that programs cannot use", Why: "Thunderbird and others take their settings from it.", Remedy: "Put the file there that the build makes."},
		Dutch:   {Title: "Een autoconfig-bestand dat programma’s niet kunnen gebruiken", Why: "Thunderbird en andere halen daar hun instellingen.", Remedy: "Zet daar het bestand neer dat de build maakt."},
	},
	VerifyAutoconfigCertificate: {
		English: {Title: "An autoconfig address with a wrong certificate", Why: "Programs take nothing from it.", Remedy: "Mend the certificate of that name."},
		Dutch:   {Title: "Een autoconfig-adres met een verkeerd certificaat", Why: "Programma’s nemen er niets van aan.", Remedy: "Herstel het certificaat van die naam."},
	},
	VerifyAutoconfigDiffers: {
		English: {Title: "An autoconfig file that says something else", Why: "Programs set up what pages do not say.", Remedy: "Put the file there that the build makes."},
		Dutch:   {Title: "Een autoconfig-bestand dat iets anders zegt", Why: "Programma’s stellen dan iets anders in dan de pagina’s zeggen.", Remedy: "Zet daar het bestand neer dat de build maakt."},
	},
	VerifyAutoconfigMissing: {
		English: {Title: "No autoconfig file", Why: "Programs have to guess, or readers to type.", Remedy: "Put the file that the build makes at one of the addresses."},
		Dutch:   {Title: "Geen autoconfig-bestand", Why: "Programma’s moeten raden, of de lezer moet typen.", Remedy: "Zet het bestand dat de build maakt op een van de adressen."},
	},
	VerifyAutoconfigOrder: {
		English: {Title: "An autoconfig file in another order", Why: "Programs take the first server that it names.", Remedy: "Put the file there that the build makes."},
		Dutch:   {Title: "Een autoconfig-bestand in een andere volgorde", Why: "Programma’s nemen de eerste server die erin staat.", Remedy: "Zet daar het bestand neer dat de build maakt."},
	},
	VerifyAutoconfigType: {
		English: {Title: "An autoconfig file of the wrong type", Why: "Thunderbird reads it only as XML.", Remedy: "Let the web server send text/xml."},
		Dutch:   {Title: "Een autoconfig-bestand van de verkeerde soort", Why: "Thunderbird leest het alleen als XML.", Remedy: "Laat de webserver text/xml sturen."},
	},
	VerifyAutoconfigUnreachable: {
		English: {Title: "An autoconfig address that did not answer", Why: "It could not be compared.", Remedy: "Try again later."},
		Dutch:   {Title: "Een autoconfig-adres dat niet antwoordde", Why: "Het kon niet vergeleken worden.", Remedy: "Probeer het later opnieuw."},
	},
	VerifyCapabilities: {
		English: {Title: "A server that does not say what it offers", Why: "The ways to log in could not be compared.", Remedy: "Nothing; try a login by hand."},
		Dutch:   {Title: "Een server die niet zegt wat die kan", Why: "De manieren van inloggen konden niet vergeleken worden.", Remedy: "Niets; probeer zelf in te loggen."},
	},
	VerifyCertificateChain: {
		English: {Title: "A certificate that programs do not trust", Why: "Readers get a warning and stop.", Remedy: "Use a certificate of a public authority, with its chain."},
		Dutch:   {Title: "Een certificaat dat programma’s niet vertrouwen", Why: "De lezer krijgt een waarschuwing en stopt.", Remedy: "Gebruik een erkend certificaat, met de hele keten."},
	},
	VerifyCertificateDate: {
		English: {Title: "A certificate outside its dates", Why: "Readers get a warning and stop.", Remedy: "Renew it."},
		Dutch:   {Title: "Een certificaat buiten zijn geldigheid", Why: "De lezer krijgt een waarschuwing en stopt.", Remedy: "Vernieuw het."},
	},
	VerifyCertificateName: {
		English: {Title: "A certificate of another name", Why: "Readers get a warning and stop.", Remedy: "Get one with this name, or publish a name that it has."},
		Dutch:   {Title: "Een certificaat van een andere naam", Why: "De lezer krijgt een waarschuwing en stopt.", Remedy: "Neem er een met deze naam, of publiceer een naam die erop staat."},
	},
	VerifyCertificateSoon: {
		English: {Title: "A certificate that ends soon", Why: "After that day readers get a warning.", Remedy: "Renew it."},
		Dutch:   {Title: "Een certificaat dat bijna afloopt", Why: "Daarna krijgt de lezer een waarschuwing.", Remedy: "Vernieuw het."},
	},
	VerifyClosed: {
		English: {Title: "A connection that ended too soon", Why: "The answer could not be judged.", Remedy: "Try again later."},
		Dutch:   {Title: "Een verbinding die te vroeg stopte", Why: "Het antwoord kon niet beoordeeld worden.", Remedy: "Probeer het later opnieuw."},
	},
	VerifyConnect: {
		English: {Title: "A server that could not be reached", Why: "Nothing can be said of the row.", Remedy: "Check the name, the port and the firewall."},
		Dutch:   {Title: "Een server die niet bereikt kon worden", Why: "Over de regel is niets te zeggen.", Remedy: "Controleer de naam, de poort en de firewall."},
	},
	VerifyDNS: {
		English: {Title: "A server name without address", Why: "Nobody can reach it.", Remedy: "Correct the host, or add a record for it."},
		Dutch:   {Title: "Een servernaam zonder adres", Why: "Niemand kan die bereiken.", Remedy: "Verbeter host, of zet de naam in de DNS."},
	},
	VerifyDNSUnanswered: {
		English: {Title: "The DNS did not answer", Why: "Nothing can be said of the name.", Remedy: "Try again later."},
		Dutch:   {Title: "De DNS antwoordde niet", Why: "Over de naam is niets te zeggen.", Remedy: "Probeer het later opnieuw."},
	},
	VerifyPreauth: {
		English: {Title: "A server that asks for no login", Why: "Anyone could read mail.", Remedy: "Mend the server at once."},
		Dutch:   {Title: "Een server die niet laat inloggen", Why: "Iedereen kan dan e-mail lezen.", Remedy: "Herstel de server meteen."},
	},
	VerifyProtocol: {
		English: {Title: "A server that speaks another language", Why: "The port belongs to another program.", Remedy: "Check protocol, host and port."},
		Dutch:   {Title: "Een server die een andere taal spreekt", Why: "De poort is van een ander programma.", Remedy: "Controleer protocol, host en port."},
	},
	VerifyRefused: {
		English: {Title: "A server that refused", Why: "It may block this network for a while.", Remedy: "Try again later and from another network."},
		Dutch:   {Title: "Een server die weigerde", Why: "Misschien houdt die dit netwerk even tegen.", Remedy: "Probeer het later opnieuw, en vanaf een ander netwerk."},
	},
	VerifySecurity: {
		English: {Title: "Another encryption than the record says", Why: "Programs that are set up by the record cannot connect.", Remedy: "Correct security or port."},
		Dutch:   {Title: "Een andere versleuteling dan er staat", Why: "Programma’s die zo ingesteld zijn, krijgen geen verbinding.", Remedy: "Verbeter security of port."},
	},
	VerifySilent: {
		English: {Title: "A server that said nothing", Why: "Programs give up after a while.", Remedy: "Try again later and from another network."},
		Dutch:   {Title: "Een server die niets zei", Why: "Programma’s geven het na een tijdje op.", Remedy: "Probeer het later opnieuw, en vanaf een ander netwerk."},
	},
	VerifyAutoconfigHTTP: {
		English: {Title: "Autoconfig over http only", Why: "Not every program asks over http, and whoever is on the way can change the file.", Remedy: "Serve the file over https with a certificate for its name."},
		Dutch:   {Title: "Autoconfig alleen via http", Why: "Niet elk programma vraagt via http, en wie onderweg zit kan het bestand veranderen.", Remedy: "Geef het bestand via https, met een certificaat voor de naam."},
	},
	VerifyAutodiscover: {
		English: {Title: "Autodiscover that gives no answer", Why: "Programs of Microsoft ask with POST for a file in XML, and get something else.", Remedy: "Put the file there that the build makes, and include its rules for your web server."},
		Dutch:   {Title: "Autodiscover dat geen antwoord geeft", Why: "Programma’s van Microsoft vragen met POST om een bestand in XML, en krijgen iets anders.", Remedy: "Zet het bestand neer dat de build maakt, en neem de regels voor je webserver op."},
	},
	VerifyAutodiscoverCertificate: {
		English: {Title: "Autodiscover with a wrong certificate", Why: "Programs take nothing from an https address they do not trust.", Remedy: "Give the web server a certificate for this name."},
		Dutch:   {Title: "Autodiscover met een verkeerd certificaat", Why: "Programma’s nemen niets aan van een https-adres dat ze niet vertrouwen.", Remedy: "Geef de webserver een certificaat voor deze naam."},
	},
	VerifyAutodiscoverDiffers: {
		English: {Title: "Autodiscover that differs from the record", Why: "Programs that read it set up other servers than the pages say.", Remedy: "Put the file there that the build makes."},
		Dutch:   {Title: "Autodiscover dat afwijkt van de instellingen", Why: "Programma’s die het lezen, stellen andere servers in dan de pagina’s zeggen.", Remedy: "Zet het bestand neer dat de build maakt."},
	},
	VerifyAutodiscoverMissing: {
		English: {Title: "No Autodiscover", Why: "Older Outlook then asks the reader for every setting.", Remedy: "Lead autodiscover.DOMAIN to the web server of the help centre, or switch the form off."},
		Dutch:   {Title: "Geen Autodiscover", Why: "Een oudere Outlook vraagt de lezer dan elke instelling.", Remedy: "Laat autodiscover.DOMEIN naar de webserver van het helpcentrum wijzen, of zet de vorm uit."},
	},
	VerifyAutodiscoverUnreachable: {
		English: {Title: "Autodiscover that could not be fetched", Why: "Nothing was learnt of it from here.", Remedy: "Try again later, and see the log of the web server."},
		Dutch:   {Title: "Autodiscover dat niet op te halen was", Why: "Er is van hieruit niets over bekend geworden.", Remedy: "Probeer het later nog eens, en kijk in het log van de webserver."},
	},
	VerifyDomain: {
		English: {Title: "A mail domain that the DNS does not know", Why: "No mail can reach an address of it.", Remedy: "Correct the domain in site.toml, or give it an MX record."},
		Dutch:   {Title: "Een maildomein dat de DNS niet kent", Why: "Een adres van dat domein is voor e-mail niet te bereiken.", Remedy: "Verbeter het domein in site.toml, of geef het een MX-regel."},
	},
	VerifyProfile: {
		English: {Title: "A profile that cannot be installed", Why: "An iPhone offers to install it only when it has its own content type.", Remedy: "Include the rules for your web server that the build makes, and publish the site."},
		Dutch:   {Title: "Een profiel dat niet te installeren is", Why: "Een iPhone biedt dat alleen aan bij het eigen inhoudstype.", Remedy: "Neem de regels voor je webserver op die de build maakt, en publiceer de site."},
	},
	VerifyProfileUnreachable: {
		English: {Title: "A profile that could not be fetched", Why: "Nothing was learnt of it from here.", Remedy: "Try again later, and see the log of the web server."},
		Dutch:   {Title: "Een profiel dat niet op te halen was", Why: "Er is van hieruit niets over bekend geworden.", Remedy: "Probeer het later nog eens, en kijk in het log van de webserver."},
	},
	VerifySlow: {
		English: {Title: "A greeting that comes late", Why: "Mail programs give up after some seconds when they search for the settings.", Remedy: "Find out what holds the server up."},
		Dutch:   {Title: "Een begroeting die laat komt", Why: "Mailprogramma’s geven het na enkele seconden op als ze de instellingen zoeken.", Remedy: "Zoek uit wat de server ophoudt."},
	},
	VerifySRVAlias: {
		English: {Title: "An SRV record that names an alias", Why: "RFC 2782 forbids it, and some programs refuse it.", Remedy: "Give the target address records of its own."},
		Dutch:   {Title: "Een SRV-regel die een alias noemt", Why: "RFC 2782 verbiedt dat, en sommige programma’s weigeren het.", Remedy: "Geef het doel eigen adresregels."},
	},
	VerifySRVContradicts: {
		English: {Title: "An SRV record that says something else", Why: "Programs that ask the DNS set up what pages do not say.", Remedy: "Correct the record."},
		Dutch:   {Title: "Een SRV-regel die iets anders zegt", Why: "Programma’s die de DNS vragen, stellen iets anders in dan de pagina’s zeggen.", Remedy: "Verbeter de regel."},
	},
	VerifySRVMissing: {
		English: {Title: "No SRV records", Why: "Programs that ask the DNS find nothing.", Remedy: "Add the records that the message names."},
		Dutch:   {Title: "Geen SRV-regels", Why: "Programma’s die de DNS vragen, vinden niets.", Remedy: "Voeg de regels toe die de melding noemt."},
	},
	VerifySRVOrder: {
		English: {Title: "SRV records in another order", Why: "Programs take the one with the lowest number.", Remedy: "Give them the numbers that the message names."},
		Dutch:   {Title: "SRV-regels in een andere volgorde", Why: "Programma’s nemen de regel met het laagste getal.", Remedy: "Geef ze de getallen die de melding noemt."},
	},
	VerifyStarttls: {
		English: {Title: "STARTTLS that does not work", Why: "Programs that ask for it cannot connect.", Remedy: "Switch it on at the server, or publish the port with tls."},
		Dutch:   {Title: "STARTTLS dat niet werkt", Why: "Programma’s die erom vragen, krijgen geen verbinding.", Remedy: "Zet het aan op de server, of publiceer de poort met tls."},
	},
	VerifyStarttlsAgain: {
		English: {Title: "STARTTLS inside an encrypted connection", Why: "It is a fault of the server's software.", Remedy: "Report it there."},
		Dutch:   {Title: "STARTTLS binnen een versleutelde verbinding", Why: "Dat is een fout in de software van de server.", Remedy: "Meld het bij de maker."},
	},
	VerifyStarttlsBytes: {
		English: {Title: "Bytes between STARTTLS and encryption", Why: "Someone may be changing the connection.", Remedy: "Find out who adds them before anyone logs in."},
		Dutch:   {Title: "Tekens tussen STARTTLS en de versleuteling", Why: "Misschien verandert iemand de verbinding.", Remedy: "Zoek uit wie ze toevoegt voordat iemand inlogt."},
	},
	VerifyStarttlsUnused: {
		English: {Title: "STARTTLS that the row does not ask for", Why: "The server could encrypt, and programs do not ask for it.", Remedy: "Write security = \"starttls\"."},
		Dutch:   {Title: "STARTTLS waar de regel niet om vraagt", Why: "De server kan versleutelen, en programma’s vragen er niet om.", Remedy: "Schrijf security = \"starttls\"."},
	},
	VerifyTLS: {
		English: {Title: "No encrypted connection", Why: "Programs fail in the same way.", Remedy: "See the server's own log."},
		Dutch:   {Title: "Geen versleutelde verbinding", Why: "Programma’s lopen op dezelfde manier vast.", Remedy: "Kijk in het logboek van de server."},
	},
	VerifyTLSVersion: {
		English: {Title: "Encryption that is too old", Why: "Mail programs refuse it (RFC 8996).", Remedy: "Let the server speak TLS 1.2 and 1.3."},
		Dutch:   {Title: "Versleuteling die te oud is", Why: "Mailprogramma’s weigeren die (RFC 8996).", Remedy: "Laat de server TLS 1.2 en 1.3 spreken."},
	},
	VerifyTooMuch: {
		English: {Title: "A server that said too much", Why: "No mail server sends so much; it is something else.", Remedy: "Check host and port."},
		Dutch:   {Title: "Een server die te veel zei", Why: "Geen mailserver stuurt zo veel; het is iets anders.", Remedy: "Controleer host en port."},
	},
	PageGroup: {
		English: {Title: "A group of pages that is not right", Why: "[groups] in a section's index.md names the pages that stand together in menus.", Remedy: "Correct what the message names."},
		Dutch:   {Title: "Een groep pagina’s die niet klopt", Why: "[groups] in index.md van een rubriek noemt de pagina’s die in menu’s bij elkaar staan.", Remedy: "Verbeter wat de melding noemt."},
	},
}
