package facade_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

func TestUploadRepeatsTheSameBytes(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]api{
		"500":       answers(http.StatusInternalServerError, ``),
		"503":       answers(http.StatusServiceUnavailable, `<Error><Code>SlowDown</Code></Error>`),
		"429":       answers(http.StatusTooManyRequests, ``),
		"no answer": breaks,
		"damaged":   answers(http.StatusOK, ``, "ETag", `"00000000000000000000000000000000"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var n atomic.Int32
				d := &depot{destination: goodDestination, store: script(&n, failure, failure, answers(http.StatusOK, ``))}
				file := bytes.Repeat([]byte("proof"), 1000)
				returned, err := uploadPDF(t.Context(), clientOf(t, d), bytes.NewReader(file))
				if err != nil {
					t.Fatal(err)
				}
				d.sameFile(t, file, returned)
				wantCount(t, "destinations", &d.asked, 1)
				wantCount(t, "uploads", &d.put, 3)
				if !bytes.Equal(d.texts[0], d.texts[2]) || d.lengths[2] != int64(len(d.texts[0])) {
					t.Error("the repeat has other bytes")
				}

				forGood := &depot{destination: goodDestination, store: failure}
				_, err = uploadPDF(t.Context(), clientOf(t, forGood), bytes.NewReader(file))
				if e := apiErrorOf(t, err); e.Attempts != facade.DefaultAttempts || e.Operation != "uploadDocument" {
					t.Errorf("got %v after %d attempts", e, e.Attempts)
				}
				wantCount(t, "uploads until it gives up", &forGood.put, facade.DefaultAttempts)

				once := &depot{destination: goodDestination, store: failure}
				if _, err := uploadPDF(t.Context(), clientOf(t, once), bytes.NewReader(file), facade.NoRetry()); err == nil {
					t.Error("no error")
				}
				wantCount(t, "uploads with NoRetry", &once.put, 1)
			})
		})
	}
}

func TestUploadIsRefusedForGood(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308, 404, 405, 409, 411, 412, 413} {
		d := &depot{destination: goodDestination, store: answers(status, ``, "Location", "https://other.s3.amazonaws.com/d", "x-amz-request-id", "S3ID")}
		_, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof"))
		if e := apiErrorOf(t, err); e.StatusCode != status || e.RequestID != "S3ID" || e.Attempts != 1 {
			t.Errorf("%d: got %v, %d attempts", status, e, e.Attempts)
		}
		wantCount(t, fmt.Sprint("destinations for ", status), &d.asked, 1)
		wantCount(t, fmt.Sprint("uploads for ", status), &d.put, 1)
	}
}

func TestUploadAsksForAnotherDestinationOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusBadRequest} {
		var n atomic.Int32
		d := &depot{destination: goodDestination, store: script(&n, answers(status, `<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`), answers(http.StatusOK, ``))}
		returned, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof"))
		if err != nil {
			t.Fatal(err)
		}
		d.sameFile(t, []byte("proof"), returned)
		wantCount(t, "destinations", &d.asked, 2)
		wantCount(t, "uploads", &d.put, 2)

		never := &depot{destination: goodDestination, store: answers(status, ``)}
		if _, err := uploadPDF(t.Context(), clientOf(t, never), strings.NewReader("proof")); apiErrorOf(t, err).StatusCode != status {
			t.Errorf("got %v", err)
		}
		wantCount(t, "destinations", &never.asked, 2)
		wantCount(t, "uploads", &never.put, 2)
	}
}

func TestUploadOutlivesItsURL(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New()
	if err != nil {
		t.Fatal(err)
	}
	var put atomic.Int32
	client := emulated(t, emu, facade.WithHTTPClient(&http.Client{Transport: api(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPut && put.Add(1) == 1 {
			emu.Clock().Advance(10 * time.Minute) // the emulator's URLs live 5 minutes
		}
		return emu.Transport().RoundTrip(r)
	})}))
	if _, err := uploadPDF(t.Context(), client, strings.NewReader("proof")); err != nil {
		t.Fatal(err)
	}
	wantCount(t, "uploads", &put, 2)
}

func TestUploadChecksWhatTheStoreHas(t *testing.T) {
	t.Parallel()
	other := md5.Sum([]byte("another file"))
	tag := `"` + hex.EncodeToString(other[:]) + `"`
	for name, c := range map[string]struct {
		header []string
		right  bool // the tag is that of what was sent
		ok     bool
	}{
		"no tag":                {nil, false, true},
		"right tag":             {nil, true, true},
		"wrong tag":             {[]string{"ETag", tag}, false, false},
		"wrong tag, S3's key":   {[]string{"ETag", tag, "x-amz-server-side-encryption", "AES256"}, false, false},
		"customer's key in KMS": {[]string{"ETag", tag, "x-amz-server-side-encryption", "aws:kms"}, false, true},
		"customer's own key":    {[]string{"ETag", tag, "x-amz-server-side-encryption-customer-algorithm", "AES256"}, false, true},
		"not an MD5":            {[]string{"ETag", `"abc-2"`}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &depot{destination: goodDestination}
			d.store = func(r *http.Request) (*http.Response, error) {
				header := append([]string{"x-amz-request-id", "S3ID"}, c.header...)
				if c.right {
					sum := md5.Sum(d.texts[len(d.texts)-1])
					header = append(header, "ETag", `"`+hex.EncodeToString(sum[:])+`"`)
				}
				return reply(r, http.StatusOK, ``, header...), nil
			}
			returned, err := uploadPDF(t.Context(), clientOf(t, d, impatient), strings.NewReader("proof"))
			if c.ok != (err == nil) || c.ok != (returned != nil) {
				t.Fatalf("got %v, %v", returned, err)
			}
			if !c.ok {
				if e := apiErrorOf(t, err); !errors.Is(err, facade.ErrUnexpectedResponse) || e.StatusCode != http.StatusOK || e.RequestID != "S3ID" {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

func TestUploadOutageIsNotAmplified(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &depot{destination: goodDestination, store: answers(http.StatusServiceUnavailable, ``)}
		client := clientOf(t, d)
		for range 1000 {
			if _, err := uploadPDF(t.Context(), client, strings.NewReader("proof")); !errors.Is(err, facade.ErrUnavailable) {
				t.Fatal(err)
			}
		}
		if n := d.put.Load(); n > 1100 {
			t.Errorf("%d uploads for 1000 documents", n)
		}
	})
}

// TestUploadQuotaIsGivenBack has every upload fail once, for longer than a quota
// lasts.
func TestUploadQuotaIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		d := &depot{destination: goodDestination, store: counted(&n, func(r *http.Request, n int) (*http.Response, error) {
			return reply(r, map[int]int{0: 200, 1: 503}[n%2], ""), nil
		})}
		client := clientOf(t, d)
		for i := range 1000 {
			if _, err := uploadPDF(t.Context(), client, strings.NewReader("proof")); err != nil {
				t.Fatalf("upload %d: %v", i, err)
			}
		}
	})
}

// TestUploadQuotaIsShared has each document uploaded by another derived client:
// there is one store for all of them.
func TestUploadQuotaIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &depot{destination: goodDestination, store: answers(503, "")}
		client := clientOf(t, d)
		for range 1000 {
			if _, err := uploadPDF(t.Context(), derive(t, client), strings.NewReader("proof")); err == nil {
				t.Fatal("no error")
			}
		}
		if n := d.put.Load(); n > 1100 || n <= 1000 {
			t.Errorf("%d uploads for 1000 documents", n)
		}
	})
}

func TestUploadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// The store asks for a wait that the context does not allow.
		d := &depot{destination: goodDestination, store: answers(http.StatusServiceUnavailable, ``, "Retry-After", "30")}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		started := time.Now()
		_, err := uploadPDF(ctx, clientOf(t, d), strings.NewReader("proof"))
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, facade.ErrUnavailable) || time.Since(started) > 0 {
			t.Errorf("after %s: %v", time.Since(started), err)
		}
		// It asks for more than the policy allows.
		d.store = answers(http.StatusServiceUnavailable, ``, "Retry-After", "3600")
		if _, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof")); !errors.Is(err, facade.ErrUnavailable) || time.Since(started) > 0 {
			t.Errorf("after %s: %v", time.Since(started), err)
		}
		wantCount(t, "uploads", &d.put, 2)
		// The context is cancelled during the upload, and during a wait.
		for _, store := range []api{slowly(time.Hour, breaks), answers(http.StatusServiceUnavailable, ``, "Retry-After", "30")} {
			d.store = store
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(5*time.Second, cancel)
			started := time.Now()
			if _, err := uploadPDF(ctx, clientOf(t, d), strings.NewReader("proof")); !errors.Is(err, context.Canceled) || time.Since(started) != 5*time.Second {
				t.Errorf("after %s: %v", time.Since(started), err)
			}
		}
	})
}

// What goes over the wire: the headers that are allowed, an exact length, and
// nothing of the client's.
func TestUploadOnTheWire(t *testing.T) {
	t.Parallel()
	var seen http.Request
	var text []byte
	var base string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Set-Cookie", "session=1")
			_, _ = io.WriteString(w, destination{base + "/document?X-Amz-Signature=a%2Fb", "AES", documentKey, documentVector, map[string]string{
				"content-type": "image/x-proof", "X-Amz-Server-Side-Encryption": "AES256", "x-amz-meta-job": "JOB-1", "Content-Disposition": "attachment",
				"Host": "evil.example", "Authorization": "Bearer evil", "x-amz-access-token": "evil", "X-AMZ-ACCESS-TOKEN": "evil", "Cookie": "evil=1", "Content-Length": "3",
				"Transfer-Encoding": "chunked", "Connection": "close", "Expect": "100-continue", "Proxy-Authorization": "evil", "X-Forwarded-Host": "evil", "Origin": "evil",
				"x-amz-meta-broken": "one\r\nevil: two", "x-amz-meta-empty": "", "User-Agent": "evil", "Idempotency-Key": "evil",
			}}.answer())
			return
		}
		seen = *r
		text, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	base = server.URL
	client := clientOf(t, nil, facade.WithEndpoint(server.URL), facade.WithHTTPClient(&http.Client{}), facade.WithUserAgent("proof", "1"))
	if _, err := uploadPDF(t.Context(), client, bytes.NewReader(make([]byte, 100))); err != nil {
		t.Fatal(err)
	}
	if seen.Method != http.MethodPut || seen.RequestURI != "/document?X-Amz-Signature=a%2Fb" || "http://"+seen.Host != base {
		t.Errorf("%s %s at %s", seen.Method, seen.RequestURI, seen.Host)
	}
	if seen.ContentLength != 112 || len(text) != 112 || len(seen.TransferEncoding) > 0 {
		t.Errorf("length %d, %d bytes, %v", seen.ContentLength, len(text), seen.TransferEncoding)
	}
	want := http.Header{
		"Content-Type": {"image/x-proof"}, "X-Amz-Server-Side-Encryption": {"AES256"}, "X-Amz-Meta-Job": {"JOB-1"}, "Content-Disposition": {"attachment"},
		"Content-Length": {"112"}, "Accept-Encoding": {"gzip"}, "User-Agent": seen.Header["User-Agent"],
	}
	if fmt.Sprint(seen.Header) != fmt.Sprint(want) || !strings.HasPrefix(seen.Header.Get("User-Agent"), "proof/1 (") {
		t.Errorf("headers %v,\nwant    %v", seen.Header, want)
	}
}

func TestUploadContentTypes(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[facade.ContentType]string{
		facade.ContentTypePDF: "application/pdf", facade.ContentTypeJPEG: "image/jpeg", facade.ContentTypeJPG: "image/jpg",
		facade.ContentTypePNG: "image/png", facade.ContentTypeGIF: "image/gif", facade.ContentTypeTIFF: "image/tiff",
	} {
		d := &depot{destination: goodDestination}
		if _, err := clientOf(t, d).UploadDocument(t.Context(), contentType, strings.NewReader("proof")); err != nil {
			t.Fatal(err)
		}
		if got := d.headers[0].Get("Content-Type"); got != want {
			t.Errorf("%s is sent as %s, want %s", contentType, got, want)
		}
	}
	d := &depot{destination: goodDestination}
	var invalid *facade.ValidationError
	if _, err := clientOf(t, d).UploadDocument(t.Context(), "EXE", strings.NewReader("proof")); !errors.As(err, &invalid) {
		t.Errorf("got %v", err)
	}
	wantCount(t, "destinations", &d.asked, 0)
}

func TestUploadIsLogged(t *testing.T) {
	t.Parallel()
	j := newJournal()
	d := &depot{destination: goodDestination, store: answers(http.StatusConflict, ``, "x-amz-request-id", "S3ID")}
	if _, err := uploadPDF(t.Context(), clientOf(t, d, facade.WithLogger(j.logger)), strings.NewReader("proof")); err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`msg="upload failed" error="uploadDocument: 409 Conflict (request id S3ID)"`,
		`msg=upload host=bucket.s3.us-west-2.amazonaws.com bytes=16`, `status=409 request_id=S3ID`,
	} {
		if !strings.Contains(j.String(), want) {
			t.Errorf("no %s in\n%s", want, j)
		}
	}
}
