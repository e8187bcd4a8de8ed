package bucket

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

// TestRefusals says what a store's refusals mean; the codes are those of the
// S3 API (Error responses), and of stores that have their own.
func TestRefusals(t *testing.T) {
	c := &client{bucket: "help"}
	for _, r := range []struct {
		status int
		code   string
		want   string
		absent bool
	}{
		{404, "NoSuchKey", "there is no such object", true},
		{404, "NotFound", "there is no such object", true},
		{404, "NoSuchBucket", `there is no bucket "help"`, false},
		{404, "XAdminUserNotFound", "the store's words (XAdminUserNotFound)", false},
		{403, "InvalidAccessKeyId", "the store does not know the access key", false},
		{403, "SignatureDoesNotMatch", "the secret key does not fit the access key", false},
		{403, "AccessDenied", "s3:ListBucket", false},
		{500, "InternalError", "the store's words (InternalError)", false},
	} {
		err := c.wrap("read", "x", minio.ErrorResponse{StatusCode: r.status, Code: r.code, Message: "the store's words."})
		if !strings.Contains(err.Error(), r.want) || errors.Is(err, errAbsent) != r.absent {
			t.Errorf("%d %s: got %q, want %q", r.status, r.code, err, r.want)
		}
	}
}

// slow is a transport that reads the body after it has given up.
type slow struct{ read chan string }

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	go func() {
		time.Sleep(20 * time.Millisecond)
		b, _ := io.ReadAll(r.Body)
		s.read <- string(b)
		r.Body.Close()
	}()
	return nil, errors.New("connection reset by peer")
}

// TestTryIsOverWhenItsBodyIsClosed: a second try seeks in the same body.
func TestTryIsOverWhenItsBodyIsClosed(t *testing.T) {
	body := strings.NewReader("tekst")
	base := slow{make(chan string, 1)}
	_, err := (&trip{base: base}).RoundTrip(httptest.NewRequest(http.MethodPut, "http://store.example/k", body))
	if err == nil {
		t.Fatal("no error")
	}
	body.Seek(0, io.SeekStart)
	if got := <-base.read; got != "tekst" {
		t.Errorf("the first try sent %q", got)
	}

	// An answer that comes before the whole body was read.
	early := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer early.Close()
	large := &counted{r: strings.NewReader(strings.Repeat("x", 8<<20))}
	req, _ := http.NewRequest(http.MethodPut, early.URL, large)
	req.ContentLength = 8 << 20
	resp, err := (&trip{base: http.DefaultTransport}).RoundTrip(req)
	if err != nil {
		return // the connection may be gone before the answer is read
	}
	resp.Body.Close()
	if !large.closed {
		t.Error("the answer's end came before the body's")
	}
}

type counted struct {
	r      io.Reader
	closed bool
}

func (c *counted) Read(p []byte) (int, error) { return c.r.Read(p) }
func (c *counted) Close() error               { c.closed = true; return nil }
