package contract

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// content is what was read of a body.
type content struct {
	text []byte
	err  error // one of those below, or why the rest could not be read
}

var (
	errTooLong = errors.New("longer than is judged")
	errLeft    = errors.New("closed before its end")
	errCoding  = errors.New("in a coding that is not judged")
	errNotGzip = errors.New("not in gzip")
)

// takeRequest reads the body of a request, and returns a copy of the request
// that has it still.
func takeRequest(req *http.Request) (*http.Request, content) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, content{}
	}
	stop := context.AfterFunc(req.Context(), func() { _ = req.Body.Close() }) // ends a Read that waits
	c, again := take(req.Body)
	stop()
	sent := req.WithContext(req.Context())
	sent.Body = again
	if c.err == nil {
		sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.text)), nil }
	}
	return sent, c
}

// take reads a body, and returns what it was beside a body that is the same
// once more, be it with an error at its end.
func take(body io.ReadCloser) (content, io.ReadCloser) {
	text, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	switch {
	case err != nil:
		return content{text, err}, rest(text, failing{err}, body)
	case len(text) > maxBody:
		return content{text, errTooLong}, rest(text, body, body)
	}
	_ = body.Close()
	return content{text, nil}, io.NopCloser(bytes.NewReader(text))
}

// rest is a body of which the beginning has been read.
func rest(read []byte, tail io.Reader, closer io.Closer) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), tail), closer}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// reading is the body of an answer on its way to who reads it. To read ahead
// could take longer than the reader would wait.
type reading struct {
	io.ReadCloser

	mu    sync.Mutex // Close may come while Read waits
	text  []byte
	judge func(content) // nil once it was called
}

func (r *reading) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.keep(p[:n], err)
	return n, err
}

func (r *reading) Close() error {
	r.keep(nil, errLeft)
	return r.ReadCloser.Close()
}

// keep takes in what was read. With the end, or too much, it is judged.
func (r *reading) keep(more []byte, end error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.judge == nil {
		return
	}
	if len(r.text)+len(more) > maxBody {
		r.text, more, end = nil, nil, errTooLong
	}
	r.text = append(r.text, more...)
	if end == nil {
		return
	}
	if end == io.EOF { //nolint:errorlint // readers return it as it is
		end = nil
	}
	r.judge(content{r.text, end})
	r.text, r.judge = nil, nil
}

// unpacked undoes a content coding. The one that net/http asks for it has
// undone already.
func (c content) unpacked(coding string) content {
	switch strings.ToLower(coding) {
	case "", "identity":
		return c
	case "gzip", "x-gzip":
	default:
		return content{nil, errCoding}
	}
	if len(c.text) == 0 {
		return c
	}
	reader, err := gzip.NewReader(bytes.NewReader(c.text))
	if err == nil {
		c.text, err = io.ReadAll(io.LimitReader(reader, maxBody+1))
	}
	switch {
	case c.err != nil: // of the coded text, which explains the other
	case err != nil:
		c.err = errNotGzip
	case len(c.text) > maxBody:
		c.err = errTooLong
	}
	return c
}

// isWhole reports whether nothing but space can follow what was read.
func (c content) isWhole() bool {
	return jsontext.Value(c.text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}
