package facade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/document"
)

// uploadOperation names uploads in errors and logs; it is no operation of the API.
const uploadOperation = "uploadDocument"

// uploadHeaders are those of a destination that are sent. Anything else could
// change whom the request speaks to or for.
var uploadHeaders = map[string]bool{
	"Content-Type": true, "Content-Md5": true, "Content-Disposition": true, "Content-Encoding": true, "Cache-Control": true,
}

const amazonHeaderPrefix = "X-Amz-"

// upload encrypts the document and puts it to its destination, without an
// access token and without following redirects.
func (c *Client) upload(ctx context.Context, d *ServiceDocumentUploadDestination, contentType ContentType, plain []byte) error {
	cipher, err := document.NewCipher(string(d.EncryptionDetails.Standard), d.EncryptionDetails.Key, d.EncryptionDetails.InitializationVector)
	if err != nil {
		return unusableDestination(err.Error())
	}
	if err := c.checkUploadURL(d.URL); err != nil {
		return err
	}
	encrypted := cipher.Encrypt(plain)
	ctx, cancel := context.WithTimeout(ctx, c.attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, d.URL, bytes.NewReader(encrypted))
	if err != nil {
		return unusableDestination("its address is not a URL")
	}
	req.Header.Set("User-Agent", c.userAgent)
	for name, value := range d.Headers {
		name = http.CanonicalHeaderKey(name)
		if (uploadHeaders[name] || strings.HasPrefix(name, amazonHeaderPrefix) && name != "X-Amz-Access-Token") && attempt.ValidHeaderValue(value) {
			req.Header.Set(name, value)
		}
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", document.MediaTypes[string(contentType)])
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return &APIError{Operation: uploadOperation, Attempts: 1, cause: attempt.WithoutURL(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, maxErrorBytes)
	if !uploaded(resp.StatusCode) {
		return &APIError{Operation: uploadOperation, StatusCode: resp.StatusCode, RequestID: resp.Header.Get("x-amz-request-id"), Attempts: 1}
	}
	return nil
}

func unusableDestination(reason string) error {
	return &APIError{Operation: uploadOperation, cause: fmt.Errorf("%w: upload destination: %s", ErrUnexpectedResponse, reason)}
}

// checkUploadURL wants Amazon S3 by https. Beside an endpoint on loopback,
// which only a test has, it takes loopback too.
func (c *Client) checkUploadURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return unusableDestination("its address is not a plain URL")
	case isLoopback(c.endpoint.Hostname()) && isLoopback(u.Hostname()):
		return nil
	case u.Scheme != "https":
		return unusableDestination("its address is not https")
	case !strings.HasSuffix(u.Hostname(), ".amazonaws.com"):
		return unusableDestination("its host is not Amazon S3")
	}
	return nil
}

// expired reports whether S3 refused the signature in the URL, which is what
// it does when the URL is too old.
func expired(err error) bool { return errors.Is(err, ErrForbidden) }
