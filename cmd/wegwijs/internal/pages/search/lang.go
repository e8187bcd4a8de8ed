package search

import "strings"

// A language is what is known of one language, as data: the browser gets it
// with the index and applies it to queries.
//
// The tables are our own. Those for Dutch follow the classes of inflection in
// the Algemene Nederlandse Spraakkunst (chapters 2 and 3): plurals in -en and
// -s, diminutives, weak and strong verbs with ge-, verbs that come apart. They
// are shorter than the stemmer of Kraaij and Pohlmann (1994), since what the
// site's words share matters, not what is right for every word. They hold no
// list from elsewhere.
type language struct {
	Stop      string     `json:"stop"`             // words that say nothing about what is meant
	Weak      string     `json:"weak,omitempty"`   // words that tell something only beside another
	Common    string     `json:"common,omitempty"` // words of every page, which may stand between those of a phrase
	Rules     [][]string `json:"rules"`            // suffix, what takes its place, letters that must stay before it
	Double    string     `json:"double"`           // letters of which two are one
	Ge        string     `json:"ge,omitempty"`     // what a participle begins with
	Ends      string     `json:"ends,omitempty"`   // and ends with
	Keep      string     `json:"keep,omitempty"`   // beginnings of words that only look like participles
	Particles string     `json:"particles,omitempty"`
	Irregular string     `json:"irregular,omitempty"` // form=form
	Roots     string     `json:"roots,omitempty"`     // form=form, behind a particle, Ge or both
	Final     string     `json:"final,omitempty"`     // letters that change at the end: vf zs
	Links     string     `json:"links,omitempty"`     // what may stand between the parts of a compound
	Whole     string     `json:"whole,omitempty"`     // words that are not taken apart
	Short     string     `json:"short,omitempty"`     // words of three letters that may be part of a compound: most that are found in one are there by chance
	Asks      string     `json:"-"`                   // words with which people ask for settings
	Sends     string     `json:"-"`                   // and for those of the server that mail goes to
	Receives  string     `json:"-"`                   // and that it comes from
	compounds bool
	slug      string // the folder of the search page
	// Words and phrases that mean the same: a line for each group, commas
	// between. The first is what pages say. Those before a > mean those behind
	// it, and not the other way round.
	same string
}

const shortParts = "pop app web map box tls ssl dns spf"

// languages are those that the program knows something of. In others words are
// folded, and found whole, by their beginning and by their likeness.
var languages = map[string]*language{
	"nl": {
		Short: shortParts, Sends: "uitgaande uitgang versturen verzenden sturen", Receives: "inkomende ontvangen ontvangst ophalen binnenhalen",
		slug: "zoeken", same: sameNL, Weak: "niet geen niks niets nooit", Common: "mail mails email bericht berichten", Asks: `server servernaam mailserver hostnaam poort poortnummer beveiliging ssl tls starttls serverinstellingen instellingen mailinstellingen emailinstellingen versleuteling`, compounds: true,
		Stop: `de het een en of maar als dan dat die dit deze er is zijn was ben bent wordt worden word werd heb hebt heeft hebben had kan kun kunt kunnen wil wilt willen moet moeten mag mogen zal zou zullen
ik je jij jou jouw u uw hij zij ze we wij me mij mijn onze ons hun haar hem men jullie
hoe wat waar waarom wanneer welke welk wie waarmee waarop waarin waarvoor hoeveel
in op aan van voor met naar bij uit om over onder door tot te ten ter tussen tegen per via na
ook nog al wel even eens toch dus weer steeds altijd soms heel erg zo graag gaat gaan ga doe doet doen moest krijg krijgt krijgen kom komt komen
hallo hoi help hulp svp aub alsjeblieft dank bedankt vraag weten daar hier iets iemand alles allemaal zelf opeens ineens plots plotseling nu sinds vandaag gisteren want zit zitten staat staan zet zetten nou heet bij meer gebeurt gebeurd omdat dat's t s d 'n n
laten liet lieten super echt eigenlijk gewoon zomaar misschien ongeveer helemaal ontzettend enorm telkens vaak ooit ergens overal blijkbaar waarschijnlijk elke elk ieder iedere veel terwijl tijdens zodra zodat net probeer probeert proberen vind vindt gekocht mijnheer meneer mevrouw hey mn zn nimmer k da wa ge gij uw eindelijk nogmaals bijvoorbeeld`,
		Rules: [][]string{
			{"heden", "", "4"}, {"heid", "", "4"}, {"etjes", "", "3"}, {"etje", "", "3"}, {"tjes", "", "3"}, {"tje", "", "3"}, {"pjes", "p", "3"}, {"jes", "", "3"}, {"je", "", "3"},
			{"ingen", "", "3"}, {"ings", "", "4"}, {"ing", "", "4"},
			{"ages", "ag", "2"}, {"ies", "ie", "2"}, {"eren", "er", "3"}, {"elen", "el", "3"},
			{"den", "d", "3"}, {"ten", "t", "3"}, {"en", "", "3"}, {"de", "d", "4"}, {"te", "t", "4"}, {"e", "", "3"},
			{"bs", "b", "2"}, {"ps", "p", "2"}, {"ls", "l", "2"}, {"rs", "r", "2"}, {"ns", "n", "2"}, {"ts", "t", "3"}, {"ks", "k", "2"}, {"gs", "g", "3"}, {"ms", "m", "2"}, {"ds", "d", "3"}, {"os", "o", "2"}, {"as", "a", "3"}, {"is", "i", "4"}, {"us", "u", "3"}, {"ys", "y", "3"},
			{"t", "", "3"}, {"d", "", "3"},
		},
		Double: "aeouklmnprstbdfgcz", Final: "vf zs",
		Ge: "ge", Ends: "d t en", Keep: "gebruik gegeven gebeur geheim geheugen geluid gevolg gesprek gewicht gedeeld geldig gelijk gemeent gemist",
		Particles: "in op aan af uit over door na terug mee om weg toe bij voor binnen her ver be on ont samen los",
		Roots:     "bleven=blijven broken=breken gaan=gaan ging=gaan gaf=geven geven=geven hield=houden holpen=helpen kregen=krijgen keken=kijken kozen=kiezen kwam=komen komen=komen las=lezen lezen=lezen lopen=lopen liep=lopen nomen=nemen nam=nemen schoven=schuiven schreven=schrijven sloegen=slaan slagen=slaan sloten=sluiten sloot=sluiten stolen=stelen stond=staan trokken=trekken vielen=vallen vonden=vinden dwenen=dwijnen dween=dwijnen loren=liezen loor=liezen gat=geten wezen=wijzen worpen=werpen zien=zien zonden=zenden zond=zenden zet=zetten zocht=zoeken bracht=brengen daan=doen stoken=steken boden=bieden ving=vangen vangen=vangen raakt=raken gooid=gooien logd=loggen meld=melden",
		Irregular: `kwijtgeraakt=kwijt kreeg=krijgen vond=vinden koos=kiezen begonnen=beginnen aanmelding=aanmelden verstuurd=versturen geweigerd=weigeren
bewaard=bewaren gehackt=hacken gehacked=hacken gehackte=hacken ontving=ontvangen inkomend=inkomende binnenkomende=inkomende uitgaand=uitgaande inbox=inbox mails=mail mailen=mail emails=email emailen=email mailtje=mail emailtje=email mailtjes=mail mailing=nieuwsbrief mailings=nieuwsbrief laat=later ni=niet nie=niet
pwd=wachtwoord ww=wachtwoord wachtwrd=wachtwoord`,
		Links: "s e en n",
		Whole: "wachtwoord antwoord thunderbird outlook postbus onderwerp bovenstaande instagram whatsapp facebook beantwoorden verantwoord standaard ontvanger ontvangen afzender verzenden versturen onderaan bovenaan voorbeeld nederland wegwijs bijlage bericht beheer gegevens gebruiken herstellen verbinden webmail",
	},
	"en": {
		Short: shortParts, Sends: "outgoing send sending", Receives: "incoming receive receiving fetch",
		slug: "search", same: sameEN, Weak: "not no never nothing", Asks: `server hostname host port security ssl tls starttls settings encryption mailserver`,
		Stop: `the a an and or but if then that this these those is are was were be been am do does did doing done have has had can cannot could will would should must may might
i you he she it we they me my your our his her its their mine yours
how what where why when which who whom whose
in on at of for with to from by into about as my than there here
please help hi hello thanks just still also too very some any all every so keep keeps get gets getting got want wants need needs im ive dont doesnt didnt wont cant isnt s t m ve re`,
		Rules: [][]string{
			{"iness", "y", "3"}, {"ies", "y", "2"}, {"sses", "ss", "2"}, {"xes", "x", "2"}, {"ches", "ch", "2"}, {"shes", "sh", "2"}, {"ings", "", "3"}, {"ing", "", "3"}, {"edly", "", "3"}, {"ed", "", "3"},
			{"ation", "", "4"}, {"ss", "ss", "1"}, {"us", "us", "1"}, {"is", "is", "1"}, {"s", "", "3"}, {"ly", "", "4"}, {"e", "", "3"},
		},
		Double:    "bdfglmnprt",
		Irregular: `sent=send lost=lose forgot=forget forgotten=forget found=find stolen=steal stole=steal broken=break broke=break kept=keep wrote=write written=write chose=choose chosen=choose emails=email mails=mail logon=login mobiles=mobile disappeared=disappear`,
		Whole:     "password thunderbird outlook", compounds: true, Links: "",
	},
	"de": {
		Short: shortParts, Sends: "ausgang postausgang ausgehende ausgehender senden versenden", Receives: "eingang posteingang eingehende eingehender empfang empfangen abrufen",
		slug: "suche", same: sameDE, Weak: "nicht kein keine nichts nie", Asks: `server servername port sicherheit ssl tls starttls einstellungen serverdaten verschlusselung postausgangsserver posteingangsserver`, compounds: true,
		Stop: `der die das den dem des ein eine einen einem einer und oder aber wenn dann dass ist sind war bin bist wird werden wurde habe hast hat haben hatte kann kannst konnen konnte will willst wollen muss musst mussen darf soll sollte
ich du er sie es wir ihr mich mir mein meine meinen meinem meiner dein deine unser unsere ihre ihren sein
wie was wo warum wieso weshalb wann welche welcher welches wer womit wofur
in im auf an am von vom fur mit nach bei aus um uber unter durch bis zu zum zur zwischen gegen per via
auch noch schon doch also wieder immer manchmal sehr so gern gerne nur mehr man bitte hallo hilfe danke hier da etwas alles jetzt geht gehen mache machen macht bekomme bekommt kommt kommen`,
		Rules: [][]string{
			{"ungen", "", "3"}, {"ung", "", "3"}, {"orter", "ort", "2"}, {"acher", "ach", "2"}, {"ern", "er", "3"}, {"eln", "el", "3"}, {"en", "", "3"}, {"em", "", "4"}, {"es", "", "4"}, {"te", "t", "4"}, {"e", "", "3"}, {"n", "", "5"}, {"s", "", "4"}, {"st", "", "5"}, {"t", "", "4"},
		},
		Double: "blmnprstf", Ge: "ge", Ends: "t en", Keep: "gerat geheim gesprach gewicht geld", Particles: "ein auf an ab aus uber durch nach zuruck mit um weg zu bei vor her hin",
		Irregular: `gesendet=senden gesandt=senden verloren=verlieren verschwunden=verschwinden gestohlen=stehlen vergessen=vergessen gelesen=lesen gefunden=finden geschrieben=schreiben angemeldet=anmelden eingeloggt=einloggen empfing=empfangen mails=mail emails=email postfacher=postfach passworter=passwort kennworter=kennwort`,
		Links:     "s es n en e", Whole: "passwort kennwort thunderbird outlook antwort empfangen empfanger",
	},
	"fr": {
		Sends: "sortant sortante envoi envoyer", Receives: "entrant entrante reception recevoir relever",
		slug: "recherche", same: sameFR, Weak: "pas non jamais rien", Asks: `serveur nom port securite ssl tls starttls parametres reglages chiffrement hote`,
		Stop: `le la les l un une des du de d et ou mais si alors que qui quoi ce cet cette ces c est sont etait etre suis es a ai as ont avoir avais peut peux pouvoir veux veut vouloir dois doit devoir faut
je j tu il elle on nous vous ils elles me m te se s mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs
comment ou pourquoi quand quel quelle quels quelles combien
dans en sur a au aux avec pour par vers chez entre contre sous sans via
aussi encore deja toujours tres bien plus ne n ni y bonjour merci aide svp tout toute tous fait faire fais arrive n'arrive marche va`,
		Rules: [][]string{
			{"ements", "", "3"}, {"ement", "", "3"}, {"ations", "", "3"}, {"ation", "", "3"}, {"issons", "i", "3"}, {"ees", "", "3"}, {"ee", "", "3"}, {"aux", "al", "2"}, {"ues", "u", "3"}, {"es", "", "3"}, {"s", "", "3"}, {"x", "", "4"},
			{"ent", "", "4"}, {"er", "", "3"}, {"ez", "", "3"}, {"ons", "", "4"}, {"oie", "oi", "3"}, {"e", "", "3"}, {"oy", "oi", "2"},
		},
		Double:    "flmnprt",
		Irregular: `recu=recevoir recus=recevoir recois=recevoir recoit=recevoir recevez=recevoir perdu=perdre perdue=perdre perdus=perdre disparu=disparaitre disparus=disparaitre vole=voler mails=mail emails=email courriels=courriel envoi=envoyer envoie=envoyer`,
	},
}

// The synonyms are those of mail and hosting: what people call a thing, in the
// Netherlands and in Flanders, and what programs call it.
const (
	sameNL = `postbus, mailbox, postvak, inbox, postvak in, mailbus, mail box, brievenbus
wachtwoord, paswoord, password, passwoord, pincode, wachtwoorden, pasword, pass
wijzigen, veranderen, aanpassen, resetten, reset, vernieuwen, change, nieuw instellen, bewerken, omzetten
vergeten, kwijt, niet meer weten, wijzigen
versturen, verzenden, sturen, send, wegsturen, verzending, weg krijgen, mailen, wegkrijgen, verstuur
ontvangen, ontvangst, binnenkomen, ophalen, binnenhalen, afhalen, receive, krijgen, binnenkrijgen, toekomen
inkomende server, imap server, ontvangst server, inkomende mailserver
uitgaande server, smtp server, verzendserver, uitgaande mailserver
servernaam, hostnaam, host, hostname, serveradres, mailserver, mail server, server naam
telefoon, gsm, mobiel, smartphone, mobieltje, toestel, tablet, telefoontje, mobiele telefoon, smart phone
toestel, apparaat, device
computer, pc, laptop, desktop, notebook, chromebook
iphone, ios, apple telefoon
ipad, tablet
mac, macbook, imac, macos, osx
apple mail, mac mail, mail op mac, macmail
samsung, galaxy, samsung galaxy, s21, s22, s23, s24, s25
android, huawei, xiaomi, oppo, oneplus, motorola, nokia, google pixel
nieuwsbrief, bulkmail, massamail, mailing, massamailing, reclamemail, mailinglijst, mailchimp
versturen lukt niet, wil niet weg, gaat niet weg, niet verzonden, kan niet antwoorden, niet beantwoorden
telefoon kwijt, telefoon verloren, telefoon gestolen, iphone kwijt, iphone verloren, iphone gestolen, ipad kwijt, laptop kwijt, laptop verloren, laptop gestolen, toestel kwijt
thunderbird android, k9 mail, k9
outlook klassiek, outlook 2016, outlook 2019, outlook 2021, outlook 2013, outlook 2010, oude outlook, klassieke outlook, outlook classic, classic outlook, outlook 365, outlook office, office 365, microsoft 365, outlook 2007, outlook 2024, gewone outlook, outlook oud, outlook desktop
outlook nieuw, nieuwe outlook, new outlook, outlook new, outlook windows 11
outlook app, outlook mobiel, outlook telefoon, outlook android, outlook iphone, outlook ios, outlook mobile, outlook gsm, outlook tablet, outlook ipad, outlook smartphone
windows mail, windows live mail, mail windows 10, mail windows 11, mail app windows, mail en agenda, mail agenda, windows live, live mail, windows 10 mail, windows 11 mail, mail app laptop, mail app pc
webmail, roundcube, browser, mail online, via internet, via de website, zonder programma, zonder app, iemand anders, andermans, pc van een ander, computer van een ander, pc van een vriend, bij een vriend, in de bibliotheek, internetcafe, in het hotel, in een hotel, zonder outlook, chrome, firefox, edge, safari, online, mail lezen via internet, onderweg, webbrowser, zonder installeren
instellen, installeren, configureren, toevoegen, koppelen, opzetten, setup, instellingen, configuratie, aanmelden in, opstellen, aansluiten, instal, zetten op, werkend krijgen
instellingen, configuratie, gegevens, settings, serverinstellingen, serverdata, servergegevens, parameters
automatisch, autodiscover, autoconfig, vanzelf, zelf invullen
inloggen, aanmelden, login, log in, logon, signin, binnenkomen op
authenticatie, verificatie, aanmelding
foutmelding, error, fout, melding, foutcode, errormelding, foutbericht, foutnummer, errorcode
werkt niet, doet het niet, doet niks, doet niets, reageert niet, laadt niet, ververst niet, synchroniseert niet, haalt niet op, haalt geen, opent niet, niet openen, geen verbinding, verbroken, timeout, time out, storing, kapot, stuk, probleem, defect, problemen, doe het niet, hapert, doet raar, doet vreemd, ligt plat, plat, ligt eruit, ligt uit, eruit, down, offline, onbereikbaar, niet bereikbaar, verbinding mislukt, geen internet, opnieuw installeren, werkt niks, loopt vast, crasht, vastgelopen, hangt, haalt niets op, werkt niet meer, iets mis, mis met, gaat mis, gaat fout, geen contact, geen nieuwe mail, geen nieuwe berichten, geen mail, geen mails, krijg geen mail, komt niet binnen, komt niets binnen, niets binnen, niet bereiken, kan niet openen
lukt niet, mislukt, niet gelukt, gaat niet
klopt niet, onjuist, verkeerd, fout, geweigerd, niet geaccepteerd, ongeldig, incorrect, foutief, afgewezen, niet herkend, niet juist, niet correct
vol, full, quota, quotum, opslag, opslagruimte, schijfruimte, ruimte, plaats, overvol, gb, gigabyte, mb, megabyte, geheugen, propvol, bijna vol, vrijmaken, plaats vrij, ruimte vrij, plaats maken, te weinig ruimte, geen ruimte, limiet bereikt, over quota, opschonen
verdwenen, weg, kwijt, verloren, missing, verwijderd, foetsie, verdwijnen, spoorloos, zoek, onvindbaar, niet zichtbaar, zie niet, gewist, zijn weg, is weg, niet meer te zien, leeg, inbox leeg, postvak leeg
dubbel, dubbele, tweemaal, twee keer, meermaals, meerdere keren, duplicaten, dubbels
kwijt, gestolen, verloren, gehackt, gejat, gepikt, hacker, hackers, ingebroken, diefstal, beroofd, gepakt, misbruik
back up, reservekopie, kopie, bewaren, exporteren, export, opslaan, archiveren, archief, veiligstellen, pst, veiligheidskopie, reserve kopie, mbox, eml, usb stick, harde schijf, downloaden
certificaat, beveiligingscertificaat, beveiligingswaarschuwing, beveiligingsmelding, vertrouwd, niet vertrouwd, onveilig, niet beveiligd, veiligheidswaarschuwing, identiteit, https, ssl certificaat, servercertificaat, niet veilig, beveiligingsfout
waarschuwing, melding
verhuizen, overstappen, overstap, omzetten, migreren, migratie, overgaan, verhuizing, overzetten, meenemen, overbrengen, overnemen, wisselen, andere provider, andere hoster, nieuwe provider, overhevelen, nieuwe host, andere host, nieuwe hosting, hosting, hostingpartij, verhuisd, kopieren naar
kiezen, verschil, vergelijken, beter, voordeel, nadeel, welke is beter, wat is beter, keuze, voordelen, nadelen, tegelijk, vs, versus, tegenover, in plaats van
woordenlijst, begrippen, betekenis, uitleg, betekent, definitie, jargon, wat betekent, begrippenlijst, begrip, moeilijke woorden, vaktaal, vaktermen, afkorting, wat wil zeggen, wat houdt in
beveiliging, ssl, tls, versleuteling, encryptie
komt terug, terugkomen, teruggestuurd, retour, bounce, mailer daemon, delivery failed, undeliverable, onbestelbaar, terug, undelivered, returned to sender, delivery status notification, niet afgeleverd, niet bezorgd, mail delivery, failed, failure notice, keert terug, returned, versturen lukt niet
postvak uit, outbox, versturen lukt niet
zwarte lijst, blacklist, blacklisted, blocklist, spamhaus, versturen lukt niet, geblokkeerd ip
root folder path, root map, hoofdmap, prefix, imap pad
contact, helpdesk, klantenservice, klantendienst, bellen, support, contact, contacteren, contact opnemen, telefoonnummer, bereiken, bereikbaar, telefonisch, hulplijn, spreken
onveilige verbinding, niet beveiligde verbinding, certificaat
heb ik, welk type, wat voor account
programma, client, emailprogramma, mailprogramma, mailclient
relay, relaying
pop, pop3
mail, email, bericht, berichten
map, folder
aanmaken, maken, toevoegen
verwijderen, wissen, weggooien, weghalen, delete, weg doen, opkuisen, smijten, wegdoen, opzeggen, stopzetten, afsluiten, sluiten, schrappen
terughalen, terugvinden, terugzetten, herstellen, restore, redden
bijlage, attachment, bestand, foto, document, fotos, filmpje, pdf, bijlagen, bestanden, video, zip, pdf bestand
extra, bijkomend
wachtwoord wijzigen, nieuw wachtwoord, ander wachtwoord, wachtwoord herstellen
wachtwoord klopt niet, inloggen lukt niet, inloggen mislukt, niet inloggen, niet aanmelden, login failed, authentication failed, toegang geweigerd, access denied, te veel pogingen, authenticatie mislukt
blokkeren, tegenhouden, weren, filteren, filter, uitschakelen, zwarte lijst maken
gebruikersnaam, username, inlognaam, accountnaam
vergrendeld, geblokkeerd, locked, blocked, geband
afmelden, uitloggen
contacten, adresboek, contactpersonen
blijft hangen, blijft staan, blijft in
prullenbak, verwijderde items
opruimen, leegmaken, opruimen, legen, opschonen
verzonden, verzonden items, sent, verzonden berichten, verstuurde, verstuurd, verzonden mail
beginnen, starten, begin
toegankelijkheid, schermlezer, voorleessoftware, voorlezen, toegankelijk, slechtziend, blind
synchroniseren, gelijk, sync, meerdere apparaten
achterlaten, laten staan, blijven staan
afwezig, afwezigheid, vakantie, verlof, out of office, automatisch antwoord, autoreply, auto reply, vakantiebericht, afwezigheidsbericht, afwezigheidsassistent, buiten kantoor, ooo, autoresponder, auto responder, automatische beantwoorder, beantwoorder, automatisch beantwoorden, vrij, zwangerschapsverlof, ziek
doorsturen, forwarden, forward, doorzenden, doorzending, omleiden, doorleiden, doorverwijzen, redirect, automatisch naar, doorgestuurd, doorschakelen
handtekening, signature, ondertekening, logo, footer, disclaimer, visitekaartje, onderschrift, naam onder, tekst onder, onderaan mail
spam, ongewenst, ongewenste post, ongewenste mail, spammap, junk, reclame, spamfilter, whitelist, witte lijst, wit lijst, ongewenste berichten, rommel, rommelmail, afzender blokkeren
phishing, oplichting, oplichter, nepmail, nep, vals, verdacht, afpersing, chantage, fraude, scam, virus, echt, fishing, vervalst, vervalste, spoofing, in mijn naam, namens mij, phising, nepbericht, valse, link geklikt, foute link, malware, bedrog, bedrieger, uit mijn naam, onder mijn naam, met mijn adres, via mijn adres
twee stappen, tweestaps, smscode, inlogcode, code via sms, twee staps, 2fa, mfa, tweefactor, twee factor, authenticator, tweestapsverificatie, verificatiecode, bevestigingscode, 2 staps, 2 stappen, 2stapsverificatie, otp, tweefactorauthenticatie, two factor, extra beveiliging, app wachtwoord, applicatiewachtwoord, app specifiek wachtwoord, stapsverificatie, stap verificatie
catch all, catchall, opvangen, alle mail van mijn domein
vertraging, vertraagd, te laat, laat, later, traag, langzaam, duurt lang, delay, delayed, komt niet aan, uren later, uur later, pas na, loopt achter, achterstand, wachten op
niets, niks, geen
postbus, mailadres, emailadres, mailaccount
gedeeld, delen, samen, gezamenlijk, gemeenschappelijk, collega, team, shared, meerdere gebruikers, meerdere mensen, met zijn tweeen, groepsmail, medewerkers, meerdere personen, met meer mensen, functionele
grootte, limiet, maximaal, maximum, te groot, te zwaar, hoe groot, hoeveel, zwaar, te grote, wetransfer, per dag, per uur, aantal mails, video, mb, megabyte, gb
printer, scanner, scannen, scan, multifunctional, kopieerapparaat, mfp, copier, kopieermachine, kopieerder, scan to mail, scan naar mail, nas, synology, camera, beveiligingscamera
website, wordpress, webshop, contactformulier, site, formulier, webformulier, form, php, plugin, woocommerce, contact form, web shop
outlook nieuw privacy, outlook privacy
privacy, persoonsgegevens, avg, gdpr, cookies, gegevens
alias, bijnaam, tweede adres, extra adres, extra emailadres, tweede emailadres, extra mailadres, ander adres
catch all, wildcard, alle adressen, hele domein, alles opvangen
filter, regel, regels, sorteren, automatisch in map, automatisch verplaatsen
twee apparaten, 2 apparaten, twee computers, 2 computers, twee telefoons, beide apparaten, meerdere toestellen, nieuwe telefoon, nieuwe laptop, nieuwe pc, nieuwe computer, nieuw toestel, nieuwe iphone, meerdere apparaten, tweede apparaat, thuis en werk, werk en thuis, op kantoor en thuis, 2e telefoon, tweede telefoon, tweede computer, andere telefoon
dns, txt record, dns record, records
gmail, google mail, g mail, googlemail, google
postbus toevoegen, nieuwe postbus, nieuw emailadres, nieuw mailadres, account aanmaken, nieuwe medewerker, nieuwe collega, extra mailbox, extra postbus
medewerker, personeelslid, werknemer, collega
qr, qr code, scannen met camera
poort, port, poortnummer, poorten
laten staan, achterlaten, bewaren op server, blijven op server, kopie op de server
kiezen, nemen, beste, aanraden, aanbevelen, advies
iphone, ipad, gsm, smartphone, mobiel, samsung, android > telefoon, apparaat
ipad > tablet
macbook, imac, chromebook, notebook > laptop, computer
softfail, hardfail, permerror, neutral > spf
verificatiemail, bevestigingsmail, activatiemail, resetmail, herstelmail, controlemail > vertraging
automatisch verplaatsen, automatisch sorteren, verplaatsen naar map > filter
wat is, wat zijn, wat doet > woordenlijst
mail app, windows app > windows mail
vervangen > nieuw, tweede apparaat
verstuurd vanaf, verzonden vanaf, sent from > handtekening
afmelden nieuwsbrief, uitschrijven, uitschrijven nieuwsbrief > spam
login mislukt, aanmelden mislukt, inloggen lukt niet, verificatie mislukt > wachtwoord klopt niet
inkomende en uitgaande server, server in en uit > imap server
bounce, bounced, mailer daemon, undelivered, undeliverable, delivery failed > versturen lukt niet
ontvangers per mail, aantal ontvangers, te veel ontvangers > grootte, hoeveel
telefonisch contact, openingstijden helpdesk, bereikbaarheid, klachten, klacht > over, contact
toegankelijkheidsverklaring > toegankelijkheid
oude versie, vorige versie, vorige outlook, terug naar oude > oude outlook
inboxpad, root, root folder, mappenpad, submappen, onzichtbare mappen, abonneren, abonneren op mappen > mappen
spoofing, misbruik van domein > spf, phishing
overstap imap, overstappen imap, naar imap, stoppen met pop, pop vervangen, weg van pop > van pop naar imap
account toevoegen android, android account, android mail > android, telefoon
mailing, mailinglijst, massamail, bulk > nieuwsbrief
klanten, leden, abonnees > ontvangers
inloggen webmail, login webmail, inloggen email, inloggen mail > webmail
ssl uitzetten, beveiliging uitzetten, zonder ssl > certificaat
bestaat niet, adres bestaat niet, onbekende ontvanger, onbekend adres, user unknown > versturen lukt niet
verlofmelding, afwezigheidsmelding, vakantiemelding, vrije dag > afwezig
wie zijn jullie, wie ben je, wie zit hierachter, over ons > over
mx > mxrecords, dns
mappenstructuur, mappenlijst, submap, onderliggende mappen > mappen
ik kom niet in, kom niet in, niet in mijn mail, raak niet in, geraak niet in, kan er niet in > wachtwoord klopt niet, niet inloggen
blijft vragen, blijft om, blijft zeuren, zeurt, vraagt steeds, vraagt telkens, vraagt elke keer, telkens opnieuw, steeds opnieuw > wachtwoord klopt niet
bekijken, inkijken, raadplegen, checken, nakijken > lezen
andere computer, andere pc, vreemde computer, computer van iemand > webmail
contact form 7, contact form > contactformulier
authenticationfailed > wachtwoord klopt niet
kan mij niet mailen, niemand kan mailen, anderen kunnen niet mailen > postbus vol, werkt niet
van mezelf, uit eigen naam, mijn eigen adres > phishing
bank, paypal, postnl, belastingdienst, factuur, betaalverzoek, pakketje > phishing
dreigement, dreigen, afpersen > phishing
goede mail, gewone mail, echte mail > spam
tijdelijke fout, 451, 450, 421 > vertraging
maximale mailgrootte, mailgrootte, berichtgrootte > grootte
vertrouwen, vertrouwbaar, betrouwbaar > echt, certificaat
appel, aifoon, iphoon > iphone, apple
nieuw paswoord, ander paswoord > wachtwoord wijzigen
autodiscover, autoconfig > automatisch instellen
uitgaande mailserver, uitgaande server, server uitgaand > smtp
bijmaken, erbij maken, aanvragen > toevoegen
waar zijn, waar is mijn, naartoe, gebleven, waar blijven > verdwenen
hele tijd, de hele tijd, constant, continu, aldoor > blijft vragen
afzender, afzendernaam, weergavenaam, schermnaam, antwoordadres, reply to, naam ontvangers, naam bij ontvanger
buitenland, camping, hotel, vakantiehuis, trein, netwerk, wifi, 4g, 5g, hotspot, roaming > onderweg, versturen lukt niet
gekaapt, kapen, gekraakt, meelezen, leest mee, inbreken, inbraak, account overgenomen, vreemde inlog, iemand zit in > gehackt, kwijt
per ongeluk, abuis, vergissing, ongedaan maken > terughalen, verdwenen
weggegooid, verwijderde mails, verwijderde berichten, prullenmand > verdwenen, prullenbak
raar, vreemd, gek, rare berichten, geklikt, aangeklikt, losgeld, bitcoin, wantrouwen > phishing
overschreden, bomvol, stampvol, plek, ruimtegebrek, dichtgeslibd, volgelopen, uitbreiden, vergroten > vol
unavailable, rejected, denied, refused, does not exist, no such user, unknown user, undeliverable, niet bestaand > versturen lukt niet
zekerheid, reserve, wegschrijven, extern, lokaal bewaren > back up
opheffen, opdoeken, beeindigen, uit dienst, ontslag, vertrokken > verwijderen
omvang, zwaarte, rondsturen, uitnodiging, alle klanten, iedereen tegelijk, meesturen, aanhangsel > grootte, limiet
voettekst, slotregel, groet, afsluiting, afsluiter > handtekening
sloom, duurt, eeuwen, eeuwig, wachten, niet meteen, niet direct > vertraging
mens spreken, chatten, chat, openingsuren, openingstijden, ticket, vraag stellen, langskomen > contact
term, termen, snappen, begrijpen, verklaring, afkortingen > woordenlijst
canon, hp, brother, epson, ricoh, xerox, kyocera, lexmark, qnap, alarm, scant > printer
joomla, drupal, prestashop, magento, shopify, wix, bestelbevestiging, reservering > website
fairphone, sony, lg, honor, realme, pixel > android
spark, bluemail, edison, em client, mailbird, opera, evolution, airmail, fairemail, ander mailprogramma, andere app > mailprogramma, e-mailprogramma, programma
partner, gezin, drie man, twee man, samenwerken, afdeling, zelfde adres > gedeeld
bestellen, aanvragen, bijbestellen > maken
server laten, op de server, server bewaren, van de server, server achterlaten > laat op server
server niet gevonden, niet binnen, krijg geen, ontvang geen, valt uit, verbindt niet, verbindingsfout, blijft laden, wit scherm > werkt niet
toegang, buitengesloten, aanmeldgegevens > inloggen
deur uit, vertrekt niet, blijft steken, vastzitten, wachtrij > versturen lukt niet
slotje, hangslot, identiteit, verifieren > certificaat
zie ik nergens, zie nergens, niet te vinden, niet vindbaar, nergens > verdwenen
adressen, bijkomend adres, nog een adres, meerdere adressen, zelfde inbox, dezelfde inbox > alias
allebei, overal, zowel, synchroon, gelijktijdig > meerdere apparaten
reis, afwezigheid, weekje weg, op vakantie, zwanger > afwezig
passkey, token, herstelcode, authenticatieapp > twee stappen
verzonden items, verzonden mails, verstuurde mail, verzonden berichten, verstuurde berichten, verzonden map > mist verzonden, verdwenen`
	sameEN = `mailbox, inbox
password, passphrase, pwd
change, reset, update, new
wrong, incorrect, invalid, rejected, not accepted, denied, access denied, authentication failed
send, sending, outgoing
receive, incoming, fetch, download
hostname, server name, host, server address
phone, mobile, smartphone, cell
computer, pc, laptop
iphone, ios
mac, macbook, imac, macos
samsung, galaxy
set up, setup, configure, add, install, connect, settings
login, log in, sign in
error, problem, message
not working, broken, down, outage, fails, stopped working, not responding, timed out, timeout, not syncing, not loading, unreachable, offline, cannot connect, cant connect, no connection
full, quota, storage, space, gb, gigabyte, mb
missing, disappeared, gone, lost, deleted, vanished
duplicate, double, twice
stolen, lost, hacked
back up, backup, export, save, archive
certificate, ssl, identity, untrusted, not secure, not trusted, verify, warning
migrate, switch, move, convert, change
difference, versus, vs, choose, better
glossary, terms, definition, meaning, jargon
blacklist, blacklisted, blocklist, spamhaus, refused
bounce, bounced, returned, bounced back, mailer daemon, undeliverable, delivery failed, came back, undelivered, delivery status notification, not delivered
webmail, browser, roundcube
automatic, autodiscover, autoconfig
pop, pop3
email, mail, message
accessibility, screen reader, blind, visually impaired
start, begin, getting started
vacation, out of office, away, holiday, auto reply, autoreply, automatic reply, absence
forward, redirect
spam, junk, unwanted
phishing, scam, fake, blackmail, suspicious, fraud, spoofing, spoofed
two step, 2fa, text message, sms, mfa, two factor, authenticator, verification code
catch all, catchall
delay, late, slow
shared, share, together, team, colleague
size, limit, maximum, too big, too large, too heavy
printer, scanner, scan
android, huawei, xiaomi, oppo, oneplus, motorola, google pixel
delete, remove, clear, clean up, erase
restore, recover, undelete, get back
newsletter, bulk mail
attachment, file, photo
stuck, outbox
someone else, another computer, webmail
new password, change password, forgot password
website, wordpress, contact form
moving, migrate, switch, transfer`
	sameDE = `postfach, mailbox, posteingang, inbox, mailkonto
passwort, kennwort, password
andern, zurucksetzen, neu, change, reset, vergessen
falsch, wrong, ungultig, abgelehnt, akzeptiert, incorrect
senden, versenden, verschicken, abschicken, send, sending, ausgang
empfangen, abrufen, erhalten, receive, receiving
postausgangsserver, ausgangsserver, smtp server, smtp
posteingangsserver, eingangsserver, imap server, imap
servername, hostname, server name
handy, telefon, smartphone, phone
gerat, device
rechner, computer, pc, laptop
einrichten, einstellen, hinzufugen, konfigurieren, set up, add
einstellungen, settings, konfiguration, serverdaten
automatisch, automatic, automatically, autodiscover
anmelden, einloggen, login, sign in, zugangsdaten, benutzername
fehler, fehlermeldung, error, problem, storung, probleme
funktioniert nicht, geht nicht, antwortet nicht, zeituberschreitung, timeout, synchronisiert nicht, ladt nicht, not working, kaputt, mehr bekommen, nicht erreichbar, offline, ausfall, keine verbindung, ausgefallen
voll, full, speicher, speicherplatz, gb, quota
verschwunden, weg, geloscht, disappeared, missing, lost
doppelt, duplicate, zweimal
verloren, gestohlen, geklaut, lost, stolen
sicherung, backup, sichern, exportieren, back up
zertifikat, certificate, vertrauenswurdig, unsicher, identitat, nicht sicher
warnung, warning
wechseln, umstellen, umziehen, switch, umstieg
unterschied, difference, vergleich, besser, oder, wahlen
glossar, begriffe, glossary
zuruck, zuruckgeschickt, bounce, returned, unzustellbar
app, program, programm, mailprogramm
pop, pop3
email, mail, nachricht
barrierefreiheit, accessibility, blind, sehbehindert
uber, about
abwesenheit, abwesend, urlaub, out of office, vacation, autoreply, abwesenheitsnotiz
weiterleiten, weiterleitung, forward, forwarding, umleiten
signatur, signature, unterschrift
spam, junk, werbung, unerwunscht, phishing, betrug
zwei faktor, zweifaktor, 2fa, mfa, two step, zwei schritte
verzogerung, verspatet, zu spat, delay, langsam
gemeinsam, geteilt, shared
grosse, limit, zu gross, zu schwer, size, limits
drucker, scanner, printer
umzug, umziehen, anbieterwechsel, moving
webseite, website, wordpress
nichts, kein, keine
loschen, entfernen, aufraumen
wiederherstellen, zuruckholen
android, huawei, xiaomi, oppo, oneplus, motorola
newsletter, rundmail
anhang, datei, foto
ausgehend, ausgang, postausgang
eingehend, eingang, posteingang
neues passwort, passwort andern, passwort vergessen`
	sameFR = `boite aux lettres, boite mail, messagerie, mailbox, boite de reception
mot de passe, mdp, password, motdepasse
changer, modifier, reinitialiser, nouveau, change, reset, oublie
incorrect, refuse, faux, errone, invalide, wrong
envoyer, envoi, expedier, send, sending
recevoir, reception, receive
serveur sortant, smtp, serveur d'envoi
serveur entrant, imap, serveur de reception
nom du serveur, nom d'hote, hote, server name
telephone, portable, mobile, smartphone, phone
appareil, device
ordinateur, pc, computer
configurer, configuration, ajouter, installer, set up, add
parametres, reglages, settings
automatique, automatiquement, automatic, automatically, autodiscover
connexion, se connecter, identifiant, sign in, login
erreur, message d'erreur, error, probleme, panne
ne marche pas, ne fonctionne pas, ne repond pas, delai depasse, delai, ne recois plus, ne charge pas, not working, marche plus, panne, ne recois plus mes, injoignable, hors ligne, pas de connexion
pleine, plein, full, espace, quota, plus d'espace, go, stockage
disparu, supprime, disappeared, missing, lost
double, duplicate, doublon
perdu, vole, lost, stolen
sauvegarde, sauvegarder, backup, back up, exporter
certificat, certificate, avertissement, warning, non fiable, fiable, non securise, identite, verifier
passer, migrer, basculer, switch
difference, comparer, choisir, mieux
glossaire, definitions, glossary
retour, bounce, returned, revient
pop, pop3
email, mail, courriel, message, mel
accessibilite, accessibility, aveugle, malvoyant
a propos, about
absence, absent, vacances, vacation, out of office, reponse automatique, repondeur
transferer, transfert, rediriger, redirection, forward, forwarding
signature, signer
spam, indesirable, indesirables, pourriel, junk, pourriels, hameconnage
double authentification, deux etapes, deux facteurs, 2fa, two step, validation
retard, lent, tard, delay
partage, partagee, commun, shared
taille, limite, limites, trop gros, trop grand, trop lourd, trop lourde, size, limits
imprimante, scanner, printer
demenager, changer de fournisseur, moving
site, site web, website, wordpress
rien, aucun, pas
supprimer, effacer, nettoyer, vider
recuperer, restaurer, retrouver
android, huawei, xiaomi, oppo, oneplus, motorola
piece jointe, fichier, photo
mettre, installer, ajouter
boite d'envoi, outbox, bloque
nouveau mot de passe, mot de passe oublie, changer mot de passe`
)

var none = &language{slug: "search"}

// of returns what is known of a language; of a regional one that of the
// language itself.
func of(lang string) *language {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if l := languages[base]; l != nil {
		return l
	}
	return none
}

// Slug returns the folder in which the search page of a language stands, below
// the language's own.
func Slug(lang string) string { return of(lang).slug }

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
