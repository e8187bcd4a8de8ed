package diag

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Meant returns the name in known that somebody meant who wrote name: the one
// for which it is a word in Dutch, German or French or in another program, or
// else the [Nearest]; "" for none.
func Meant(name string, known []string) string {
	folded := fold(name)
	if folded == "" {
		return ""
	}
	for _, n := range byWord()[folded] {
		if slices.Contains(known, n) {
			return n
		}
	}
	for _, dark := range []string{"donker", "dunkel", "sombre", "fonce", "dark"} { // of a colour
		light, ok := strings.CutSuffix(folded, dark)
		for _, n := range byWord()[light] {
			if n += "_dark"; ok && slices.Contains(known, n) {
				return n
			}
		}
	}
	return Nearest(name, known)
}

// fold returns a word without capitals, accents, and what stands between its
// parts.
func fold(word string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(word))
}

// byWord returns the names by each folded word for them: first that for which it
// is the first word of its language, and those of one place in the order of
// [words].
var byWord = sync.OnceValue(func() map[string][]string {
	by := map[string][]string{}
	for place, found := 0, true; found; place++ {
		found = false
		for _, w := range words {
			for _, list := range []string{w.dutch, w.german, w.french, w.others} {
				all := strings.Fields(list)
				if place >= len(all) {
					continue
				}
				found = true
				if word := fold(all[place]); !slices.Contains(by[word], w.name) {
					by[word] = append(by[word], w.name)
				}
			}
		}
	}
	return by
})

// WordsFor returns the words for a name by language; nil for a name without any.
func WordsFor(name string) map[string][]string {
	for _, w := range words {
		if w.name == name {
			return map[string][]string{"nl": strings.Fields(w.dutch), "de": strings.Fields(w.german), "fr": strings.Fields(w.french)}
		}
	}
	return nil
}

// words are what people write for the names of keys, directives, attributes,
// values and commands: in their own language, the most common word first, or as
// other programs have it. Of a word for several names that is meant which can
// stand there. A test finds names without words.
var words = []struct{ name, dutch, german, french, others string }{
	// Front matter.
	{"title", "titel kop naam paginatitel paginanaam", "titel überschrift name", "titre nom intitulé", "heading name headline"},
	{"nav_title", "menutitel navigatietitel menunaam korte-titel", "menütitel navigationstitel kurztitel", "titre-menu titre-navigation titre-court", "linktitle sidebar_label short_title menu_title"},
	{"description", "omschrijving beschrijving samenvatting inleiding intro uitleg", "beschreibung zusammenfassung einleitung", "descriptif résumé introduction", "summary excerpt desc abstract"},
	{"slug", "webadres adres adresdeel url pad", "adresse pfad webadresse", "adresse chemin", "permalink url path"},
	{"order", "volgorde rangorde positie plaats nummer", "reihenfolge nummer", "ordre numéro", "weight position sidebar_position nav_order sort"},
	{"updated", "bijgewerkt gewijzigd aangepast laatst-bijgewerkt datum", "aktualisiert geändert stand datum", "mis-à-jour modifié", "date lastmod modified last_updated last_modified"},
	{"keywords", "trefwoorden trefwoord zoekwoorden sleutelwoorden zoektermen labels", "stichwörter schlagwörter schlüsselwörter suchbegriffe", "mots-clés mots-clefs", "tags tag keyword"},
	{"aliases", "oude-adressen oud-adres oude-adres vorige-adressen omleidingen doorverwijzingen", "alte-adressen alte-adresse weiterleitungen", "anciennes-adresses ancienne-adresse redirections", "redirect_from redirects alias"},
	{"related", "gerelateerd verwant verwante-paginas verwante-pagina’s zie-ook", "verwandt verwandte-seiten siehe-auch", "voir-aussi associés liés pages-liées", "see_also"},
	{"groups", "groepen groep", "gruppen gruppe", "groupes groupe", "group"},
	{"pages", "pagina’s paginas pagina", "seiten seite", "page", "page"},
	{"messages", "berichten meldingen foutmeldingen foutmelding melding", "meldungen fehlermeldungen", "messages-d’erreur message", "message errors"},
	{"needs", "nodig vereist vereisten voorwaarden", "benötigt braucht voraussetzungen", "nécessite requis besoins", "requires prerequisites"},
	{"contents", "inhoud inhoudsopgave diepte", "inhalt inhaltsverzeichnis tiefe", "sommaire table-des-matières profondeur", "toc toc_depth"},
	{"layout", "opmaak sjabloon lay-out", "vorlage darstellung", "gabarit modèle mise-en-page", "template"},
	{"source", "bron brontekst origineel", "quelle original", "origine original", "original"},
	{"draft", "concept klad kladversie ontwerp", "entwurf", "brouillon", "hidden"},

	// site.toml.
	{"base_url", "basisadres siteadres webadres adres website url", "basisadresse adresse webadresse", "adresse-de-base adresse", "baseurl site_url url"},
	{"default_language", "standaardtaal hoofdtaal taal", "standardsprache hauptsprache sprache", "langue-par-défaut langue-principale langue", "language lang locale defaultcontentlanguage"},
	{"languages", "talen taal", "sprachen sprache", "langues langue", "language locales"},
	{"name", "naam titel", "bezeichnung titel", "nom titre", "title"},
	{"dir", "richting leesrichting schrijfrichting map", "richtung schreibrichtung ordner", "sens direction dossier", "direction folder"},
	{"fallback", "terugval reservetaal vervanging", "ersatz ersatzsprache", "repli langue-de-repli", "fallbacks"},
	{"hours", "openingstijden bereikbaarheid uren tijden", "öffnungszeiten zeiten", "horaires heures", "opening_hours"},
	{"stale", "verouderd achterstand", "veraltet", "périmé obsolète", "outdated"},
	{"stale_budget", "verouderd-hoogstens", "veraltet-höchstens", "périmé-maximum", ""},
	{"stale_page", "verouderde-pagina", "veraltete-seite", "page-périmée", ""},
	{"provider", "aanbieder hoster bedrijf organisatie leverancier", "anbieter firma", "fournisseur hébergeur prestataire société", "company organization"},
	{"short_name", "korte-naam", "kurzname", "nom-court", "shortname"},
	{"website", "webstek webpagina webadres site homepage", "webseite webadresse homepage", "site-web site", "url homepage site"},
	{"contact", "contactadres contactpagina mail e-mail e-mailadres", "kontakt kontaktadresse", "coordonnées courriel", "email mail"},
	{"status", "statuspagina storingen storingspagina", "statusseite störungen", "page-d’état état", "status_page"},
	{"logo", "beeldmerk embleem", "firmenzeichen signet", "logotype", "brand"},
	{"icon", "icoon pictogram", "symbol", "icône", "favicon"},
	{"phone", "telefoon telefoonnummer", "telefon telefonnummer", "téléphone", "telephone tel"},
	{"feedback", "terugkoppeling reactie reacties beoordeling", "rückmeldung bewertung", "avis retour", "rating"},
	{"mail", "post e-mail mailproduct postbus", "post", "courriel messagerie", "email"},
	{"id", "kenmerk code naam", "kennung kürzel", "identifiant code", "key"},
	{"domains", "domeinen domein domeinnaam domeinnamen maildomein", "domänen domäne", "domaines domaine", "domain"},
	{"help", "hulp hulppagina’s", "hilfe hilfeseiten", "aide", "docs"},
	{"username", "gebruikersnaam inlognaam gebruiker", "benutzername benutzer", "nom-d’utilisateur utilisateur", "user login"},
	{"webmail", "webmailadres", "webmailadresse", "adresse-webmail", "webmail_url"},
	{"leave_on_server_days", "bewaardagen dagen-op-server op-server-laten", "tage-auf-dem-server", "jours-sur-le-serveur", "leave_on_server"},
	{"server", "mailserver servers", "mailserver", "serveur", "servers"},
	{"protocol", "soort type", "protokoll art", "protocole", "type"},
	{"host", "servernaam server hostnaam adres serveradres", "servername server adresse", "hôte serveur nom-du-serveur adresse", "hostname server address"},
	{"port", "poort poortnummer", "portnummer", "numéro-de-port", "ports"},
	{"security", "beveiliging versleuteling veiligheid encryptie", "sicherheit verschlüsselung", "sécurité chiffrement", "encryption ssl tls"},
	{"authentication", "aanmelding authenticatie inloggen", "anmeldung authentifizierung", "authentification", "auth"},
	{"preference", "voorkeur volgorde prioriteit", "vorrang reihenfolge priorität", "préférence priorité ordre", "priority order"},
	{"why", "waarom reden", "warum grund", "pourquoi raison", "reason because"},
	{"oauth2", "aanmeldserver", "anmeldeserver", "serveur-d’authentification", "oauth"},
	{"issuer", "uitgever", "aussteller", "émetteur", ""},
	{"auth_url", "aanmeldadres", "anmeldeadresse", "adresse-d’authentification", "authorization_url"},
	{"token_url", "tokenadres", "tokenadresse", "adresse-du-jeton", ""},
	{"scope", "bereik rechten", "umfang rechte", "portée droits", "scopes"},
	{"forms", "formulieren vormen", "formulare formen", "formulaires formes", "form"},
	{"profile", "profiel", "profil", "profil", ""},
	{"redirect", "omleiding omleidingen doorverwijzing doorverwijzingen", "weiterleitung umleitung", "redirection redirections", "redirects"},
	{"from", "van oud oud-adres", "von alt", "de ancien", "source old"},
	{"to", "naar nieuw nieuw-adres", "nach zu neu", "vers nouveau", "target new"},
	{"expires", "verloopt vervalt geldig-tot einddatum", "läuft-ab gültig-bis ablauf", "expire expiration", "expiry"},
	{"policy", "beleid", "richtlinie", "politique", ""},
	{"theme", "thema kleuren huisstijl kleur", "farben thema", "thème couleurs", "colors colours"},
	{"accent", "kleur hoofdkleur accentkleur huiskleur", "akzent akzentfarbe farbe", "couleur couleur-d’accent", "color colour primary"},
	{"accent_strong", "sterke-kleur sterk-accent", "starke-farbe", "couleur-forte", ""},
	{"on_accent", "kleur-op-accent tekst-op-accent", "farbe-auf-akzent", "couleur-sur-accent", ""},
	{"tint", "achtergrond achtergrondkleur", "hintergrund hintergrundfarbe", "teinte fond", "background"},
	{"visited", "bezocht", "besucht", "visité", ""},
	{"focus", "focuskleur", "fokus", "focalisation", ""},
	{"nav", "navigatie menu", "menü", "menu", "navigation menu"},
	{"max", "maximum hoogstens", "höchstens maximum", "maximum", "maximum limit"},
	{"outputs", "uitvoer uitvoerbestanden", "ausgabe ausgaben", "sorties sortie", "output"},
	{"compress", "verkleinen comprimeren compressie", "komprimieren", "compresser compression", "compression"},
	{"not_found", "niet-gevonden foutpagina", "nicht-gefunden fehlerseite", "non-trouvé page-d’erreur", "404"},
	{"redirects", "omleidingen doorverwijzingen", "weiterleitungen", "redirections", "redirect"},
	{"rules", "regels serverregels", "regeln", "règles", "rule"},
	{"search", "zoeken zoekfunctie", "suche suchen", "recherche", "find"},
	{"synonyms", "synoniemen", "synonyme", "synonymes", "synonym"},
	{"boost", "gewicht versterking", "gewichtung", "poids", "weight"},
	{"content", "inhoud pagina’s", "inhalt seiten", "contenu pages", "pages"},
	{"without", "zonder weglaten behalve", "ohne", "sans", "exclude"},
	{"builtin", "ingebouwd", "eingebaut", "intégré", "built_in"},
	{"layouts", "opmaak lay-outs sjablonen", "vorlagen", "gabarits", "layout templates"},
	{"check", "controle controleren controleer nakijken", "prüfung prüfen", "contrôle vérifier", "lint"},
	{"severity", "ernst", "schwere schweregrad", "gravité", "level"},
	{"words", "woorden", "wörter", "mots", "dictionary"},
	{"glossary", "woordenlijst begrippen begrippenlijst", "glossar begriffe", "glossaire", "terms"},
	{"abbreviations", "afkortingen", "abkürzungen", "abréviations", "abbr acronyms"},

	// Targets of publish, and [forms].
	{"publish", "publiceren publiceer publicatie", "veröffentlichen", "publier publication", "deploy"},
	{"type", "soort", "art", "genre sorte", "kind"},
	{"url", "adres webadres", "adresse webadresse", "adresse", "address"},
	{"path", "pad map folder", "pfad ordner", "chemin dossier", "folder dir directory"},
	{"keep", "bewaren bewaar", "behalten", "garder", "releases"},
	{"grace_days", "respijt respijtdagen", "schonfrist", "jours-de-grâce", "grace"},
	{"shrink", "krimp", "schrumpfung", "réduction", ""},
	{"sample", "steekproef", "stichprobe", "échantillon", ""},
	{"parallel", "tegelijk", "gleichzeitig", "parallèle", "concurrency"},
	{"user", "gebruiker gebruikersnaam", "benutzer", "utilisateur", "username login"},
	{"identity", "sleutel sleutelbestand", "schlüssel schlüsseldatei", "clé", "key identity_file"},
	{"known_hosts", "bekende-servers", "bekannte-server", "hôtes-connus", ""},
	{"ssh_config", "ssh-instellingen", "ssh-einstellungen", "configuration-ssh", ""},
	{"endpoint", "eindpunt", "endpunkt", "point-d’accès", "host"},
	{"bucket", "emmer opslag", "eimer speicher", "compartiment", ""},
	{"prefix", "voorvoegsel", "präfix", "préfixe", ""},
	{"region", "regio", "gebiet", "région", ""},
	{"path_style", "padstijl", "pfadstil", "style-de-chemin", ""},
	{"cache_pages", "cache-pagina’s", "cache-seiten", "cache-des-pages", "cache_control"},
	{"conditional", "voorwaardelijk", "bedingt", "conditionnel", ""},
	{"rate", "snelheid", "geschwindigkeit", "débit", ""},
	{"certificate", "certificaat", "zertifikat", "certificat", "cert"},
	{"key", "sleutel", "schlüssel", "clé", "private_key"},
	{"autoconfig_host", "autoconfig-server", "autoconfig-servername", "serveur-autoconfig", ""},
	{"autodiscover_host", "autodiscover-server", "autodiscover-servername", "serveur-autodiscover", ""},

	// Directives and attributes.
	{"alternative", "alternatief tweede-keus", "zweite-wahl", "second-choix", ""},
	{"br", "regeleinde nieuwe-regel enter", "zeilenumbruch", "saut-de-ligne", "newline linebreak"},
	{"choice", "keuze keuzehulp", "auswahl wahl", "choix", ""},
	{"details", "uitklap uitklapper uitklappen inklap meer", "aufklappen mehr", "déplier plus détails", "expand collapse spoiler accordion"},
	{"devices", "apparaten toestellen", "geräte", "appareils", ""},
	{"find", "vind zoek zoeken zoekveld", "finden suchen suchfeld", "trouver chercher", "search"},
	{"kbd", "toets toetsen toetsenbord", "taste tasten", "touche touches", "key keys"},
	{"lang", "taal", "sprache", "langue", "language"},
	{"message", "melding foutmelding bericht", "meldung fehlermeldung", "message-d’erreur", "error"},
	{"noindex", "niet-zoeken niet-vindbaar", "nicht-suchen", "non-indexé", "nosearch"},
	{"personal", "persoonlijk mijn", "persönlich", "personnel", ""},
	{"profiles", "profielen", "profile", "profils", ""},
	{"setting", "instelling waarde", "einstellung wert", "réglage paramètre valeur", "value"},
	{"settings", "instellingen", "einstellungen", "réglages paramètres", "config"},
	{"steps", "stappen stap stappenplan", "schritte schritt", "étapes étape", "step"},
	{"sub", "laag verlaagd", "tiefgestellt", "indice", "subscript"},
	{"summary", "samenvatting kort in-het-kort", "zusammenfassung kurz", "résumé bref", "tldr abstract"},
	{"sup", "hoog verhoogd", "hochgestellt", "exposant", "superscript"},
	{"tab", "tabblad", "reiter karteikarte", "onglet", ""},
	{"tabs", "tabbladen tabblad", "karteireiter reiter karteikarten", "onglets", ""},
	{"tasks", "taken tegels", "aufgaben kacheln", "tâches tuiles", "cards tiles"},
	{"ui", "knop menu scherm", "schaltfläche knopf", "bouton", "button menu"},
	{"when", "als wanneer indien", "wenn falls", "si quand", "if"},
	{"product", "mailproduct", "produkt", "produit", ""},
	{"code", "taalcode taal", "sprachcode sprache", "code-langue langue", "lang"},
	{"row", "rij regel", "zeile", "ligne rangée", ""},
	{"client", "programma mailprogramma app", "programm mailprogramm", "logiciel programme", "program app"},
	{"card", "kaart kaartje", "karte", "carte", ""},
	{"has", "heeft met", "hat mit", "avec", "with"},
	{"lacks", "mist zonder", "fehlt ohne", "sans manque", "without"},
	{"width", "breedte", "breite", "largeur", "w"},

	// Values.
	{"tls", "ssl impliciet impliciete-tls", "implizit", "implicite", "ssl/tls tls/ssl implicit implicit-tls smtps imaps"},
	{"none", "geen uit nee", "keine aus", "aucune aucun", "plain no off"},
	{"address", "adres e-mailadres mailadres", "adresse", "adresse", "email email-address"},
	{"password", "wachtwoord", "passwort kennwort", "mot-de-passe", "plain"},
	{"encrypted", "versleuteld", "verschlüsselt", "chiffré", "cram-md5"},
	{"error", "fout", "fehler", "erreur", ""},
	{"warning", "waarschuwing", "warnung", "avertissement", "warn"},
	{"off", "uit nee", "aus nein", "non désactivé", "none no ignore"},
	{"products", "producten", "produkte", "produits", ""},

	// Commands.
	{"build", "bouw bouwen maak", "bauen erstellen", "construire", "make generate"},
	{"watch", "kijk bekijk voorbeeld", "ansehen vorschau", "voir aperçu", "serve preview dev start"},
	{"verify", "verifieer nagaan", "verifizieren", "vérifie", ""},
	{"new", "nieuw", "neu", "nouveau", "init create"},
	{"import", "importeer overnemen", "importieren", "importer", "migrate"},
	{"eject", "kopieer", "kopieren", "copier", ""},
	{"translate", "vertaal vertalen", "übersetzen", "traduire", ""},
	{"doctor", "dokter", "doktor", "docteur", ""},
	{"version", "versie", "fassung", "", ""},

	// Topics of the manual.
	{"translations", "vertalingen vertaling", "übersetzungen", "traductions", "i18n"},
	{"publishing", "publiceren publicatie uploaden", "veröffentlichen", "publication publier", "deploy deployment"},
	{"importing", "importeren overzetten", "", "importation", "migration"},
	{"directives", "blokken onderdelen", "bausteine", "blocs", "shortcodes"},
	{"editors", "editor bewerker", "", "éditeurs", ""},
	{"codes", "meldingscodes", "", "", ""},
}
