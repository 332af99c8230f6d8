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

// destination is an upload destination and what is known of the file uploaded to
// it: never changed, only replaced. The file itself is not kept.
type destination struct {
	id            string
	mediaType     string
	contentLength int64
	contentMD5    string // "" if none was stated
	key, vector   string // base64
	created       time.Time
	file          file
}

// file is what is known of an upload once it is decrypted.
type file struct {
	readable    bool // it could be decrypted
	length      int64
	md5, sha256 string // base64
}

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
	d := &destination{
		id:            "amzn1.tortuga.3." + c.seller.newID(),
		mediaType:     mediaType,
		contentLength: body.ContentLength,
		contentMD5:    body.ContentMD5,
		key:           randomBase64(32),
		vector:        randomBase64(16),
		created:       c.now.Truncate(time.Second),
	}
	c.seller.documents[d.id] = d
	return &gen.CreateServiceDocumentUploadDestination{Payload: &gen.ServiceDocumentUploadDestination{
		UploadDestinationID: d.id,
		URL:                 baseURL(c.request) + d.path() + "?" + d.query(),
		EncryptionDetails:   gen.EncryptionDetails{Standard: gen.EncryptionStandardAES, Key: d.key, InitializationVector: d.vector},
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
func (d *destination) path() string { return uploadPath + url.PathEscape(d.id) }

// query is the query of the presigned URL. It is signed with the document's
// own key, which nobody has but the caller that created the destination.
func (d *destination) query() string {
	date := d.created.Format(amzDate)
	mac := hmac.New(sha256.New, []byte(d.key))
	mac.Write([]byte(http.MethodPut + "\n" + d.id + "\n" + date + "\n" + d.mediaType))
	return url.Values{
		"X-Amz-Algorithm":     {"AWS4-HMAC-SHA256"},
		"X-Amz-Date":          {date},
		"X-Amz-Expires":       {strconv.Itoa(int(uploadLifetime / time.Second))},
		"X-Amz-SignedHeaders": {signedHeaders},
		"X-Amz-Signature":     {hex.EncodeToString(mac.Sum(nil))},
	}.Encode()
}

// flaw is why a document does not prove anything.
func (d *destination) flaw(statedSHA256 string) (broken rule, ok bool) {
	switch {
	case d == nil:
		return documentUnknown, true
	case !d.file.readable, statedSHA256 == "":
		return documentUnreadable, true
	case d.file.length != d.contentLength:
		return documentLength, true
	case d.file.sha256 != statedSHA256:
		return documentDigest, true
	}
	return 0, false
}
