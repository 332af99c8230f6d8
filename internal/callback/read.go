package callback

import (
	"context"
	"fmt"
	"io"
)

// maxEmptyReads is how many reads in a row may return nothing.
const maxEmptyReads = 100

// ReadAll reads r to its end, but at most limit bytes. It stops between two
// reads when ctx ends, returns [io.ErrNoProgress] after 100 reads that return
// neither bytes nor an error, and an error for a count that no Reader may
// return. It always returns what it has read.
func ReadAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	data, empty := make([]byte, 0, min(limit, 512)), 0
	for int64(len(data)) < limit {
		if err := ctx.Err(); err != nil {
			return data, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		room := data[len(data):min(int64(cap(data)), limit)]
		n, err := r.Read(room)
		if n < 0 || n > len(room) {
			return data, fmt.Errorf("%T.Read returned %d for a buffer of %d bytes", r, n, len(room))
		}
		data = data[:len(data)+n]
		switch {
		case err == io.EOF: //nolint:errorlint // a Reader returns io.EOF itself, as its documentation says
			return data, nil
		case err != nil:
			return data, err
		case n > 0:
			empty = 0
		default:
			if empty++; empty == maxEmptyReads {
				return data, io.ErrNoProgress
			}
		}
	}
	return data, nil
}
