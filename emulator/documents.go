package emulator

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/document"
	"github.com/spservices/services-go/internal/wire"
)

const (
	uploadPath     = "/uploads/"
	uploadLifetime = 300 * time.Second
	signedHeaders  = "content-type;host"
	amzDate        = "20060102T150405Z"
)

// uploadParameters are the path and query parameters of a presigned URL.
var uploadParameters = []string{"destination", "X-Amz-Algorithm", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"}

// uploadDocumentBody is the body of createServiceDocumentUploadDestination. A
// content type that is not documented is a 422 here, not a 400.
type uploadDocumentBody gen.ServiceUploadDocument

// Check adds the constraints that b breaks to c.
func (b *uploadDocumentBody) Check(c *wire.Checker) {
	checked := gen.ServiceUploadDocument(*b)
	if checked.ContentType != "" {
		checked.ContentType = gen.ContentTypePDF
	}
	checked.Check(c)
}

func createUploadDestination(c *call, _ *none, body *uploadDocumentBody) (any, *refusal) {
	mediaType, ok := document.MediaTypes[string(body.ContentType)]
	if !ok {
		return nil, c.rule(unknownContentType, body.ContentType)
	}
	d := &Document{
		UploadDestinationID:  "amzn1.tortuga.3." + c.seller.newID(),
		MediaType:            mediaType,
		ContentLength:        body.ContentLength,
		ContentMD5:           body.ContentMD5,
		Key:                  randomBase64(32),
		InitializationVector: randomBase64(16),
		CreateTime:           c.now.Truncate(time.Second),
	}
	c.seller.putDocument(d)
	return &gen.CreateServiceDocumentUploadDestination{Payload: &gen.ServiceDocumentUploadDestination{
		UploadDestinationID: d.UploadDestinationID,
		URL:                 baseURL(c.request) + d.path() + "?" + d.query(),
		EncryptionDetails:   gen.EncryptionDetails{Standard: gen.EncryptionStandardAES, Key: d.Key, InitializationVector: d.InitializationVector},
		Headers:             map[string]string{"Content-Type": mediaType},
	}}, nil
}

func randomBase64(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}

// baseURL is the address that the client knows the emulator by.
func baseURL(r *http.Request) string {
	scheme := r.URL.Scheme
	if scheme == "" {
		scheme = "http"
	}
	return scheme + "://" + r.Host
}

// path is the path of the presigned URL.
func (d *Document) path() string { return uploadPath + url.PathEscape(d.UploadDestinationID) }

// query is the query of the presigned URL. It is signed with the document's
// own key, which nobody has but the caller that created the destination.
func (d *Document) query() string {
	date := d.CreateTime.Format(amzDate)
	mac := hmac.New(sha256.New, []byte(d.Key))
	mac.Write([]byte(http.MethodPut + "\n" + d.UploadDestinationID + "\n" + date + "\n" + d.MediaType))
	return url.Values{
		"X-Amz-Algorithm":     {"AWS4-HMAC-SHA256"},
		"X-Amz-Date":          {date},
		"X-Amz-Expires":       {strconv.Itoa(int(uploadLifetime / time.Second))},
		"X-Amz-SignedHeaders": {signedHeaders},
		"X-Amz-Signature":     {hex.EncodeToString(mac.Sum(nil))},
	}.Encode()
}

// flaw is why a document does not prove anything.
func (d *Document) flaw(statedSHA256 string) (broken rule, ok bool) {
	switch {
	case d == nil:
		return documentUnknown, true
	case d.Upload == nil, statedSHA256 == "":
		return documentUnreadable, true
	case d.Upload.Length != d.ContentLength:
		return documentLength, true
	case d.Upload.SHA256 != statedSHA256:
		return documentDigest, true
	}
	return 0, false
}
