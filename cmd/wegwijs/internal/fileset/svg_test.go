package fileset

import "testing"

// TestPicturesThatRun takes a picture that only shows, and none that runs.
func TestPicturesThatRun(t *testing.T) {
	for text, want := range map[string]bool{
		`<svg xmlns="http://www.w3.org/2000/svg" width="3"><path d="M0 0"/></svg>`:                                                false,
		`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><svg/>`:                     false,
		`<svg xmlns:xlink="x"><a xlink:href="#a"><image href="data:image/png;base64,AA=="/></a><style>.a{fill:red}</style></svg>`: false,
		`<svg><animate attributeName="width" to="3"/></svg>`:                                                                      false,
		`<svg><script>alert(1)</script></svg>`:                                                                                    true,
		`<svg xmlns:s="http://www.w3.org/2000/svg"><s:script href="x.js"/></svg>`:                                                 true,
		`<svg><SCRIPT/></svg>`:                                           true,
		`<svg onload="alert(1)"/>`:                                       true,
		`<svg><g OnClick="x()"/></svg>`:                                  true,
		`<svg><a href="java&#10;script:alert(1)">x</a></svg>`:            true,
		`<svg xmlns:xlink="x"><a xlink:href=" JavaScript:x">x</a></svg>`: true,
		`<svg><use href="data:text/html,x"/></svg>`:                      true,
		`<svg><set attributeName="href" to="x"/></svg>`:                  true,
		`<svg><set attributeName="onclick" to="x"/></svg>`:               true,
		`<svg><foreignObject><p/></foreignObject></svg>`:                 true,
		`<?xml-stylesheet type="text/xsl" href="x.xsl"?><svg/>`:          true,
		`<!DOCTYPE svg [<!ENTITY x "y">]><svg>&x;</svg>`:                 true,
		"\xff\xfe<\x00s\x00v\x00g\x00":                                   true,
	} {
		if what, at := RunsIn([]byte(text)); (what != "") != want || at > len(text) {
			t.Errorf("%s: %q at %d", text, what, at)
		}
	}
}
