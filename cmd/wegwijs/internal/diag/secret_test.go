package diag

import (
	"strings"
	"testing"
)

// The secrets of these tests are put together here, so that no program that looks
// for some takes this file for one.
var (
	githubToken = "gh" + "p_" + "a8Xk2LmQ9vTz4RbW7cNdF1gHjKpS3uYe5oIx"
	amazonKey   = "AK" + "IA" + "Z7Q2M4X9K1P8L5T3"
	privateKey  = "-----BEGIN " + "PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END " + "PRIVATE KEY-----\n"
)

func TestSecrets(t *testing.T) {
	for _, c := range []struct {
		text     string
		settings bool
		want     string // what, and of which part
	}{
		{"sleutel: " + amazonKey + ".", false, "a key of Amazon " + amazonKey},
		{"token=" + githubToken, false, "a token of GitHub " + githubToken},
		{"```\n" + privateKey + "```", false, "a private key MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"},
		{strings.ReplaceAll(privateKey, "PRIVATE", "RSA PRIVATE"), false, "a private key MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"},
		{"password = \"Kx9!vQ\"", true, "a password Kx9!vQ"},
		{"  db_password = 'Kx9!vQ'", true, "a password Kx9!vQ"},
		{"access_key = \"Q8mfXk2\"", true, "a password Q8mfXk2"},
		// What shows the form only.
		{"AK" + "IAIOSFODNN7EXAMPLE", false, ""},
		{"gh" + "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false, ""},
		{"-----BEGIN " + "PRIVATE KEY-----\n…\n-----END " + "PRIVATE KEY-----", false, ""},
		{strings.Replace(privateKey, "\n-----END", "\n…\n-----END", 1), false, ""},
		{strings.Replace(privateKey, "\n-----END", "...\n-----END", 1), false, ""},
		{strings.Replace(privateKey, "MIGHAg", "MIGH…", 1), false, ""},
		{privateKey + "Verder …", false, "a private key MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"},
		{"-----BEGIN CERTIFICATE-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg", false, ""},
		{"password = \"Kx9!vQ\"", false, ""},
		{"label_password = \"Wachtwoord\"", false, ""}, // a word of the interface, in a file that is no settings
		{"password = \"\"", true, ""},
		{"password = \"xxxxxxxx\"", true, ""},
		{"passwords = \"Kx9!vQ\"", true, ""},
		{"# password is not kept here", true, ""},
		{"X" + amazonKey, false, ""},
	} {
		got := ""
		for _, s := range Secrets([]byte(c.text), c.settings) {
			got += string(s.What) + " " + c.text[s.From:s.To]
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// TestExcerptHidesSecrets: a report goes into logs, which more people read.
func TestExcerptHidesSecrets(t *testing.T) {
	for _, line := range []string{"password = \"Kx9!vQ\"", "x " + githubToken, "key = \"" + amazonKey + "\""} {
		if text, caret := NewLines("f", []byte("a\n"+line+"\n")).Excerpt(Pos{File: "site.toml", Line: 2, Col: 3}); text != "" || caret != "" {
			t.Errorf("%q is shown: %q", line, text)
		}
	}
	if text, _ := NewLines("f", []byte("password = \"Wachtwoord\"\n")).Excerpt(Pos{File: "i18n/nl.toml", Line: 1, Col: 1}); text == "" {
		t.Error("a word of the interface is not shown")
	}
}
