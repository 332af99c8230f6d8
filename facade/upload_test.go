package facade_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
	documents "github.com/spservices/services-go/internal/document"
)

const (
	maxDocument = 5_242_880
	storeURL    = "https://bucket.s3.us-west-2.amazonaws.com/document?X-Amz-Signature=abc"
)

var (
	documentKey    = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	documentVector = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{2}, 16))
)

// destination is what createServiceDocumentUploadDestination answers.
type destination struct {
	url, standard, key, vector string
	headers                    map[string]string
}

func (d destination) answer() string {
	payload := map[string]any{
		"uploadDestinationId": "DESTINATION-1", "url": d.url, "headers": d.headers,
		"encryptionDetails": map[string]string{"standard": d.standard, "key": d.key, "initializationVector": d.vector},
	}
	text, _ := json.Marshal(map[string]any{"payload": payload})
	return string(text)
}

var goodDestination = destination{storeURL, "AES", documentKey, documentVector, nil}

// depot is the API and the document store of an upload, in process.
type depot struct {
	destination destination
	asked, put  atomic.Int32
	store       api // nil takes everything
	statement   facade.ServiceUploadDocument
	texts       [][]byte
	headers     []http.Header
	lengths     []int64
}

func (d *depot) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodPost {
		d.asked.Add(1)
		if err := json.Unmarshal(body, &d.statement); err != nil {
			return nil, err
		}
		return reply(r, http.StatusOK, d.destination.answer()), nil
	}
	d.put.Add(1)
	d.texts, d.headers, d.lengths = append(d.texts, body), append(d.headers, r.Header), append(d.lengths, r.ContentLength)
	if d.store == nil {
		return reply(r, http.StatusOK, ``), nil
	}
	return d.store(r)
}

// content is what the n-th upload decrypts to.
func (d *depot) content(t *testing.T, n int) []byte {
	t.Helper()
	cipher, err := documents.NewCipher("AES", documentKey, documentVector)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := cipher.Decrypt(d.texts[n])
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// sameFile wants that what was stated, sent and returned is one file.
func (d *depot) sameFile(t *testing.T, file []byte, returned *facade.FulfillmentDocument) {
	t.Helper()
	md5, sha := md5.Sum(file), sha256.Sum256(file)
	if s := d.statement; s.ContentLength != int64(len(file)) || s.ContentMD5 != base64.StdEncoding.EncodeToString(md5[:]) {
		t.Errorf("stated %d bytes with MD5 %s of a file of %d", s.ContentLength, s.ContentMD5, len(file))
	}
	for i := range d.texts {
		if !bytes.Equal(d.content(t, i), file) {
			t.Errorf("upload %d has another file", i)
		}
	}
	if returned.ContentSHA256 != base64.StdEncoding.EncodeToString(sha[:]) || returned.UploadDestinationID != "DESTINATION-1" {
		t.Errorf("returned %+v", returned)
	}
}

func uploadPDF(ctx context.Context, c *facade.Client, content io.Reader, opts ...facade.CallOption) (*facade.FulfillmentDocument, error) {
	return c.UploadDocument(ctx, facade.ContentTypePDF, content, opts...)
}

func TestUploadStatesEncryptsAndSends(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 15, 16, 17, 4096, maxDocument} {
		file := bytes.Repeat([]byte("proof of "), size/9+1)[:size]
		d := &depot{destination: goodDestination}
		client := clientOf(t, d)
		for _, content := range []io.Reader{bytes.NewReader(file), iotest.HalfReader(bytes.NewReader(file)), iotest.DataErrReader(bytes.NewReader(file))} {
			returned, err := uploadPDF(t.Context(), client, content)
			if err != nil {
				t.Fatal(err)
			}
			d.sameFile(t, file, returned)
		}
		if d.lengths[0] != int64(size/16+1)*16 {
			t.Errorf("%d bytes sent as %d", size, d.lengths[0])
		}
	}
}

func TestUploadIsTakenByTheEmulator(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	client := emulated(t, emu)
	for _, size := range []int{1, 16, maxDocument} {
		document, err := uploadPDF(t.Context(), client, bytes.NewReader(make([]byte, size)))
		if err != nil {
			t.Fatal(err)
		}
		for job, err := range client.ServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: time.Now().AddDate(-1, 0, 0), Statuses: []facade.ServiceJobStatus{facade.ServiceJobStatusNotServiced}}) {
			if err != nil {
				t.Fatal(err)
			}
			// The emulator decrypts the document and holds it to its statement.
			if err := client.SetAppointmentFulfillmentData(t.Context(), job.ServiceJobID, job.Appointments[0].AppointmentID, facade.SetAppointmentFulfillmentDataRequest{
				FulfillmentDocuments: facade.FulfillmentDocuments{*document},
			}); err != nil {
				t.Error(err)
			}
			break
		}
	}
}

// emulated is a client of an emulator.
func emulated(t testing.TB, emu *emulator.Emulator, opts ...facade.Option) *facade.Client {
	t.Helper()
	login := emu.Credentials()
	client, err := facade.New(append([]facade.Option{
		facade.WithEndpoint(emu.URL()), facade.WithTokenEndpoint(emu.TokenURL()), facade.WithMarketplace(facade.MarketplaceUS),
		facade.WithCredentials(facade.Credentials{ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken}),
		facade.WithHTTPClient(&http.Client{Transport: emu.Transport()}),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestUploadRefusesContentBeforeItSends(t *testing.T) {
	t.Parallel()
	torn := errors.New("disk is gone")
	var noFile *os.File
	for name, c := range map[string]struct {
		content io.Reader
		is      error
	}{
		"no reader":          {nil, nil},
		"empty":              {strings.NewReader(""), nil},
		"one byte too many":  {bytes.NewReader(make([]byte, maxDocument+1)), nil},
		"endless":            {endless{}, nil},
		"fails at once":      {iotest.ErrReader(torn), torn},
		"fails in the midst": {io.MultiReader(strings.NewReader("proof"), iotest.ErrReader(torn)), torn},
		"no file":            {noFile, os.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &depot{destination: goodDestination}
			returned, err := uploadPDF(t.Context(), clientOf(t, d), c.content, facade.NoValidation())
			var invalid *facade.ValidationError
			if c.is == nil && !errors.As(err, &invalid) || c.is != nil && !errors.Is(err, c.is) || returned != nil {
				t.Errorf("got %v, %v", returned, err)
			}
			wantCount(t, "destinations", &d.asked, 0)
		})
	}
}

// endless is a file that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// A file that grows, shrinks or changes while it is read, or after, is sent as
// it was read, and its digests are of what was sent.
func TestUploadReadsOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "proof")
	for name, change := range map[string]func(f *os.File) error{
		"grows":   func(f *os.File) error { _, err := f.WriteAt([]byte("more"), 3000); return err },
		"shrinks": func(f *os.File) error { return f.Truncate(1500) },
		"changes": func(f *os.File) error { _, err := f.WriteAt([]byte("another"), 1100); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 2000), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			var file bytes.Buffer // as it was read
			first := io.LimitReader(f, 1000)
			content := io.TeeReader(io.MultiReader(first, readerFunc(func([]byte) (int, error) { return 0, errors.Join(change(f), io.EOF) }), f), &file)
			var n atomic.Int32
			d := &depot{destination: goodDestination, store: script(&n, api(func(r *http.Request) (*http.Response, error) {
				return reply(r, http.StatusServiceUnavailable, ``), f.Truncate(0)
			}), answers(http.StatusOK, ``))}
			returned, err := uploadPDF(t.Context(), clientOf(t, d, impatient), eofOnly{content})
			if err != nil {
				t.Fatal(err)
			}
			d.sameFile(t, file.Bytes(), returned)
			wantCount(t, "uploads", &d.put, 2)
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// eofOnly unwraps what errors.Join has made of io.EOF.
type eofOnly struct{ io.Reader }

func (r eofOnly) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.EOF
	}
	return n, err
}

func TestUploadChecksTheDestinationBeforeItConnects(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	with := func(change func(*destination)) destination { d := goodDestination; change(&d); return d }
	cases := map[string]destination{
		"no standard":       with(func(d *destination) { d.standard = "" }),
		"unknown standard":  with(func(d *destination) { d.standard = "DES" }),
		"no key":            with(func(d *destination) { d.key = "" }),
		"no vector":         with(func(d *destination) { d.vector = "" }),
		"key not base64":    with(func(d *destination) { d.key = "!" }),
		"vector not base64": with(func(d *destination) { d.vector = "!" }),
		"long address":      with(func(d *destination) { d.url += strings.Repeat("x", 64<<10) }),
		"long header":       with(func(d *destination) { d.headers = map[string]string{"x-amz-meta-a": strings.Repeat("x", 64<<10)} }),
		"many headers": with(func(d *destination) {
			d.headers = map[string]string{}
			for i := range 4000 {
				d.headers[fmt.Sprintf("x-amz-meta-%06d", i)] = ""
			}
		}),
	}
	for _, n := range []int{0, 1, 15, 17, 23, 25, 31, 33, 64} {
		cases[fmt.Sprint("key of ", n)] = with(func(d *destination) { d.key = long(n) })
		cases[fmt.Sprint("vector of ", n)] = with(func(d *destination) { d.vector = long(n) })
	}
	for _, address := range []string{
		"", "document", "http://bucket.s3.amazonaws.com/d", "ftp://bucket.s3.amazonaws.com/d", "//bucket.s3.amazonaws.com/d", "https:bucket.s3.amazonaws.com",
		"https://user@bucket.s3.amazonaws.com/d", "https://bucket.s3.amazonaws.com@evil.example/d", "https://evil.example/d",
		"https://bucket.s3.amazonaws.com.evil.example/d", "https://evil-amazonaws.com/d", "https://s3.evilamazonaws.com/d", "https://amazonaws.com/d",
		"https://1.2.3.4/d", "https://10.0.0.1/d", "https://127.0.0.1/d", "https://localhost/d", "https://[::1]/d", "https://[::ffff:127.0.0.1]/d", "https://169.254.169.254/d",
		"https://s3-evil-123456.us-east-1.elb.amazonaws.com/d", "https://s3.us-east-1.elb.amazonaws.com/d", "https://2130706433/d", "https://0x7f.1/d", "https://ec2-1-2-3-4.us-west-2.compute.amazonaws.com/d", "https://abcdef.execute-api.us-west-2.amazonaws.com/d",
		"https://bucket.s3.amazonaws.com\r\nHost: evil/d", "https://bucket%2es3.amazonaws.com/d", "unix:///bucket.s3.amazonaws.com",
	} {
		cases[address] = with(func(d *destination) { d.url = address })
	}
	for name, destination := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &depot{destination: destination}
			_, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof"))
			if !errors.Is(err, facade.ErrUnexpectedResponse) || errors.Is(err, facade.ErrForbidden) {
				t.Errorf("got %v, want ErrUnexpectedResponse", err)
			}
			wantCount(t, "destinations", &d.asked, 1)
			wantCount(t, "uploads", &d.put, 0)
		})
	}
}

func TestUploadGoesToAmazonS3(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://bucket.s3.amazonaws.com/d": true, "https://s3.us-west-2.amazonaws.com/bucket/d": true, "https://s3-us-west-2.amazonaws.com/bucket/d": true,
		"https://tortuga-prod-na.s3-external-1.amazonaws.com/d": true, "https://bucket.s3-accelerate.amazonaws.com/d": true, "https://BUCKET.S3.AmazonAWS.com/d": true,
		"https://bucket.s3.dualstack.us-west-2.amazonaws.com/d": true, "https://bucket.s3.cn-north-1.amazonaws.com.cn/d": true, "https://a.b.s3.amazonaws.com:443/d": true,
		"https://bucket.s3-fips.dualstack.us-gov-west-1.amazonaws.com/d": true, "https://s3.evil.s3.eu-central-1.amazonaws.com/d": true,
		"http://127.0.0.1:8080/d": false, "http://localhost/d": false,
	} {
		d := &depot{destination: goodDestination}
		d.destination.url = address
		if _, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof")); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
		// Beside an endpoint on loopback, loopback will do too.
		_, err := uploadPDF(t.Context(), clientOf(t, d, facade.WithEndpoint("http://127.0.0.1:1")), strings.NewReader("proof"))
		if err != nil {
			t.Errorf("%s beside loopback: %v", address, err)
		}
	}
}

func TestUploadTimesOutPerAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		d := &depot{destination: goodDestination, store: script(&n, slowly(time.Hour, breaks), answers(http.StatusOK, ``))}
		started := time.Now()
		if _, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof")); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(started); d < facade.DefaultAttemptTimeout || d > facade.DefaultAttemptTimeout+time.Second {
			t.Errorf("took %s", d)
		}
		d.store = slowly(time.Hour, breaks)
		if _, err := uploadPDF(t.Context(), clientOf(t, d), strings.NewReader("proof")); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller's own time is blamed: %v", err)
		}
	})
}
