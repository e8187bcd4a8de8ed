package verify

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// A Resolver asks the DNS. [net.Resolver] is one. Names are given with a final
// dot, so that no search domain is tried. A name that does not exist, or has
// no data of the kind asked for, is a [net.DNSError] with IsNotFound set; any
// other error means that there was no answer.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) // network is "ip4" or "ip6"
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNS(ctx context.Context, name string) ([]*net.NS, error)
	LookupCNAME(ctx context.Context, host string) (string, error)
}

// notFound reports whether the DNS said for certain that there is no such
// name or data.
func notFound(err error) bool {
	if e, ok := errors.AsType[*net.AddrError](err); ok {
		// Of a name in the machine's hosts file, which has no address of this
		// kind there.
		return e.Err == "no suitable address found"
	}
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// A doubted error is a "no such name" that is not believed.
type doubted struct{ error }

func (e doubted) Unwrap() error { return e.error }

func isDoubted(err error) bool {
	_, ok := errors.AsType[doubted](err)
	return ok
}

// A skeptic believes a "no such name" only of a DNS that knows the internet.
// In a closed network, as many build machines have, the resolver says it of
// every name outside; taken at its word, it would refute every row.
type skeptic struct {
	Resolver
	limit time.Duration // of the one question that tells

	once  sync.Once
	knows bool
}

// doubt turns "no such name" into a [doubted] error where the DNS does not even know
// the name servers of the root, which every resolver on the internet does.
func (s *skeptic) doubt(err error) error {
	if err == nil || !notFound(err) {
		return err
	}
	s.once.Do(func() {
		// Not the caller's context: the answer is for all of them.
		ctx, cancel := context.WithTimeout(context.Background(), s.limit)
		defer cancel()
		ns, err := s.Resolver.LookupNS(ctx, ".")
		s.knows = err == nil && len(ns) > 0
	})
	if s.knows {
		return err
	}
	return doubted{diag.Errorf(`the resolver of this machine says "no such name", but it does not know the internet at all`)}
}

func (s *skeptic) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	ips, err := s.Resolver.LookupNetIP(ctx, network, host)
	return ips, s.doubt(err)
}

func (s *skeptic) LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error) {
	cname, records, err := s.Resolver.LookupSRV(ctx, service, proto, name)
	return cname, records, s.doubt(err)
}

func (s *skeptic) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	records, err := s.Resolver.LookupMX(ctx, name)
	return records, s.doubt(err)
}

// system is the machine's own resolver. [net.Resolver.LookupCNAME] tells of an
// alias only where it leads to an address; here it tells of a dead one too.
type system struct{ *net.Resolver }

func (s system) LookupCNAME(ctx context.Context, host string) (string, error) {
	// The answers themselves have the alias: they are read on the way.
	var mu sync.Mutex
	aliases := map[string]string{}
	hear := func(message []byte) {
		mu.Lock()
		defer mu.Unlock()
		readAliases(message, aliases)
	}
	dial := s.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	ear := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if udp, ok := conn.(*net.UDPConn); ok { // another kind is a stream to the resolver
			return &eavesdropper{udp, hear}, nil
		}
		return conn, nil
	}}
	name, err := ear.LookupCNAME(ctx, host)
	if !notFound(err) {
		return name, err
	}
	mu.Lock()
	defer mu.Unlock()
	to := strings.ToLower(host)
	for range aliases { // at most as many steps as there are aliases
		next, ok := aliases[to]
		if !ok {
			break
		}
		to = next
	}
	if to != strings.ToLower(host) {
		return to, nil
	}
	return name, err
}

// readAliases reads the CNAME records of a DNS message into a table of lower
// case names with their final dot.
func readAliases(message []byte, aliases map[string]string) {
	var p dnsmessage.Parser
	if _, err := p.Start(message); err != nil || p.SkipAllQuestions() != nil {
		return
	}
	for {
		h, err := p.AnswerHeader()
		if err != nil {
			return
		}
		if h.Type != dnsmessage.TypeCNAME {
			if p.SkipAnswer() != nil {
				return
			}
			continue
		}
		r, err := p.CNAMEResource()
		if err != nil {
			return
		}
		aliases[strings.ToLower(h.Name.String())] = strings.ToLower(r.CNAME.String())
	}
}

// An eavesdropper hands on what is read from a connection.
type eavesdropper struct {
	*net.UDPConn
	hear func([]byte)
}

func (e *eavesdropper) Read(b []byte) (int, error) {
	n, err := e.UDPConn.Read(b)
	e.hear(b[:n])
	return n, err
}
