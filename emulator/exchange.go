package emulator

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Beside the operationIds of the API, requests, faults and handlers know two
// names.
const (
	TokenServer   = "token"  // POST /auth/o2/token
	DocumentStore = "upload" // PUT to an upload URL
)

// exchange is one request and its answer, on the way that all of them take:
// remembered, perhaps disturbed by a fault, answered. It is the writer that the
// answer goes to.
type exchange struct {
	http.ResponseWriter
	emulator  *Emulator
	operation *operation // nil unless the request is one to the API
	began     time.Time
	body      *keptBody // nil unless the request is one to the API

	record     Request
	remembered bool
	held       bool // the answer may still turn out otherwise
}

// answerer answers a request; the record of x takes what it learns on the way.
type answerer func(x *exchange, r *http.Request)

// exchange carries out one request to name, which is an operationId,
// TokenServer, DocumentStore or "" for a path that names nothing.
func (e *Emulator) exchange(w http.ResponseWriter, r *http.Request, name string, op *operation, answer answerer) {
	x := &exchange{ResponseWriter: w, emulator: e, operation: op, began: time.Now()}
	x.record = Request{
		Time: e.clock.Now(), Operation: name, Method: r.Method, Path: r.URL.Path, Header: withoutCredentials(r.Header),
		RequestID: w.Header().Get("x-amzn-RequestId"),
	}
	if op != nil {
		x.record.rawQuery = r.URL.RawQuery
		x.body = &keptBody{ReadCloser: r.Body}
		// In a copy: net/http has to recognize its own body, or it waits for a
		// client that holds the body back (Expect: 100-continue).
		r = r.WithContext(r.Context())
		r.Body = x.body
	}
	if handler := e.handlers.find(name); handler != nil {
		answer = func(x *exchange, r *http.Request) { handler.ServeHTTP(x, r) }
	}
	if f := e.faults.next(name, r); f != nil {
		x.inject(f, r, answer)
	} else {
		answer(x, r)
	}
	x.remember()
	x.log(r)
}

// remember adds the request to those that are remembered, once: before the
// answer goes out, so that whoever has the answer finds the request.
func (x *exchange) remember() {
	if x.remembered || x.held {
		return
	}
	x.remembered = true
	x.record.Elapsed = time.Since(x.began)
	if x.body != nil {
		x.record.Body = bytes.Clone(x.body.text) // without room to grow
	}
	x.emulator.requests.add(&x.record)
}

func (x *exchange) log(r *http.Request) {
	attributes := []slog.Attr{
		slog.String("method", x.record.Method), slog.String("operation", x.record.Operation), slog.Int("status", x.record.Status),
		slog.String("request_id", x.record.RequestID), slog.Duration("elapsed", time.Since(x.began)),
	}
	if x.record.Fault != "" {
		attributes = append(attributes, slog.String("fault", x.record.Fault))
	}
	x.emulator.logger.LogAttrs(r.Context(), slog.LevelDebug, "request", attributes...)
}

// Unwrap is for [http.ResponseController].
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// WriteHeader notes the status on its way.
func (x *exchange) WriteHeader(status int) {
	if x.record.Status == 0 && status >= http.StatusOK {
		x.record.Status = status
		x.remember()
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(p []byte) (int, error) {
	if x.record.Status == 0 {
		x.record.Status = http.StatusOK
		x.remember()
	}
	return x.ResponseWriter.Write(p)
}

// cut resets the connection.
func (x *exchange) cut() {
	x.record.Status = 0
	x.remember()
	if w, ok := x.ResponseWriter.(*recorder); ok {
		w.cut = true
		return
	}
	conn, _, err := http.NewResponseController(x.ResponseWriter).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // how net/http lets a handler drop a connection
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an orderly end
	}
	_ = conn.Close()
}

// maxKeptBody bounds what is remembered of a body, in bytes.
const maxKeptBody = 64 << 10

// keptBody remembers the beginning of a body as it is read.
type keptBody struct {
	io.ReadCloser
	text []byte
}

func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.text = append(b.text, p[:min(n, maxKeptBody-len(b.text))]...)
	return n, err
}

var errBodyTooLarge = errors.New("the body is too large")

// readBody reads a body of at most limit bytes. One that is longer by its
// Content-Length is refused unread, as the client may hold it back until it is
// told to go on.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, errBodyTooLarge
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = errBodyTooLarge
	}
	return text, err
}
