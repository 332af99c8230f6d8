package facade_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// levels counts the records of a journal by level and message, Debug left out.
type levels struct {
	mu      chan struct{}
	records map[string]int
}

func newLevels() *levels { return &levels{make(chan struct{}, 1), map[string]int{}} }

func (l *levels) Write(p []byte) (int, error) {
	var record struct{ Level, Msg string }
	if err := json.NewDecoder(bytes.NewReader(p)).Decode(&record); err != nil {
		return 0, err
	}
	l.mu <- struct{}{}
	defer func() { <-l.mu }()
	l.records[record.Level+" "+record.Msg]++
	return len(p), nil
}

func (l *levels) option() facade.Option {
	return facade.WithLogger(slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelInfo})))
}

// TestFailuresAreLoggedOnce has each failure that a caller gets at Info at most,
// and what the caller cancelled not even there.
func TestFailuresAreLoggedOnce(t *testing.T) {
	t.Parallel()
	tooLong := answers(200, `{"payload":{"serviceJobId":"`+strings.Repeat("x", 200)+`"}}`)
	get := func(ctx context.Context, c *facade.Client) error { _, err := c.GetServiceJob(ctx, "JOB-1"); return err }
	upload := func(ctx context.Context, c *facade.Client) error {
		_, err := uploadPDF(ctx, c, strings.NewReader("proof"))
		return err
	}
	afterFirst := func(ctx context.Context, c *facade.Client) error {
		for _, err := range c.ServiceJobPages(ctx, allJobs, facade.Prefetch()) {
			return err
		}
		return nil
	}
	waits := pacedBy(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	const once, nothing = "map[INFO call failed:1]", "map[]"
	for name, c := range map[string]struct {
		through  http.RoundTripper
		opts     []facade.Option
		call     func(context.Context, *facade.Client) error
		cancels  bool
		deadline bool
		want     string
	}{
		"success":                 {answers(200, jobAnswer), nil, get, false, false, nothing},
		"refusal":                 {answers(422, ""), nil, get, false, false, once},
		"outage":                  {answers(503, ""), nil, get, false, false, once},
		"no answer":               {api(breaks), nil, get, false, false, once},
		"errors within a success": {answers(200, listOf(`{"code":"InvalidInput"}`)), nil, get, false, false, once},
		"not sent":                {api(breaks), nil, func(ctx context.Context, c *facade.Client) error { _, err := c.GetServiceJob(ctx, ".."); return err }, false, false, once},
		"no turn":                 {api(breaks), []facade.Option{facade.WithLimiter(refusing{errors.New("no")})}, get, false, false, once},
		"no token":                {withLogin(answers(400, `{"error":"invalid_grant"}`), breaks), []facade.Option{facade.WithTokenEndpoint(loginURL), facade.WithCredentials(sellerCredentials)}, get, false, false, once},
		"dry run": {api(breaks), nil, func(ctx context.Context, c *facade.Client) error {
			_, err := c.GetServiceJob(ctx, "J", facade.DryRun(nil))
			return err
		}, false, false, nothing},
		"answer that breaks":       {tooLong, nil, get, false, false, "map[WARN answer breaks the API description:1]"},
		"the same, enforced":       {tooLong, []facade.Option{facade.WithResponseValidation(facade.Enforce)}, get, false, false, once},
		"the same, ignored":        {tooLong, []facade.Option{facade.WithResponseValidation(facade.Off)}, get, false, false, nothing},
		"upload":                   {&depot{destination: goodDestination, store: answers(409, "")}, nil, upload, false, false, "map[INFO upload failed:1]"},
		"no destination":           {answers(422, ""), nil, upload, false, false, once},
		"deadline":                 {api(hangs), nil, get, false, true, once},
		"cancelled request":        {api(hangs), nil, get, true, false, nothing},
		"cancelled turn":           {api(breaks), []facade.Option{facade.WithLimiter(waits)}, get, true, false, nothing},
		"cancelled backoff":        {answers(503, ""), []facade.Option{facade.WithRetryPolicy(facade.RetryPolicy{BackoffBase: time.Hour, BackoffCap: time.Hour})}, get, true, false, nothing},
		"cancelled token":          {withLogin(hangs, breaks), []facade.Option{facade.WithTokenEndpoint(loginURL), facade.WithCredentials(sellerCredentials)}, get, true, false, nothing},
		"cancelled upload":         {&depot{destination: goodDestination, store: hangs}, nil, upload, true, false, nothing},
		"range that is left":       {linear(9), nil, afterFirst, false, false, nothing},
		"range that is left early": {script(new(atomic.Int32), linear(9).RoundTrip, hangs), nil, afterFirst, false, false, nothing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLevels()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.deadline {
					var end context.CancelFunc
					ctx, end = context.WithTimeout(ctx, time.Second)
					defer end()
				}
				if c.cancels {
					time.AfterFunc(time.Second, cancel)
				}
				err := c.call(ctx, clientOf(t, c.through, append([]facade.Option{l.option()}, c.opts...)...))
				if got := fmt.Sprint(l.records); got != c.want {
					t.Errorf("%v is logged as %s, want %s", err, got, c.want)
				}
				if (c.cancels || c.deadline) && err == nil {
					t.Error("no error")
				}
			})
		})
	}
}

// TestNoAnswerIsErrConnection has every way in which no answer comes.
func TestNoAnswerIsErrConnection(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	untrusted.Config.ErrorLog = quiet()
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	hangsUp := listen(t, func(_ *wire, conn *net.TCPConn, _ int) { readOnly(conn); _ = conn.SetLinger(0) })
	for name, address := range map[string]string{
		"refused": deadPort(t), "reset": hangsUp.address, "certificate": untrusted.URL, "no TLS": strings.Replace(hangsUp.address, "http:", "https:", 1), "no HTTP": rawServer(t, "SSH-2.0\r\n\r\n"),
	} {
		for _, op := range invocations {
			_, err := op.invoke(t.Context(), clientOf(t, nil, facade.WithEndpoint(address), facade.WithHTTPClient(&http.Client{}), impatient))
			if failure := apiErrorOf(t, err); !errors.Is(err, facade.ErrConnection) || failure.StatusCode != 0 || errors.Is(err, facade.ErrUnexpectedResponse) || errors.Is(err, facade.ErrUnavailable) || !strings.Contains(err.Error(), "no answer") {
				t.Errorf("%s, %s: %v", name, op.id, err)
			}
		}
	}
	get := func(ctx context.Context, c *facade.Client) error { _, err := c.GetServiceJob(ctx, "JOB-1"); return err }
	for name, c := range map[string]struct {
		through http.RoundTripper
		opts    []facade.Option
		timeout time.Duration // of the caller
		want    bool
	}{
		"attempt timeout":             {api(hangs), []facade.Option{facade.WithAttemptTimeout(time.Second)}, 0, true},
		"transport's own deadline":    {fails(context.DeadlineExceeded), nil, 0, true},
		"refused, then the deadline":  {fails(&net.OpError{Op: "dial", Err: errors.New("refused")}), []facade.Option{facade.WithRetryPolicy(facade.RetryPolicy{BackoffBase: time.Hour, BackoffCap: time.Hour})}, time.Second, true},
		"caller's deadline":           {api(hangs), nil, time.Second, false},
		"no turn":                     {api(breaks), []facade.Option{facade.WithLimiter(refusing{errors.New("no")})}, 0, false},
		"no token":                    {withLogin(breaks, breaks), []facade.Option{facade.WithTokenEndpoint(loginURL), facade.WithCredentials(sellerCredentials)}, 0, false},
		"answered":                    {answers(503, ""), nil, 0, false},
		"answered, then no more":      {breaksOff(200, `{"pay`), nil, 0, false},
		"a status that HTTP has not":  {answers(999, ""), nil, 0, false},
		"success that cannot be used": {answers(200, "<html>"), nil, 0, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if c.timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, c.timeout)
				defer cancel()
			}
			if err := get(ctx, clientOf(t, c.through, c.opts...)); err == nil || errors.Is(err, facade.ErrConnection) != c.want {
				t.Errorf("%s: %v", name, err)
			}
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			if err := get(cancelled, clientOf(t, c.through, c.opts...)); err == nil || errors.Is(err, facade.ErrConnection) {
				t.Errorf("%s, cancelled before: %v", name, err)
			}
		})
	}
	// What a document store does is the same; what cannot be sent is not.
	elsewhere := goodDestination
	elsewhere.url = "https://elsewhere.example/"
	for _, c := range []struct {
		d    *depot
		want bool
	}{
		{&depot{destination: goodDestination, store: breaks}, true}, {&depot{destination: goodDestination, store: answers(503, "")}, false}, {&depot{destination: elsewhere}, false},
	} {
		if _, err := uploadPDF(t.Context(), clientOf(t, c.d, impatient), strings.NewReader("proof")); err == nil || errors.Is(err, facade.ErrConnection) != c.want {
			t.Errorf("upload: %v", err)
		}
	}
}
