// Package callback runs code of the caller's, such as a RoundTripper or a
// Reader, that may block, panic or never return.
package callback

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"
)

// Grace is how long Run still waits when its context has ended. Code that obeys
// the context returns within it and leaves no goroutine behind.
const Grace = 20 * time.Millisecond

// Run calls f on a goroutine of its own and returns its results. When ctx ends
// first, Run waits for Grace, abandons f and returns the error of ctx: f keeps
// what it was given, and late receives its value if it returns after all.
//
// A panic of f surfaces in Run, with the same value, and so does
// runtime.Goexit. A panic of f or late after f was abandoned is logged to log
// by type and stack; its value may hold anything.
func Run[T any](ctx context.Context, log *slog.Logger, f func() (T, error), late func(T)) (T, error) {
	done, abandoned := make(chan *outcome[T]), make(chan struct{})
	go func() {
		o := &outcome[T]{}
		defer func() { // also after a runtime.Goexit
			select {
			case done <- o:
			case <-abandoned:
				o.discard(log, late)
			}
		}()
		o.guard.Run(func() { o.value, o.err = f() })
	}()
	select {
	case o := <-done:
		return o.surface()
	case <-ctx.Done():
	}
	grace := time.NewTimer(Grace)
	defer grace.Stop()
	select {
	case o := <-done:
		return o.surface()
	case <-grace.C:
		close(abandoned)
		return *new(T), ctx.Err()
	}
}

// Wait is Run for a method of v, called by f. What has the method
// EndsWithContext is code of ours, which needs no goroutine of its own to return
// when ctx ends.
func Wait[T any](ctx context.Context, log *slog.Logger, v any, f func() (T, error)) (T, error) {
	if _, ours := v.(interface{ EndsWithContext() }); ours {
		return f()
	}
	return Run(ctx, log, f, nil)
}

type outcome[T any] struct {
	value T
	err   error
	guard Guard
}

func (o *outcome[T]) surface() (T, error) {
	o.guard.Surface()
	if o.guard.exited {
		runtime.Goexit()
	}
	return o.value, o.err
}

// discard deals with an outcome that nobody waits for.
func (o *outcome[T]) discard(log *slog.Logger, late func(T)) {
	if late != nil && o.guard.Err() == nil {
		o.guard.Run(func() { late(o.value) })
	}
	if o.guard.panicked == nil {
		return
	}
	defer func() { _ = recover() }() // the handler is the caller's code too
	log.LogAttrs(context.Background(), slog.LevelWarn, "code of the caller panicked after its call had ended",
		slog.String("type", fmt.Sprintf("%T", o.guard.panicked)), slog.String("stack", string(o.guard.stack)))
}
