package state

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"wegwijs/cmd/wegwijs/internal/input/config"
	"wegwijs/cmd/wegwijs/internal/input/content"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/pages/layout"
	"wegwijs/cmd/wegwijs/internal/pages/pictures"
	"wegwijs/cmd/wegwijs/internal/site/freshness"
)

// A digest is a sum over files that does not depend on their order, so that one
// file's change costs one file's work.
type digest [4]uint64

func (d *digest) add(f scan.File, sign uint64) {
	h := sha256.Sum256(append([]byte(f.Path+"\x00"), f.Hash[:]...))
	for i := range d {
		d[i] += sign * binary.LittleEndian.Uint64(h[8*i:])
	}
}

func (d *digest) String() string { return fmt.Sprintf("%016x", d[0]^d[1]^d[2]^d[3]) }

// i18nRoot is the folder of the interface strings.
const i18nRoot = "i18n"

// sums are the parts of the input that stages have in their keys.
type sums struct {
	all                             digest // but site.toml, of which only a part counts for a release
	config, strings, layouts, check digest
	names                           digest // of the files below content/, whatever is in them
	texts                           digest // of the same with what is in them, and of what pages were translated from
	pictures                        digest // of the pictures below content/ that can become smaller
}

// Signs of a file that is there now, and of one that was there.
const (
	added   = 1
	removed = ^uint64(0)
)

func (s *sums) add(f scan.File, sign uint64) {
	if f.Path == config.File {
		s.config.add(f, sign)
		return
	}
	s.all.add(f, sign)
	if f.Builtin { // which counts for the site, and not for its release
		f.Path += "\x00builtin"
	}
	switch top, _, _ := strings.Cut(f.Path, "/"); {
	case strings.HasPrefix(f.Path, freshness.BaseDir+"/"): // what pages were translated from, see [State.base]
		s.texts.add(f, sign)
	case f.Path == mail.CheckedFile:
		s.check.add(f, sign)
	case top == i18nRoot:
		s.strings.add(f, sign)
	case top == layout.Root:
		s.layouts.add(f, sign)
	case top == content.Root:
		s.texts.add(f, sign)
		if pictures.Shrinks(f.Path) {
			s.pictures.add(f, sign)
		}
		f.Hash = scan.Hash{}
		s.names.add(f, sign)
	}
}
