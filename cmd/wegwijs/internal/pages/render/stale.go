package render

import (
	"fmt"
	"html"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/markdown"
	"wegwijs/cmd/wegwijs/internal/site"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// mark returns what readers are told where a step or a value of a translation is
// no longer that of its text: one line, in the language of the reader, that leads
// to the text; nil where all is well, or nobody knows. A site whose strings have
// nothing to say of it does not say it. base is the file with the
// text that the page, whose file holds src, was translated from.
func (r *Renderer) mark(p *site.Page, base string, src []byte, out *diag.List) (*markdown.Mark, error) {
	ref := r.Site.Reference(p.ID)
	if !strings.HasPrefix(base, freshness.BaseDir+"/") || ref == nil || ref == p.Page {
		return nil, nil
	}
	edits, err := r.edits(base, ref)
	if edits == nil || err != nil {
		return nil, err
	}
	mark := new(markdown.Mark)
	for _, u := range edits.Misleading(freshness.Parse(p.File, src)) {
		mark.Lines = append(mark.Lines, u.Pos.Line)
	}
	if len(mark.Lines) == 0 {
		return nil, nil
	}
	reader := r.Strings.Lang(p.Locale.Lang)
	word := func(key string) string {
		text, err := reader.Marked(key)
		if err != nil {
			out.Warnf(diag.Pos{File: reader.File}, diag.I18nMissing, diag.Say("add %s = \"…\" to %s", key, reader.File), "%s", err)
		}
		return text
	}
	told, original := word("stale_notice"), word("fallback_original")
	if told == "" || original == "" {
		return nil, nil
	}
	lang := ""
	if p.Locale.Lang != p.Lang {
		lang = fmt.Sprintf(` lang="%s" dir="%s"`, p.Locale.Lang, p.Locale.Language.Dir)
	}
	to, ok := r.locale(ref.Lang).Page(p.ID)
	if !ok {
		return nil, nil
	}
	mark.HTML = fmt.Sprintf("<p class=\"notice stale\" role=\"note\" data-noindex%s>%s <a href=\"%s\" hreflang=\"%s\">%s</a></p>\n",
		lang, html.EscapeString(told), html.EscapeString(to.URL), ref.Lang, html.EscapeString(original))
	mark.MD = fmt.Sprintf("*%s* [%s](%s)", markdownText.Replace(told), markdownText.Replace(original), r.absolute(to.URL))
	return mark, nil
}
