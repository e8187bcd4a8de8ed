package output

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// TestForeign: what no build wrote and nobody should get is found by its name or by
// what is in it, wherever it lies; the site's own files, and harmless ones, are not.
func TestForeign(t *testing.T) {
	key := "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n"
	var manifest bytes.Buffer
	sum := strings.Repeat("0", 64)
	m := &fileset.Manifest{Version: 1, Files: []fileset.Entry{{Path: "keys.txt", SHA256: sum}, {Path: "ours.bak", SHA256: sum}}}
	if err := m.Encode(&manifest); err != nil {
		t.Fatal(err)
	}
	public := fstest.MapFS{fileset.ManifestPath: {Data: manifest.Bytes()}}
	for _, name := range []string{
		".env", "en/.env.production", "oud/.git/config", "oud/.git/HEAD", "id_rsa", "a/b/dump.SQL", "cert.p12", "x/.htpasswd", "a/prod.env",
		"index.html~", "a/Thumbs.db", ".DS_Store", "x.html.bak", ".x.swp", "site.old",
		"ours.bak", ".gitignore", "google123.html", ".well-known/acme-challenge/x", "environment.html", "sql.html", fileset.Reserved + "/.env",
	} {
		public[name] = &fstest.MapFile{Data: []byte("x")}
	}
	public["certs/server.pem"] = &fstest.MapFile{Data: []byte("# x\n" + key)}
	public["certs/public.pem"] = &fstest.MapFile{Data: []byte("-----BEGIN CERTIFICATE-----\nMIID\n")}
	public["sub/keys.txt"] = &fstest.MapFile{Data: []byte(key)} // of the name of one of ours
	public["keys.txt"] = &fstest.MapFile{Data: []byte(key)}     // the site's own are looked at elsewhere
	ds, err := Foreign(public, "public")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range ds {
		got = append(got, fmt.Sprintf("%s %s %s", d.Pos, d.Severity, d.Code))
	}
	want := []string{
		"public/.DS_Store warning file-unused", "public/.env error secret", "public/.x.swp warning file-unused", "public/a/Thumbs.db warning file-unused",
		"public/a/b/dump.SQL error secret", "public/a/prod.env error secret", "public/cert.p12 error secret", "public/certs/server.pem:3:1 error secret", "public/en/.env.production error secret",
		"public/id_rsa error secret", "public/index.html~ warning file-unused", "public/oud/.git error secret", "public/site.old warning file-unused", "public/sub/keys.txt:2:1 error secret",
		"public/x.html.bak warning file-unused", "public/x/.htpasswd error secret",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if ds, err := Foreign(fstest.MapFS{}, "public"); len(ds) > 0 || err != nil {
		t.Errorf("an empty folder: %v, %v", ds, err)
	}
}
