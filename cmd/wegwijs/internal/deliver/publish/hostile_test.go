package publish

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// ourNames returns every name that publishing makes on a target, once A is
// what readers have, X was before it, and B comes next.
func ourNames() []string {
	a, x, b := siteA.release().Manifest.Release, siteC.release().Manifest.Release, siteB.release().Manifest.Release
	names := []string{
		".wegwijs", ".wegwijs/lock", ".wegwijs/target.json", ".wegwijs/history.json",
		".wegwijs/stage", ".wegwijs/stage/tree", ".wegwijs/stage/manifest.json", ".wegwijs/stage/record.json", ".wegwijs/stage/tree/e-mail",
		".wegwijs/spare", ".wegwijs/spare/tree", ".wegwijs/spare/record.json", ".wegwijs/spare/tree/e-mail",
		".wegwijs/tmp", ".wegwijs/tmp/x", ".wegwijs/trash", ".wegwijs/trash/x",
		"releases", "current",
	}
	for _, id := range []string{a, x, b} {
		names = append(names, "releases/"+id, "releases/"+id+".json", "releases/"+id+"/manifest.json", "releases/"+id+"/e-mail", "releases/"+id+"/assets")
	}
	return names
}

// odd are the things that may stand at a name where ours should be.
var odd = map[string]func(name, victim string) error{
	"link to a folder": func(name, victim string) error { return os.Symlink(victim, name) },
	"link to a folder inside": func(name, victim string) error {
		return os.Symlink(filepath.Join(filepath.Dir(victim), "help", "eigen"), name)
	},
	"link to a file":           func(name, victim string) error { return os.Symlink(filepath.Join(victim, "a"), name) },
	"dangling link":            func(name, victim string) error { return os.Symlink(filepath.Join(victim, "nieuw"), name) },
	"file":                     func(name, victim string) error { return os.WriteFile(name, []byte("x"), 0o644) },
	"empty file":               func(name, victim string) error { return os.WriteFile(name, nil, 0o644) },
	"pipe":                     func(name, victim string) error { return syscall.Mkfifo(name, 0o644) },
	"folder full of odd names": oddFolder,
}

func oddFolder(name, victim string) error {
	if err := os.Mkdir(name, 0o755); err != nil {
		return err
	}
	for _, n := range []string{"a\nb", " ", "-rf", "*", `\`, "…", "\x01", "\xff\xfe", strings.Repeat("n", 255), "con", "a.json", ".." + "x"} {
		if err := os.WriteFile(filepath.Join(name, n), []byte("x"), 0o644); err != nil {
			return err
		}
	}
	for n, to := range map[string]string{"uit": victim, "index.html": filepath.Join(victim, "a"), "weg": filepath.Join(victim, "nieuw"), "rond": "."} {
		if err := os.Symlink(to, filepath.Join(name, n)); err != nil {
			return err
		}
	}
	return nil
}

// TestNothingOutsideIsTouched puts every odd thing at every name of ours. Then
// whatever is outside the target, or in it and not ours, keeps its bytes; the
// command ends; and it either brings the release whole or says which name is in
// the way, and brings it once that is gone.
func TestNothingOutsideIsTouched(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"dir", "ssh"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			on := dirTarget
			if kind == "ssh" {
				_, on = startSSHD(t)
			}
			step := stride(11, 3, 1)
			if kind == "ssh" {
				step = stride(29, 11, 2)
			}
			n := 0
			for _, name := range ourNames() {
				for what, put := range odd {
					if n++; (n+len(name)+len(what))%step != 0 {
						continue
					}
					hostile(t, on, name, what, put)
				}
			}
		})
	}
}

func hostile(t *testing.T, on func(string) Target, name, what string, put func(name, victim string) error) {
	t.Helper()
	base := testenv.RAM(t)
	defer os.RemoveAll(base)
	root, victim := filepath.Join(base, "help"), filepath.Join(base, "victim")
	near := dirTarget(root)
	near.Keep = 2
	mustPublish(t, near, me(), siteB.with(files{"b": "0"}).release(), lax) // becomes the spare
	mustPublish(t, near, later(me(), hour), siteC.release(), lax)
	mustPublish(t, near, later(me(), 2*hour), siteA.release(), lax)
	safe := files{"a": "kostbaar", "sub/b": "ook", "e-mail/imap/index.html": "van een ander"}
	for p, text := range safe {
		testenv.Write(t, filepath.Join(victim, p), text)
	}
	testenv.Write(t, filepath.Join(root, "eigen", "x"), "van de beheerder")
	at := filepath.Join(root, filepath.FromSlash(name))
	aside := filepath.Join(base, "aside")
	if err := os.Rename(at, aside); err != nil {
		if !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := put(at, victim); err != nil {
		t.Fatalf("%s: %s: %v", name, what, err)
	}
	target := on(root)
	target.Keep, target.Parallel = 2, 4
	all := Options{Allow: []release.Gate{release.Vanished, release.Shrink, release.Foreign}}
	rep, err := tryPublish(t.Context(), target, later(quietly(), 3*hour), siteB.release(), all)
	if got := readTree(t, victim); len(got) != len(safe) || differsFrom(got, safe) {
		t.Errorf("%s is a %s: publishing changed what is not ours: %q (%v)", name, what, got, err)
	}
	if got := readTree(t, filepath.Join(root, "eigen")); len(got) != 1 {
		t.Errorf("%s is a %s: publishing changed the operator's folder: %q (%v)", name, what, got, err)
	}
	var held *release.HeldError
	switch {
	case err == nil:
		if !rep.Live {
			t.Errorf("%s is a %s: not live: %v", name, what, rep.Plan.Refused)
			return
		}
		if strings.HasPrefix(name, ".wegwijs/spare/tree/") {
			// What is done by hand in there shows until the same is published again.
			mustPublish(t, target, later(quietly(), 4*hour), siteB.release(), all)
		}
		d := differs(served(t, root), siteB)
		if strings.HasPrefix(name, ".wegwijs/spare/tree/") && strings.HasSuffix(d, "does not belong to it") {
			d = ""
		}
		if d != "" {
			t.Errorf("%s is a %s: readers get no whole release: %s", name, what, d)
		}
		return
	case errors.As(err, &held) && name == ".wegwijs/lock": // it may be that of someone who writes a name just now
	case !strings.Contains(err.Error(), filepath.Base(name)):
		t.Errorf("%s is a %s: the error names something else: %v", name, what, err)
	}
	if i, lerr := os.Lstat(at); lerr == nil && i.IsDir() && name != "current" {
		t.Errorf("%s is a %s: %v", name, what, err) // a folder is taken for ours, or put away
	}
	if err := os.RemoveAll(at); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, at); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	mustPublish(t, target, later(quietly(), 3*hour), siteB.release(), all)
	isOne(t, served(t, root), siteB)
}

func differsFrom(got, want files) bool {
	for p, text := range want {
		if got[p] != text {
			return true
		}
	}
	return false
}
