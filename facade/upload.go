package facade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/document"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/transport"
)

// uploadOperation names uploads in errors and logs; it is no operation of the API.
const uploadOperation = "uploadDocument"

// upload encrypts the document and puts it to its destination, again after a
// 5xx or a lost answer: the same bytes to the same place do no harm.
func (c *Client) upload(ctx context.Context, d *ServiceDocumentUploadDestination, contentType ContentType, plain []byte, noRetry bool) error {
	cipher, err := document.NewCipher(string(d.EncryptionDetails.Standard), d.EncryptionDetails.Key, d.EncryptionDetails.InitializationVector)
	if err == nil {
		err = transport.CheckDestination(d.URL, d.Headers, c.onLoopback())
	}
	if err != nil {
		return &APIError{Operation: uploadOperation, cause: fmt.Errorf("%w: upload destination: %w", ErrUnexpectedResponse, err)}
	}
	encrypted := cipher.Encrypt(plain)
	for n, spent := 1, 0; ; n++ {
		failure := c.put(ctx, d, contentType, encrypted)
		if failure == nil {
			c.uploads.GiveBack(spent)
			return nil
		}
		failure.Attempts = n
		if noRetry || n >= c.retry.Attempts || failure.RetryAfter > c.retry.RetryAfterCap || !passing(failure) {
			return failure
		}
		if spent = c.uploads.Take(); spent == 0 {
			return failure
		}
		if err := attempt.Sleep(ctx, attempt.Backoff(c.retry.BackoffBase, c.retry.BackoffCap, n, failure.RetryAfter)); err != nil {
			failure.interrupt(err)
			return failure
		}
	}
}

// put makes one request, without an access token and without following
// redirects.
func (c *Client) put(ctx context.Context, d *ServiceDocumentUploadDestination, contentType ContentType, encrypted []byte) (failure *APIError) {
	call := ctx
	ctx, cancel := context.WithTimeout(call, c.attemptTimeout)
	defer cancel()
	failure = &APIError{Operation: uploadOperation}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, d.URL, bytes.NewReader(encrypted))
	if err != nil {
		failure.cause = attempt.Sanitize(err)
		return failure
	}
	req.Header = transport.DestinationHeader(d.Headers)
	req.Header.Set("User-Agent", c.userAgent)
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", document.MediaTypes[string(contentType)])
	}
	started := time.Now()
	resp, err := c.sender.Send(req, c.uploadConnection(), c.logger)
	var unanswered *transport.Failure
	if errors.As(err, &unanswered) {
		failure.cause = attempt.Explain(ctx, call, c.attemptTimeout, unanswered.Err)
		failure.noAnswer = !isContextError(failure.cause)
	} else {
		_, _ = resp.Read(ctx, maxErrorBytes)
		failure.StatusCode, failure.RequestID = resp.StatusCode, redact.Word(resp.Header.Get("x-amz-request-id"), 128)
		failure.RetryAfter = attempt.ParseRetryAfter(resp.Header, time.Now())
		if uploaded(resp.StatusCode) && attempt.Damaged(resp.Header, encrypted) {
			failure.cause = fmt.Errorf("%w: the destination has other bytes than were sent", ErrUnexpectedResponse)
		}
	}
	c.logger.LogAttrs(ctx, slog.LevelDebug, "upload", slog.String("host", req.URL.Host), slog.Int("bytes", len(encrypted)),
		slog.Duration("elapsed", time.Since(started)), slog.Int("status", failure.StatusCode), slog.String("request_id", failure.RequestID))
	if uploaded(failure.StatusCode) && failure.cause == nil {
		return nil
	}
	return failure
}

func (c *Client) onLoopback() bool { return transport.IsLoopback(c.endpoint.Hostname()) }

// uploadConnection goes to public addresses only, whatever the name in the URL
// leads to. Beside an endpoint on loopback, which only a test has, there is
// nothing to guard.
func (c *Client) uploadConnection() transport.Connection {
	if c.onLoopback() {
		return transport.Kept
	}
	return transport.Public
}
