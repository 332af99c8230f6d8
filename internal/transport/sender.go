// Package transport sends HTTP requests, each at most once, and says to which
// addresses they may go.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"

	"github.com/spservices/services-go/internal/callback"
)

// Sender sends requests through transports of its own or through a caller's
// RoundTripper. Neither follows a redirect, and nothing below a Sender repeats a
// request, unless a caller's RoundTripper does so by itself.
type Sender struct {
	own    *own // nil for a caller's
	caller http.RoundTripper
}

// New returns a Sender with connections of its own.
func New() *Sender { return &Sender{own: newOwn()} }

// Through returns a Sender that sends through a caller's RoundTripper.
func Through(rt http.RoundTripper) *Sender { return &Sender{caller: rt} }

// CloseIdleConnections closes the connections that no request uses, also those
// of a caller's RoundTripper if it has this method.
func (s *Sender) CloseIdleConnections() {
	if s.own != nil {
		s.own.kept.CloseIdleConnections()
		s.own.public.CloseIdleConnections()
	} else if c, ok := s.caller.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Connection says which connection of a Sender's own a request takes.
type Connection uint8

const (
	// Kept is one that an earlier request may have left. The server may close it
	// while the request is on its way.
	Kept Connection = iota
	// Fresh is one that no other request has used or will use. A failure before it
	// was established proves that the server has seen nothing of the request. A
	// caller's RoundTripper gives no such proof.
	Fresh
	// Public is a Kept one to a public address.
	Public
)

// ErrRepeated ends a request that the transport was about to send again.
var ErrRepeated = errors.New("the connection was lost, and the transport's own repeat was stopped")

// Failure is why no answer came.
type Failure struct {
	// Unsent is proof that the server has seen nothing of the request.
	Unsent bool
	Err    error
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// Send sends req once and returns the answer, whose body must be read or closed.
// It returns when the context of req ends, even if a caller's RoundTripper does
// not; log is told when that panics afterwards. Errors are *Failure.
func (s *Sender) Send(req *http.Request, via Connection, log *slog.Logger) (*Answer, error) {
	req.GetBody = nil // net/http repeats what it can read again
	if req.Body == nil && mayLackBody(req.Method) {
		// It also repeats what has no body. This one is read once, is empty, and
		// is sent as no body at all: "identity" keeps net/http from probing it.
		req.Body, req.TransferEncoding = &emptyBody{}, []string{"identity"}
	}
	if s.own != nil {
		return s.sendOwn(req, via)
	}
	return s.sendThrough(req, via, log)
}

// mayLackBody reports methods whose requests go without a Content-Length of 0.
func mayLackBody(method string) bool { return method == http.MethodGet || method == http.MethodDelete }

type emptyBody struct{}

func (*emptyBody) Read([]byte) (int, error) { return 0, io.EOF }
func (*emptyBody) Close() error             { return nil }

func (s *Sender) sendOwn(req *http.Request, via Connection) (*Answer, error) {
	rt := s.own.kept
	switch via {
	case Fresh:
		rt = s.own.fresh
	case Public:
		rt = s.own.guarded(req)
	}
	var connected atomic.Bool
	if req.Method != http.MethodGet { // what reads needs no proof
		req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
			GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
		}))
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return nil, &Failure{Unsent: req.Method != http.MethodGet && !connected.Load(), Err: err}
	}
	return &Answer{StatusCode: resp.StatusCode, Header: resp.Header, body: resp.Body}, nil
}

func (s *Sender) sendThrough(req *http.Request, via Connection, log *slog.Logger) (*Answer, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	stop := repeats{cancel: cancel}
	resp, err := callback.Run(ctx, log, func() (*http.Response, error) {
		resp, err := s.caller.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, stop.trace())))
		switch {
		case err != nil:
		case resp == nil:
			err = fmt.Errorf("RoundTripper (%T) returned a nil *Response with a nil error", s.caller)
		case resp.StatusCode == 0:
			err = fmt.Errorf("RoundTripper (%T) returned a *Response without a status", s.caller)
		default:
			return resp, nil
		}
		closeBody(resp)
		return nil, err
	}, closeBody)
	if err == nil {
		return &Answer{StatusCode: resp.StatusCode, Header: resp.Header, body: resp.Body, caller: log, cancel: cancel}, nil
	}
	cancel(nil)
	if errors.Is(context.Cause(ctx), ErrRepeated) {
		err = ErrRepeated
	}
	// A caller's word is no proof: good enough to repeat what may be repeated
	// anyway, not for what must run once.
	return nil, &Failure{Unsent: via != Fresh && stop.total() == 0 && dialFailed(err), Err: err}
}

func dialFailed(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func closeBody(resp *http.Response) {
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
}

// repeats watches for the second connection to one host, which is how a repeat
// by net/http begins. Over HTTP/2 the cancelled request is not written any more.
type repeats struct {
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	host   string
	conns  map[string]int
}

// total is how many connections were obtained.
func (r *repeats) total() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, count := range r.conns {
		n += count
	}
	return n
}

func (r *repeats) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(host string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.host = host
		},
		GotConn: func(httptrace.GotConnInfo) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.conns == nil {
				r.conns = map[string]int{}
			}
			if r.conns[r.host]++; r.conns[r.host] > 1 {
				r.cancel(ErrRepeated)
			}
		},
		WroteHeaders: func() {}, // a fake transport may call it without a look
	}
}
