package transport

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/spservices/services-go/internal/callback"
)

// Answer is the head of an answer, with its body still to be read.
type Answer struct {
	StatusCode int
	Header     http.Header
	body       io.ReadCloser
	caller     *slog.Logger // of code that may not return; nil for a body of net/http's
	cancel     context.CancelCauseFunc
}

// Read reads at most limit bytes of the body, until ctx ends, and closes it. It
// always returns what it has read.
func (a *Answer) Read(ctx context.Context, limit int64) ([]byte, error) {
	if a.cancel != nil {
		defer a.cancel(nil)
	}
	if a.body == nil { // net/http never leaves it out
		return nil, nil
	}
	if a.caller == nil {
		return a.read(ctx, limit)
	}
	return callback.Run(ctx, a.caller, func() ([]byte, error) { return a.read(ctx, limit) }, nil)
}

func (a *Answer) read(ctx context.Context, limit int64) ([]byte, error) {
	defer func() { _ = a.body.Close() }()
	if a.StatusCode == http.StatusSwitchingProtocols {
		return nil, nil // the body is the raw connection, which no context ends
	}
	return callback.ReadAll(ctx, a.body, limit)
}
