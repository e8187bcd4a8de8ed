package testenv

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7/pkg/signer"

	"wegwijs/cmd/wegwijs/internal/fileset"
)

// An S3 is an S3-compatible object store on this machine: Versity's gateway
// over a folder.
type S3 struct {
	Endpoint string // host:port, plain HTTP
	ID       string
	Secret   string
	Bucket   string
	Dir      string // the objects of the bucket, as files
}

// module is where go.mod of the store's own module lies in this repository. It
// is apart so that the program's module does not take on a server's
// requirements.
const module = "cmd/wegwijs/internal/testenv/testdata/s3server"

// gateway keeps the path of the store's program, or why there is none: finding it
// takes longer than starting it.
var gateway struct {
	once      sync.Once
	path, why string
}

// findGateway builds the store's program from the module cache, to which CI may
// download, and returns its path.
func findGateway(dir string) (path, why string) {
	find := exec.Command("go", "-C", dir, "tool", "-n", "versitygw")
	find.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	if !CI() {
		find.Env = append(find.Env, "GOPROXY=off")
	}
	var stderr strings.Builder
	find.Stderr = &stderr
	out, err := find.Output()
	if err != nil {
		return "", cmp.Or(stderr.String(), err.Error())
	}
	return strings.TrimSpace(string(out)), ""
}

// StartS3 starts a store with one empty bucket.
func StartS3(t testing.TB) *S3 {
	t.Helper()
	gateway.once.Do(func() { gateway.path, gateway.why = findGateway(filepath.Join(Root(t), module)) })
	if gateway.why != "" {
		Missing(t, fmt.Sprintf("the object store for tests (go -C %s mod download): %s", module, gateway.why))
	}
	s := &S3{ID: "AKIAWEGWIJSTEST", Secret: "zeer-geheim/5up3r+s3cr3t", Bucket: "help"}
	data := t.TempDir() // not in memory: it keeps headers in extended attributes
	s.Dir = filepath.Join(data, s.Bucket)
	if err := os.Mkdir(s.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	port := FreePorts(1)[0]
	s.Endpoint = fmt.Sprintf("127.0.0.1:%d", port)
	c := exec.Command(gateway.path, "--quiet", "--port", s.Endpoint, "posix", data)
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+s.ID, "ROOT_SECRET_ACCESS_KEY="+s.Secret)
	start(t, c, port)
	return s
}

// Get asks the store for an object, for someone who asked r.
func (s *S3) Get(r *http.Request, key string) (*http.Response, error) {
	address := url.URL{Scheme: "http", Host: s.Endpoint, Path: "/" + s.Bucket + "/" + key}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	if tag := r.Header.Get("If-None-Match"); tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	req.Header.Set("Accept-Encoding", "identity") // or Go unpacks what comes
	req.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	return http.DefaultTransport.RoundTrip(signer.SignV4(*req, s.ID, s.Secret, "", "us-east-1"))
}

// A CDN stands before a store and does what the README asks of one. What it
// says of an object is what the store says, and Headers.
type CDN struct {
	Store   *S3
	Prefix  string                            // of the keys
	Headers func(path string, to http.Header) // adds headers; may be nil
}

func (c *CDN) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	address := r.URL.Path
	if c.Headers != nil {
		c.Headers(address, w.Header())
	}
	switch last := path.Base(address); {
	case strings.HasSuffix(address, "/"):
		address += "index.html"
	case !strings.Contains(last, "."):
		http.Redirect(w, r, address+"/", http.StatusMovedPermanently)
		return
	}
	hidden := strings.HasPrefix(address, "/.wegwijs/")
	language, _, _ := strings.Cut(strings.TrimPrefix(address, "/"), "/")
	w.Header().Set("Vary", "Accept-Encoding")
	var keys []string
	for _, plain := range []string{address[1:], language + "/404.html", "404.html"} {
		for _, c := range fileset.Codings() {
			if slices.Contains(strings.Split(r.Header.Get("Accept-Encoding"), ", "), string(c)) {
				keys = append(keys, plain+c.Ext())
			}
		}
		keys = append(keys, plain)
	}
	for i, key := range keys {
		found := i < len(keys)/3
		if found && hidden {
			continue
		}
		resp, err := c.Store.Get(r, c.Prefix+key)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		if resp.StatusCode == http.StatusNotFound {
			resp.Body.Close()
			continue
		}
		defer resp.Body.Close()
		for _, name := range []string{"Content-Type", "Content-Encoding", "Cache-Control", "ETag"} {
			if v := resp.Header.Get(name); v != "" {
				w.Header().Set(name, v)
			}
		}
		status := resp.StatusCode
		if !found {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
		io.Copy(w, resp.Body)
		return
	}
	http.NotFound(w, r)
}
