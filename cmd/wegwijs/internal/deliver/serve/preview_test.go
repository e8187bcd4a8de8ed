package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wegwijs/cmd/wegwijs/internal/deliver/preview"
	"wegwijs/cmd/wegwijs/internal/deliver/serve"
	"wegwijs/cmd/wegwijs/internal/input/notify"
	"wegwijs/cmd/wegwijs/internal/state"
	"wegwijs/cmd/wegwijs/internal/testenv"
)

// A shown is a site in a folder of its own and the server that shows it.
type shown struct {
	t    testing.TB
	dir  string
	live *preview.States
	opt  serve.Options
	url  string // without a final slash
	stop func()
}

// show serves a site until the test ends.
func show(t testing.TB, files map[string]string, opt serve.Options) *shown {
	t.Helper()
	p := &shown{t: t, dir: t.TempDir(), opt: opt}
	for name, text := range files {
		p.write(name, text)
	}
	p.start("127.0.0.1:0")
	t.Cleanup(func() { p.stop() })
	return p
}

// start runs the server at an address; stop ends it, as Ctrl-C does.
func (p *shown) start(address string) {
	p.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.live = preview.New(os.DirFS(p.dir), state.Options{}, nil)
	p.opt.Read = func(file string) ([]byte, error) { return os.ReadFile(p.file(file)) }
	hints := notify.Start(ctx, p.dir, notify.Options{Cost: p.live.Cost, Hot: p.live.Hot})
	server := &http.Server{
		Handler:     serve.Handler(p.live, p.opt),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			c.(*net.TCPConn).SetWriteBuffer(4096) // a client that does not read is noticed soon
			return ctx
		},
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := p.live.Run(ctx, hints.Hints); err != nil {
			p.t.Errorf("Run: %v", err)
		}
	})
	wg.Go(func() { server.Serve(l) })
	p.url = "http://" + l.Addr().String()
	p.stop = func() {
		cancel()
		server.Close()
		wg.Wait()
	}
}

func (p *shown) address() string { return strings.TrimPrefix(p.url, "http://") }

func (p *shown) file(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *shown) write(name, text string) { p.t.Helper(); testenv.Write(p.t, p.file(name), text) }

func (p *shown) read(name string) string {
	p.t.Helper()
	data, err := os.ReadFile(p.file(name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(data)
}

// edit changes a file.
func (p *shown) edit(name, old, new string) {
	p.t.Helper()
	text := p.read(name)
	if !strings.Contains(text, old) {
		p.t.Fatalf("%s has no %q", name, old)
	}
	p.write(name, strings.Replace(text, old, new, 1))
}

// do sends a request with some headers: a name, a value, and so on.
func (p *shown) do(method, path string, headers ...string) *httptest.ResponseRecorder {
	p.t.Helper()
	req, err := http.NewRequest(method, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 30 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	rec := httptest.NewRecorder()
	for k, v := range res.Header {
		rec.Header()[k] = v
	}
	rec.WriteHeader(res.StatusCode)
	if _, err := io.Copy(rec, res.Body); err != nil {
		p.t.Fatal(err)
	}
	return rec
}

func (p *shown) get(path string, headers ...string) *httptest.ResponseRecorder {
	p.t.Helper()
	return p.do(http.MethodGet, path, headers...)
}

// until waits for a page to hold a text.
func (p *shown) until(path, want string) {
	p.t.Helper()
	end := time.Now().Add(20 * time.Second)
	for {
		got := p.get(path).Body.String()
		if strings.Contains(got, want) {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s has no %q:\n%s", path, want, got)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// A message is what the server tells browsers.
type message struct {
	ID       string
	Checked  bool
	Errors   int
	Warnings int
	Files    bool
	Follow   string
	Findings []struct{ Where, Severity, Message, Hint, Excerpt, Caret string }
}

// A stream is a browser's connection of events.
type stream struct {
	t        testing.TB
	messages chan message
	beats    chan struct{}
	header   http.Header
	close    func()
	last     message
}

// listen opens a connection of events, as a browser that shows the view seen.
func (p *shown) listen(seen string) *stream {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+serve.Own+"events?seen="+seen, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := (&http.Transport{}).RoundTrip(req)
	if err != nil {
		p.t.Fatal(err)
	}
	s := &stream{t: p.t, messages: make(chan message, 1000), beats: make(chan struct{}, 1000), header: res.Header}
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(s.messages)
		kind := ""
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			name, value, _ := bytes.Cut(lines.Bytes(), []byte(": "))
			switch {
			case string(name) == "event":
				kind = string(value)
			case string(name) == "data" && kind == "beat":
				s.beats <- struct{}{}
			case string(name) == "data":
				var m message
				if err := json.Unmarshal(value, &m); err != nil {
					p.t.Errorf("event %q: %v", value, err)
				}
				s.messages <- m
			}
		}
	})
	s.close = func() { cancel(); res.Body.Close(); wg.Wait() }
	p.t.Cleanup(s.close)
	return s
}

// until waits for a message.
func (s *stream) until(what string, ok func(message) bool) message {
	s.t.Helper()
	end := time.After(20 * time.Second)
	for {
		select {
		case m, open := <-s.messages:
			if !open {
				s.t.Fatalf("the connection ended; waited for %s", what)
			}
			s.last = m
			if ok(m) {
				return m
			}
		case <-end:
			s.t.Fatalf("waited for %s; the last message was %+v", what, s.last)
		}
	}
}

func (s *stream) checked() message {
	s.t.Helper()
	return s.until("a complete check", func(m message) bool { return m.Checked })
}
