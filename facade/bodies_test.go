package facade_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spservices/services-go/facade"
)

// body is the body of an answer that tells what became of it.
type body struct {
	io.Reader
	read   atomic.Int64
	closed atomic.Bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.read.Add(int64(n))
	return n, err
}

func (b *body) Close() error { b.closed.Store(true); return nil }

// with is step with another body.
func (b *body) with(step api) api {
	return func(r *http.Request) (*http.Response, error) {
		resp, err := step(r)
		if err == nil {
			resp.Body, resp.ContentLength = b, -1
		}
		return resp, err
	}
}

// Of an answer without end, no more is read than of the body of an error.
func TestUploadReadsLittleOfTheStoresAnswer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 403, 503} {
		answer := &body{Reader: io.LimitReader(blanksWithoutEnd{}, 8*mebibyte)}
		d := &depot{destination: goodDestination, store: answer.with(answers(status, ""))}
		_, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof"), facade.NoRetry())
		if (err == nil) != (status == 200) || answer.read.Load() > mebibyte || !answer.closed.Load() {
			t.Errorf("%d: %v after %d bytes, closed %v", status, err, answer.read.Load(), answer.closed.Load())
		}
	}
}

// Every answer is closed, also one that is too long or broken off.
func TestAnswersAreClosed(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]func() io.Reader{
		"whole":      func() io.Reader { return strings.NewReader(jobAnswer) },
		"too long":   func() io.Reader { return io.LimitReader(blanksWithoutEnd{}, 2*mebibyte) },
		"broken off": func() io.Reader { return io.MultiReader(strings.NewReader(`{"pay`), errorReader{}) },
	} {
		for _, status := range []int{200, 204, 307, 422, 503} {
			answer := &body{Reader: text()}
			client := clientOf(t, answer.with(answers(status, "")), facade.WithMaxResponseBytes(mebibyte))
			if _, err := client.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry()); err == nil && name != "whole" {
				t.Errorf("%s, %d: no error", name, status)
			}
			if !answer.closed.Load() {
				t.Errorf("%s, %d: left open", name, status)
			}
		}
		for _, status := range []int{200, 400, 503} {
			answer := &body{Reader: text()}
			if err := getJob(t.Context(), sellerOf(t, answer.with(answers(status, "")), answers(200, jobAnswer)))(); err == nil {
				t.Errorf("%s, %d: a token of nothing", name, status)
			}
			if !answer.closed.Load() {
				t.Errorf("%s, %d of the token server: left open", name, status)
			}
		}
	}
}
