package strict

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	failures "github.com/pb33f/libopenapi-validator/errors"

	"github.com/spservices/services-go/api"
)

var update = flag.Bool("update", false, "write the verdicts anew")

const (
	exchangesFile = "../testdata/exchanges.jsonl"
	verdictsFile  = "../testdata/strict.jsonl"

	disagreementsFile = "../testdata/disagreements.json"
)

// exchange is what a line of exchangesFile says of a request and its answer.
type exchange struct {
	Scenario    string            `json:"scenario"`
	Method      string            `json:"method"`
	Target      string            `json:"target"`
	Token       bool              `json:"token"`
	ContentType string            `json:"contentType"`
	Body        string            `json:"body"`
	Padding     int               `json:"padding"`
	Broken      bool              `json:"broken"`
	Status      int               `json:"status"`
	Header      map[string]string `json:"header"`
	Answer      string            `json:"answer"`
	Invalid     bool              `json:"invalid"`
}

// verdict is a line of verdictsFile.
type verdict struct {
	Exchange string   `json:"exchange"` // SHA-256 of its line
	Request  []string `json:"request"`
	Response []string `json:"response"`
}

// TestEveryExchangeOfTheSuite judges what the suite has recorded, and holds
// the verdicts against the file that the suite reads.
func TestEveryExchangeOfTheSuite(t *testing.T) {
	judge, listed := newJudge(t), readDisagreements(t)
	content, err := os.ReadFile(exchangesFile)
	if err != nil {
		t.Fatal(err)
	}
	var verdicts bytes.Buffer
	encoder := json.NewEncoder(&verdicts)
	encoder.SetEscapeHTML(false)
	for i, line := range bytes.SplitAfter(content, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var x exchange
		if err := json.Unmarshal(line, &x); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		sum := sha256.Sum256(line)
		v := x.judge(t, judge)
		v.Exchange = hex.EncodeToString(sum[:])
		if !x.Broken {
			listed.satisfy(t, "request", x.Scenario, v.Request)
		}
		if !x.Invalid {
			listed.satisfy(t, "response", x.Scenario, v.Response)
		}
		if err := encoder.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		if err := os.WriteFile(verdictsFile, verdicts.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	known, err := os.ReadFile(verdictsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(known, verdicts.Bytes()) {
		t.Errorf("%s is not what the judge says; go test -update writes it", verdictsFile)
	}
}

// disagreements are the rules that this judge is known to see broken where the
// others do not, with the reason, by side.
type disagreements map[string]map[string]string

func readDisagreements(t *testing.T) disagreements {
	t.Helper()
	content, err := os.ReadFile(disagreementsFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Reason     string              `json:"reason"`
		Side       string              `json:"side"`
		OnPurpose  bool                `json:"onPurpose"`
		Objections map[string][]string `json:"objections"`
	}
	if err := json.Unmarshal(content, &list); err != nil {
		t.Fatal(err)
	}
	listed := disagreements{"request": {}, "response": {}}
	for _, d := range list {
		for _, rule := range d.Objections["strict"] {
			if !d.OnPurpose {
				listed[d.Side][rule] = d.Reason
			}
		}
	}
	return listed
}

// satisfy checks that nothing is broken in an exchange that is to be right,
// but for what is listed.
func (d disagreements) satisfy(t *testing.T, side, scenario string, rules []string) {
	t.Helper()
	for _, rule := range rules {
		if d[side][rule] == "" {
			t.Errorf("%s: %s: %s", scenario, side, rule)
		}
	}
}

func newJudge(t *testing.T) validator.Validator {
	t.Helper()
	document, err := libopenapi.NewDocument(api.Spec())
	if err != nil {
		t.Fatal(err)
	}
	judge, problems := validator.NewValidator(document, config.WithStrictMode(), config.WithFormatAssertions(), config.WithRejectUndeclaredRequestBody())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return judge
}

func (x *exchange) judge(t *testing.T, judge validator.Validator) (v verdict) {
	t.Helper()
	// A fresh request each time: the validator reads the body.
	_, found := judge.ValidateHttpRequestSync(x.request(t))
	v.Request = rules(found)
	_, found = judge.ValidateHttpResponse(x.request(t), x.response()) //nolint:bodyclose // it is a string
	v.Response = rules(found)
	return v
}

func (x *exchange) request(t *testing.T) *http.Request {
	t.Helper()
	var body io.Reader
	if text := decode(x.Body) + strings.Repeat(" ", x.Padding); text != "" {
		body = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(t.Context(), x.Method, "https://sellingpartnerapi-na.amazon.com"+x.Target, body)
	if err != nil {
		t.Fatal(err)
	}
	if x.Token {
		req.Header.Set("x-amz-access-token", "token")
	}
	if x.ContentType != "" {
		req.Header.Set("Content-Type", x.ContentType)
	}
	return req
}

func (x *exchange) response() *http.Response {
	header := http.Header{}
	for name, value := range x.Header {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: x.Status, Header: header, Body: io.NopCloser(strings.NewReader(decode(x.Answer)))}
}

// decode undoes what the record does to a body that is not UTF-8.
func decode(text string) string {
	if encoded, ok := strings.CutPrefix(text, "base64:"); ok {
		if raw, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			return string(raw)
		}
	}
	return text
}

// rules names what was found broken, without the values.
func rules(found []*failures.ValidationError) (list []string) {
	for _, f := range found {
		what := strings.TrimSpace(f.ValidationType + " " + f.ParameterName)
		if len(f.SchemaValidationErrors) == 0 {
			list = append(list, what+": "+f.ValidationSubType)
		}
		for _, s := range f.SchemaValidationErrors {
			list = append(list, what+" "+s.FieldPath+": "+cmp.Or(path.Base(s.KeywordLocation), f.ValidationSubType))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
