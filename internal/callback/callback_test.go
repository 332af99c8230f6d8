package callback_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/spservices/services-go/internal/callback"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var discard = slog.New(slog.DiscardHandler)

func TestRunReturnsTheResult(t *testing.T) {
	t.Parallel()
	want := errors.New("seven")
	if got, err := callback.Run(t.Context(), discard, func() (int, error) { return 7, want }, nil); got != 7 || !errors.Is(err, want) {
		t.Errorf("got %d, %v", got, err)
	}
}

// Code that obeys the context is waited for, code that does not is abandoned.
func TestRunAbandonsWhatIgnoresTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got, err := callback.Run(ctx, discard, func() (int, error) { <-ctx.Done(); return 7, nil }, nil); got != 7 || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		started, released, late := time.Now(), make(chan struct{}), 0
		if got, err := callback.Run(ctx, discard, func() (int, error) { <-released; return 7, nil }, func(n int) { late = n }); got != 0 || !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != callback.Grace {
			t.Errorf("got %d, %v after %s", got, err, time.Since(started))
		}
		close(released)
		synctest.Wait()
		if late != 7 {
			t.Errorf("late result %d", late)
		}
	})
}

// Code of ours that obeys its context needs no goroutine of its own.
func TestWaitRunsOurCodeInPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		slow := func() (int, error) { time.Sleep(time.Hour); return 7, nil }
		if _, err := callback.Wait(ctx, discard, stuck{}, slow); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("code of the caller: %v", err)
		}
		if got, err := callback.Wait(ctx, discard, obedient{}, slow); got != 7 || err != nil {
			t.Errorf("our code: %d, %v", got, err)
		}
	})
}

type obedient struct{}

func (obedient) EndsWithContext() {}

// What goes wrong when nobody waits any more is logged without its value, even
// if the logger panics too.
func TestRunLogsLatePanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, f := range map[string]struct {
			run  func() int
			late func(int)
		}{
			"in the code":   {func() int { panic(errors.New("secret-value")) }, nil},
			"in the result": {func() int { return 1 }, func(int) { panic(errors.New("secret-value")) }},
		} {
			var logs bytes.Buffer
			for _, log := range []*slog.Logger{slog.New(slog.NewTextHandler(&logs, nil)), slog.New(panicking{})} {
				released := make(chan struct{})
				if _, err := callback.Run(ctx, log, func() (int, error) { <-released; return f.run(), nil }, f.late); !errors.Is(err, context.Canceled) {
					t.Errorf("%s: not abandoned", name)
				}
				close(released)
				synctest.Wait()
			}
			if text := logs.String(); !strings.Contains(text, "type=*errors.errorString") || strings.Contains(text, "secret-value") {
				t.Errorf("%s: logged %s", name, text)
			}
		}
	})
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("broken handler") }

func TestReadAll(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		reader io.Reader
		want   string
		err    error
	}{
		"all":               {strings.NewReader("document"), "document", nil},
		"byte by byte":      {iotest.OneByteReader(strings.NewReader("document")), "document", nil},
		"data with the end": {iotest.DataErrReader(strings.NewReader("document")), "document", nil},
		"up to the limit":   {strings.NewReader(strings.Repeat("x", 2000)), strings.Repeat("x", 1000), nil},
		"error":             {io.MultiReader(strings.NewReader("docu"), iotest.ErrReader(broken)), "docu", broken},
		"no progress":       {io.MultiReader(strings.NewReader("docu"), stuck{}), "docu", io.ErrNoProgress},
	} {
		got, err := callback.ReadAll(t.Context(), c.reader, 1000)
		if string(got) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := callback.ReadAll(ctx, strings.NewReader("document"), 1000); len(got) != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: %q, %v", got, err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }
