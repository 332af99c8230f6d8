package wire_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/spservices/services-go/internal/wire"
)

const template = "/service/v1/serviceJobs/{serviceJobId}/appointments/{appointmentId}/resources"

var twoParameters = &wire.Operation{Path: template, Parameters: []wire.Parameter{
	{Name: "serviceJobId", MinLength: 1, MaxLength: 100}, {Name: "appointmentId", MinLength: 5, MaxLength: 100},
}}

func TestExpandPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		template string
		values   []string
		want     string
	}{
		{"/service/v1/documents", nil, "/service/v1/documents"},
		{"/jobs/{id}", []string{"a b"}, "/jobs/a%20b"},
		{"/jobs/{id}/x/{other}/y", []string{"1", "2"}, "/jobs/1/x/2/y"},
		{"/jobs/{id}/x/{other}", []string{"{other}", "{id}"}, "/jobs/%7Bother%7D/x/%7Bid%7D"},
		{"/jobs/{id}", []string{"a/b?c#d"}, "/jobs/a%2Fb%3Fc%23d"},
		{"/jobs/{id}", []string{"%2F"}, "/jobs/%252F"},
		{"/jobs/{id}", []string{"a+b;c"}, "/jobs/a+b%3Bc"},
		{"/jobs/{id}", []string{"1", "too", "many"}, "/jobs/1"},
	} {
		if got := wire.ExpandPath(c.template, c.values); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.template, c.values, got, c.want)
		}
	}
}

func TestCheckPath(t *testing.T) {
	t.Parallel()
	const fine = "appointment-1"
	for name, c := range map[string]struct {
		values []string
		want   []string // paths of the violations
	}{
		"fine":                 {[]string{"1", fine}, nil},
		"longest":              {[]string{strings.Repeat("é", 100), strings.Repeat("x", 100)}, nil},
		"dots within":          {[]string{"...", ".a..b."}, nil},
		"separators":           {[]string{"a/b?c#d", `%2F%2e\;:@ x`}, nil},
		"too short":            {[]string{"1", "1234"}, []string{"appointmentId"}},
		"short in 5 bytes":     {[]string{"1", "éa€"}, []string{"appointmentId"}},
		"too long":             {[]string{strings.Repeat("é", 101), strings.Repeat("x", 101)}, []string{"serviceJobId", "appointmentId"}},
		"empty":                {[]string{"", fine}, []string{"serviceJobId"}},
		"missing":              {[]string{"1"}, []string{"appointmentId"}},
		"none":                 {nil, []string{"serviceJobId", "appointmentId"}},
		"dot":                  {[]string{".", fine}, []string{"serviceJobId"}},
		"dots":                 {[]string{"..", fine}, []string{"serviceJobId"}},
		"line break":           {[]string{"a\r\nX-Evil: 1", fine}, []string{"serviceJobId"}},
		"null":                 {[]string{"a\x00", fine}, []string{"serviceJobId"}},
		"delete":               {[]string{"a\x7f", fine}, []string{"serviceJobId"}},
		"tab":                  {[]string{"a\tb", fine}, []string{"serviceJobId"}},
		"not UTF-8":            {[]string{"a\xff", fine}, []string{"serviceJobId"}},
		"the character for it": {[]string{"a\ufffd", fine}, []string{"serviceJobId"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c0 wire.Checker
			wire.CheckPath(&c0, twoParameters, c.values)
			var got []string
			for _, v := range c0.Violations() {
				got = append(got, v.Path)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("violations of %v, want %v", got, c.want)
			}
		})
	}
}

// What a path cannot carry is quoted so that it can be printed.
func TestCheckPathQuotesValue(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"..":       `serviceJobId must not be a dot segment, got ".."`,
		"job\n":    `serviceJobId must be valid UTF-8 without control characters, got "job\n"`,
		"job\xff":  `serviceJobId must be valid UTF-8 without control characters, got "job\xff"`,
		"\ufffd":   `serviceJobId must be valid UTF-8 without control characters, got "\ufffd"`,
		"\u202e\t": `serviceJobId must be valid UTF-8 without control characters, got "\u202e\t"`,
	} {
		var c wire.Checker
		wire.CheckPath(&c, twoParameters, []string{value, "appointment-1"})
		if got := c.Err("getIt"); got == nil || got.Error() != "getIt: not sent: "+want {
			t.Errorf("got  %v\nwant %s", got, want)
		}
	}
}

// FuzzPath sends values through an HTTP request and the standard router: what
// CheckPath lets pass arrives as it was, in its own segment.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		"1", ".", "..", "...", "a/b", "a//b", "/", "//", "../..", "a/../b", "%2F", "%2e%2e", "%", "a?b", "a#b", "a;b", "a b", "a+b", "é", "\\", "\r\n", "\x00",
		"{serviceJobId}", "{$}", "*", "amzn1.tortuga.3.T15<->amzn1.token.DizquVc+EoX/lWAV/7WTlw==", strings.Repeat("x", 101), "\xff", "\u0085", "http://evil/",
	} {
		f.Add(seed, "appointment-1")
		f.Add("job-1", seed)
	}
	f.Fuzz(func(t *testing.T, job, appointment string) {
		var c wire.Checker
		values := []string{job, appointment}
		wire.CheckPath(&c, twoParameters, values)
		if c.Err("") != nil {
			return
		}
		path := wire.ExpandPath(template, values)
		segments, shape := strings.Split(path, "/"), strings.Split(template, "/")
		if len(segments) != len(shape) {
			t.Fatalf("%q became %d segments, want %d", path, len(segments), len(shape))
		}
		var decoded []string
		for i, s := range segments {
			plain, err := url.PathUnescape(s)
			if err != nil {
				t.Fatalf("%q: %v", path, err)
			}
			if strings.HasPrefix(shape[i], "{") {
				decoded = append(decoded, plain)
			} else if s != shape[i] {
				t.Fatalf("%q has %q where the template has %q", path, s, shape[i])
			}
		}
		if !slices.Equal(decoded, values) {
			t.Fatalf("%q holds %q, want %q", path, decoded, values)
		}
		if slices.Contains(values, "/") {
			return // the router takes a lone %2F for a trailing slash
		}
		if got := routed(t, path); !slices.Equal(got, values) {
			t.Fatalf("%q reached the handler with %q, want %q", path, got, values)
		}
	})
}

// routed sends a GET for path to the standard router and returns the path
// values that its handler sees.
func routed(t *testing.T, path string) (values []string) {
	t.Helper()
	u, err := url.Parse("https://host" + path)
	if err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	var sent strings.Builder
	if err := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}}).Write(&sent); err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	received, err := http.ReadRequest(bufio.NewReader(strings.NewReader(sent.String())))
	if err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	if received.URL.RawQuery != "" || received.ContentLength != 0 || len(received.Header) != 1 {
		t.Fatalf("%q arrived as %s %v", path, received.RequestURI, received.Header)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+template, func(_ http.ResponseWriter, r *http.Request) {
		values = []string{r.PathValue("serviceJobId"), r.PathValue("appointmentId")}
	})
	mux.ServeHTTP(httptest.NewRecorder(), received)
	return values
}
