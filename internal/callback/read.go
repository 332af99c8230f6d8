package callback

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// maxEmptyReads is how many reads in a row may return nothing.
const maxEmptyReads = 100

// ReadAll reads r to its end, but at most limit bytes. It stops between two
// reads when ctx ends, returns [io.ErrNoProgress] after 100 reads that return
// neither bytes nor an error, and an error for a count that no Reader may
// return. It always returns what it has read, and allocates 2¼ times as much.
func ReadAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	var full [][]byte // which a list that grows would copy again and again
	chunk, total, empty := make([]byte, 0, min(limit, 512)), int64(0), 0
	all := func() []byte {
		if full == nil {
			return chunk
		}
		return bytes.Join(append(full, chunk), nil)
	}
	for total < limit {
		if err := ctx.Err(); err != nil {
			return all(), err
		}
		if len(chunk) == cap(chunk) {
			full = append(full, chunk)
			chunk = make([]byte, 0, min(limit-total, max(total/4, 4096)))
		}
		room := chunk[len(chunk):cap(chunk)]
		n, err := r.Read(room)
		if n < 0 || n > len(room) {
			return all(), fmt.Errorf("%T.Read returned %d for a buffer of %d bytes", r, n, len(room))
		}
		chunk, total = chunk[:len(chunk)+n], total+int64(n)
		switch {
		case err == io.EOF:
			return all(), nil
		case err != nil:
			return all(), err
		case n > 0:
			empty = 0
		default:
			if empty++; empty == maxEmptyReads {
				return all(), io.ErrNoProgress
			}
		}
	}
	return all(), nil
}
