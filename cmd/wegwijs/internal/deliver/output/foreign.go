package output

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/fileset"
)

// Names of files and folders, in small letters, that do not belong where everyone
// can get them: private ones hold what opens something or all that was ever
// written, leftovers are what programs leave behind.
var (
	private   = []string{".env", ".env.*", "*.env", ".git", ".svn", ".hg", ".htpasswd", ".netrc", ".npmrc", ".pgpass", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.p12", "*.pfx", "*.kdbx", "*.sql", "*.sql.gz", "*.sql.zip", "*.sqlite", "*.sqlite3"}
	leftovers = []string{"*~", "*.swp", "*.swo", "*.bak", "*.old", "*.orig", "*.rej", ".ds_store", "thumbs.db", "desktop.ini"}
)

// like reports whether a name is one of some patterns.
func like(name string, patterns []string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, name); return ok })
}

// bigFile is from how many bytes on a file is not looked at for secrets.
const bigFile = 4 << 20

// Foreign reports what no build wrote into the folder public and nobody should get
// who asks its web server: files by their names, and keys in others. Builds leave
// these files alone. name is what the folder is called in positions. A folder that
// is not there has none.
func Foreign(public fs.FS, name string) ([]diag.Diagnostic, error) {
	ours := map[string]bool{fileset.ManifestPath: true}
	if data, err := fs.ReadFile(public, fileset.ManifestPath); err == nil {
		if m, err := fileset.DecodeManifest(bytes.NewReader(data)); err == nil {
			for _, f := range m.Files {
				ours[f.Path] = true
			}
		}
	}
	out := new(diag.List)
	err := fs.WalkDir(public, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case p == "." && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case p == "." || ours[p]:
			return nil
		case p == fileset.Reserved:
			return fs.SkipDir
		}
		pos := diag.Pos{File: path.Join(name, p)}
		switch {
		case like(d.Name(), private):
			out.Errorf(pos, diag.Secrecy, "move it out of the folder; if it was on the internet, make new passwords and keys for what is in it", "no build wrote this, and whoever asks for it gets it")
			if d.IsDir() {
				return fs.SkipDir
			}
		case like(d.Name(), leftovers):
			out.Warnf(pos, diag.FileUnused, "remove it", "a program left this behind, and whoever asks for it gets it")
		case d.Type().IsRegular():
			return keysIn(public, p, d, pos, out)
		}
		return nil
	})
	return out.Sorted(), err
}

// keysIn reports keys in a file that no build wrote.
func keysIn(public fs.FS, p string, d fs.DirEntry, pos diag.Pos, out *diag.List) error {
	if info, err := d.Info(); err != nil || info.Size() > bigFile {
		return err
	}
	data, err := fs.ReadFile(public, p)
	if err != nil {
		return err
	}
	lines := diag.NewLines(pos.File, data)
	for _, s := range diag.Secrets(data, false) {
		out.Errorf(lines.At(s.From), diag.Secrecy, "take it out and make a new one; this one may have been seen", "here stands %s", s.What)
	}
	return nil
}
