package facade_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/spservices/services-go/facade"
)

// parcel is an error of a caller's transport that keeps what it was sent.
type parcel struct {
	URL     string
	Request *http.Request
	inner   []error
}

func (p *parcel) Error() string   { return "parcel to " + p.URL + " was lost" }
func (p *parcel) Unwrap() []error { return p.inner }

var errBreakerOpen = errors.New("circuit breaker is open")

const canaryAddress = "https://canary.example/document?X-Amz-Signature=CANARY&X-Amz-Security-Token=CANARY"

// transportErrors are what a transport can return, with everything that was
// sent or answered somewhere within.
func transportErrors() map[string]error {
	repeats := func(err error) error { return &url.Error{Op: "Put", URL: canaryAddress, Err: err} }
	quoted := textproto.ProtocolError(`malformed MIME header line: "CANARY Buyer"`)
	return map[string]error{
		"a URL":                repeats(io.ErrUnexpectedEOF),
		"two":                  repeats(repeats(io.ErrUnexpectedEOF)),
		"wrapped":              fmt.Errorf("retry 3: %w", repeats(fmt.Errorf("round trip: %w", repeats(io.ErrUnexpectedEOF)))),
		"joined":               errors.Join(errors.New("first"), repeats(io.ErrUnexpectedEOF), fmt.Errorf("twice: %w", errors.Join(quoted, repeats(quoted)))),
		"of a type of its own": &parcel{canaryAddress, &http.Request{Header: http.Header{"X-Amz-Access-Token": {"Atza|CANARY"}}}, []error{quoted, repeats(io.ErrUnexpectedEOF)}},
		"within a dial":        &net.OpError{Op: "read", Net: "tcp", Err: fmt.Errorf("tunnel: %w", errors.Join(io.ErrUnexpectedEOF, repeats(quoted)))},
		"within a name":        &net.DNSError{Err: "no answer for " + canaryAddress, Name: canaryAddress, UnwrapErr: repeats(io.ErrUnexpectedEOF)},
		"with bytes":           fmt.Errorf("%w: %w", io.ErrUnexpectedEOF, tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake", RecordHeader: [5]byte{'C', 'A', 'N', 'A', 'R'}}),
		"many deep": func() error {
			err := repeats(io.ErrUnexpectedEOF)
			for range 200 {
				err = fmt.Errorf("again: %w", repeats(err))
			}
			return err
		}(),
	}
}

// chain is every error that Unwrap leads to.
func chain(err error) []error {
	if err == nil {
		return nil
	}
	list := []error{err}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		list = append(list, chain(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			list = append(list, chain(inner)...)
		}
	}
	return list
}

// wordsIn are the texts within a value, as a crash reporter finds them.
func wordsIn(v reflect.Value, depth int) (words string) {
	if depth == 0 {
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		return v.String() + "\n"
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			words = wordsIn(v.Elem(), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			words += wordsIn(v.Field(i), depth-1)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.CanInterface() {
			return fmt.Sprintf("%s\n", v.Interface())
		}
		for i := range v.Len() {
			words += wordsIn(v.Index(i), depth-1)
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			words += wordsIn(key, depth-1) + wordsIn(value, depth-1)
		}
	}
	return words
}

// TestChainsGiveUpNothing walks the errors below an error as a reporter of
// crashes does.
func TestChainsGiveUpNothing(t *testing.T) {
	t.Parallel()
	for name, cause := range transportErrors() {
		fails := api(func(*http.Request) (*http.Response, error) { return nil, cause })
		breaks := api(func(r *http.Request) (*http.Response, error) {
			resp := reply(r, 200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"pay`), readerOf{cause}))
			return resp, nil
		})
		_, unanswered := clientOf(t, fails).AddAppointment(t.Context(), "JOB-1", visit)
		_, brokenOff := clientOf(t, breaks).AddAppointment(t.Context(), "JOB-1", visit)
		_, noToken := sellerOf(t, fails, answers(200, jobAnswer)).GetServiceJob(t.Context(), "JOB-1")
		_, badToken := sellerOf(t, breaks, answers(200, jobAnswer)).GetServiceJob(t.Context(), "JOB-1")
		_, upload := uploadPDF(t.Context(), clientOf(t, &depot{destination: goodDestination, store: fails}), strings.NewReader("proof"), facade.NoRetry())
		for place, err := range map[string]error{"API": unanswered, "answer": brokenOff, "token server": noToken, "its answer": badToken, "upload": upload} {
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s, %s: no io.ErrUnexpectedEOF in %v", name, place, err)
			}
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000 {
				t.Errorf("%s, %s: %q", name, place, err)
			}
			for _, link := range chain(err) {
				text := fmt.Sprintf("%v\n%+v\n%#v\n%s\n", link, link, link, link.Error()) + wordsIn(reflect.ValueOf(link), 12)
				if i := strings.Index(strings.ToUpper(text), "CANAR"); i >= 0 {
					t.Errorf("%s, %s: a %T gives up …%s…", name, place, link, text[max(0, i-60):i+5])
				}
			}
			if errors.As(err, new(*url.Error)) || errors.As(err, new(*parcel)) || errors.As(err, new(textproto.ProtocolError)) {
				t.Errorf("%s, %s: errors.As finds what the text hides", name, place)
			}
		}
	}
}

type readerOf struct{ err error }

func (r readerOf) Read([]byte) (int, error) { return 0, r.err }

// TestChainsKeepWhatHelps has failures that a program tells apart.
func TestChainsKeepWhatHelps(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	untrusted.Config.ErrorLog = quiet()
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	throughNet := func(address string) error {
		_, err := clientOf(t, nil, facade.WithEndpoint(address), facade.WithHTTPClient(&http.Client{}), impatient).GetServiceJob(t.Context(), "JOB-1")
		return err
	}
	through := func(cause error) error {
		_, err := clientOf(t, fails(cause), impatient).GetServiceJob(t.Context(), "JOB-1")
		return err
	}
	refused, distrust := throughNet(deadPort(t)), throughNet(untrusted.URL)
	var op *net.OpError
	if !errors.As(refused, &op) || op.Op != "dial" || op.Addr == nil || !errors.Is(refused, syscall.ECONNREFUSED) || !errors.As(refused, new(syscall.Errno)) || !strings.Contains(refused.Error(), op.Addr.String()) {
		t.Errorf("connection refused: %v", refused)
	}
	if !errors.As(distrust, new(*tls.CertificateVerificationError)) || !errors.As(distrust, new(x509.UnknownAuthorityError)) {
		t.Errorf("an unknown authority: %v", distrust)
	}
	var name *net.DNSError
	if err := through(fmt.Errorf("dial: %w", &net.DNSError{Err: "no such host", Name: "api.example", IsNotFound: true})); !errors.As(err, &name) || !name.IsNotFound || name.Name != "api.example" {
		t.Errorf("no such host: %v", err)
	}
	var timeout net.Error
	if err := through(fmt.Errorf("proxy: %w", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "i/o timeout", IsTimeout: true}})); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("timeout: %v", err)
	}
	for _, sentinel := range []error{errBreakerOpen, net.ErrClosed, io.EOF, syscall.ECONNRESET} {
		if err := through(fmt.Errorf("send: %w", &url.Error{Op: "Get", URL: canaryAddress, Err: sentinel})); !errors.Is(err, sentinel) || errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%v is not in %v", sentinel, err)
		}
	}
	// Only the caller's context makes it a context's error.
	for _, own := range []error{context.Canceled, context.DeadlineExceeded} {
		for _, cause := range []error{own, &url.Error{Op: "Get", URL: canaryAddress, Err: own}, fmt.Errorf("pool: %w", own)} {
			if err := through(cause); errors.Is(err, own) || !errors.Is(err, facade.ErrConnection) {
				t.Errorf("%v of the transport's: %v", own, err)
			}
		}
	}
}

// TestValuesOfErrorsPrintNothing has errors that a program dereferences.
func TestValuesOfErrorsPrintNothing(t *testing.T) {
	t.Parallel()
	failure := &facade.APIError{Operation: "getServiceJobs", StatusCode: 422, Errors: []facade.Error{{Code: "InvalidInput", Message: canaryMessage}}}
	unavailable := &facade.APIError{Operation: "getServiceJobs", StatusCode: 503, Errors: []facade.Error{{Code: "InternalFailure", Message: canaryName}}}
	noToken := &facade.AuthError{Code: "invalid_grant", Description: canaryName, StatusCode: 400}
	_, sent := clientOf(t, quoting(422)).GetServiceJob(t.Context(), "JOB-1")
	_, unanswered := clientOf(t, fails(&url.Error{Op: "Get", URL: canaryAddress, Err: &parcel{URL: canaryAddress}}), impatient).GetServiceJob(t.Context(), "JOB-1")
	_, refused := sellerOf(t, answers(400, `{"error":"invalid_grant","error_description":"CANARY"}`), breaks).GetServiceJob(t.Context(), "JOB-1")
	var unauthorized *facade.AuthError
	if !errors.As(refused, &unauthorized) || unauthorized.Description != canary {
		t.Fatal(refused)
	}
	for name, value := range map[string]any{
		"refusal": *failure, "failure": *unavailable, "no token": *noToken, "sent": *apiErrorOf(t, sent), "unanswered": *apiErrorOf(t, unanswered), "refused": *unauthorized,
	} {
		holders := []any{
			value, &value, []any{value}, map[string]any{"error": value}, struct{ Err any }{value}, &struct{ Err any }{value}, [1]any{value},
		}
		switch v := value.(type) {
		case facade.APIError:
			holders = append(holders, []facade.APIError{v}, []*facade.APIError{&v}, map[string]facade.APIError{"error": v}, struct{ Err facade.APIError }{v}, struct{ Err *facade.APIError }{&v})
		case facade.AuthError:
			holders = append(holders, []facade.AuthError{v}, []*facade.AuthError{&v}, map[string]facade.AuthError{"error": v}, struct{ Err facade.AuthError }{v}, struct{ Err *facade.AuthError }{&v})
		}
		for i, holder := range holders {
			var out bytes.Buffer
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&out, verb+"\n", holder)
			}
			for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
				slog.New(handler).With("with", holder).Info("error", "it", holder, slog.Group("group", "it", holder))
			}
			encoded, err := json.Marshal(holder)
			if err != nil {
				t.Errorf("%s, %d: %v", name, i, err)
			}
			out.Write(encoded)
			if around := leak(out.String()); around != "" {
				t.Errorf("%s, %T: leaks …%s…", name, holder, around)
			}
			if !strings.Contains(out.String(), "InvalidInput") && !strings.Contains(out.String(), "InternalFailure") && !strings.Contains(out.String(), "no answer") && !strings.Contains(out.String(), "invalid_grant") {
				t.Errorf("%s, %T: says nothing: %s", name, holder, out.String())
			}
		}
	}
}
