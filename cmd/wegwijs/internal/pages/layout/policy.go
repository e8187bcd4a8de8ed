package layout

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// actionRE finds what the template package takes out of a template.
var actionRE = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// foreignRE finds the address of another site.
var foreignRE = regexp.MustCompile(`(?i)^\s*(?:https?:)?//`)

// loads are the attributes whose address a browser fetches without being asked.
var loads = []string{"src", "srcset", "imagesrcset", "poster", "data"}

// fetched returns the addresses in the value of an attribute: those of srcset
// and imagesrcset are several, of which the browser chooses (HTML, "Srcset
// attributes").
func fetched(a html.Attribute) []string {
	if !strings.HasSuffix(a.Key, "srcset") {
		return []string{a.Val}
	}
	var list []string
	for part := range strings.SplitSeq(a.Val, ",") {
		address, _, _ := strings.Cut(strings.TrimSpace(part), " ")
		list = append(list, address)
	}
	return list
}

// rels are the kinds of <link> that make a browser connect.
var rels = []string{"stylesheet", "icon", "apple-touch-icon", "mask-icon", "manifest", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch"}

// policy reports what browsers stop, or readers should not have: the site's
// header rules allow no scripts and styles but those of layouts/assets (CSP3
// §6.1), and pages load nothing from other sites. Only what a template says
// itself is seen, not what it fills in.
func policy(file string, src []byte, out *diag.List) {
	masked := actionRE.ReplaceAllFunc(src, func(a []byte) []byte { return bytes.Repeat([]byte(" "), len(a)) })
	lines := diag.NewLines(file, src)
	z := html.NewTokenizer(bytes.NewReader(masked))
	for at := 0; ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		start := at
		at += len(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		t := z.Token()
		attrs := map[string]string{}
		for _, a := range t.Attr {
			attrs[a.Key] = strings.TrimSpace(a.Val)
		}
		pos := lines.At(start)
		inline := func(what, hint string) {
			out.Warnf(pos, diag.LayoutInline, hint, "browsers stop %s: the site's policy (CSP) does not allow it", what)
		}
		_, sourced := attrs["src"]
		switch {
		case t.Data == "style":
			inline(diag.Say("the styles in <style>"), "put them in a file in layouts/assets")
		case t.Data == "script" && !sourced && !data(attrs["type"]):
			inline(diag.Say("the script in the page"), "put it in a file in layouts/assets")
		}
		for _, a := range t.Attr {
			switch {
			case a.Key == "style":
				inline(diag.Say("the attribute style"), "give the element a class, and that its style in layouts/assets")
			case strings.HasPrefix(a.Key, "on") && len(a.Key) > 2:
				inline(diag.Say("the attribute %s", a.Key), "listen for it in a script in layouts/assets")
			case slices.Contains(loads, a.Key) || t.Data == "link" && a.Key == "href" && connects(attrs["rel"]):
				for _, address := range fetched(a) {
					if foreignRE.MatchString(address) {
						out.Errorf(pos, diag.AssetForeign, "put a copy in layouts/assets", "%q is on another site; pages load nothing from elsewhere", address)
					}
				}
			}
		}
	}
}

// data reports whether a script of this type is data, which is not run.
func data(kind string) bool {
	return strings.EqualFold(kind, "application/ld+json") || strings.EqualFold(kind, "application/json")
}

func connects(rel string) bool {
	return slices.ContainsFunc(strings.Fields(strings.ToLower(rel)), func(r string) bool { return slices.Contains(rels, r) })
}
