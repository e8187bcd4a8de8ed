package verify

import (
	"context"
	"mime"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/pages/forms"
)

// A Profile is what was found of one Apple profile on the published site.
type Profile struct {
	Product string
	URL     string
	Pos     diag.Pos // of the product in site.toml
	Check   Check
}

var profileCodes = webCodes{diag.VerifyProfile, diag.VerifyProfile, diag.VerifyProfileUnreachable}

// profiles returns the profiles that the site offers, not yet looked at.
func (o *Options) profiles(rec *mail.Record) []*Profile {
	if o.Site == "" || slices.Contains(o.Off, forms.FormProfile) {
		return nil
	}
	var all []*Profile
	for i := range rec.Products {
		p := &rec.Products[i]
		for _, proto := range mail.Incoming {
			if data, _, err := forms.Profile(p, proto, &forms.Site{}); err == nil && data != nil {
				all = append(all, &Profile{Product: p.ID, URL: strings.TrimSuffix(o.Site, "/") + "/" + forms.ProfileFile(p, proto), Pos: p.Pos})
			}
		}
	}
	return all
}

// checkProfile asks for a profile's type, without which an iPhone shows it as
// text. A site that is not published yet is no fault of the record.
func (o *Options) checkProfile(ctx context.Context, p *Profile) {
	a, ps := o.ask(ctx, question{url: p.URL, head: true}, profileCodes)
	switch kind, _, _ := mime.ParseMediaType(a.kind); {
	case !a.there && len(ps) == 0:
		ps = []Problem{{Outcome: Holds, Code: diag.VerifyProfile, Msg: diag.Say("%s is not there", p.URL), Hint: "publish the site"}}
	case a.body == nil:
	case kind != "application/x-apple-aspen-config":
		ps = append(ps, refuted(diag.VerifyProfile, a.kind, "let the web server send Content-Type: application/x-apple-aspen-config for .mobileconfig; the rules that the build makes do", "%s has the wrong content type, so an iPhone does not offer to install it", p.URL).Problem)
	default:
		p.Check.Seen = []string{p.URL}
	}
	p.Check.Published, p.Check.Problems = a.there, ps
}
