package release

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// A Plan says what publishing a release would change.
type Plan struct {
	Target  string    `json:"target"`
	From    string    `json:"from,omitempty"` // the release that readers have now
	To      string    `json:"to"`
	New     []Change  `json:"new"`
	Changed []Change  `json:"changed"`
	Removed []Change  `json:"removed"`
	Same    int       `json:"same"`  // files
	Bytes   int64     `json:"bytes"` // of the new and changed files; 0 when the target has the release already
	Refused []Refusal `json:"refused"`
	Lock    *Lock     `json:"lock,omitempty"` // who is publishing to the target now
}

// A Change is one file that differs between two releases.
type Change struct {
	Path string `json:"path"`
	Size int64  `json:"size"`           // bytes; of a removed file: those it had
	Kept bool   `json:"kept,omitempty"` // removed, but it stays reachable for a while

	Coding fileset.Coding `json:"coding,omitempty"` // of a compressed file
}

// Compare plans the way from old to m; old may be nil.
func Compare(old, m *fileset.Manifest) *Plan {
	p := &Plan{To: m.Release, New: []Change{}, Changed: []Change{}, Removed: []Change{}, Refused: []Refusal{}}
	had := map[string]*fileset.Entry{}
	if old != nil {
		p.From = old.Release
		for i := range old.Files {
			had[old.Files[i].Path] = &old.Files[i]
		}
	}
	for _, e := range m.Files {
		c := Change{Path: e.Path, Size: e.Size, Coding: e.Coding}
		o := had[e.Path]
		delete(had, e.Path)
		switch {
		case o == nil:
			p.New = append(p.New, c)
		case o.SHA256 != e.SHA256 || o.Type != e.Type || o.Coding != e.Coding || o.Immutable != e.Immutable:
			p.Changed = append(p.Changed, c)
		default:
			p.Same++
			continue
		}
		p.Bytes += e.Size
	}
	if old != nil {
		for _, e := range old.Files {
			if had[e.Path] != nil {
				p.Removed = append(p.Removed, Change{Path: e.Path, Size: e.Size, Kept: e.Immutable, Coding: e.Coding})
			}
		}
	}
	return p
}

// Empty reports whether readers would notice nothing.
func (p *Plan) Empty() bool { return len(p.New)+len(p.Changed)+len(p.Removed) == 0 && p.From == p.To }

// Deletes returns how many files readers would lose. Those in a coding are not
// counted: no reader asks for them by name.
func (p *Plan) Deletes() int {
	n := 0
	for _, c := range p.Removed {
		if !c.Kept && c.Coding == "" {
			n++
		}
	}
	return n
}

// planLines is how many files of a kind the text names: more do not fit a
// screen. JSON has them all.
const planLines = 20

// Text writes the plan for people who read lang.
func (p *Plan) Text(w io.Writer, lang diag.Lang) error {
	var b strings.Builder
	say := diag.Sayer(&b, lang)
	switch {
	case p.Empty():
		say("%s has release %s already\n", p.Target, p.To)
	case p.From == "":
		say("%s: from nothing to %s\n", p.Target, p.To)
	default:
		say("%s: from %s to %s\n", p.Target, p.From, p.To)
	}
	for _, part := range []struct {
		sign string
		list []Change
	}{{"+", p.New}, {"~", p.Changed}, {"-", p.Removed}} {
		plain := slices.DeleteFunc(slices.Clone(part.list), func(c Change) bool { return c.Coding != "" })
		for i, c := range plain {
			if i == planLines {
				say("  %s … and %d more\n", part.sign, len(plain)-i)
				break
			}
			if c.Kept {
				say("  %s %s  %s (stays reachable for open tabs)\n", part.sign, c.Path, Bytes(c.Size))
			} else {
				fmt.Fprintf(&b, "  %s %s  %s\n", part.sign, c.Path, Bytes(c.Size))
			}
		}
		switch n := len(part.list) - len(plain); n {
		case 0:
		case 1:
			say("  %s 1 compressed file\n", part.sign)
		default:
			say("  %s %d compressed files\n", part.sign, n)
		}
	}
	say("%d new, %d changed, %d same, %d removed; %s to bring\n", len(p.New), len(p.Changed), p.Same, len(p.Removed), Bytes(p.Bytes))
	if p.Lock != nil {
		say("busy: %s\n", p.Lock.Said())
	}
	for _, r := range p.Refused {
		b.WriteString(r.Text(lang))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes the plan for programs, as one document.
func (p *Plan) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(p)
}

// Bytes returns a size for people: 512 B, 3.4 kB, 12 MB.
func Bytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.5 && unit < 3 {
		f, unit = f/1000, unit+1
	}
	if f < 9.95 {
		return fmt.Sprintf("%.1f %cB", f, "kMGT"[unit])
	}
	return fmt.Sprintf("%.0f %cB", f, "kMGT"[unit])
}
