package attempt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/spservices/services-go/internal/redact"
)

// Sanitize replaces what a transport returned by an error that may be printed
// and looked into. URLs, tokens and what is quoted, which may be a part of an
// answer, are not in its text, and errors.As finds only the kinds of errors in
// known. errors.Is finds what it found before.
func Sanitize(err error) error { return sanitize(err, false) }

// sanitize is Sanitize; of a call whose context lives on, the error is no
// context's.
func sanitize(err error, alive bool) error {
	if err == nil {
		return nil
	}
	for {
		wrapper, ok := err.(*url.Error) //nolint:errorlint // the outermost one, which repeats the URL and no more
		if !ok || wrapper.Err == nil {
			break
		}
		err = wrapper.Err
	}
	if same := known(err, alive); same != nil {
		return same
	}
	s := &sanitized{text: redact.Words(unquoted(err.Error()))}
	s.is = func(target error) bool {
		notOurs := alive && ofContext(target) // the transport's own context
		return !notOurs && errors.Is(err, target)
	}
	walk(err, func(e error) bool {
		if t, ok := e.(interface{ Timeout() bool }); ok && t.Timeout() {
			s.timeout = true
		}
		kind := known(e, alive)
		if kind != nil {
			s.kinds = append(s.kinds, kind)
		}
		return kind == nil
	})
	return s
}

func ofContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// known returns err, or a copy without what may be private, when it is of a
// kind that helps a program to decide what to do. Otherwise it returns nil.
func known(err error, alive bool) error {
	switch e := err.(type) { //nolint:errorlint // one link of the chain
	case *net.OpError:
		return &net.OpError{Op: redact.Words(e.Op), Net: redact.Words(e.Net), Source: plainAddress(e.Source), Addr: plainAddress(e.Addr), Err: sanitize(e.Err, alive)}
	case *net.DNSError:
		return &net.DNSError{
			UnwrapErr: sanitize(e.UnwrapErr, alive), Err: redact.Words(e.Err), Name: redact.Words(e.Name), Server: redact.Words(e.Server),
			IsTimeout: e.IsTimeout, IsTemporary: e.IsTemporary, IsNotFound: e.IsNotFound,
		}
	case *net.AddrError:
		return &net.AddrError{Err: redact.Words(e.Err), Addr: redact.Words(e.Addr)}
	case *tls.CertificateVerificationError:
		return &tls.CertificateVerificationError{UnverifiedCertificates: e.UnverifiedCertificates, Err: sanitize(e.Err, alive)}
	case tls.RecordHeaderError:
		return tls.RecordHeaderError{Msg: redact.Words(e.Msg)} // without the bytes of the answer
	case syscall.Errno, tls.AlertError, x509.UnknownAuthorityError, x509.HostnameError, x509.CertificateInvalidError:
		return err
	}
	sentinels := []error{io.EOF, io.ErrUnexpectedEOF, io.ErrNoProgress, net.ErrClosed, os.ErrDeadlineExceeded}
	if !alive {
		sentinels = append(sentinels, context.Canceled, context.DeadlineExceeded)
	}
	for _, sentinel := range sentinels {
		if err == sentinel { //nolint:errorlint // one link of the chain
			return err
		}
	}
	return nil
}

// plainAddress returns an address that is an IP address and a port.
func plainAddress(a net.Addr) net.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp
	}
	return nil
}

// maxLinks ends chains of errors that contain themselves.
const maxLinks = 1000

// walk visits a tree of errors; visit says whether to go on below one.
func walk(err error, visit func(error) bool) {
	todo := []error{err}
	for n := 0; len(todo) > 0 && n < maxLinks; n++ {
		next := todo[0]
		todo = todo[1:]
		if next == nil || !visit(next) {
			continue
		}
		switch e := next.(type) { //nolint:errorlint // one link of the chain
		case interface{ Unwrap() error }:
			todo = append(todo, e.Unwrap())
		case interface{ Unwrap() []error }:
			todo = append(todo, e.Unwrap()...)
		}
	}
}

// unquoted leaves out what a text quotes: there net/http repeats what a broken
// answer said.
func unquoted(text string) string {
	if from, to := strings.Index(text, `"`), strings.LastIndex(text, `"`); from < to {
		return text[:from] + `"…` + text[to:]
	}
	return text
}

// sanitized stands for an error of a transport. It is a net.Error.
type sanitized struct {
	text    string
	timeout bool
	kinds   []error
	is      func(error) bool // a function, which nothing prints
}

func (s *sanitized) Error() string        { return s.text }
func (s *sanitized) Timeout() bool        { return s.timeout }
func (s *sanitized) Temporary() bool      { return s.timeout }
func (s *sanitized) Is(target error) bool { return s.is(target) }
func (s *sanitized) Unwrap() []error      { return s.kinds }
