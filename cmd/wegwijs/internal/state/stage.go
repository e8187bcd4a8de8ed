package state

import (
	"context"
	"crypto/sha256"
	"io/fs"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/scan"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
	"wegwijs/cmd/wegwijs/internal/pages/render"
)

// A stage is one step on the way from the files of a site to its file set, as
// a value: what it was made from, what came out, and what it found wrong. What
// a stage says of equal keys is equal, so that a stage whose key did not change
// is taken from an earlier state as it is.
type stage[K comparable, T any] struct {
	made     bool // false: the zero stage, of a state without one
	key      K
	out      T
	findings []diag.Diagnostic
}

// A key holds all that a stage is made from: the outputs of earlier stages, and
// the parts of the input that it reads. Its make has nothing else to draw on, so
// an input that is left out cannot be used by mistake.
type key[K comparable, T any] interface {
	comparable
	// make runs the stage. prev, which may be the zero stage, is that of an
	// earlier state: what is made from it must be what is made without it. The
	// error says that the work could not be done.
	make(in *input, prev stage[K, T], out *diag.List) (T, error)
}

// next returns the stage for a key: prev, where that is its stage already.
func next[K key[K, T], T any](prev stage[K, T], k K, in *input) (stage[K, T], error) {
	if prev.made && same(prev.key, k) {
		return prev, nil
	}
	out := new(diag.List)
	t, err := k.make(in, prev, out)
	if err != nil {
		return stage[K, T]{}, err
	}
	return stage[K, T]{true, k, t, out.Sorted()}, nil
}

// blind, which only tests set, takes something out of a key before it is
// compared: the stage is then one that forgot it.
var blind func(key any) any

// same reports whether two keys are equal.
func same[K comparable](a, b K) bool {
	if blind != nil {
		return blind(a) == blind(b)
	}
	return a == b
}

// input is what the stages of one state read from.
type input struct {
	ctx      context.Context // for long work
	fsys     fs.FS
	tree     *scan.Tree
	ring     *ring
	renderer *render.Renderer                        // of the last stage
	publish  func(t *tomlfile.Table, out *diag.List) // [Options.Publish]
}

// A part is some of the input files: a file, or all below a folder. It stands
// in the key of each stage that reads it, and only with it can they be read.
type part struct {
	root string
	sum  digest
}

// file returns the bytes of a part that is one file; ok is false where there is
// none.
func (in *input) file(p part) (data []byte, ok bool, err error) {
	if _, ok := in.tree.Get(p.root); !ok {
		return nil, false, nil
	}
	data, err = in.open(p.root)
	return data, err == nil, err
}

// files returns the bytes of the files of a part that keep chooses, by their
// paths.
func (in *input) files(p part, keep func(scan.File) bool) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, f := range in.tree.Below(p.root) {
		if !keep(f) {
			continue
		}
		data, err := in.open(f.Path)
		if err != nil {
			return nil, err
		}
		files[f.Path] = data
	}
	return files, nil
}

// list returns the files of a part, in path order. The slice may be the tree's
// own.
func (in *input) list(p part) []scan.File { return in.tree.Below(p.root) }

// open returns a file's bytes and refuses those of another moment.
func (in *input) open(file string) ([]byte, error) {
	f, ok := in.tree.Get(file)
	if !ok {
		return nil, diag.Errorf("read %s: %w", file, fs.ErrNotExist)
	}
	data, err := fs.ReadFile(in.fsys, file)
	if scan.Busy(err) {
		return nil, diag.Errorf("read %s: %w", file, err)
	}
	if err != nil {
		return nil, diag.Errorf("read %s: %w: %w", file, ErrChanged, err)
	}
	if sha256.Sum256(data) != f.Hash {
		return nil, diag.Errorf("read %s: %w", file, ErrChanged)
	}
	return data, nil
}

// size returns how large a file is, in bytes.
func (in *input) size(file string) int64 {
	f, _ := in.tree.Get(file)
	return f.Size
}

// builtin reports whether the program brings a file.
func (in *input) builtin(file string) bool {
	f, _ := in.tree.Get(file)
	return f.Builtin
}

// embedded reports whether a file is in the program, and not in the site's folder.
func (in *input) embedded(file string) bool {
	f, _ := in.tree.Get(file)
	return f.Embedded
}

// ext returns the extension of a file, in small letters.
func ext(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > strings.LastIndexByte(name, '/') {
		return strings.ToLower(name[i:])
	}
	return ""
}
