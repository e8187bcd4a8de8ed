package diag

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
)

// A spokenError is an error whose text can still be translated.
type spokenError struct {
	format string
	args   []any
	text   string // in English
	causes []error
}

// Errorf returns an error as fmt.Errorf does, whose Dutch [ErrorIn] knows; the
// errors in it are said as ErrorIn says them. The format must be a constant: it
// is the key of the translation.
func Errorf(format string, args ...any) error {
	if false {
		_ = fmt.Errorf(format, args...) // so that vet checks the arguments
	}
	e := &spokenError{format: format, args: args}
	for i, verb := range slices.Collect(verbs(format)) {
		if verb == "%w" && i < len(args) {
			if err, ok := args[i].(error); ok {
				e.causes = append(e.causes, err)
			}
		}
	}
	e.text = e.in(English)
	return e
}

func (e *spokenError) Error() string { return e.text }

func (e *spokenError) Unwrap() []error { return e.causes }

// in returns the text in a language.
func (e *spokenError) in(lang Lang) string { return Sayf(lang, e.format, e.args...) }

// ErrorIn returns the text of an error in a language: that of [Errorf] and
// [Say], and of the errors of the system, the network and certificates, which it
// says without the words that only programmers know. Other texts stay as they
// are. An error of another type can say its own, by a method Said() Said.
func ErrorIn(lang Lang, err error) string { return In(lang, sayError(err)) }

// sayError returns the text of an error as [Say] makes it.
func sayError(err error) string {
	switch e := err.(type) {
	case *spokenError:
		return Say(e.format, e.args...)
	case interface{ Said() Said }:
		return string(e.Said())
	case interface{ said() string }:
		return e.said()
	case *fs.PathError:
		return Say("%s %s: %s", Phrase(e.Op), e.Path, e.Err)
	case *os.LinkError:
		return Say("%s %s %s: %s", Phrase(e.Op), e.Old, e.New, e.Err)
	case *os.SyscallError: // named for a function of the system
		return sayError(e.Err)
	case *url.Error: // "Get": what the program does, not the person
		return e.URL + ": " + sayError(e.Err)
	case *net.OpError:
		return sayConnection(e)
	}
	text := err.Error()
	var causes []error
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		causes = e.Unwrap()
	case interface{ Unwrap() error }:
		causes = []error{e.Unwrap()}
	}
	if known := system(err); known != "" {
		return known
	}
	for _, cause := range causes {
		if cause == nil {
			continue
		}
		text = strings.Replace(text, cause.Error(), sayError(cause), 1)
	}
	return text
}

// sayConnection says what became of a connection, and with whom.
func sayConnection(e *net.OpError) string {
	why := sayError(e.Err)
	if e.Addr == nil || e.Op == "remote error" || e.Op == "local error" { // alerts of TLS
		return why
	}
	return e.Addr.String() + ": " + why
}

// known are the errors of libraries that people meet. The first that fits is
// said; the text of other errors is English.
var known = []struct {
	err  error
	says Phrase
}{
	{syscall.ENOTDIR, Phrase("not a directory")},
	{syscall.EISDIR, Phrase("is a directory")},
	{syscall.EROFS, Phrase("read-only file system")},
	{syscall.ENOSPC, Phrase("no space left on device")},
	{syscall.EDQUOT, Phrase("you have no room left to write on this disk")},
	{syscall.EMFILE, Phrase("too many files are open")},
	{syscall.ENFILE, Phrase("too many files are open")},
	{syscall.ENAMETOOLONG, Phrase("the name is too long")},
	{syscall.ENOTEMPTY, Phrase("the folder is not empty")},
	{syscall.ELOOP, Phrase("the links lead round in a circle")},
	{syscall.EIO, Phrase("the disk cannot be read or written there; it may be broken")},
	{syscall.ECONNREFUSED, Phrase("connection refused")},
	{syscall.ECONNRESET, Phrase("the other side broke off the connection")},
	{syscall.EPIPE, Phrase("the other side broke off the connection")},
	{syscall.EHOSTUNREACH, Phrase("the network knows no way to it")},
	{syscall.ENETUNREACH, Phrase("the network knows no way to it")},
	{syscall.EADDRINUSE, Phrase("another program listens on that port already")},
	{syscall.EADDRNOTAVAIL, Phrase("this machine does not have that address")},
	{context.DeadlineExceeded, Phrase("no answer in time")},
	{os.ErrDeadlineExceeded, Phrase("no answer in time")},
	{context.Canceled, Phrase("it was stopped")},
	{io.ErrUnexpectedEOF, Phrase("it breaks off before the end")},
	{io.EOF, Phrase("it breaks off before the end")},
	{fs.ErrNotExist, Phrase("no such file or directory")},
	{fs.ErrPermission, Phrase("permission denied")},
	{fs.ErrExist, Phrase("it is there already")},
}

// system returns what is said of an error of a library, "" for others. An error
// that wraps one has words of its own.
func system(err error) string {
	switch e := err.(type) {
	case *net.DNSError:
		switch {
		case e.IsNotFound:
			return Say("there is no host with the name %s", e.Name)
		case e.IsTimeout:
			return Say("the name servers do not answer")
		}
		return Say("the name servers do not say what %s is", e.Name)
	case *tls.CertificateVerificationError:
		return certificate(e.Err)
	case x509.HostnameError, x509.UnknownAuthorityError, x509.CertificateInvalidError, x509.SystemRootsError:
		return certificate(err)
	case tls.RecordHeaderError:
		return Say("it speaks without encryption where encryption should begin")
	case tls.AlertError:
		return Say("the other side does not agree to an encrypted connection (%s)", strings.TrimPrefix(e.Error(), "tls: "))
	}
	for _, k := range known {
		if err == k.err || leaf(err) && errors.Is(err, k.err) {
			return Say("%s", k.says)
		}
	}
	if t, ok := err.(net.Error); ok && leaf(err) && t.Timeout() {
		return Say("no answer in time")
	}
	return ""
}

// leaf reports whether an error wraps no other one.
func leaf(err error) bool {
	switch err.(type) {
	case interface{ Unwrap() error }, interface{ Unwrap() []error }:
		return false
	}
	return true
}

// certificate says why a certificate is not taken.
func certificate(err error) string {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return Say("its certificate is not valid at this time")
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return Say("its certificate is not for %s", e.Host)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return Say("its certificate is of an authority that nobody knows")
	}
	return Say("its certificate cannot be trusted")
}
