// Package dial connects to an SSH server the way `ssh` would: it takes host
// name, user, port and keys from ~/.ssh/config, asks the agent, asks for a
// passphrase or a password on a terminal, and never speaks to a server whose
// host key it does not know. It knows no ProxyJump and no ProxyCommand.
package dial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kevinburke/ssh_config"
	"golang.org/x/crypto/ssh"
)

// A Target says where to connect to. Only Host is needed; what is set here
// wins over ~/.ssh/config.
type Target struct {
	Host       string // a name in ~/.ssh/config, a host name or an address
	User       string
	Port       int
	Identity   string // file of a private key
	KnownHosts string // file
}

// Surroundings are what the target does not say: the user's files and
// environment and the person at the keyboard.
type Surroundings struct {
	Home   string                   // the user's home folder; "" when there is none
	User   string                   // login name on this machine
	Getenv func(name string) string // nil: an empty environment

	// Ask puts a question to a person; the answer to a secret one is not
	// shown. nil: nobody is there.
	Ask func(question string, secret bool) (string, error)

	alive, patience time.Duration // for tests; 0: keepAlive and patience
}

func (s *Surroundings) getenv(name string) string {
	if s.Getenv == nil {
		return ""
	}
	return s.Getenv(name)
}

// patience is how long a server may take to answer while connecting, and
// later on to a keep-alive.
const patience = 30 * time.Second

// keepAlive is how often an idle-looking connection is tried: routers forget
// connections after a minute or more, and a dead one must end the publish
// rather than hang it.
const keepAlive = 15 * time.Second

// settings are a target with ~/.ssh/config worked in.
type settings struct {
	alias      string // as the user wrote it
	host       string
	port       int
	user       string
	hostKey    string // the name that known_hosts has; HostKeyAlias
	identities []string
	only       bool // IdentitiesOnly: no other keys of the agent
	knownHosts []string
	agent      string // socket
}

func (s *settings) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// Connect opens a connection. The caller closes it. It ends by itself when the
// server stops answering; ctx only bounds connecting. Whoever ends ctx must also
// make a question that is being asked come back.
func Connect(ctx context.Context, t Target, around Surroundings) (*ssh.Client, error) {
	s, err := resolve(t, &around)
	if err != nil {
		return nil, err
	}
	hosts, err := readKnownHosts(s)
	if err != nil {
		return nil, err
	}
	auth := newAuth(s, &around)
	defer auth.close()
	around.alive, around.patience = cmp.Or(around.alive, keepAlive), cmp.Or(around.patience, patience)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A person at the keyboard may take longer than a server, so this clock
	// stands still during a question.
	late := time.AfterFunc(around.patience, func() { cancel(fmt.Errorf("no answer within %s", around.patience)) })
	defer late.Stop()
	auth.asking = func() (answered func()) {
		late.Stop()
		return func() { late.Reset(around.patience) }
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address())
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, fmt.Errorf("connect to %s: %w", s.alias, err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	c, chans, reqs, err := ssh.NewClientConn(conn, hosts.name, &ssh.ClientConfig{
		User:              s.user,
		Auth:              auth.methods(),
		HostKeyCallback:   hosts.check,
		HostKeyAlgorithms: hosts.algorithms(),
		ClientVersion:     "SSH-2.0-wegwijs",
	})
	if !stop() { // the connection was closed, be it after the last answer
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		switch {
		case hosts.err != nil:
			return nil, hosts.err
		case ctx.Err() != nil:
			return nil, fmt.Errorf("connect to %s as %s: %w", s.alias, s.user, context.Cause(ctx))
		case refused(err):
			return nil, fmt.Errorf("connect to %s as %s: the server refused the login%s", s.alias, s.user, auth.hint())
		}
		return nil, fmt.Errorf("connect to %s as %s: %w", s.alias, s.user, err)
	}
	client := ssh.NewClient(c, chans, reqs)
	go watch(client, around.alive, around.patience)
	return client, nil
}

// watch closes a connection whose server does not answer any more. It ends
// when the connection does.
func watch(client *ssh.Client, every, patience time.Duration) {
	gone := make(chan struct{})
	go func() {
		client.Wait()
		close(gone)
	}()
	for {
		select {
		case <-gone:
			return
		case <-time.After(every):
		}
		late := time.AfterFunc(patience, func() { client.Close() })
		_, _, err := client.SendRequest("keepalive@openssh.com", true, nil)
		late.Stop()
		if err != nil {
			client.Close()
		}
	}
}

func resolve(t Target, around *Surroundings) (*settings, error) {
	s := &settings{alias: t.Host, host: t.Host, port: t.Port, user: t.User}
	get, err := userConfig(t.Host, around)
	if err != nil {
		return nil, err
	}
	for _, key := range []string{"ProxyJump", "ProxyCommand"} {
		if v := first(get(key)); v != "" && !strings.EqualFold(v, "none") {
			return nil, fmt.Errorf("~/.ssh/config sets %s for %s, which publishing does not do: publish from a machine that reaches it, or open a tunnel (ssh -L) and name that as host and port", key, t.Host)
		}
	}
	if h := first(get("HostName")); h != "" {
		s.host = strings.NewReplacer("%h", t.Host, "%%", "%").Replace(h)
	}
	if s.port == 0 {
		s.port = 22
		if p := first(get("Port")); p != "" {
			if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
				return nil, fmt.Errorf("~/.ssh/config: %q is no port", p)
			}
		}
	}
	if s.user == "" {
		s.user = first(get("User"))
	}
	if s.user == "" {
		s.user = around.User
	}
	s.hostKey = first(get("HostKeyAlias"))
	expand := func(p string) string { return s.expand(p, around) }
	s.only = strings.EqualFold(first(get("IdentitiesOnly")), "yes")
	if t.Identity != "" {
		s.identities, s.only = []string{expand(t.Identity)}, true
	} else {
		for _, p := range get("IdentityFile") {
			s.identities = append(s.identities, expand(p))
		}
		if len(s.identities) == 0 && around.Home != "" {
			for _, n := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
				s.identities = append(s.identities, filepath.Join(around.Home, ".ssh", n))
			}
		}
	}
	switch files := strings.Fields(first(get("UserKnownHostsFile"))); {
	case t.KnownHosts != "":
		s.knownHosts = []string{expand(t.KnownHosts)}
	case len(files) > 0:
		for _, p := range files {
			s.knownHosts = append(s.knownHosts, expand(p))
		}
	case around.Home != "":
		s.knownHosts = []string{filepath.Join(around.Home, ".ssh", "known_hosts"), filepath.Join(around.Home, ".ssh", "known_hosts2")}
	}
	if t.KnownHosts == "" {
		s.knownHosts = append(s.knownHosts, "/etc/ssh/ssh_known_hosts")
	}
	s.agent = around.getenv("SSH_AUTH_SOCK")
	switch a := first(get("IdentityAgent")); {
	case strings.EqualFold(a, "none"):
		s.agent = ""
	case strings.HasPrefix(a, "$"):
		s.agent = around.getenv(strings.TrimPrefix(a, "$"))
	case a != "" && a != "SSH_AUTH_SOCK":
		s.agent = expand(a)
	}
	return s, nil
}

// expand does for a path what ssh_config(5) TOKENS says, as far as files need
// it.
func (s *settings) expand(p string, around *Surroundings) string {
	p = strings.Trim(p, `"`)
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		p = filepath.Join(around.Home, rest)
	}
	return strings.NewReplacer("%%", "%", "%d", around.Home, "%h", s.host, "%n", s.alias, "%p", strconv.Itoa(s.port), "%r", s.user, "%u", around.User).Replace(p)
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// userConfig reads ~/.ssh/config and gives what it sets for a host.
func userConfig(host string, around *Surroundings) (func(key string) []string, error) {
	none := func(string) []string { return nil }
	if around.Home == "" {
		return none, nil
	}
	f, err := os.Open(filepath.Join(around.Home, ".ssh", "config"))
	if errors.Is(err, os.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		// Not wrapped: a refusal of this machine is none of the server.
		return nil, fmt.Errorf("read ~/.ssh/config: %v", err)
	}
	defer f.Close()
	c, err := ssh_config.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("read ~/.ssh/config: %w", err)
	}
	return func(key string) []string {
		vs, err := c.GetAll(host, key)
		if err != nil {
			return nil
		}
		return vs
	}, nil
}
