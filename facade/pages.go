package facade

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
)

// pages asks for one page after the other until there is no next token. All
// state is local to the range, so ranging again starts over.
func pages[P any](ctx context.Context, first string, fetch func(ctx context.Context, token string) (page *P, next string, err error)) iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		seen := map[uint64]bool{}
		seed := maphash.MakeSeed()
		for token := first; ; {
			page, next, err := fetch(ctx, token)
			if err != nil {
				yield(page, err)
				return
			}
			if !yield(page, nil) || next == "" {
				return
			}
			if h := maphash.String(seed, next); seen[h] {
				yield(nil, fmt.Errorf("%w after %d pages", ErrPageLoop, len(seen)+1))
				return
			} else {
				seen[h] = true
			}
			token = next
		}
	}
}

// items flattens pages. It yields pointers into each page.
func items[P, T any](pages iter.Seq2[*P, error], of func(*P) []T) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for page, err := range pages {
			if err != nil {
				yield(nil, err)
				return
			}
			list := of(page)
			for i := range list {
				if !yield(&list[i], nil) {
					return
				}
			}
		}
	}
}
