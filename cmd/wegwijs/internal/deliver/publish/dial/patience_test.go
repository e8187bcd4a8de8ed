package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// TestConnectionThatHangs lets the line go dead without a word, as routers do:
// the connection ends, and so does what waits for it.
func TestConnectionThatHangs(t *testing.T) {
	host, user := signer(t, newEd(t)), newEd(t)
	s := serve(t, allow(signer(t, user).PublicKey()), host)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var dead atomic.Bool
	go func() {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err != nil {
			return
		}
		pass := func(to, from net.Conn) {
			defer to.Close()
			buf := make([]byte, 4096)
			for {
				n, err := from.Read(buf)
				if err != nil {
					return
				}
				if !dead.Load() {
					to.Write(buf[:n])
				}
			}
		}
		go pass(out, in)
		pass(in, out)
	}()
	port := l.Addr().(*net.TCPAddr).Port
	dir := home(t, port, host.PublicKey())
	writeKey(t, filepath.Join(dir, ".ssh", "id_ed25519"), user, "")
	c, err := Connect(t.Context(), Target{Host: "127.0.0.1", Port: port}, Surroundings{Home: dir, User: "jan", alive: 10 * time.Millisecond, patience: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2200 * time.Millisecond) // keep-alives are answered, if only with a refusal
	if _, _, err := c.SendRequest("still-there@wegwijs", true, nil); err != nil {
		t.Fatalf("a living connection was ended: %v", err)
	}
	dead.Store(true)
	ended := make(chan error, 1)
	go func() {
		_, _, err := c.SendRequest("hello@wegwijs", true, nil)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("a dead line answered")
		}
	case <-time.After(time.Minute):
		t.Error("a dead connection hangs")
		c.Close()
	}
}

// TestSilentServer gives up on a server that takes the connection and says
// nothing.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		c, err := l.Accept()
		if err == nil {
			defer c.Close()
			cancel(errors.New("the user gave up"))
			c.Read(make([]byte, 1))
			c.Read(make([]byte, 1<<10))
		}
	}()
	_, err = Connect(ctx, Target{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}, Surroundings{Home: t.TempDir(), User: "jan"})
	if err == nil || !strings.Contains(err.Error(), "the user gave up") {
		t.Errorf("got %v", err)
	}
}

// TestSilenceAfterAnswer gives a person all the time, and a server that says
// nothing to the answer none.
func TestSilenceAfterAnswer(t *testing.T) {
	host, over := signer(t, newEd(t)), make(chan struct{})
	s := serve(t, &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
		<-over
		return nil, errors.New("too late")
	}}, host)
	defer close(over)
	dir := home(t, s.port, host.PublicKey())
	begun := time.Now()
	err := connect(t, Target{Host: "127.0.0.1", Port: s.port}, Surroundings{Home: dir, User: "jan", patience: 2 * time.Second, Ask: func(string, bool) (string, error) {
		time.Sleep(2500 * time.Millisecond)
		return "geheim", nil
	}})
	if err == nil || !strings.Contains(err.Error(), "no answer within 2s") {
		t.Errorf("got %v", err)
	}
	if d := time.Since(begun); d < 4*time.Second {
		t.Errorf("gave up after %s: the person was too slow for it", d)
	}
}

// TestStopAtQuestion ends at once when the user gives up instead of answering,
// and when that comes after the answer.
func TestStopAtQuestion(t *testing.T) {
	host, over := signer(t, newEd(t)), make(chan struct{})
	s := serve(t, &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
		<-over
		return nil, errors.New("too late")
	}}, host)
	defer close(over)
	dir := home(t, s.port, host.PublicKey())
	for _, answers := range []bool{false, true} {
		ctx, cancel := context.WithCancelCause(t.Context())
		_, err := Connect(ctx, Target{Host: "127.0.0.1", Port: s.port}, Surroundings{Home: dir, User: "jan", Ask: func(string, bool) (string, error) {
			if answers {
				time.AfterFunc(100*time.Millisecond, func() { cancel(errors.New("the user gave up")) })
				return "geheim", nil
			}
			cancel(errors.New("the user gave up"))
			return "", context.Cause(ctx)
		}})
		if err == nil || !strings.Contains(err.Error(), "the user gave up") {
			t.Errorf("answers %v: got %v", answers, err)
		}
	}
}
