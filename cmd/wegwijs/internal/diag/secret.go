package diag

import (
	"bytes"
	"regexp"
)

// secrets are the forms of keys that open something, each with a part that is
// in every one, by which files without any are passed over fast. A form takes
// the secret itself in its first group, and what else is of it in the next.
var secrets = []struct {
	what  Phrase
	parts []string
	re    *regexp.Regexp
}{
	// RFC 7468 and OpenSSH: with at least a line of the key itself, which an
	// explanation leaves out.
	{"a private key", []string{"PRIVATE KEY"}, regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|[A-Za-z-]+: [^\n]*\n)*([A-Za-z0-9+/=]{40,})([^-]*)`)},
	{"a key of Amazon", []string{"AKIA", "ASIA"}, regexp.MustCompile(`\b((?:AKIA|ASIA)[0-9A-Z]{16})\b`)},
	{"a token of GitHub", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b`)},
	{"a token of GitLab", []string{"glpat-"}, regexp.MustCompile(`\b(glpat-[A-Za-z0-9_-]{20,})`)},
	{"a token of Slack", []string{"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"}, regexp.MustCompile(`\b(xox[bpars]-[0-9A-Za-z-]{20,})`)},
	{"an address of Slack that lets anyone write", []string{"hooks.slack.com/services/"}, regexp.MustCompile(`(hooks\.slack\.com/services/T[0-9A-Z]{6,}/B[0-9A-Z]{6,}/[0-9A-Za-z]{20,})`)},
	{"a key of Stripe", []string{"sk_live_", "rk_live_"}, regexp.MustCompile(`\b([sr]k_live_[0-9A-Za-z]{20,})\b`)},
	{"a key of Google", []string{"AIza"}, regexp.MustCompile(`\b(AIza[0-9A-Za-z_-]{35})\b`)},
	{"a token of npm", []string{"npm_"}, regexp.MustCompile(`\b(npm_[A-Za-z0-9]{36})\b`)},
	{"a key of SendGrid", []string{"SG."}, regexp.MustCompile(`\b(SG\.[\w-]{22}\.[\w-]{43})\b`)},
}

// assignedRE takes a password from a line of TOML or of a file of settings.
var assignedRE = regexp.MustCompile(`(?im)^[ \t]*(?:export )?["']?(?:[a-z0-9_.-]*[_.-])?(?:password|passwd|passphrase|wachtwoord|secret|token|api_?key|access_?key|secret_?key|private_?key|aws_secret_access_key)["']?[ \t]*[=:][ \t]*["']([^"'\n]{4,})["']`)

// A Secret is a key or a password in a file.
type Secret struct {
	From, To int    // offsets
	What     Phrase // what it is: "a token of GitHub"
}

// Secrets finds keys and tokens in a text, in order of their forms. With
// settings it finds passwords by the names of their keys too, as site.toml would
// hold them. What is plainly an example is none.
func Secrets(src []byte, settings bool) []Secret {
	var list []Secret
	add := func(re *regexp.Regexp, what Phrase) {
		for _, m := range re.FindAllSubmatchIndex(src, -1) {
			if !example(src[m[2]:m[3]]) && !(len(m) > 4 && dotted(src[m[4]:m[5]])) {
				list = append(list, Secret{m[2], m[3], what})
			}
		}
	}
	for _, s := range secrets {
		for _, part := range s.parts {
			if bytes.Contains(src, []byte(part)) {
				add(s.re, s.what)
				break
			}
		}
	}
	if settings {
		add(assignedRE, "a password")
	}
	return list
}

// dotted reports whether a part of a secret was left out.
func dotted(secret []byte) bool {
	return bytes.Contains(secret, []byte("…")) || bytes.Contains(secret, []byte("..."))
}

// example reports whether a secret is one that somebody made up to show its form:
// it says so, or is of few signs.
func example(secret []byte) bool {
	if low := bytes.ToLower(secret); bytes.Contains(low, []byte("example")) || bytes.Contains(low, []byte("voorbeeld")) || dotted(secret) {
		return true
	}
	var seen [256]bool
	kinds := 0
	for _, c := range secret {
		if !seen[c] {
			seen[c] = true
			kinds++
		}
	}
	return kinds < min(5, len(secret)-1) || len(secret) > 15 && kinds < 8
}
