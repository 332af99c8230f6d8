package contract_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/contract"
	"github.com/spservices/services-go/facade"
)

// waiting is a body of which nothing comes before the request ends.
type waiting struct{ ctx context.Context }

func (w waiting) Read([]byte) (int, error) { <-w.ctx.Done(); return 0, w.ctx.Err() }
func (w waiting) Close() error             { return nil }

// TestErrorBodiesAreGivenLittleTime has the façade keep its promise about them
// below the transport, as without it.
func TestErrorBodiesAreGivenLittleTime(t *testing.T) {
	t.Parallel()
	if err := contract.Load(); err != nil { // once for all tests, not within the bubble
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var got contract.Exchange
		base := roundTripper(func(r *http.Request) (*http.Response, error) {
			answer := newResponse(503, asJSON, "")
			answer.Body = waiting{r.Context()}
			return answer, nil
		})
		client, err := facade.New(facade.WithEndpoint("https://api.example"), facade.WithMarketplace(facade.MarketplaceUS), facade.WithTokenSource(facade.StaticToken("token")),
			facade.WithHTTPClient(&http.Client{Transport: contract.Transport(base, func(e contract.Exchange) { got = e })}))
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		_, err = client.GetServiceJob(t.Context(), "a-job", facade.NoRetry())
		if elapsed := time.Since(started); !errors.Is(err, facade.ErrUnavailable) || elapsed != 5*time.Second {
			t.Errorf("after %v: %v", elapsed, err)
		}
		wantViolations(t, got.Violations)
		if got.Status != 503 {
			t.Errorf("reported %+v", got)
		}
	})
}

// TestRequestBodyThatDoesNotComeEndsWithItsContext has a writer that writes
// half of what it promised.
func TestRequestBodyThatDoesNotComeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	if err := contract.Load(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		body, writer := io.Pipe()
		go func() { _, _ = writer.Write([]byte(`{"appointmentTime":`)) }()
		req := newRequest(t, "POST", booking, "{}").WithContext(ctx)
		req.Body = body
		var got contract.Exchange
		transport := contract.Transport(roundTripper(func(r *http.Request) (*http.Response, error) { return nil, r.Context().Err() }),
			func(e contract.Exchange) { got = e })
		started := time.Now()
		_, err := transport.RoundTrip(req) //nolint:bodyclose // there is none
		if elapsed := time.Since(started); !errors.Is(err, context.DeadlineExceeded) || elapsed != 200*time.Millisecond {
			t.Errorf("after %v: %v", elapsed, err)
		}
		wantViolations(t, got.Violations)
	})
}

// TestReportComesBeforeTheEnd has who reads to the end find the report made.
func TestReportComesBeforeTheEnd(t *testing.T) {
	t.Parallel()
	reports := 0
	transport := contract.Transport(answering(200, asJSON, emptyCase), func(contract.Exchange) { reports++ })
	resp, err := transport.RoundTrip(newRequest(t, "GET", listing, ""))
	if err != nil {
		t.Fatal(err)
	}
	for buffer := make([]byte, 1); err == nil; {
		if reports > 0 {
			t.Fatal("the report came before the end")
		}
		_, err = resp.Body.Read(buffer)
	}
	resp.Body.Close()
	if reports != 1 || err != io.EOF { //nolint:errorlint // as readers return it
		t.Errorf("%d reports, and then %v", reports, err)
	}
}

// TestBodyThatIsClosedBeforeItsEnd is judged as far as it is certain.
func TestBodyThatIsClosedBeforeItsEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		read   int
		want   []string
	}{
		"unread":                     {200, "[]", 0, nil},
		"half a value":               {200, `{"payload":[]}`, 10, nil},
		"a value as decoders end it": {200, `{"payload":[]} `, 14, []string{"body payload: type object"}},
		"an undocumented status":     {418, `{"payload":[]}`, 0, []string{"status: not documented"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reports []contract.Exchange
			transport := contract.Transport(answering(c.status, asJSON, c.body), func(e contract.Exchange) { reports = append(reports, e) })
			resp, err := transport.RoundTrip(newRequest(t, "GET", listing, ""))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(resp.Body, make([]byte, c.read)); err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			resp.Body.Close()
			if len(reports) != 1 {
				t.Fatalf("%d reports", len(reports))
			}
			wantViolations(t, reports[0].Violations, responseTexts("getServiceJobs", c.status, c.want)...)
		})
	}
}

// TestCodedBodies come to a program that asks for a coding itself.
func TestCodedBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		coding, body string
		want         []string
	}{
		"gzip, valid":       {"gzip", zipped(t, emptyCase), nil},
		"gzip, broken rule": {"GZIP", zipped(t, `{"payload":[]}`), []string{"body payload: type object"}},
		"gzip that is none": {"gzip", emptyCase, []string{"body: must be in gzip, as Content-Encoding says"}},
		"gzip cut short":    {"gzip", zipped(t, emptyCase)[:12], []string{"body: must be in gzip, as Content-Encoding says"}},
		"gzip of too much":  {"gzip", zipped(t, string(bytes.Repeat(spaces, 33))), []string{"body: has more than 32 MiB and was not judged"}},
		"gzip of nothing":   {"gzip", "", []string{"body: is required"}},
		"identity":          {"identity", emptyCase, nil},
		"another":           {"br", "\x01\x02", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := newResponse(200, asJSON, c.body) //nolint:bodyclose // it goes to judged
			answer.Header.Set("Content-Encoding", c.coding)
			got := judged(t, roundTripper(func(*http.Request) (*http.Response, error) { return answer, nil }), newRequest(t, "GET", listing, ""))
			wantViolations(t, got.Violations, responseTexts("getServiceJobs", 200, c.want)...)
		})
	}
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pool is a base that has idle connections.
type pool struct {
	roundTripper
	closed int
}

func (p *pool) CloseIdleConnections() { p.closed++ }

func TestIdleConnectionsOfTheBaseAreClosed(t *testing.T) {
	t.Parallel()
	base := &pool{}
	for _, transport := range []http.RoundTripper{base, base.roundTripper} {
		(&http.Client{Transport: contract.Transport(transport, func(contract.Exchange) {})}).CloseIdleConnections()
	}
	if base.closed != 1 {
		t.Errorf("closed %d times", base.closed)
	}
}
