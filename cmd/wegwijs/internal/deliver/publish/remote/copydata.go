package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"golang.org/x/crypto/ssh"
)

// A copier copies files on the server by the extension copy-data
// (draft-ietf-secsh-filexfer-extensions-00 section 7; OpenSSH 9.0 and later).
// pkg/sftp cannot send extensions it does not know, and keeps its handles to
// itself, so this is a second SFTP session on the same connection that knows
// five requests. Many copies may be under way at once.
type copier struct {
	session *ssh.Session
	send    sync.Mutex // one packet at a time
	w       io.WriteCloser
	fsync   bool // fsync@openssh.com

	mu      sync.Mutex
	next    uint32
	waiting map[uint32]chan reply
	err     error // why the session ended
}

type reply struct {
	kind byte
	body []byte // after the request's number
}

// Packet types, draft-ietf-secsh-filexfer-02 section 3.
const (
	fxInit, fxVersion     = 1, 2
	fxOpen, fxClose       = 3, 4
	fxStatus, fxHandle    = 101, 102
	fxExtended            = 200
	flagRead, flagWrite   = 0x1, 0x2
	flagCreate, flagExcl  = 0x8, 0x20
	codeOK, codeNoFile    = 0, 2
	codeDenied, codeNoSup = 3, 8
)

func newCopier(client *ssh.Client, fsync bool) (*copier, error) {
	s, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	w, err := s.StdinPipe()
	if err != nil {
		s.Close()
		return nil, err
	}
	r, err := s.StdoutPipe()
	if err != nil {
		s.Close()
		return nil, err
	}
	if err := s.RequestSubsystem("sftp"); err != nil {
		s.Close()
		return nil, err
	}
	c := &copier{session: s, w: w, fsync: fsync, waiting: map[uint32]chan reply{}}
	if _, err := w.Write(packet(fxInit, u32(nil, 3))); err != nil {
		s.Close()
		return nil, err
	}
	if kind, _, err := readPacket(r); err != nil || kind != fxVersion {
		s.Close()
		return nil, fmt.Errorf("second SFTP session: %w", err)
	}
	go c.receive(r) // ends when the session does
	return c, nil
}

func (c *copier) close() {
	c.w.Close()
	c.session.Close()
}

func (c *copier) receive(r io.Reader) {
	var err error
	for err == nil {
		var kind byte
		var body []byte
		if kind, body, err = readPacket(r); err != nil {
			break
		}
		if len(body) < 4 {
			err = errors.New("short SFTP packet")
			break
		}
		id := binary.BigEndian.Uint32(body)
		c.mu.Lock()
		ch := c.waiting[id]
		delete(c.waiting, id)
		c.mu.Unlock()
		if ch != nil {
			ch <- reply{kind, body[4:]}
		}
	}
	c.mu.Lock()
	c.err = fmt.Errorf("SFTP session ended: %w", err)
	for id, ch := range c.waiting {
		close(ch)
		delete(c.waiting, id)
	}
	c.mu.Unlock()
}

// ask sends a request and waits for its reply.
func (c *copier) ask(kind byte, body []byte) (reply, error) {
	ch := make(chan reply, 1)
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return reply{}, c.err
	}
	c.next++
	id := c.next
	c.waiting[id] = ch
	c.mu.Unlock()
	c.send.Lock()
	_, err := c.w.Write(packet(kind, append(u32(nil, id), body...)))
	c.send.Unlock()
	if err != nil {
		return reply{}, err
	}
	r, ok := <-ch
	if !ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		return reply{}, c.err
	}
	return r, nil
}

func (c *copier) open(name string, flags uint32) (handle []byte, err error) {
	r, err := c.ask(fxOpen, u32(u32(str(nil, name), flags), 0))
	if err != nil {
		return nil, err
	}
	if r.kind != fxHandle {
		return nil, r.err()
	}
	handle, ok := cutString(r.body)
	if !ok {
		return nil, errors.New("short SFTP packet")
	}
	return handle, nil
}

func (c *copier) shut(handle []byte) error {
	r, err := c.ask(fxClose, str(nil, string(handle)))
	if err != nil {
		return err
	}
	return r.err()
}

// copy makes a new file with the bytes of old.
func (c *copier) copy(old, new string) error {
	from, err := c.open(old, flagRead)
	if err != nil {
		return err
	}
	to, err := c.open(new, flagWrite|flagCreate|flagExcl)
	if err != nil {
		c.shut(from)
		return err
	}
	b := str(nil, "copy-data")
	b = u64(u64(str(b, string(from)), 0), 0) // from the start, to the end
	b = u64(str(b, string(to)), 0)
	r, err := c.ask(fxExtended, b)
	if err == nil {
		err = r.err()
	}
	if err == nil && c.fsync {
		if r, err = c.ask(fxExtended, str(str(nil, "fsync@openssh.com"), string(to))); err == nil {
			err = r.err()
		}
	}
	c.shut(from)
	if cerr := c.shut(to); err == nil {
		err = cerr
	}
	return err
}

// err reads a status; nil for OK.
func (r reply) err() error {
	if r.kind != fxStatus || len(r.body) < 4 {
		return fmt.Errorf("unexpected SFTP packet %d", r.kind)
	}
	switch code := binary.BigEndian.Uint32(r.body); code {
	case codeOK:
		return nil
	case codeNoFile:
		return fs.ErrNotExist
	case codeDenied:
		return fs.ErrPermission
	case codeNoSup:
		return errors.ErrUnsupported
	default:
		text, _ := cutString(r.body[4:])
		return fmt.Errorf("SFTP status %d: %s", code, text)
	}
}

func packet(kind byte, body []byte) []byte {
	p := u32(make([]byte, 0, 5+len(body)), uint32(1+len(body)))
	return append(append(p, kind), body...)
}

// maxPacket is more than any reply to the five requests needs.
const maxPacket = 256 << 10

func readPacket(r io.Reader) (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:4])
	if n < 1 || n > maxPacket {
		return 0, nil, fmt.Errorf("SFTP packet of %d bytes", n)
	}
	body = make([]byte, n-1)
	_, err = io.ReadFull(r, body)
	return head[4], body, err
}

func u32(b []byte, n uint32) []byte { return binary.BigEndian.AppendUint32(b, n) }
func u64(b []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(b, n) }
func str(b []byte, s string) []byte { return append(u32(b, uint32(len(s))), s...) }

func cutString(b []byte) ([]byte, bool) {
	if len(b) < 4 {
		return nil, false
	}
	n := binary.BigEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return nil, false
	}
	return b[4 : 4+n], true
}
