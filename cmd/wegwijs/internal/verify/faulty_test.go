package verify

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/mail"
)

const errRefused = syscall.ECONNREFUSED

// steps is a well-behaved server in steps, so that tests can break each one.
// A step gets the command that the client sent, "" for the greeting.
type steps struct {
	greeting []string
	offers   []string // answer to the question, before TLS or inside; %s is the tag
	starttls string
	inside   []string // answer inside TLS
	goodbye  []string
}

func good(p mail.Protocol) steps {
	switch p {
	case mail.IMAP:
		return steps{
			greeting: []string{"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready"},
			offers:   []string{"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED", "%s OK done"},
			starttls: "%s OK begin",
			inside:   []string{"* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN", "%s OK done"},
			goodbye:  []string{"* BYE until then", "%s OK done"},
		}
	case mail.POP:
		return steps{
			greeting: []string{"+OK ready"},
			offers:   []string{"+OK", "TOP", "STLS", "."},
			starttls: "+OK begin",
			inside:   []string{"+OK", "TOP", "USER", "SASL PLAIN LOGIN", "."},
			goodbye:  []string{"+OK bye"},
		}
	}
	return steps{
		greeting: []string{"220-mail.example.nl", "220 ESMTP"},
		offers:   []string{"250-mail.example.nl", "250-PIPELINING", "250 STARTTLS"},
		starttls: "220 begin",
		inside:   []string{"250-mail.example.nl", "250 AUTH PLAIN LOGIN"},
		goodbye:  []string{"221 bye"},
	}
}

// serve plays the steps. Stop, when not nil, is called before each step with
// the step's name and may end the dialogue or hang.
func (st steps) serve(sec mail.Security, stop func(t *talk, step string)) peer {
	return func(t *talk) {
		if stop == nil {
			stop = func(*talk, string) {}
		}
		inside := false
		if sec == mail.TLS {
			stop(t, "tls")
			t.startTLS()
			inside = true
		}
		stop(t, "greeting")
		t.say(st.greeting...)
		for {
			line := t.hear()
			tag, cmd := "", line
			if strings.HasPrefix(line, "a") {
				tag, cmd = firstWord(line)
			}
			cmd, _ = firstWord(cmd)
			answer := func(lines ...string) {
				for _, l := range lines {
					t.say(strings.ReplaceAll(l, "%s", tag))
				}
			}
			switch cmd {
			case "CAPABILITY", "CAPA", "EHLO":
				if inside || sec == mail.None {
					stop(t, "inside")
					answer(st.inside...)
				} else {
					stop(t, "offers")
					answer(st.offers...)
				}
			case "STARTTLS", "STLS":
				stop(t, "starttls")
				answer(st.starttls)
				if word, _ := firstWord(strings.TrimPrefix(st.starttls, "%s ")); word != "OK" && word != "+OK" && word != "220" {
					continue
				}
				stop(t, "tls")
				t.startTLS()
				inside = true
			case "LOGOUT", "QUIT":
				stop(t, "goodbye")
				answer(st.goodbye...)
				return
			default:
				t.log.add("<unknown>")
				return
			}
		}
	}
}

var securities = []mail.Security{mail.TLS, mail.STARTTLS, mail.None}

// A server that does all right holds, in every protocol and security, and the
// client says exactly what it should and no more.
func TestHolds(t *testing.T) {
	said := map[string]string{
		"imap tls":      "<TLS>, a1 CAPABILITY, a2 LOGOUT",
		"imap starttls": "a1 CAPABILITY, a2 STARTTLS, <TLS>, a3 CAPABILITY, a4 LOGOUT",
		"imap none":     "a1 CAPABILITY, a2 LOGOUT",
		"pop tls":       "<TLS>, CAPA, QUIT",
		"pop starttls":  "CAPA, STLS, <TLS>, CAPA, QUIT",
		"pop none":      "CAPA, QUIT",
		"smtp tls":      "<TLS>, EHLO [127.0.0.1], QUIT",
		"smtp starttls": "EHLO [127.0.0.1], STARTTLS, <TLS>, EHLO [127.0.0.1], QUIT",
		"smtp none":     "EHLO [127.0.0.1], QUIT",
	}
	for _, p := range mail.Protocols {
		for _, sec := range securities {
			t.Run(fmt.Sprint(p, " ", sec), func(t *testing.T) {
				s := row(p, sec)
				l := newLab(t).at(s, good(p).serve(sec, nil))
				r := l.check(s)
				wantCodes(t, r, "holds")
				if got := strings.ReplaceAll(strings.Join(l.log.all(), ", "), "\r\n", ""); got != said[fmt.Sprint(p, " ", sec)] {
					t.Errorf("the client said %q", got)
				}
				a := r.Rows[0].Addresses[0]
				if a.Greeting == "" || len(a.Capabilities) == 0 || strings.Contains(strings.Join(a.Capabilities, " "), "ST") {
					t.Errorf("greeting %q, capabilities %q", a.Greeting, a.Capabilities)
				}
				if (a.TLS == nil) != (sec == mail.None) {
					t.Errorf("TLS is %v", a.TLS)
				}
				if a.TLS != nil && (a.TLS.Version != "TLS 1.3" || a.TLS.DaysLeft != 60 || a.TLS.Issuer != "Test Root" || !slices.Equal(a.TLS.Names, []string{host})) {
					t.Errorf("TLS is %+v", a.TLS)
				}
				if r.ExitStatus(false) != 0 {
					t.Error("the exit status is not 0")
				}
			})
		}
	}
}

// Whatever a server offers or asks, no line of the client holds more than a
// command from the closed list: no credential can be among them.
func TestNoCredentials(t *testing.T) {
	allowed := regexp.MustCompile(`^((a[1-9] )?(CAPABILITY|STARTTLS|LOGOUT)|CAPA|STLS|QUIT|EHLO \[[0-9.]+\]|EHLO \[IPv6:[0-9a-f:]+\])\r\n$`)
	greedy := map[mail.Protocol]func(*steps){
		mail.IMAP: func(st *steps) {
			st.inside = []string{"+ send your password", "* CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5 AUTH=XOAUTH2", "%s OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] LOGIN now"}
		},
		mail.POP: func(st *steps) {
			st.greeting = []string{"+OK USER and PASS please <1.2@example.nl>"}
			st.inside = []string{"+OK", "USER", "SASL PLAIN LOGIN CRAM-MD5", "AUTH-RESP-CODE", "."}
		},
		mail.SMTP: func(st *steps) {
			st.inside = []string{"250-mail.example.nl", "250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 EXTERNAL ANONYMOUS", "250-AUTH=PLAIN", "250 STARTTLS"}
		},
	}
	auths := []mail.Authentication{mail.Password, mail.Encrypted, mail.OAuth2}
	for _, p := range mail.Protocols {
		for _, sec := range securities {
			st := good(p)
			greedy[p](&st)
			s := row(p, sec)
			s.Authentication = auths
			l := newLab(t).at(s, st.serve(sec, nil))
			l.check(s)
			lines := l.log.all()
			if len(lines) < 2 {
				t.Errorf("%s %s: the client said only %q", p, sec, lines)
			}
			for _, line := range lines {
				if line != "<TLS>" && !allowed.MatchString(line) {
					t.Errorf("%s %s: the client said %q", p, sec, line)
				}
			}
		}
	}
}

// A server that hangs, at whichever step, is one that could not be reached:
// never one that does not hold. The time it takes is the policy's.
func TestHang(t *testing.T) {
	testRoot()
	limits := map[string]time.Duration{"tls": 10 * time.Second, "greeting": 30 * time.Second, "offers": 15 * time.Second, "starttls": 15 * time.Second, "inside": 15 * time.Second, "goodbye": 15 * time.Second}
	stages := map[mail.Security][]string{
		mail.TLS:      {"tls", "greeting", "inside", "goodbye"},
		mail.STARTTLS: {"greeting", "offers", "starttls", "tls", "inside", "goodbye"},
		mail.None:     {"greeting", "inside", "goodbye"},
	}
	for _, p := range mail.Protocols {
		for _, sec := range securities {
			for _, stage := range stages[sec] {
				t.Run(fmt.Sprint(p, " ", sec, " ", stage), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s := row(p, sec)
						l := newLab(t).at(s, good(p).serve(sec, func(t *talk, step string) {
							if step == stage {
								t.hang()
							}
						}))
						r := l.check(s)
						want := limits[stage]
						if stage == "greeting" && sec != mail.TLS {
							want += 10 * time.Second // the attempt at TLS
						}
						if stage == "goodbye" {
							wantCodes(t, r, "holds")
						} else {
							wantCodes(t, r, "could not be reached verify-silent")
						}
						if l.took != want {
							t.Errorf("it took %s, want %s", l.took, want)
						}
						if got := r.ExitStatus(false); got != 1 && stage != "goodbye" {
							t.Errorf("exit status %d", got)
						}
						if got := r.ExitStatus(true); got != 0 {
							t.Errorf("exit status %d where unreachable is allowed", got)
						}
					})
				})
			}
		}
	}
}

// A server that drips bytes for ever meets the limit of the step and that of
// the row, for the limits are of whole steps and not of single reads.
func TestDrip(t *testing.T) {
	testRoot()
	synctest.Test(t, func(t *testing.T) {
		s := row(mail.SMTP, mail.STARTTLS)
		l := newLab(t).at(s, func(t *talk) {
			for {
				t.raw("220-wait\r\n")
				time.Sleep(time.Second)
			}
		})
		r := l.check(s)
		wantCodes(t, r, "could not be reached verify-silent")
		if took := l.took; took != 30*time.Second {
			t.Errorf("it took %s, want 30s", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := row(mail.IMAP, mail.STARTTLS)
		st := good(mail.IMAP)
		l := newLab(t).at(s, st.serve(mail.STARTTLS, func(t *talk, step string) {
			if step == "tls" {
				time.Sleep(9 * time.Second) // just in time
			} else {
				time.Sleep(14 * time.Second) // just in time, each time
			}
		}))
		r := l.check(s)
		wantCodes(t, r, "could not be reached verify-silent verify-slow")
		if took := l.took; took != 60*time.Second {
			t.Errorf("it took %s, want 60s", took)
		}
	})
}

// The limit of the row also ends a handshake, and that is silence too.
func TestRowLimit(t *testing.T) {
	testRoot()
	synctest.Test(t, func(t *testing.T) {
		s := row(mail.IMAP, mail.TLS)
		l := newLab(t).at(s, good(mail.IMAP).serve(mail.TLS, func(t *talk, _ string) { t.hang() }))
		opt := l.options()
		opt.Timeouts.Row = 4 * time.Second
		r := l.checkWith(opt, s)
		wantCodes(t, r, "could not be reached verify-silent")
		if l.took != 4*time.Second {
			t.Errorf("it took %s, want 4s", l.took)
		}
	})
}

// The end of the context ends the run at once, in the middle of a wait.
func TestCancel(t *testing.T) {
	testRoot()
	synctest.Test(t, func(t *testing.T) {
		s := row(mail.IMAP, mail.TLS)
		l := newLab(t).at(s, good(mail.IMAP).serve(mail.TLS, func(t *talk, step string) {
			if step == "greeting" {
				t.hang()
			}
		}))
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		begin := time.Now()
		r, err := Run(ctx, record(s), l.options())
		if err != context.DeadlineExceeded || r != nil {
			t.Errorf("got %v, %v", r, err)
		}
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("it took %s, want 3s", took)
		}
		l.wg.Wait()
	})
}

// Faults of a hand-made server, by protocol and security: the answer that is
// changed, and what comes of it.
func TestFaults(t *testing.T) {
	long := strings.Repeat("x", 9<<10)
	type change = func(*steps)
	for _, tt := range []struct {
		name string
		p    mail.Protocol
		sec  mail.Security
		do   change
		want string
		said string // some of the server's words in the report
	}{
		// Refusals. "Not now" is no evidence; "no" is.
		{"bye", mail.IMAP, mail.TLS, func(s *steps) { s.greeting = []string{"* BYE too many connections"} }, "could not be reached verify-refused", "too many"},
		{"bye later", mail.IMAP, mail.TLS, func(s *steps) { s.inside = []string{"* BYE shutting down"} }, "could not be reached verify-refused", "shutting"},
		{"err", mail.POP, mail.TLS, func(s *steps) { s.greeting = []string{"-ERR [SYS/TEMP] busy"} }, "could not be reached verify-refused", "busy"},
		{"perm", mail.POP, mail.TLS, func(s *steps) { s.greeting = []string{"-ERR [SYS/PERM] no"} }, "does not hold verify-refused", "PERM"},
		{"421", mail.SMTP, mail.TLS, func(s *steps) { s.greeting = []string{"421 4.3.2 not now"} }, "could not be reached verify-refused", "not now"},
		{"421 later", mail.SMTP, mail.TLS, func(s *steps) { s.inside = []string{"421 closing"} }, "could not be reached verify-refused", "closing"},
		{"421 for starttls", mail.SMTP, mail.STARTTLS, func(s *steps) { s.starttls = "421 closing" }, "could not be reached verify-refused", "closing"},
		{"450", mail.SMTP, mail.TLS, func(s *steps) { s.greeting = []string{"450 wait"} }, "could not be reached verify-refused", "wait"},
		{"554", mail.SMTP, mail.TLS, func(s *steps) { s.greeting = []string{"554-no", "554 blocked"} }, "does not hold verify-refused", "blocked"},
		{"ehlo refused", mail.SMTP, mail.TLS, func(s *steps) { s.inside = []string{"502 what"} }, "does not hold verify-protocol", "what"},
		{"ehlo deferred", mail.SMTP, mail.TLS, func(s *steps) { s.inside = []string{"451 later"} }, "could not be reached verify-refused", "later"},

		// PREAUTH is not waited on.
		{"preauth clear", mail.IMAP, mail.STARTTLS, func(s *steps) { s.greeting = []string{"* PREAUTH hello"} }, "does not hold verify-preauth", "PREAUTH"},
		{"preauth tls", mail.IMAP, mail.TLS, func(s *steps) { s.greeting = []string{"* PREAUTH hello"} }, "does not hold verify-preauth", "PREAUTH"},

		// Other protocols, and none.
		{"pop for imap", mail.IMAP, mail.TLS, func(s *steps) { s.greeting = []string{"+OK pop here"} }, "does not hold verify-protocol", "pop here"},
		{"imap for pop", mail.POP, mail.TLS, func(s *steps) { s.greeting = []string{"* OK imap here"} }, "does not hold verify-protocol", "imap here"},
		{"imap for smtp", mail.SMTP, mail.TLS, func(s *steps) { s.greeting = []string{"* OK imap here"} }, "does not hold verify-protocol", "imap here"},
		{"ssh", mail.SMTP, mail.STARTTLS, func(s *steps) { s.greeting = []string{"SSH-2.0-OpenSSH_9"} }, "does not hold verify-protocol", "SSH"},
		{"garbage imap", mail.IMAP, mail.TLS, func(s *steps) { s.greeting = []string{"\x00\xff\x1b[31mboo {3}"} }, "does not hold verify-protocol", "boo"},
		{"garbage pop", mail.POP, mail.TLS, func(s *steps) { s.greeting = []string{"hello"} }, "does not hold verify-protocol", "hello"},
		{"lower ok", mail.POP, mail.TLS, func(s *steps) { s.greeting = []string{"+ok"} }, "does not hold verify-protocol", "+ok"},
		{"garbage smtp", mail.SMTP, mail.TLS, func(s *steps) { s.greeting = []string{"999 hello"} }, "does not hold verify-protocol", "999"},
		{"354", mail.SMTP, mail.TLS, func(s *steps) { s.greeting = []string{"354 go"} }, "does not hold verify-protocol", "354"},
		{"two codes", mail.SMTP, mail.TLS, func(s *steps) { s.inside = []string{"251-a", "250 AUTH PLAIN"} }, "does not hold verify-protocol", "250"},
		{"wrong tag", mail.IMAP, mail.TLS, func(s *steps) { s.inside = []string{"zz OK done"} }, "does not hold verify-protocol", "zz"},
		{"capability refused", mail.IMAP, mail.TLS, func(s *steps) { s.inside = []string{"%s BAD what"} }, "does not hold verify-protocol", "BAD"},
		{"no revision", mail.IMAP, mail.TLS, func(s *steps) { s.inside = []string{"* CAPABILITY IMAP4 AUTH=PLAIN", "%s OK"} }, "does not hold verify-protocol", "IMAP4"},
		{"capability unanswered", mail.IMAP, mail.TLS, func(s *steps) { s.inside = []string{"%s OK done"} }, "does not hold verify-protocol", ""},

		// Servers that talk too much, at each step.
		{"long greeting", mail.IMAP, mail.TLS, func(s *steps) { s.greeting = []string{"* OK " + long} }, "does not hold verify-too-much", "* OK xxx"},
		{"long line", mail.POP, mail.TLS, func(s *steps) { s.inside = []string{"+OK", long} }, "does not hold verify-too-much", "xxx"},
		{"endless imap", mail.IMAP, mail.TLS, func(s *steps) { s.inside = slices.Repeat([]string{"* OK still here"}, 1<<14) }, "does not hold verify-too-much", ""},
		{"endless pop", mail.POP, mail.TLS, func(s *steps) { s.inside = slices.Repeat([]string{"+OK"}, 1<<15) }, "does not hold verify-too-much", ""},
		{"endless smtp", mail.SMTP, mail.TLS, func(s *steps) { s.greeting = slices.Repeat([]string{"220-hello"}, 1<<13) }, "does not hold verify-too-much", ""},
		{"huge literal", mail.IMAP, mail.TLS, func(s *steps) { s.inside = []string{"* LIST {99999999}", "%s OK"} }, "does not hold verify-too-much", ""},

		// Free text is text; data in literals is data, whatever it looks like.
		{"text like a literal", mail.IMAP, mail.TLS, func(s *steps) {
			s.inside = []string{"* OK see {3}", "* CAPABILITY IMAP4rev1 AUTH=PLAIN", "%s OK see {4}"}
		}, "holds", ""},
		{"literals", mail.IMAP, mail.TLS, func(s *steps) {
			s.inside = []string{"* LIST {7}", "a1 OK", " tail {2}", "xy end", "* CAPABILITY IMAP4rev1 LOGINDISABLED", "%s OK"}
		}, "does not hold verify-auth", ""},
		{"literal that ends like one", mail.IMAP, mail.TLS, func(s *steps) {
			s.inside = []string{"* LIST {5}", "ab{9} end", "* CAPABILITY IMAP4rev1 AUTH=PLAIN", "%s OK"}
		}, "holds", ""},
		{"dots", mail.POP, mail.TLS, func(s *steps) { s.inside = []string{"+OK", "..", ".USER", "."} }, "holds", ""},

		// STARTTLS.
		{"no starttls imap", mail.IMAP, mail.STARTTLS, func(s *steps) { s.offers = []string{"* CAPABILITY IMAP4rev1 AUTH=PLAIN", "%s OK"} }, "does not hold verify-starttls", "AUTH=PLAIN"},
		{"no starttls pop", mail.POP, mail.STARTTLS, func(s *steps) { s.offers = []string{"+OK", "USER", "."} }, "does not hold verify-starttls", "USER"},
		{"no starttls smtp", mail.SMTP, mail.STARTTLS, func(s *steps) { s.offers = []string{"250-x", "250 AUTH PLAIN"} }, "does not hold verify-starttls", "AUTH PLAIN"},
		{"starttls refused imap", mail.IMAP, mail.STARTTLS, func(s *steps) { s.starttls = "%s NO no key" }, "does not hold verify-starttls", "no key"},
		{"starttls refused pop", mail.POP, mail.STARTTLS, func(s *steps) { s.starttls = "-ERR no key" }, "does not hold verify-starttls", "no key"},
		{"starttls refused smtp", mail.SMTP, mail.STARTTLS, func(s *steps) { s.starttls = "454 no key" }, "does not hold verify-starttls", "no key"},
		{"starttls again imap", mail.IMAP, mail.STARTTLS, func(s *steps) { s.inside = []string{"* CAPABILITY IMAP4rev1 STARTTLS", "%s OK"} }, "holds verify-starttls-again", ""},
		{"starttls again smtp", mail.SMTP, mail.TLS, func(s *steps) { s.inside = []string{"250-x", "250-starttls", "250 AUTH LOGIN"} }, "holds verify-starttls-again", ""},
		{"starttls unused", mail.POP, mail.None, func(s *steps) { s.inside = []string{"+OK", "STLS", "USER", "."} }, "holds verify-starttls-unused", ""},

		// POP3 without CAPA: STLS is tried, authentication is not known.
		{"no capa", mail.POP, mail.STARTTLS, func(s *steps) { s.offers, s.inside = []string{"-ERR"}, []string{"-ERR"} }, "holds verify-capabilities", ""},
		{"no capa, no stls", mail.POP, mail.STARTTLS, func(s *steps) { s.offers, s.starttls = []string{"-ERR"}, "-ERR what" }, "does not hold verify-starttls", "what"},

		// Passwords before encryption.
		{"clear imap", mail.IMAP, mail.STARTTLS, func(s *steps) { s.offers = []string{"* CAPABILITY IMAP4rev1 STARTTLS", "%s OK"} }, "holds verify-auth-clear", ""},
		{"clear pop", mail.POP, mail.STARTTLS, func(s *steps) { s.offers = []string{"+OK", "STLS", "USER", "."} }, "holds verify-auth-clear", ""},
		{"clear smtp", mail.SMTP, mail.STARTTLS, func(s *steps) { s.offers = []string{"250-x", "250-AUTH LOGIN", "250 STARTTLS"} }, "holds verify-auth-clear", ""},
		{"clear none", mail.SMTP, mail.None, func(s *steps) {}, "holds", ""},

		// Nothing learnt before TLS counts inside it.
		{"auth only before", mail.SMTP, mail.STARTTLS, func(s *steps) {
			s.offers, s.inside = []string{"250-x", "250-AUTH PLAIN", "250 STARTTLS"}, []string{"250 x"}
		}, "does not hold verify-auth verify-auth-clear", ""},
		{"login disabled inside", mail.IMAP, mail.STARTTLS, func(s *steps) {
			s.offers, s.inside = []string{"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN", "%s OK"}, []string{"* CAPABILITY IMAP4rev1 LOGINDISABLED", "%s OK"}
		}, "does not hold verify-auth verify-auth-clear", "LOGINDISABLED"},
		{"greeting does not count", mail.IMAP, mail.TLS, func(s *steps) {
			s.greeting, s.inside = []string{"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN]"}, []string{"* CAPABILITY IMAP4rev1 LOGINDISABLED", "%s OK"}
		}, "does not hold verify-auth", ""},
		{"the later list counts", mail.IMAP, mail.TLS, func(s *steps) {
			s.inside = []string{"* CAPABILITY IMAP4rev1 AUTH=PLAIN", "%s OK [CAPABILITY IMAP4rev1 LOGINDISABLED] done"}
		}, "does not hold verify-auth", ": IMAP4rev1, LOGINDISABLED\n"},
		{"the name is no keyword", mail.SMTP, mail.TLS, func(s *steps) { s.inside = []string{"250-AUTH PLAIN", "250 8BITMIME"} }, "does not hold verify-auth", "offers no way to log in"},
		{"oauth only", mail.IMAP, mail.TLS, func(s *steps) {
			s.inside = []string{"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2", "%s OK"}
		}, "does not hold verify-auth", "XOAUTH2"},
		{"pop without user", mail.POP, mail.TLS, func(s *steps) { s.inside = []string{"+OK", "TOP", "."} }, "does not hold verify-auth", "TOP"},
		{"smtp cram only", mail.SMTP, mail.TLS, func(s *steps) { s.inside = []string{"250-x", "250 AUTH CRAM-MD5"} }, "does not hold verify-auth", "CRAM"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := row(tt.p, tt.sec)
			st := good(tt.p)
			tt.do(&st)
			l := newLab(t).at(s, st.serve(tt.sec, nil))
			r := l.check(s)
			wantCodes(t, r, tt.want)
			all := ""
			for _, g := range r.Rows[0].grouped() {
				all += g.Msg + ": " + g.Said + "\n"
				if g.Said != clean(g.Said) || strings.ContainsFunc(g.Said, func(c rune) bool { return c < ' ' || c == 0x1b }) {
					t.Errorf("the server's words are not clean: %q", g.Said)
				}
			}
			if !strings.Contains(all, tt.said) {
				t.Errorf("the report says %q, want %q in it", all, tt.said)
			}
		})
	}
}

// Who cannot be talked with is left politely where the protocol allows it.
func TestGoodbye(t *testing.T) {
	for _, tt := range []struct {
		p    mail.Protocol
		sec  mail.Security
		do   func(*steps)
		last string
	}{
		{mail.IMAP, mail.STARTTLS, func(s *steps) { s.offers = []string{"* CAPABILITY IMAP4rev1", "%s OK"} }, "a2 LOGOUT\r\n"},
		{mail.IMAP, mail.STARTTLS, func(s *steps) { s.starttls = "%s NO" }, "a3 LOGOUT\r\n"},
		{mail.POP, mail.STARTTLS, func(s *steps) { s.offers = []string{"+OK", "."} }, "QUIT\r\n"},
		{mail.SMTP, mail.STARTTLS, func(s *steps) { s.offers = []string{"250 x"} }, "QUIT\r\n"},
		{mail.SMTP, mail.TLS, func(s *steps) { s.greeting = []string{"554 no"} }, "QUIT\r\n"},
		{mail.IMAP, mail.TLS, func(s *steps) { s.greeting = []string{"* PREAUTH x"} }, "a1 LOGOUT\r\n"},
		// RFC 9051 §7.1.4: in the clear, nothing more is said.
		{mail.IMAP, mail.STARTTLS, func(s *steps) { s.greeting = []string{"* PREAUTH x"} }, ""},
		{mail.IMAP, mail.STARTTLS, func(s *steps) { s.greeting = []string{"* BYE x"} }, ""},
	} {
		s := row(tt.p, tt.sec)
		st := good(tt.p)
		tt.do(&st)
		l := newLab(t).at(s, st.serve(tt.sec, nil))
		l.check(s)
		last := ""
		if all := l.log.all(); len(all) > 0 {
			last = all[len(all)-1]
		}
		if last != tt.last {
			t.Errorf("%s %s: the client's last words are %q, want %q", tt.p, tt.sec, last, tt.last)
		}
	}
}

// Bytes after the reply to STARTTLS end the check: in the same packet or in a
// later one, whatever they pretend to be.
func TestInjection(t *testing.T) {
	fake := map[mail.Protocol]string{
		mail.IMAP: "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na3 OK done\r\n",
		mail.POP:  "+OK\r\nUSER\r\n.\r\n",
		mail.SMTP: "250-x\r\n250 AUTH PLAIN\r\n",
	}
	for _, p := range mail.Protocols {
		for _, later := range []bool{false, true} {
			t.Run(fmt.Sprint(p, " ", later), func(t *testing.T) {
				s := row(p, mail.STARTTLS)
				st := good(p)
				if !later {
					st.starttls += "\r\n" + strings.TrimSuffix(fake[p], "\r\n")
				}
				l := newLab(t)
				l.tcp = true
				l.at(s, st.serve(mail.STARTTLS, func(t *talk, step string) {
					if step == "tls" && later {
						time.Sleep(50 * time.Millisecond) // so that it is another packet
						t.raw(fake[p])
						t.hang()
					}
				}))
				r := l.check(s)
				wantCodes(t, r, "does not hold verify-starttls-bytes")
				if r.Rows[0].Addresses[0].Capabilities != nil && strings.Contains(strings.Join(r.Rows[0].Addresses[0].Capabilities, " "), "PLAIN") {
					t.Error("the injected capabilities were believed")
				}
				// The one thing that may follow STARTTLS is a TLS record.
				lines := l.log.all()
				i := slices.IndexFunc(lines, func(s string) bool { return strings.Contains(s, "STARTTLS") || strings.Contains(s, "STLS") })
				if i < 0 {
					t.Fatal("the client never asked for STARTTLS")
				}
				if rest := strings.Join(lines[i+1:], ""); rest != "" && !isTLS([]byte(rest)) {
					t.Errorf("the client went on with %q", rest)
				}
			})
		}
	}
}

// A port in the wrong mode is told from one that is dead.
func TestWrongMode(t *testing.T) {
	testRoot()
	for _, p := range mail.Protocols {
		t.Run(fmt.Sprint(p, " plain where tls is published"), func(t *testing.T) {
			s := row(p, mail.TLS)
			l := newLab(t)
			l.tcp = true
			l.at(s, good(p).serve(mail.STARTTLS, nil))
			r := l.check(s)
			wantCodes(t, r, "does not hold verify-security")
			if said := r.Rows[0].Addresses[0].Problems[0].Said; said != clean(good(p).greeting[0]) {
				t.Errorf("the report has the server say %q", said)
			}
		})
		for _, sec := range []mail.Security{mail.STARTTLS, mail.None} {
			t.Run(fmt.Sprint(p, " tls where ", sec, " is published"), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := row(p, sec)
					l := newLab(t).at(s, good(p).serve(mail.TLS, nil))
					wantCodes(t, l.check(s), "does not hold verify-security")
				})
			})
		}
	}
	t.Run("alert", func(t *testing.T) {
		s := row(mail.IMAP, mail.STARTTLS)
		l := newLab(t).at(s, func(t *talk) { t.raw("\x15\x03\x03\x00\x02\x02\x46\n") })
		wantCodes(t, l.check(s), "does not hold verify-security")
	})
}

// A connection that ends without a word is no evidence; a TLS alert is.
func TestClosed(t *testing.T) {
	for _, p := range mail.Protocols {
		for _, sec := range securities {
			for _, stage := range []string{"tls", "greeting", "offers", "starttls", "inside"} {
				if sec == mail.None && (stage == "tls" || stage == "starttls" || stage == "offers") || sec == mail.TLS && (stage == "offers" || stage == "starttls") {
					continue
				}
				s := row(p, sec)
				l := newLab(t)
				l.tcp = true
				l.at(s, good(p).serve(sec, func(t *talk, step string) {
					if step == stage {
						panic(gonePeer{})
					}
				}))
				r := l.check(s)
				if got := codes(&r.Rows[0]); got != "could not be reached verify-closed" {
					t.Errorf("%s %s %s: got %q", p, sec, stage, got)
				}
			}
		}
	}
	s := row(mail.IMAP, mail.TLS)
	l := newLab(t)
	l.tcp = true
	l.at(s, func(t *talk) {
		t.r.ReadByte()
		t.raw("\x16\x03\x03\x00\x04\x63\x00\x00\x00") // a handshake message that does not exist
		t.hang()
	})
	wantCodes(t, l.check(s), "does not hold verify-tls")
	l.at(s, func(t *talk) {
		t.r.ReadByte()
		t.raw("\x15\x03\x03\x00\x02\x02\x28") // fatal, handshake_failure
		t.hang()
	})
	r := l.check(s)
	wantCodes(t, r, "does not hold verify-tls")
	if msg := r.Rows[0].Addresses[0].Problems[0].Msg; !strings.Contains(msg, "handshake failure") {
		t.Errorf("got %q", msg)
	}
}

// The authentication of the row against what the server offers.
func TestAuthentication(t *testing.T) {
	for _, tt := range []struct {
		p     mail.Protocol
		offer string // inside, one capability
		auth  string
		holds bool
	}{
		{mail.IMAP, "IMAP4rev2", "password", true}, // LOGIN
		{mail.IMAP, "IMAP4rev1 LOGINDISABLED AUTH=PLAIN", "password", true},
		{mail.IMAP, "IMAP4rev1 LOGINDISABLED auth=login", "password", true},
		{mail.IMAP, "IMAP4rev1 logindisabled", "password", false},
		{mail.IMAP, "IMAP4rev1", "encrypted", false},
		{mail.IMAP, "IMAP4rev1 AUTH=CRAM-MD5", "encrypted", true},
		{mail.IMAP, "IMAP4rev1 AUTH=SCRAM-SHA-256", "encrypted", true},
		{mail.IMAP, "IMAP4rev1 AUTH=XOAUTH2", "oauth2", true},
		{mail.IMAP, "IMAP4rev1 AUTH=OAUTHBEARER", "oauth2", true},
		{mail.IMAP, "IMAP4rev1 AUTH=PLAIN", "oauth2 password", false},
		{mail.IMAP, "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2", "oauth2 password", true},
		{mail.POP, "USER", "password", true},
		{mail.POP, "sasl plain", "password", true},
		{mail.POP, "SASL CRAM-MD5", "password", false},
		{mail.POP, "SASL CRAM-MD5", "encrypted", true},
		{mail.POP, "USER", "encrypted", false},
		{mail.SMTP, "AUTH PLAIN", "password", true},
		{mail.SMTP, "auth login", "password", true},
		{mail.SMTP, "AUTH=LOGIN", "password", true},
		{mail.SMTP, "AUTH XOAUTH2", "password", false},
		{mail.SMTP, "AUTH XOAUTH2", "oauth2", true},
		{mail.SMTP, "AUTHENTICATE PLAIN", "password", false},
		{mail.SMTP, "AUTH DIGEST-MD5", "encrypted", true},
	} {
		s := row(tt.p, mail.TLS)
		s.Authentication = nil
		for a := range strings.FieldsSeq(tt.auth) {
			s.Authentication = append(s.Authentication, mail.Authentication(a))
		}
		st := good(tt.p)
		st.inside = map[mail.Protocol][]string{
			mail.IMAP: {"* CAPABILITY " + tt.offer, "%s OK"},
			mail.POP:  {"+OK", tt.offer, "."},
			mail.SMTP: {"250-x", "250 " + tt.offer},
		}[tt.p]
		r := newLab(t).at(s, st.serve(mail.TLS, nil)).check(s)
		want := "holds"
		if !tt.holds {
			want = "does not hold verify-auth"
		}
		if got := codes(&r.Rows[0]); got != want {
			t.Errorf("%s %q against %q: got %q, want %q", tt.p, tt.offer, tt.auth, got, want)
		}
	}
	t.Run("apop", func(t *testing.T) {
		s := row(mail.POP, mail.TLS)
		s.Authentication = []mail.Authentication{mail.Encrypted}
		st := good(mail.POP)
		st.greeting = []string{"+OK ready <1896.697170952@example.nl>"}
		wantCodes(t, newLab(t).at(s, st.serve(mail.TLS, nil)).check(s), "holds")
	})
}
