package bucket

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

// TestListThatIsEnded: who gives up while keys are listed is told so, and does not
// take the store for an empty one.
func TestListThatIsEnded(t *testing.T) {
	s := newStore(t)
	s.publish(s.job("a.html", "een"))
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	if err := s.c.list(ctx, func(string, int64) bool { return true }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

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

// TestSecretsStay: whatever a store puts into a message, it holds no secret.
func TestSecretsStay(t *testing.T) {
	c := &client{bucket: "help", keys: Keys{ID: "id", Secret: "geheim-een", Token: "geheim-twee"}}
	for _, said := range []string{"x geheim-een y", "x geheim-twee y", "geheim-twee geheim-een"} {
		if err := c.wrap("read", "x", errors.New(said)); strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q says %q", said, err)
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

	// An answer that comes before the body is closed.
	late := &counted{}
	req := httptest.NewRequest(http.MethodPut, "http://store.example/k", late)
	resp, err := (&trip{base: early{}}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if !late.closed {
		t.Error("the answer's end came before the body's")
	}
}

// early is a transport that answers and closes the body later.
type early struct{}

func (early) RoundTrip(r *http.Request) (*http.Response, error) {
	go func() {
		time.Sleep(20 * time.Millisecond)
		r.Body.Close()
	}()
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: http.NoBody}, nil
}

type counted struct{ closed bool }

func (c *counted) Read([]byte) (int, error) { return 0, io.EOF }
func (c *counted) Close() error             { c.closed = true; return nil }

// TestStoreThatHangs takes a request and never answers: each try ends by itself.
func TestStoreThatHangs(t *testing.T) {
	var asked atomic.Int32
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		<-r.Context().Done()
	}))
	defer hang.Close()
	c, err := newClient(Config{Endpoint: strings.TrimPrefix(hang.URL, "http://"), Insecure: true, Bucket: "help", Region: "x", PathStyle: true, Retries: 2, Patience: 20 * time.Millisecond, Keys: Keys{ID: "a", Secret: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, _, _, err = c.getBytes(ctx, "state.json")
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "timeout awaiting response headers") || asked.Load() != 2 {
		t.Errorf("after %d tries: %v", asked.Load(), err)
	}
}
