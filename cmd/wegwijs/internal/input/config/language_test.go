package config

import "testing"

// A code names a language that there is, in the form in which programs write it.
func TestLanguageCodes(t *testing.T) {
	for given, want := range map[string]string{
		"nl": "nl", "nl-BE": "nl-BE", "pt-BR": "pt-BR", "es-419": "es-419", "zh-Hans": "zh-Hans", "fy": "fy", "sr-Latn-RS": "sr-Latn-RS", "ast": "ast",
		"en_US": "en-US", "en-UK": "en-GB", "pt-br": "pt-BR", "NL": "nl", "i-klingon": "tlh", "iw": "he", "zh_hans_cn": "zh-Hans-CN",
		"x-foo": "", "xx": "", "english": "", "und": "", "en-XX": "", "nederlands": "", "": "", "nl-": "", "mis": "",
	} {
		if _, got := code(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
