package state

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/builtin"
	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/i18n"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/pages/plain"
	"wegwijs/cmd/wegwijs/internal/pages/render"
	"wegwijs/cmd/wegwijs/internal/pages/settings"
	"wegwijs/cmd/wegwijs/internal/site"
)

// stages are the stages of one state, in order. Those after the first that
// cannot be made are zero.
type stages struct {
	config  stage[configKey, *config.Config]
	publish stage[publishKey, none]
	strings stage[stringsKey, *i18n.Catalogue]
	layouts stage[layoutsKey, *layout.Set]
	checked stage[checkedKey, *mail.Checked]
	facts   stage[factsKey, *facts]
	behind  stage[behindKey, *behind]
	site    stage[siteKey, *site.Site]
	names   stage[namesKey, none]
	mail    stage[mailKey, *mailOutput]
	smaller stage[smallerKey, *smaller]
	set     stage[setKey, *fileset.Set]
}

// none is the output of a stage that only finds mistakes.
type none struct{}

// run runs the stages whose input is not that of prev.
func (s *State) run(ctx context.Context, in *input, opt Options, prev *State) (err error) {
	if s.config, err = next(prev.config, configKey{part{config.File, s.sums.config}, s.flawed(config.File)}, in); err != nil {
		return err
	}
	s.Config = s.config.out
	if s.publish, err = next(prev.publish, publishKey{s.Config}, in); err != nil {
		return err
	}
	if s.Config == nil || len(s.Config.Languages) == 0 {
		return nil // without languages there is nothing to look at pages with
	}
	if s.strings, err = next(prev.strings, stringsKey{s.Config, part{i18nRoot, s.sums.strings}}, in); err != nil {
		return err
	}
	if s.layouts, err = next(prev.layouts, layoutsKey{s.Config, part{layout.Root, s.sums.layouts}}, in); err != nil {
		return err
	}
	if s.checked, err = next(prev.checked, checkedKey{part{mail.CheckedFile, s.sums.check}}, in); err != nil {
		return err
	}
	if s.facts, err = next(prev.facts, factsKey{s.Config, s.checked.out}, in); err != nil {
		return err
	}
	if s.behind, err = next(prev.behind, behindKey{s.Config, s.staleTexts()}, in); err != nil {
		return err
	}
	if s.site, err = next(prev.site, siteKey{s.Config, s.facts.out, s.pages, part{content.Root, s.sums.names}, s.behind.out.files, opt.Drafts}, in); err != nil {
		return err
	}
	s.Site = s.site.out
	if s.names, err = next(prev.names, namesKey{s.Site, s.layouts.out, s.strings.out}, in); err != nil {
		return err
	}
	if s.mail, err = next(prev.mail, mailKey{s.Site, s.checked.out, in.ring.sums(s.Config), opt.Today}, in); err != nil {
		return err
	}
	in.ctx = ctx
	if s.smaller, err = next(prev.smaller, smallerKey{s.Site, part{content.Root, s.sums.pictures}, opt.Pictures}, in); err != nil {
		return err
	}
	var reader *plain.Reader
	if opt.Plain != nil {
		reader = opt.Plain(s.Config)
	}
	s.Renderer = render.New(render.Input{
		Site: s.Site, Layouts: s.layouts.out, Strings: s.strings.out, Read: in.open, Hash: in.tree.Hash, Size: in.size, Release: s.release(), Outside: opt.Outside, Builtin: in.builtin,
		Settings: s.mail.out.source, Extra: s.mail.out.files, Source: s.base, Prev: prev.Renderer,
		Smaller: s.smaller.out.has, Picture: opt.Pictures.Smaller,
		Plain: reader, Embedded: in.embedded,
	})
	in.renderer = s.Renderer
	if s.set, err = next(prev.set, setKey{s.layouts.out, s.mail.out, s.smaller.out}, in); err != nil {
		return err
	}
	s.set.out = s.Renderer.Share(s.set.out) // the files are made by this state's
	s.Set = s.set.out
	return nil
}

// findings returns what the stages found, each by itself.
func (s *stages) findings() [][]diag.Diagnostic {
	return [][]diag.Diagnostic{s.config.findings, s.publish.findings, s.strings.findings, s.layouts.findings, s.checked.findings, s.site.findings, s.names.findings, s.mail.findings, s.set.findings}
}

// configKey is what site.toml is made from.
type configKey struct {
	file part
	said bool // why it cannot be read has been said by the scan
}

func (k configKey) make(in *input, _ stage[configKey, *config.Config], out *diag.List) (*config.Config, error) {
	src, there, err := in.file(k.file)
	switch {
	case err != nil:
		return nil, err
	case there:
		return config.Parse(src, out), nil
	case !k.said:
		out.Errorf(diag.Pos{File: config.File}, diag.ConfigMissing, "write one, or run the program in the folder of the site (-C folder)", "the folder has no site.toml")
	}
	return nil, nil
}

// publishKey is what is known when the table [publish] is looked at.
type publishKey struct{ config *config.Config }

func (k publishKey) make(in *input, _ stage[publishKey, none], out *diag.List) (none, error) {
	if k.config == nil || in.publish == nil {
		return none{}, nil
	}
	in.publish(k.config.Section("publish", out), out)
	return none{}, nil
}

// stringsKey is what the interface strings are made from.
type stringsKey struct {
	config *config.Config
	files  part
}

// make reads the interface strings of every language of the site. Those that a
// file of the site does not have are the built-in ones.
func (k stringsKey) make(in *input, _ stage[stringsKey, *i18n.Catalogue], out *diag.List) (*i18n.Catalogue, error) {
	files, err := in.files(k.files, func(f scan.File) bool { return strings.Count(f.Path, "/") == 1 && ext(f.Path) == ".toml" })
	if err != nil {
		return nil, err
	}
	var all []*i18n.Strings
	byLang := map[string]*i18n.Strings{}
	chains := map[string][]string{}
	used := map[string]bool{}
	for _, l := range k.config.Languages {
		name := i18nRoot + "/" + l.Lang + ".toml"
		used[name] = true
		src, ok := files[name]
		if !ok && l.Parent == "" && !l.Wrong { // else that one's strings will do
			out.Errorf(diag.Pos{File: name}, diag.I18nFile, "write it; that of another language shows what it holds", "the language %s has no interface strings", l.Lang)
		}
		parsed := i18n.Parse(l.Lang, name, src, out)
		if under, ok := builtin.Under(in.fsys, name); ok && src != nil && !in.builtin(name) {
			parsed.Over(i18n.Parse(l.Lang, builtin.Prefix+name, under, out))
		}
		all = append(all, parsed)
		byLang[l.Lang] = parsed
		if ok && l.Parent == "" && !l.Borrow && parsed.Empty() {
			out.Errorf(diag.Pos{File: name}, diag.I18nMissing, "begin with a copy of that of another language, and translate it", "the language %s has no interface strings yet", l.Lang)
		}
		if l.Borrow {
			chains[l.Lang] = l.Fallback
		}
	}
	// What a regional variant does not say is as in its parent, which comes first:
	// its code is shorter.
	for _, l := range slices.SortedFunc(slices.Values(k.config.Languages), func(a, b config.Language) int { return len(a.Lang) - len(b.Lang) }) {
		if parent := byLang[l.Parent]; parent != nil {
			byLang[l.Lang].Over(parent)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f, _ := in.tree.Get(name); !used[name] && !f.Embedded {
			out.Warnf(diag.Pos{File: name}, diag.I18nFile, "add the language to site.toml, or remove the file", "the site has no such language")
		}
	}
	c := i18n.NewCatalogue(all, chains)
	c.Check(out)
	return c, nil
}

// layoutsKey is what the layouts are made from.
type layoutsKey struct {
	config *config.Config
	files  part
}

func (k layoutsKey) make(in *input, _ stage[layoutsKey, *layout.Set], out *diag.List) (*layout.Set, error) {
	files, err := in.files(k.files, func(f scan.File) bool {
		return ext(f.Path) != "" && ext(f.Path) != ".tmp" && !(f.Builtin && k.config.Layouts.Bare)
	})
	if err != nil {
		return nil, err
	}
	return layout.Load(files, render.Theme(k.config), out).Below(k.config.BasePath), nil
}

// checkedKey is what is known of the mail servers.
type checkedKey struct{ file part }

func (k checkedKey) make(in *input, _ stage[checkedKey, *mail.Checked], out *diag.List) (*mail.Checked, error) {
	data, there, err := in.file(k.file)
	if err != nil {
		return nil, err
	}
	return mail.ReadChecked(oneFile{k.file.root, data, there}, out), nil
}

// factsKey is what pages can say that the site has or lacks.
type factsKey struct {
	config  *config.Config
	checked *mail.Checked
}

// make returns the facts of prev where they are the same: pages depend on what
// they say, and not on how it is known.
func (k factsKey) make(_ *input, prev stage[factsKey, *facts], _ *diag.List) (*facts, error) {
	f := readFacts(k.config, k.checked)
	if prev.made && maps.Equal(prev.out.has, f.has) {
		return prev.out, nil
	}
	return f, nil
}

// siteKey is what the addresses of the site are made from.
type siteKey struct {
	config *config.Config
	facts  *facts
	pages  *pages
	files  part             // names only
	behind *map[string]bool // files of translations that are not shown
	drafts bool
}

// make updates the site of prev where only front matter changed, and where there
// was nothing wrong with it: an update looks for no mistakes.
func (k siteKey) make(in *input, prev stage[siteKey, *site.Site], out *diag.List) (*site.Site, error) {
	was := prev.key
	was.pages = k.pages
	if prev.made && len(prev.findings) == 0 && same(was, k) {
		if changed, ok := k.pages.since(prev.key.pages); ok {
			if s, ok := prev.out.Update(changed); ok {
				return s, nil
			}
		}
	}
	c := k.choose(in)
	k.without(in, c.leftOut, out)
	return site.New(site.Input{Config: k.config, Pages: c.pages, Broken: c.broken, Drafts: c.drafts, Files: c.files, LeftOut: c.leftOut, Facts: k.facts.has, Absent: c.absent, Behind: c.behind, Builtin: in.builtin, Out: out}), nil
}

// namesKey is what is known when it is looked for pages and strings that layouts
// name.
type namesKey struct {
	site    *site.Site
	layouts *layout.Set
	strings *i18n.Catalogue
}

func (k namesKey) make(in *input, _ stage[namesKey, none], out *diag.List) (none, error) {
	var all []*i18n.Strings
	for _, l := range k.site.Config.Languages {
		all = append(all, k.strings.Lang(l.Lang))
	}
	found := new(diag.List)
	k.layouts.CheckNames(all, func(id string) bool { return k.site.Reference(id) != nil || k.site.LeftOut(id) || k.site.Absent(id) }, k.site.IDs, found)
	for _, d := range found.Sorted() {
		// The built-in theme asks for pages that not every site has.
		if d.Code != diag.LinkPage || d.Severity != diag.Warning || !in.builtin(d.Pos.File) {
			out.Add(d)
		}
	}
	return none{}, nil
}

// mailKey is what the settings and the files for mail programs are made from.
type mailKey struct {
	site    *site.Site
	checked *mail.Checked
	keys    keys
	today   tomlfile.Date
}

// mailOutput is what the record of mail servers gives to the rest of the site.
type mailOutput struct {
	site   *site.Site // that it is for
	source *settings.Source
	files  []fileset.File
}

func (k mailKey) make(in *input, _ stage[mailKey, *mailOutput], out *diag.List) (*mailOutput, error) {
	k.checked.Diagnose(k.site.Config.Mail, k.today, out)
	return mailForms(k.site, k.checked, in.ring, k.today, out), nil
}

// smallerKey is what the smaller forms of pictures are made from.
type smallerKey struct {
	site  *site.Site
	files part
	store *pictures.Store
}

// smaller are the pictures, by file, that have a smaller form. It is made again
// when it is asked for, which costs reading it where it was kept.
type smaller struct{ has map[string]bool }

func (k smallerKey) make(in *input, _ stage[smallerKey, *smaller], _ *diag.List) (*smaller, error) {
	s := &smaller{has: map[string]bool{}}
	if k.store == nil {
		return s, nil
	}
	taken := map[string]bool{}
	for _, f := range k.site.Files {
		taken[fileset.Fold(f.Path)] = true
	}
	work, ctx := errgroup.WithContext(in.ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	for _, f := range k.site.Files {
		if !pictures.Shrinks(f.Source) || taken[fileset.Fold(render.SmallerPath(f))] {
			continue
		}
		work.Go(func() error {
			data, err := in.open(f.Source)
			if err != nil {
				return err
			}
			out, err := k.store.Smaller(ctx, data)
			if out != nil {
				mu.Lock()
				s.has[f.Source] = true
				mu.Unlock()
			}
			return err
		})
	}
	return s, work.Wait()
}

// setKey is what the list of files is made from; what is in them is made when it
// is asked for. The site is that of the mail output.
type setKey struct {
	layouts *layout.Set
	mail    *mailOutput
	smaller *smaller
}

// make takes the pages of prev where they are at the same places.
func (k setKey) make(in *input, prev stage[setKey, *fileset.Set], out *diag.List) (*fileset.Set, error) {
	var pages *fileset.Set
	if prev.made && k.mail.site.SamePlaces(prev.key.mail.site) {
		pages = prev.out
	}
	return in.renderer.Set(pages, out), nil
}
