package facade_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// diary is a hook that writes down what it is told.
type diary struct {
	name string
	mu   *sync.Mutex
	text *[]string
}

func newDiaries(names ...string) (diaries []facade.Option, text *[]string) {
	mu, text := new(sync.Mutex), new([]string)
	for _, name := range names {
		diaries = append(diaries, facade.WithHook(diary{name, mu, text}))
	}
	return diaries, text
}

func (d diary) write(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	*d.text = append(*d.text, d.name+fmt.Sprintf(format, args...))
}

func (d diary) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	d.write("> %s %d", e.Phase, e.Attempt)
	return ctx, func(r facade.Result) {
		outcome := ""
		if r.Err != nil {
			outcome = " failed"
		}
		d.write("< %s %d%s%s", e.Phase, r.StatusCode, strings.TrimPrefix(r.RequestID, requestID), outcome)
	}
}

func TestHooksSeeEveryPhase(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	hooks, text := newDiaries("")
	client := clientOf(t, script(&n, answers(http.StatusServiceUnavailable, ``), breaks, answers(http.StatusOK, jobAnswer)), append(hooks, impatient)...)
	if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"> call 0",
		"> limiter 1", "< limiter 0", "> token 1", "< token 0", "> attempt 1", "< attempt 503",
		"> backoff 2", "< backoff 0", "> limiter 2", "< limiter 0", "> token 2", "< token 0", "> attempt 2", "< attempt 0 failed",
		"> backoff 3", "< backoff 0", "> limiter 3", "< limiter 0", "> token 3", "< token 0", "> attempt 3", "< attempt 200",
		"< call 200",
	}
	if !slices.Equal(*text, want) {
		t.Errorf("got  %q,\nwant %q", *text, want)
	}
}

// An attempt that is given up before it is sent has nothing of the one before.
func TestHooksSeeNoEarlierAnswer(t *testing.T) {
	t.Parallel()
	hooks, text := newDiaries("")
	asked := 0
	source := tokenFunc(func(context.Context) (facade.Token, error) {
		asked++
		return facade.Token{Value: strings.Repeat("\n", asked-1) + "t"}, nil
	})
	client := clientOf(t, answers(http.StatusServiceUnavailable, ``), append(hooks, impatient, facade.WithTokenSource(source))...)
	if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err == nil {
		t.Fatal("a malformed token was sent")
	}
	if got := (*text)[len(*text)-3:]; !slices.Equal(got, []string{"> attempt 2", "< attempt 0 failed", "< call 0 failed"}) {
		t.Errorf("got %q", got)
	}
}

func TestHooksSeeFailures(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	for name, c := range map[string]struct {
		opts []facade.Option
		job  string
		want []string
	}{
		"refused before it is sent": {nil, "..", []string{"> call 0", "< call 0 failed"}},
		"no turn":                   {[]facade.Option{facade.WithLimiter(&spyLimiter{fails: full})}, "J", []string{"> call 0", "> limiter 1", "< limiter 0 failed", "< call 0 failed"}},
		"no token": {[]facade.Option{facade.WithTokenSource(fixedSource{err: full})}, "J", []string{
			"> call 0", "> limiter 1", "< limiter 0", "> token 1", "< token 0 failed", "< call 0 failed",
		}},
		"an answer that says no": {nil, "J", []string{
			"> call 0", "> limiter 1", "< limiter 0", "> token 1", "< token 0", "> attempt 1", "< attempt 422", "< call 422 failed",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hooks, text := newDiaries("")
			client := clientOf(t, answers(http.StatusUnprocessableEntity, `{}`), append(hooks, c.opts...)...)
			if _, err := client.GetServiceJob(t.Context(), c.job); err == nil {
				t.Fatal("no error")
			}
			if !slices.Equal(*text, c.want) {
				t.Errorf("got  %q,\nwant %q", *text, c.want)
			}
		})
	}
}

// A wait that the context ends is told to the hooks as well.
func TestHooksSeeAnAbandonedBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hooks, text := newDiaries("")
		client := clientOf(t, answers(http.StatusTooManyRequests, ``, "Retry-After", "30"), hooks...)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := client.GetServiceJob(ctx, "JOB-1"); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := (*text)[len(*text)-3:]; !slices.Equal(got, []string{"> backoff 2", "< backoff 0 failed", "< call 429 failed"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestHooksAreNested(t *testing.T) {
	t.Parallel()
	hooks, text := newDiaries("a", "b")
	client := clientOf(t, answers(http.StatusOK, jobAnswer), hooks...)
	if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
		t.Fatal(err)
	}
	var attempt []string
	for _, line := range *text {
		if strings.Contains(line, "attempt") {
			attempt = append(attempt, line)
		}
	}
	if !slices.Equal(attempt, []string{"a> attempt 1", "b> attempt 1", "b< attempt 200", "a< attempt 200"}) {
		t.Errorf("got %q", attempt)
	}
	if (*text)[0] != "a> call 0" || (*text)[len(*text)-1] != "a< call 200" {
		t.Errorf("got %q", *text)
	}
}

type contextKey string

// marker is a hook that leaves its mark in the context of each phase.
type marker struct{ seen chan<- facade.Event }

func (m marker) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	if m.seen != nil {
		m.seen <- e
	}
	if e.Header != nil {
		e.Header.Set("traceparent", fmt.Sprintf("00-%v-%d", ctx.Value(contextKey("caller")), e.Attempt))
		e.Header.Set("x-amz-access-token", "of the hook")
	}
	return context.WithValue(ctx, contextKey(e.Phase), true), nil
}

// The context of a phase is the one that hooks return, and the caller's values
// are in all of them.
func TestHooksHandOnTheContext(t *testing.T) {
	t.Parallel()
	var where []string
	note := func(ctx context.Context, place string, phases ...facade.Phase) {
		where = append(where, place)
		if ctx.Value(contextKey("caller")) != "me" {
			t.Errorf("%s: the caller's context is lost", place)
		}
		for _, phase := range phases {
			if ctx.Value(contextKey(phase)) == nil {
				t.Errorf("%s: the context of phase %s is lost", place, phase)
			}
		}
	}
	client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
		note(r.Context(), "transport", facade.PhaseCall, facade.PhaseAttempt)
		return reply(r, http.StatusOK, jobAnswer), nil
	}), facade.WithHook(marker{}), facade.WithLimiter(pacedBy(func(ctx context.Context) error {
		note(ctx, "limiter", facade.PhaseCall, facade.PhaseLimiter)
		return nil
	})), facade.WithTokenSource(sourceFunc(func(ctx context.Context) (facade.Token, error) {
		note(ctx, "token", facade.PhaseCall, facade.PhaseToken)
		return facade.Token{Value: "Atza|token"}, nil
	})), facade.WithLogger(slog.New(handlerFunc(func(ctx context.Context, r slog.Record) {
		note(ctx, "log "+r.Message)
	}))))
	if _, err := client.GetServiceJob(context.WithValue(t.Context(), contextKey("caller"), "me"), "JOB-1"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"limiter", "token", "transport", "log attempt", "log call"}; !slices.Equal(where, want) {
		t.Errorf("got %q, want %q", where, want)
	}
}

type pacedBy func(context.Context) error

func (f pacedBy) Wait(ctx context.Context, _ facade.Key, _ facade.Plan) error { return f(ctx) }
func (f pacedBy) Observe(facade.Key, facade.Outcome)                          {}

type sourceFunc func(context.Context) (facade.Token, error)

func (f sourceFunc) Token(ctx context.Context) (facade.Token, error) { return f(ctx) }

type handlerFunc func(context.Context, slog.Record)

func (f handlerFunc) Enabled(context.Context, slog.Level) bool { return true }
func (f handlerFunc) Handle(ctx context.Context, r slog.Record) error {
	f(ctx, r)
	return nil
}
func (f handlerFunc) WithAttrs([]slog.Attr) slog.Handler { return f }
func (f handlerFunc) WithGroup(string) slog.Handler      { return f }

func TestHooksAddHeadersAndNeverSeeTheToken(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	var traces []string
	events := make(chan facade.Event, 100)
	client := clientOf(t, counted(&n, func(r *http.Request, n int) (*http.Response, error) {
		traces = append(traces, r.Header.Get("traceparent"))
		if token := r.Header.Values("x-amz-access-token"); !slices.Equal(token, []string{"Atza|token"}) {
			t.Errorf("token %q", token)
		}
		return reply(r, map[int]int{1: http.StatusServiceUnavailable, 2: http.StatusOK}[n], jobAnswer), nil
	}), facade.WithHook(marker{events}), impatient)
	if _, err := client.GetServiceJob(context.WithValue(t.Context(), contextKey("caller"), "me"), "JOB-1"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(traces, []string{"00-me-1", "00-me-2"}) {
		t.Errorf("sent %q", traces)
	}
	close(events)
	for e := range events {
		if e.Operation.ID != "getServiceJobByServiceJobId" || e.Operation.Path != "/service/v1/serviceJobs/{serviceJobId}" || e.Host != "api.example" || e.Scheme != "https" {
			t.Errorf("event %+v", e)
		}
		if e.Header.Get("Authorization") != "" || strings.Contains(fmt.Sprint(e.Header), "Atza|token") { // also afterwards
			t.Errorf("a hook can read the token: %v", e.Header)
		}
	}
}

// A hook that panics takes its call down with it, not the client.
func TestHooksMayPanic(t *testing.T) {
	t.Parallel()
	for _, phase := range []facade.Phase{facade.PhaseCall, facade.PhaseLimiter, facade.PhaseToken, facade.PhaseAttempt} {
		var broken atomic.Bool
		broken.Store(true)
		client := clientOf(t, answers(http.StatusOK, jobAnswer), facade.WithLimiter(facade.NewLimiter()), facade.WithHook(hookFunc(func(e facade.Event) {
			if e.Phase == phase && broken.Load() {
				panic("broken hook")
			}
		})))
		func() {
			defer func() {
				if got := recover(); got != "broken hook" {
					t.Errorf("%s: recovered %v", phase, got)
				}
			}()
			_, err := client.GetServiceJob(t.Context(), "JOB-1")
			t.Errorf("%s: returned %v", phase, err)
		}()
		broken.Store(false)
		if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
			t.Errorf("%s: the next call: %v", phase, err)
		}
	}
}

type hookFunc func(facade.Event)

func (f hookFunc) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	f(e)
	return ctx, nil
}
