package facade_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

const mebibyte = 1 << 20

// allocated is what f allocates. Tests that call it do not run in parallel:
// the count is of the whole process.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// bomb is a mebibyte of blanks in gzip. Members can follow one another.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat([]byte(" "), mebibyte)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// repeating serves a text for as long as somebody reads, times at most.
func repeating(t *testing.T, status int, header http.Header, text []byte, times int64) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-amzn-RequestId", requestID)
		w.Header().Set("Content-Type", "application/json")
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		for range times {
			if _, err := w.Write(text); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestPromise7HostileBodies(t *testing.T) {
	packed := http.Header{"Content-Encoding": {"gzip"}}
	blanks := bytes.Repeat([]byte(" "), mebibyte)
	entries := []byte(strings.Repeat(`{},`, mebibyte/3))
	for name, c := range map[string]struct {
		status    int
		header    http.Header
		text      []byte
		times     int64
		limit     int64 // 0 for the default
		is        error
		allocated uint64 // mebibytes, at most
	}{
		"gzip bomb":                  {200, packed, bomb(t), 1 << 10, 0, facade.ErrResponseTooLarge, 200},
		"gzip bomb, small limit":     {200, packed, bomb(t), 1 << 10, mebibyte, facade.ErrResponseTooLarge, 12},
		"endless gzip":               {200, packed, bomb(t), 1 << 40, mebibyte, facade.ErrResponseTooLarge, 12},
		"endless stream":             {200, nil, blanks, 1 << 40, 0, facade.ErrResponseTooLarge, 200},
		"endless stream, small":      {200, nil, blanks, 1 << 40, 1000, facade.ErrResponseTooLarge, 4},
		"endless error body":         {400, nil, blanks, 1 << 40, 0, facade.ErrInvalidInput, 12},
		"gzip bomb in an error":      {503, packed, bomb(t), 1 << 40, 0, facade.ErrUnavailable, 12},
		"errors without an end":      {422, nil, append([]byte("["), entries...), 1, 0, facade.ErrInvalidInput, 160},
		"a million errors":           {403, nil, append(append([]byte("["), entries[:mebibyte-8]...), `{}]`...), 1, 0, facade.ErrForbidden, 160},
		"endless redirect":           {307, http.Header{"Location": {"/"}}, blanks, 1 << 40, 0, facade.ErrUnexpectedResponse, 12},
		"endless undocumented":       {299, nil, blanks, 1 << 40, 0, facade.ErrUnexpectedResponse, 12},
		"deep":                       {200, nil, []byte(strings.Repeat("[", 20_000)), 1, 0, facade.ErrUnexpectedResponse, 12},
		"deep objects":               {200, nil, []byte(strings.Repeat(`{"payload":`, 20_000) + "1" + strings.Repeat("}", 20_000)), 1, 0, facade.ErrUnexpectedResponse, 12},
		"deep in an unknown member":  {200, nil, []byte(`{"new":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `,"payload":{}}`), 1, 0, facade.ErrUnexpectedResponse, 12},
		"deep error":                 {422, nil, []byte(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)), 1, 0, facade.ErrInvalidInput, 12},
		"deep, up to the limit":      {200, nil, bytes.Repeat([]byte(`{"a":[`), mebibyte), 1, 8 * mebibyte, facade.ErrResponseTooLarge, 64},
		"a million jobs":             {200, nil, []byte(`{"payload":{"associatedItems":[{}` + strings.Repeat(`,{}`, mebibyte) + `]}}`), 1, 0, facade.ErrResponseTooLarge, 24},
		"a length that is not there": {200, http.Header{"Content-Length": {"999999999999"}}, []byte(`{}`), 1, 0, facade.ErrUnexpectedResponse, 4},
		"no gzip":                    {200, packed, []byte(`{"payload":{}}`), 1, 0, facade.ErrUnexpectedResponse, 4},
	} {
		t.Run(name, func(t *testing.T) {
			server := repeating(t, c.status, c.header, c.text, c.times)
			opts := []facade.Option{facade.WithEndpoint(server.URL), impatient}
			if c.limit > 0 {
				opts = append(opts, facade.WithMaxResponseBytes(c.limit))
			}
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := clientOf(t, transport, opts...)
			var job *facade.ServiceJob
			var err error
			grown := allocated(func() { job, err = client.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry()) })
			failure := apiErrorOf(t, err)
			if job != nil || failure.StatusCode != c.status || failure.RequestID != requestID || !errors.Is(err, c.is) {
				t.Errorf("got %v, %v", job, err)
			}
			if grown > c.allocated*mebibyte {
				t.Errorf("%d MiB allocated, at most %d", grown/mebibyte, c.allocated)
			}
			if len(err.Error()) > 1000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		})
	}
}

// TestPromise7EachOperationIsBounded has every operation meet a stream without
// an end, as a success and as a failure.
func TestPromise7EachOperationIsBounded(t *testing.T) {
	t.Parallel()
	endless := func(status int) api {
		return func(r *http.Request) (*http.Response, error) {
			resp := reply(r, status, "")
			resp.ContentLength = -1
			resp.Body = io.NopCloser(blanksWithoutEnd{})
			return resp, nil
		}
	}
	for _, op := range invocations {
		for _, status := range []int{op.status, 400, 503} {
			client := clientOf(t, endless(status), facade.WithMaxResponseBytes(64<<10), impatient)
			_, err := op.invoke(t.Context(), client, facade.NoRetry())
			failure := apiErrorOf(t, err)
			if failure.StatusCode != status || failure.RequestID != requestID || (status == op.status) != errors.Is(err, facade.ErrResponseTooLarge) {
				t.Errorf("%s, %d: %v", op.id, status, err)
			}
		}
	}
}

type blanksWithoutEnd struct{}

func (blanksWithoutEnd) Read(p []byte) (int, error) {
	return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
}

// TestPromise7LimitIsExact has bodies of the limit and of one byte more.
func TestPromise7LimitIsExact(t *testing.T) {
	t.Parallel()
	const limit = 100
	for length, tooLarge := range map[int]bool{limit - 1: false, limit: false, limit + 1: true} {
		body := jobAnswer + strings.Repeat(" ", length-len(jobAnswer))
		_, err := clientOf(t, answers(200, body), facade.WithMaxResponseBytes(limit)).GetServiceJob(t.Context(), "JOB-1")
		if errors.Is(err, facade.ErrResponseTooLarge) != tooLarge || !tooLarge && err != nil {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
	if _, err := clientOf(t, answers(200, jobAnswer), facade.WithMaxResponseBytes(math.MaxInt64)).GetServiceJob(t.Context(), "JOB-1"); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

// TestPromise7TooLargeIsNotRepeated: the answer would be as large again.
func TestPromise7TooLargeIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, op := range append(ofClass(gen.Read), ofClass(gen.Idempotent)...) {
		var info facade.Info
		client := clientOf(t, answers(op.status, strings.Repeat(" ", 100)), facade.WithMaxResponseBytes(99))
		if _, err := op.invoke(t.Context(), client, facade.Capture(&info)); info.Attempts != 1 || !errors.Is(err, facade.ErrResponseTooLarge) {
			t.Errorf("%s: %v after %d attempts", op.id, err, info.Attempts)
		}
	}
}

// TestPromise7HugeHeaders is about the transport that a client makes itself.
func TestPromise7HugeHeaders(t *testing.T) {
	huge := http.Header{"X-Huge": {strings.Repeat("h", 4*mebibyte)}}
	server := repeating(t, 200, huge, []byte(jobAnswer), 1)
	client := clientOf(t, nil, facade.WithEndpoint(server.URL), facade.WithHTTPClient(&http.Client{}))
	var err error
	grown := allocated(func() { _, err = client.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry()) })
	// The server's own share is the header and what it is written through.
	if apiErrorOf(t, err).StatusCode != 0 || grown > 16*mebibyte || len(err.Error()) > 1000 {
		t.Errorf("%d MiB allocated: %v", grown/mebibyte, err)
	}
}
