// Package callback runs code of the caller's, such as a RoundTripper or a
// Reader, that may block, panic or never return.
package callback

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"
)

// Grace is how long Run still waits when its context has ended. Code that obeys
// the context returns within it and leaves no goroutine behind.
const Grace = 20 * time.Millisecond

// Run calls f on a goroutine of its own and returns its result, and true. When
// ctx ends first, Run waits for Grace, abandons f and returns false: f keeps
// what it was given, and late receives its result if it returns after all.
//
// A panic of f surfaces in Run, with the same value, and so does
// runtime.Goexit. A panic of f or late after f was abandoned is logged to log
// by type and stack; its value may hold anything.
func Run[T any](ctx context.Context, log *slog.Logger, f func() T, late func(T)) (T, bool) {
	done, abandoned := make(chan outcome[T]), make(chan struct{})
	go func() {
		result := outcome[T]{exited: true}
		defer func() {
			if result.exited {
				if result.panicked = recover(); result.panicked != nil {
					result.exited, result.stack = false, debug.Stack()
				}
			}
			select {
			case done <- result:
			case <-abandoned:
				result.discard(log, late)
			}
		}()
		result.value = f()
		result.exited = false
	}()
	select {
	case result := <-done:
		return result.surface(), true
	case <-ctx.Done():
	}
	grace := time.NewTimer(Grace)
	defer grace.Stop()
	select {
	case result := <-done:
		return result.surface(), true
	case <-grace.C:
		close(abandoned)
		return *new(T), false
	}
}

type outcome[T any] struct {
	value    T
	panicked any
	stack    []byte
	exited   bool // by runtime.Goexit
}

func (o outcome[T]) surface() T {
	if o.panicked != nil {
		panic(o.panicked)
	}
	if o.exited {
		runtime.Goexit()
	}
	return o.value
}

// discard deals with an outcome that nobody waits for.
func (o outcome[T]) discard(log *slog.Logger, late func(T)) {
	defer func() {
		if p := recover(); p != nil {
			report(log, p, debug.Stack())
		}
	}()
	switch {
	case o.panicked != nil:
		report(log, o.panicked, o.stack)
	case !o.exited && late != nil:
		late(o.value)
	}
}

func report(log *slog.Logger, panicked any, stack []byte) {
	defer func() { _ = recover() }() // the handler is the caller's code too
	log.LogAttrs(context.Background(), slog.LevelWarn, "code of the caller panicked after its call had ended",
		slog.String("type", fmt.Sprintf("%T", panicked)), slog.String("stack", string(stack)))
}
