package facade

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
)

// fetch asks for the page that a token stands for.
type fetch[P interface{ GetNextPageToken() string }] func(ctx context.Context, token string, opts []CallOption) (P, error)

// maxPageToken is more than any page token has: a longer one would not fit a URL.
const maxPageToken = 8 << 10

// pages asks for one page after the other until there is no next token. All
// state is local to the range, so ranging again starts over.
func (f fetch[P]) pages(ctx context.Context, first string, opts []CallOption) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		settings := settingsOf(opts)
		seed := maphash.MakeSeed()
		seen := map[uint64]bool{maphash.String(seed, first): true}
		get := f.get(ctx, first, opts, false)
		defer func() {
			cancel()
			if get != nil && settings.prefetch {
				_, _, _ = get() // so that no goroutine outlives the range
			}
		}()
		for get != nil {
			page, info, err := get()
			get = nil
			next := page.GetNextPageToken()
			if settings.info != nil {
				*settings.info = info
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
				get = f.get(ctx, next, opts, settings.prefetch)
			}
			if !yield(page, err) || end != nil && !yield(*new(P), end) {
				return
			}
		}
	}
}

// got is what one request brought.
type got[P any] func() (page P, info Info, err error)

// get prepares a request, or starts it when it shall run ahead.
func (f fetch[P]) get(ctx context.Context, token string, opts []CallOption, ahead bool) got[P] {
	var page P
	var info Info
	var err error
	request := func() {
		page, err = f(ctx, token, append(opts[:len(opts):len(opts)], Capture(&info)))
		info.PageToken = token
	}
	wait := request
	if ahead {
		done := make(chan struct{})
		go func() { defer close(done); request() }()
		wait = func() { <-done }
	}
	return func() (P, Info, error) { wait(); return page, info, err }
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
