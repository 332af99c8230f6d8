package facade

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"

	"github.com/spservices/services-go/internal/callback"
)

// fetch asks for the page that a token stands for.
type fetch[P interface{ GetNextPageToken() string }] func(ctx context.Context, token string, opts []CallOption) (P, error)

// maxPageToken is more than any page token has: a longer one would not fit a URL.
const maxPageToken = 8 << 10

// pages asks for one page after the other until there is no next token. All
// state is local to the range, so ranging again starts over.
func (f fetch[P]) pages(ctx context.Context, first string, opts []CallOption) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		if ctx == nil {
			yield(f(ctx, first, opts)) // an error that says so
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		settings := settingsOf(opts)
		seed := maphash.MakeSeed()
		seen := map[uint64]bool{maphash.String(seed, first): true}
		ahead := f.ask(ctx, first, opts, false)
		broken := true // by a panic, of the range's body or of a callback
		defer func() {
			cancel()
			if ahead != nil && settings.prefetch {
				ahead.wait() // no goroutine outlives the range
				if !broken {
					ahead.guard.Surface()
				}
			}
		}()
		for ahead != nil {
			var current *request[P]
			current, ahead = ahead, nil
			current.wait()
			current.guard.Surface()
			page, err := current.page, current.err
			next := page.GetNextPageToken()
			if settings.info != nil {
				*settings.info = current.info
			}
			var end error // of an iteration that must not go on
			switch hash := maphash.String(seed, next); {
			case err != nil || next == "":
			case len(next) > maxPageToken:
				end = fmt.Errorf("%w: page token of %d bytes", ErrUnexpectedResponse, len(next))
			case seen[hash]:
				end = fmt.Errorf("%w, after %d pages", ErrPageLoop, len(seen))
			default:
				seen[hash] = true
				ahead = f.ask(ctx, next, opts, settings.prefetch)
			}
			if !yield(page, err) || end != nil && !yield(*new(P), end) {
				break
			}
		}
		broken = false
	}
}

// request is one page that is asked for.
type request[P any] struct {
	wait  func() // until the rest is there
	guard callback.Guard
	page  P
	info  Info
	err   error
}

// ask prepares a request, which wait sends, or sends it now if it runs ahead.
func (f fetch[P]) ask(ctx context.Context, token string, opts []CallOption, ahead bool) *request[P] {
	r := new(request[P])
	send := func() {
		r.page, r.err = f(ctx, token, append(opts[:len(opts):len(opts)], Capture(&r.info)))
		r.info.PageToken = token
	}
	r.wait = send
	if ahead {
		done := make(chan struct{})
		go func() { defer close(done); r.guard.Run(send) }()
		r.wait = func() {
			<-done
			if err := r.guard.Err(); err != nil {
				r.err = fmt.Errorf("the code that was called for the next page %w", err)
			}
		}
	}
	return r
}

// items flattens pages. It yields pointers into each page, until ctx ends.
func items[P, T any](ctx context.Context, pages iter.Seq2[*P, error], of func(*P) []T) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for page, err := range pages {
			if err != nil {
				yield(nil, err)
				return
			}
			list := of(page)
			for i := range list {
				if i > 0 && ctx.Err() != nil {
					yield(nil, ctx.Err())
					return
				}
				if !yield(&list[i], nil) {
					return
				}
			}
		}
	}
}
