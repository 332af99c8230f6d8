package contract_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/spservices/services-go/contract"
)

// exchange is one request and its answer as testdata/exchanges.jsonl has it,
// with what two of the three judges say. The third reads it there.
type exchange struct {
	Scenario    string `json:"scenario"`
	Operation   string `json:"operation,omitempty"`
	Method      string `json:"method"`
	Target      string `json:"target"` // path and query
	Token       bool   `json:"token"`  // it has an access token
	ContentType string `json:"contentType,omitempty"`
	Body        text   `json:"body,omitempty"`
	Padding     int    `json:"padding,omitempty"` // spaces behind the body
	Broken      bool   `json:"broken,omitempty"`  // the request breaks the description on purpose

	Status  int               `json:"status"`
	Header  map[string]string `json:"header"`
	Answer  text              `json:"answer,omitempty"`
	Invalid bool              `json:"invalid,omitempty"` // the answer breaks the description on purpose

	Verdicts map[string]verdict `json:"verdicts"` // by judge

	means means // how a scenario that checked the typed result came to it
}

// verdict is what a judge found broken.
type verdict struct {
	Request  []string `json:"request"`
	Response []string `json:"response"`
}

// text is a body. One that is not UTF-8 is written in base64.
type text string

const base64Prefix = "base64:"

func (s text) MarshalText() ([]byte, error) {
	if !utf8.ValidString(string(s)) {
		return []byte(base64Prefix + base64.StdEncoding.EncodeToString([]byte(s))), nil
	}
	return []byte(s), nil
}

// recorder is a transport that has each exchange with the API judged, and
// keeps it.
type recorder struct {
	base     http.RoundTripper
	scenario string

	mu        sync.Mutex
	exchanges []*exchange
}

// brokenKey marks the context of a request that breaks the description on
// purpose.
type brokenKey struct{}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(req.URL.Path, "/service/v1/") {
		return r.base.RoundTrip(req)
	}
	x := &exchange{
		Scenario: r.scenario, Method: req.Method, Target: req.URL.RequestURI(),
		Token: req.Header.Get("x-amz-access-token") != "", ContentType: req.Header.Get("Content-Type"),
		Broken: req.Context().Value(brokenKey{}) != nil,
	}
	body, err := readBody(&req.Body)
	if err != nil {
		return nil, err
	}
	var kin contract.Exchange
	resp, err := contract.Transport(r.base, func(e contract.Exchange) { kin = e }).RoundTrip(req)
	if err != nil {
		return nil, err
	}
	answer, err := readBody(&resp.Body)
	if err != nil {
		return nil, err
	}
	x.Operation, x.Status = kin.Operation, resp.StatusCode
	x.Verdicts = map[string]verdict{judgeKin: kinVerdict(kin), judgeGenerated: generatedVerdict(req, body, resp, answer)}
	x.Header = headersOf(resp.Header)
	x.Answer = text(withoutSecrets(answer))
	trimmed := bytes.TrimRight(body, " ")
	x.Body, x.Padding = text(trimmed), len(body)-len(trimmed)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, x)
	return resp, nil
}

// last is the newest exchange.
func (r *recorder) last() *exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exchanges) == 0 {
		return nil
	}
	return r.exchanges[len(r.exchanges)-1]
}

// readBody reads a body and puts it back.
func readBody(body *io.ReadCloser) ([]byte, error) {
	if *body == nil || *body == http.NoBody {
		return nil, nil
	}
	content, err := io.ReadAll(*body)
	_ = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(content))
	return content, err
}

// headersOf are the headers that judges look at. Identifiers are made the same
// for every run.
func headersOf(header http.Header) map[string]string {
	kept := map[string]string{}
	for name := range header {
		switch name {
		case "X-Amzn-Requestid":
			kept["x-amzn-RequestId"] = "request-id"
		case "Date", "Content-Length", "X-Emulator-Fault":
		default:
			kept[name] = header.Get(name)
		}
	}
	return kept
}

func kinVerdict(e contract.Exchange) (v verdict) {
	for _, found := range e.Violations {
		where := strings.TrimSpace(found.Location + " " + found.Path)
		if found.Side == "request" {
			v.Request = append(v.Request, where+": "+found.Rule)
		} else {
			v.Response = append(v.Response, where+": "+found.Rule)
		}
	}
	return v
}

// broken is a context for a request that breaks the description on purpose.
func broken(ctx context.Context) context.Context { return context.WithValue(ctx, brokenKey{}, true) }
