package bucket

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

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
