package facade_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// drops gives one byte at a time, each after a while.
func drops(every time.Duration, total int) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if total--; total < 0 {
			return 0, io.EOF
		}
		time.Sleep(every)
		return copy(p, "x"), nil
	})
}

// TestUploadEndsWithItsContextWhileItReads: whatever the reader does.
func TestUploadEndsWithItsContextWhileItReads(t *testing.T) {
	t.Parallel()
	for name, reader := range map[string]func(released <-chan struct{}) io.Reader{
		"drips": func(<-chan struct{}) io.Reader { return drops(10*time.Millisecond, 1000) },
		"blocks": func(released <-chan struct{}) io.Reader {
			return readerFunc(func([]byte) (int, error) { <-released; return 0, io.EOF })
		},
		"blocks after some": func(released <-chan struct{}) io.Reader {
			return io.MultiReader(strings.NewReader("proof"), readerFunc(func([]byte) (int, error) { <-released; return 0, io.EOF }))
		},
		"pipe": func(<-chan struct{}) io.Reader { r, _ := io.Pipe(); return r }, // nobody writes
		"slow and empty": func(<-chan struct{}) io.Reader {
			return readerFunc(func([]byte) (int, error) { time.Sleep(10 * time.Millisecond); return 0, nil })
		},
	} {
		for ending, of := range map[string]func(context.Context) (context.Context, context.CancelFunc){
			"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 100*time.Millisecond)
			},
			"cancelled": func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(100*time.Millisecond, cancel)
				return ctx, cancel
			},
		} {
			t.Run(name+", "+ending, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					d, released := &depot{destination: goodDestination}, make(chan struct{})
					content := reader(released)
					if pipe, ok := content.(*io.PipeReader); ok {
						defer func() { _ = pipe.Close() }()
					}
					ctx, cancel := of(t.Context())
					defer cancel()
					started := time.Now()
					returned, err := uploadPDF(ctx, clientOf(t, d), content)
					if took := time.Since(started); took < 100*time.Millisecond || took > 150*time.Millisecond {
						t.Errorf("took %s", took)
					}
					if returned != nil || !errors.Is(err, ctx.Err()) || ctx.Err() == nil {
						t.Errorf("got %v, %v", returned, err)
					}
					wantCount(t, "destinations", &d.asked, 0)
					close(released)
				})
			})
		}
	}
}

// TestUploadReadsNothingWhenItsContextHasEnded: the reader is not even asked.
func TestUploadReadsNothingWhenItsContextHasEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var reads atomic.Int32
	_, err := uploadPDF(ctx, clientOf(t, &depot{}), readerFunc(func([]byte) (int, error) { reads.Add(1); return 0, io.EOF }))
	if !errors.Is(err, context.Canceled) || reads.Load() != 0 {
		t.Errorf("%v after %d reads", err, reads.Load())
	}
}

// TestUploadRefusesReadersThatMisbehave: with an error, before anything is sent.
func TestUploadRefusesReadersThatMisbehave(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reader readerFunc
		want   string
	}{
		"reads nothing":     {func([]byte) (int, error) { return 0, nil }, io.ErrNoProgress.Error()},
		"negative count":    {func([]byte) (int, error) { return -1, nil }, "returned -1"},
		"negative, at once": {func([]byte) (int, error) { return -1, io.EOF }, "returned -1"},
		"more than asked":   {func(p []byte) (int, error) { return len(p) + 1, nil }, "for a buffer of"},
		"too many bytes":    {func(p []byte) (int, error) { return copy(p, "x"), nil }, "content must have 1 to 5242880 bytes, got more"},
	} {
		d := &depot{destination: goodDestination}
		returned, err := uploadPDF(t.Context(), clientOf(t, d), c.reader)
		if returned != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, %v", name, returned, err)
		}
		wantCount(t, "destinations", &d.asked, 0)
	}
	// Up to 99 empty reads in a row are what a Reader may return, each time.
	empty, given := 0, 0
	file := "proof of service"
	d := &depot{destination: goodDestination}
	returned, err := uploadPDF(t.Context(), clientOf(t, d), readerFunc(func(p []byte) (int, error) {
		if empty++; empty < 100 {
			return 0, nil
		}
		empty = 0
		n := copy(p[:1], file[given:])
		given += n
		if given == len(file) {
			return n, io.EOF
		}
		return n, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	d.sameFile(t, []byte(file), returned)
}

// TestPanicsOfTheDocumentsReaderSurface: where the caller can recover them.
func TestPanicsOfTheDocumentsReaderSurface(t *testing.T) {
	t.Parallel()
	d := &depot{destination: goodDestination}
	func() {
		defer func() {
			if r := recover(); r != "broken reader" {
				t.Errorf("recovered %v", r)
			}
		}()
		_, err := uploadPDF(t.Context(), clientOf(t, d), readerFunc(func([]byte) (int, error) { panic("broken reader") }))
		t.Errorf("no panic: %v", err)
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = uploadPDF(t.Context(), clientOf(t, d), readerFunc(func([]byte) (int, error) { runtime.Goexit(); return 0, nil }))
	}()
	<-ended
	wantCount(t, "destinations", &d.asked, 0)
}

// TestAbandonedReaderOfADocument: it panics or goes on when the call is over. No
// upload that follows sees anything of it.
func TestAbandonedReaderOfADocument(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		released := make(chan struct{})
		for name, late := range map[string]readerFunc{
			"panics": func([]byte) (int, error) { panic(canary) },
			"writes": func(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("!"), len(p))), nil },
		} {
			d := &depot{destination: goodDestination}
			client := clientOf(t, d, facade.WithLogger(j.logger))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := uploadPDF(ctx, client, readerFunc(func(p []byte) (int, error) { <-released; return late(p) }))
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			file := bytes.Repeat([]byte("proof"), 10_000)
			content := io.MultiReader(bytes.NewReader(file[:1000]), readerFunc(func([]byte) (int, error) {
				select {
				case <-released:
				default:
					close(released)
				}
				synctest.Wait()
				return 0, io.EOF
			}), bytes.NewReader(file[1000:]))
			returned, err := uploadPDF(t.Context(), client, content)
			if err != nil {
				t.Fatal(err)
			}
			d.sameFile(t, file, returned)
			released = make(chan struct{})
		}
		j.check(t) // tells nothing of the panic's value
		if text := j.String(); strings.Count(text, "panicked after its call had ended") != 2 || strings.Count(text, `"level":"WARN"`) != 1 {
			t.Errorf("logged %s", text)
		}
	})
}
