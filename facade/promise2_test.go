package facade_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spservices/services-go/facade"
)

const secretToken = "Atza|secret-token"

var redirects = []int{301, 302, 303, 307, 308}

// trap is a server that nothing may reach.
type trap struct {
	*httptest.Server
	hits atomic.Int32
}

func newTrap(t *testing.T, start func(http.Handler) *httptest.Server) *trap {
	t.Helper()
	var trap trap
	trap.Server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		trap.hits.Add(1)
		t.Errorf("%s %s arrived, with token: %v", r.Method, r.URL.Path, r.Header.Get("x-amz-access-token") != "")
	}))
	t.Cleanup(trap.Close)
	return &trap
}

// trusting is a transport that would reach every test server.
func trusting(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// byMethod are operations that send without a body and with one.
var byMethod = map[string]string{
	"GET": "getServiceJobs", "POST": "addAppointmentForServiceJobByServiceJobId", "POST that reads": "getRangeSlotCapacity",
	"PUT": "completeServiceJobByServiceJobId", "PUT with a body": "updateSchedule", "DELETE": "cancelReservation",
}

// TestPromise2NoRedirectIsFollowed has the API lead to another port, host and
// scheme, and to another path of its own.
func TestPromise2NoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	plain, secure := newTrap(t, httptest.NewServer), newTrap(t, httptest.NewTLSServer)
	byName := strings.Replace(plain.URL, "127.0.0.1", "localhost", 1)
	for name, way := range map[string]struct {
		start    func(http.Handler) *httptest.Server
		location string
	}{
		"other port":      {httptest.NewServer, plain.URL},
		"other host":      {httptest.NewServer, byName},
		"http to https":   {httptest.NewServer, secure.URL},
		"https to http":   {httptest.NewTLSServer, plain.URL},
		"no scheme":       {httptest.NewServer, strings.TrimPrefix(plain.URL, "http:")},
		"own other path":  {httptest.NewServer, ""},
		"unusable":        {httptest.NewServer, "http://[::1"},
		"without a place": {httptest.NewServer, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var hits atomic.Int32
			var status atomic.Int32
			origin := way.start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				hits.Add(1)
				if r.Header.Get("x-amz-access-token") != secretToken {
					t.Error("no token at its origin")
				}
				w.Header().Set("x-amzn-RequestId", requestID)
				if way.location != "-" {
					w.Header().Set("Location", way.location+"/stolen?q=secret-place")
				}
				w.WriteHeader(int(status.Load()))
			}))
			t.Cleanup(origin.Close)
			clients := []*http.Client{{Transport: trusting(t)}, {Transport: trusting(t), CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}}
			if strings.HasPrefix(origin.URL, "http:") {
				clients = append(clients, &http.Client{}) // with a transport of the façade's own
			}
			for _, client := range clients {
				c := clientOf(t, nil, facade.WithEndpoint(origin.URL), facade.WithHTTPClient(client), facade.WithTokenSource(facade.StaticToken(secretToken)))
				t.Cleanup(c.CloseIdleConnections)
				for _, code := range redirects {
					for method, id := range byMethod {
						status.Store(int32(code))
						hits.Store(0)
						_, err := invocationOf(t, id).invoke(t.Context(), c)
						failure := apiErrorOf(t, err)
						if hits.Load() != 1 || failure.StatusCode != code || failure.RequestID != requestID || !errors.Is(err, facade.ErrUnexpectedResponse) {
							t.Errorf("%s, %d: %d hits, %v", method, code, hits.Load(), err)
						}
						wantSilent(t, err, "secret-token", "secret-place", "stolen")
					}
				}
			}
		})
	}
	t.Cleanup(func() {
		if n := plain.hits.Load() + secure.hits.Load(); n != 0 {
			t.Errorf("%d requests left their origin", n)
		}
	})
}

// wantSilent looks for words in every form an error can be printed in.
func wantSilent(t *testing.T, err error, words ...string) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			for _, word := range words {
				if text := fmt.Sprintf(verb, e); strings.Contains(text, word) {
					t.Errorf("%s of %T holds %q: %s", verb, e, word, text)
				}
			}
		}
	}
}

func TestPromise2CallersHTTPClientIsNotChanged(t *testing.T) {
	t.Parallel()
	trap := newTrap(t, httptest.NewServer)
	var hits atomic.Int32
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		http.SetCookie(w, &http.Cookie{Name: "kept", Value: "x"})
		http.Redirect(w, r, trap.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(origin.Close)
	transport := trusting(t)
	given := &http.Client{Transport: transport}
	before, transportBefore := *given, settingsOfTransport(transport)
	client := clientOf(t, nil, facade.WithEndpoint(origin.URL), facade.WithHTTPClient(given))
	for _, op := range invocations {
		if _, err := op.invoke(t.Context(), client); apiErrorOf(t, err).StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%s: %v", op.id, err)
		}
	}
	if !reflect.DeepEqual(before, *given) {
		t.Errorf("the caller's client was %+v, is %+v", before, *given)
	}
	if after := settingsOfTransport(transport); !reflect.DeepEqual(transportBefore, after) {
		t.Errorf("the caller's transport was %v, is %v", transportBefore, after)
	}
	if int(hits.Load()) != len(invocations) || trap.hits.Load() != 0 {
		t.Errorf("%d hits at the origin, %d elsewhere", hits.Load(), trap.hits.Load())
	}
}

// settingsOfTransport are the exported fields that can be compared.
func settingsOfTransport(t *http.Transport) map[string]any {
	settings := map[string]any{}
	v := reflect.ValueOf(t).Elem()
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && f.Type.Kind() != reflect.Func && f.Type.Kind() != reflect.Pointer {
			settings[f.Name] = v.Field(i).Interface()
		} else if f.IsExported() {
			settings[f.Name] = v.Field(i).IsNil()
		}
	}
	return settings
}

func TestPromise2TokenEndpointRedirects(t *testing.T) {
	t.Parallel()
	trap := newTrap(t, httptest.NewServer)
	for _, code := range redirects {
		var hits atomic.Int32
		tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			hits.Add(1)
			w.Header().Set("Location", trap.URL+"/stolen?q=secret-place")
			w.WriteHeader(code)
		}))
		t.Cleanup(tokens.Close)
		client := clientOf(t, trusting(t), facade.WithTokenEndpoint(tokens.URL), facade.WithEndpoint(trap.URL),
			facade.WithCredentials(facade.Credentials{ClientID: "client", ClientSecret: "secret-client", RefreshToken: "secret-refresh"}))
		_, err := client.GetServiceJob(t.Context(), "JOB-1")
		var failure *facade.AuthError
		if !errors.As(err, &failure) || failure.StatusCode != code || hits.Load() != 1 {
			t.Errorf("%d: %v after %d requests", code, err, hits.Load())
		}
		wantSilent(t, err, "secret-client", "secret-refresh", "secret-place", "stolen")
	}
}

func TestPromise2UploadRedirects(t *testing.T) {
	t.Parallel()
	trap := newTrap(t, httptest.NewServer)
	for _, code := range redirects {
		var puts atomic.Int32
		var origin *httptest.Server
		origin = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"payload":{"uploadDestinationId":"D","url":"%s/bucket?X-Amz-Signature=secret-signature","encryptionDetails":
					{"standard":"AES","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","initializationVector":"AAAAAAAAAAAAAAAAAAAAAA=="}}}`, origin.URL)
				return
			}
			puts.Add(1)
			if token := r.Header.Get("x-amz-access-token"); token != "" {
				t.Error("the upload carries the access token")
			}
			w.Header().Set("Location", trap.URL+"/stolen?q=secret-place")
			w.WriteHeader(code)
		}))
		t.Cleanup(origin.Close)
		client := clientOf(t, trusting(t), facade.WithEndpoint(origin.URL), facade.WithTokenSource(facade.StaticToken(secretToken)))
		_, err := client.UploadDocument(t.Context(), facade.ContentTypePDF, strings.NewReader("document"))
		if failure := apiErrorOf(t, err); failure.StatusCode != code || puts.Load() != 1 {
			t.Errorf("%d: %v after %d uploads", code, err, puts.Load())
		}
		wantSilent(t, err, "secret-signature", "secret-place", "stolen", "secret-token")
	}
}

// meddler is a hook that would lead requests elsewhere if headers could.
type meddler struct{ host string }

func (m meddler) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	if e.Header != nil {
		for _, name := range []string{"Host", "X-Forwarded-Host", "Location", "Referer", "x-amz-access-token"} {
			e.Header.Set(name, m.host)
		}
	}
	return ctx, nil
}

func TestPromise2NoOptionMovesTheToken(t *testing.T) {
	t.Parallel()
	trap := newTrap(t, httptest.NewServer)
	host := strings.TrimPrefix(trap.URL, "http://")
	var hits atomic.Int32
	var origin *httptest.Server
	origin = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if "http://"+r.Host != origin.URL || r.Header.Get("x-amz-access-token") != secretToken || r.URL.Path != "/service/v1/serviceJobs/JOB-1" {
			t.Errorf("%s %s with another token or host", r.Host, r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, jobAnswer)
	}))
	t.Cleanup(origin.Close)
	transport := trusting(t)
	options := map[string]facade.CallOption{"none": facade.NoRetry()}
	for _, text := range []string{"@" + host, "//" + host + "/", trap.URL, "?", "#", "\r\nHost: " + host, "a=b&c", "%0d%0a", "../.."} {
		options["key "+text], options["value "+text] = facade.WithQuery(text, "x"), facade.WithQuery("x", text)
	}
	for name, option := range options {
		client := clientOf(t, transport, facade.WithEndpoint(origin.URL), facade.WithTokenSource(facade.StaticToken(secretToken)), facade.WithHook(meddler{host}))
		hits.Store(0)
		if _, err := client.GetServiceJob(t.Context(), "JOB-1", option); err != nil || hits.Load() != 1 {
			t.Errorf("%q: %v, %d hits", name, err, hits.Load())
		}
	}
}

// TestPromise2OtherEndpointsNeedTheirOwnTokens keeps Amazon's credentials from
// the endpoints of others, and theirs from Amazon.
func TestPromise2OtherEndpointsNeedTheirOwnTokens(t *testing.T) {
	t.Parallel()
	credentials := facade.WithCredentials(facade.Credentials{ClientID: "c", ClientSecret: "s", RefreshToken: "r"})
	for endpoint, ok := range map[string]bool{
		"https://sellingpartnerapi-na.amazon.com": true, "https://evil.example": false, "https://amazon.com.evil.example": false,
		"https://evilamazon.com": false, "http://127.0.0.1:1": false, "https://x.amazon.com:444": true,
	} {
		_, err := facade.New(credentials, facade.WithEndpoint(endpoint))
		if (err == nil) != ok {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	for _, endpoint := range []string{"http://api.example", "ftp://api.example", "//api.example", "https://", "https://user:secret-password@api.example", "https://api.example/path", "https://api.example?q", "http://127.0.0.1.example"} {
		_, err := facade.New(facade.WithEndpoint(endpoint), facade.WithTokenSource(facade.StaticToken("t")))
		if err == nil {
			t.Errorf("%s is taken", endpoint)
		}
		wantSilent(t, err, "secret-password")
	}
}
