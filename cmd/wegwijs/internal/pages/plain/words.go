package plain

import (
	"strings"
	"sync"
)

// habits are what the program knows of a language.
type habits struct {
	longest int                 // words that a sentence may have; 0: not looked at
	choppy  int                 // percent of a page's sentences that may be short
	hard    map[string]string   // hard words and phrases, and the plain ones
	forms   map[string]Form     // words with which readers are addressed
	noAddr  map[string][]string // words before which one of those is another word
	tight   string              // signs before which no space is typed
	loose   string              // signs before which one is
	caps    bool                // nouns have a capital
}

// abbreviations are those with a point behind which a sentence may go on with a
// capital or a number.
var abbreviations = strings.Fields("bijv bv ca dhr mevr mw nr nrs blz resp incl excl evt vgl zgn tel jl par prof dr drs ing ir mr mrs ms st approx no vs fig z.b bzw evtl ggf usw inkl exkl zzgl hr fr abb abs nr vgl sog ev mme mlle p.ex env réf min max")

// languages returns the habits by language. The lists are our own.
var languages = sync.OnceValue(func() map[string]*habits {
	return map[string]*habits{
		"nl": {
			longest: 20,
			choppy:  25,
			tight:   ".,;:!?",
			forms: forms(
				"je jij jou jouw jezelf jouwe",
				"u uw uzelf uwer uws"),
			noAddr: map[string][]string{"u": strings.Fields("letter letters toets teken klinker uur")},
			hard: hard(`
teneinde=om; middels=met; indien=als; dient te=moet; dienen te=moeten; dient u te=moet u; dien je te=moet je; dient men te=moet je;
reeds=al; tevens=ook; eveneens=ook; alsmede=en; alsook=en ook; evenals=net als; desgewenst=als je dat wilt; alvorens=voordat; derhalve=daarom;
dientengevolge=daardoor; desalniettemin=toch; niettemin=toch; desondanks=toch; hetgeen=wat; hetwelk=dat; thans=nu; voorts=ook; wederom=opnieuw;
naderhand=later; nadien=daarna; voornoemd=genoemd; voornoemde=genoemde; bovengenoemde=deze; onderhavige=deze;
desbetreffende=deze; de betreffende=deze; het betreffende=dit; betreffende=over; aangaande=over; omtrent=over; inzake=over; nopens=over; jegens=tegenover; krachtens=volgens; ingevolge=volgens; overeenkomstig=volgens; conform=volgens;
teneerste=eerst; ten behoeve van=voor; ten aanzien van=over; met betrekking tot=over; door middel van=met; ten gevolge van=door; als gevolg van=door;
ten tijde van=tijdens; in het kader van=voor; uit hoofde van=vanwege; op grond van=vanwege; zorg dragen voor=zorgen voor; zorg draagt voor=zorgt voor;
draagt zorg voor=zorgt voor; dragen zorg voor=zorgen voor; in acht nemen=letten op; in acht te nemen=op te letten; in staat stellen=laten; gebruik maken van=gebruiken; maakt gebruik van=gebruikt; maak gebruik van=gebruik; te allen tijde=altijd;
trachten=proberen; tracht=probeert; aanvangen=beginnen; aanvang=begin; geschieden=gebeuren; geschiedt=gebeurt; verschaffen=geven; verschaft=geeft;
verstrekken=geven; verstrekt=geven; bewerkstelligen=zorgen voor; bewerkstelligt=zorgt voor; retourneren=terugsturen; accorderen=goedkeuren; consulteren=raadplegen;
participeren=meedoen; initiëren=beginnen; continueren=doorgaan; prevaleren=voorgaan; elimineren=weghalen; additioneel=extra; additionele=extra;
gaarne=graag; opdat=zodat; zulks=dat; aldus=zo; echter=maar; doch=maar; vermits=omdat; aangezien=omdat; tengevolge=door; heden=vandaag; wijl=omdat;
woonachtig=woont; noodzakelijkerwijs=dus; zodoende=zo; alhier=hier; aldaar=daar; hierbij treft u aan=hierbij vind je; mits=als; nagenoeg=bijna; frequent=vaak; frequente=vaak; separaat=apart; separate=aparte; prioriteren=voorrang geven`),
		},
		"en": {
			longest: 25,
			choppy:  50,
			tight:   ".,;:!?",
			hard: hard(`
utilise=use; utilize=use; utilises=uses; utilizes=uses; utilising=using; utilizing=using; utilisation=use; utilization=use; commence=begin; commences=begins; terminate=end; in order to=to; prior to=before; subsequent to=after; subsequently=later; in the event that=if; in the event of=if there is;
with regard to=about; with regards to=about; with respect to=about; pertaining to=about; regarding the fact that=since; due to the fact that=because; in spite of the fact that=although; for the purpose of=to; at this point in time=now; at the present time=now;
in accordance with=as in; notwithstanding=despite; hereby=with this; herein=here; hereinafter=from here on; hereto=to this; thereof=of it; therein=in it; thereto=to it; aforementioned=this; aforesaid=this; henceforth=from now on; forthwith=at once; heretofore=until now;
endeavour=try; endeavor=try; ascertain=find out; facilitate=help; facilitates=helps; expedite=speed up; necessitate=need; necessitates=needs; remunerate=pay; procure=get; cease=stop; whilst=while; amongst=among; thus=so; hence=so; furthermore=also; moreover=also; the majority of=most; is able to=can; are able to=can; is required to=must; are required to=must; in addition to=besides; methodology=method; upon=on`),
		},
		"de": {
			longest: 20,
			choppy:  50,
			tight:   ".,;:!?",
			caps:    true,
			forms: forms(
				"du dich dir dein deine deinen deinem deiner deines",
				"Sie Ihnen Ihr Ihre Ihren Ihrem Ihrer Ihres"),
			hard: hard(`
mittels=mit; bezüglich=zu; hinsichtlich=zu; betreffs=zu; seitens=von; vermittels=mit; zwecks=für; anlässlich=zu; aufgrund dessen=deshalb; infolgedessen=deshalb; dementsprechend=deshalb; demzufolge=deshalb; nichtsdestotrotz=trotzdem; nichtsdestoweniger=trotzdem; obgleich=obwohl; wenngleich=obwohl; sofern=wenn; falls gewünscht=wenn Sie möchten; gegebenenfalls=wenn nötig; zuzüglich=plus; abzüglich=minus; vorab=vorher; hierbei=dabei; hiermit=damit; nachfolgend=danach; nachstehend=unten; vorstehend=oben; obig=oben; obige=diese; obigen=diesen; diesbezüglich=dazu; desweiteren=außerdem; des Weiteren=außerdem; unverzüglich=sofort; umgehend=sofort; ehestmöglich=möglichst bald; erforderlich=nötig; erforderliche=nötige; erforderlichen=nötigen; in Kenntnis setzen=informieren; zur Verfügung stellen=geben; in Anspruch nehmen=nutzen; Inanspruchnahme=Nutzung; zur Anwendung kommen=angewendet werden; beinhaltet=enthält; beinhalten=enthalten; betätigen=drücken; betätigen Sie=drücken Sie; retournieren=zurückschicken; respektive=oder`),
		},
		"fr": {
			longest: 25,
			choppy:  50,
			tight:   ".,",
			loose:   ";:!?",
			forms: forms(
				"tu toi tes ta",
				"vous votre vos"),
			hard: hard(`
afin de=pour; afin que=pour que; au moyen de=avec; à l'aide de=avec; par le biais de=par; par l'intermédiaire de=par; préalablement=avant; préalablement à=avant; ultérieurement=plus tard; postérieurement=après; nonobstant=malgré; lors de=pendant; au sein de=dans; en vue de=pour; à l'issue de=après; en cas de besoin=si besoin; le cas échéant=si besoin; dans le cadre de=pour; en ce qui concerne=pour; relatif à=sur; relative à=sur; relatifs à=sur; relatives à=sur; eu égard à=vu; en raison de=à cause de; conformément à=selon; susmentionné=ce; susmentionnée=cette; ci-après=ci-dessous; toutefois=mais; néanmoins=mais; par conséquent=donc; dès lors=donc; effectuer=faire; effectuez=faites; procéder à=faire; procédez à=faites; solliciter=demander; sollicitez=demandez; communiquer=donner; acquitter=payer; il convient de=il faut; veuillez noter que=notez que; être en mesure de=pouvoir; êtes en mesure de=pouvez; mettre à jour la date=changer la date; octroyer=donner; débuter=commencer; débutez=commencez; visualiser=voir; visualisez=voyez; finaliser=finir; finalisez=finissez`),
		},
	}
})

// hard reads a list of hard words, each with the plain one.
func hard(list string) map[string]string {
	all := map[string]string{}
	for pair := range strings.SplitSeq(list, ";") {
		word, plain, _ := strings.Cut(pair, "=")
		if word = strings.TrimSpace(word); word != "" {
			all[word] = strings.TrimSpace(plain)
		}
	}
	return all
}

// A Form is how readers are addressed.
type Form int

const (
	Unknown  Form = iota // nobody is addressed, or as often in one way as in the other
	Familiar             // je, du, tu
	Formal               // u, Sie, vous
)

func forms(familiar, formal string) map[string]Form {
	all := map[string]Form{}
	for w := range strings.FieldsSeq(familiar) {
		all[w] = Familiar
	}
	for w := range strings.FieldsSeq(formal) {
		all[w] = Formal
	}
	return all
}

// ours are words of our trade that are right in every language.
const ours = "autoconfig autodiscover gmail webmail thunderbird outlook iphone ipad android samsung microsoft windows imap smtp starttls exchange mailcow dovecot postfix plesk axe-core github html json xml url urls http https repo repos todo referer webhook webhooks eén"

// known returns the words that are right in every language, as [fold] has them.
func known() map[string]bool {
	right := map[string]bool{}
	for w := range strings.FieldsSeq(ours) {
		right[fold(w)] = true
	}
	for _, w := range abbreviations {
		right[w] = true
	}
	return right
}
