package emulator

import (
	"crypto/hmac"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spservices/services-go/internal/document"
)

// uploadError is a failure of the document store, in the shape of S3.
type uploadError struct {
	XMLName xml.Name `xml:"Error"`
	Code    string   `xml:"Code"`
	Message string   `xml:"Message"`
	status  int
}

var (
	errUploadMethod    = &uploadError{Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource.", status: http.StatusMethodNotAllowed}
	errUploadUnknown   = &uploadError{Code: "AccessDenied", Message: "Access denied.", status: http.StatusForbidden}
	errUploadSignature = &uploadError{Code: "SignatureDoesNotMatch", Message: "The signature does not match: was the Content-Type the one stated, and the URL used unchanged?", status: http.StatusForbidden}
	errUploadExpired   = &uploadError{Code: "AccessDenied", Message: "Request has expired.", status: http.StatusForbidden}
	errUploadNoLength  = &uploadError{Code: "MissingContentLength", Message: "You must provide the Content-Length HTTP header.", status: http.StatusLengthRequired}
	errUploadDigest    = &uploadError{Code: "BadDigest", Message: "The document does not have the contentMD5 stated.", status: http.StatusForbidden}
	errUploadBroken    = &uploadError{Code: "InternalError", Message: "The emulator failed.", status: http.StatusInternalServerError}
	errUploadCut       = &uploadError{Code: "IncompleteBody", Message: "The body ended before its Content-Length.", status: http.StatusBadRequest}
)

// serveUpload is the document store behind the presigned URLs.
func serveUpload(x *exchange, r *http.Request) {
	refused := x.emulator.upload(x, r)
	if refused == nil {
		x.Header().Set("Content-Length", "0")
		x.WriteHeader(http.StatusOK)
		return
	}
	text, err := xml.Marshal(refused)
	if err != nil {
		x.emulator.fail(DocumentStore, err)
	}
	x.Header().Set("Content-Type", "application/xml")
	x.WriteHeader(refused.status)
	_, _ = x.Write(append([]byte(xml.Header), text...)) // a client that has gone away is no fault of ours
}

func (e *Emulator) upload(x *exchange, r *http.Request) *uploadError {
	if r.Method != http.MethodPut {
		x.Header().Set("Allow", http.MethodPut)
		return errUploadMethod
	}
	owner, d := e.state.Load().destination(r.PathValue("destination"))
	if d == nil {
		return errUploadUnknown
	}
	want := document.EncryptedLength(d.ContentLength)
	switch {
	case !slices.Equal(r.Header.Values("Content-Type"), []string{d.MediaType}), !sameQuery(r.URL.RawQuery, d.query()):
		return errUploadSignature
	case e.clock.Now().After(d.CreateTime.Add(uploadLifetime)):
		return errUploadExpired
	case r.ContentLength < 0:
		return errUploadNoLength
	case r.ContentLength != want:
		return &uploadError{
			Code: "AccessDenied", status: http.StatusForbidden,
			Message: fmt.Sprintf("The upload has %d bytes. A document of %d bytes has %d when encrypted.", r.ContentLength, d.ContentLength, want),
		}
	}
	body := make([]byte, want)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return errUploadCut
	}
	next, found := d.receive(body)
	if stated := strings.Replace(d.MediaType, "/jpg", "/jpeg", 1); found != "" && found != stated {
		return &uploadError{Code: "AccessDenied", Message: "The document is of type " + found + ", not " + stated + " as stated.", status: http.StatusForbidden}
	}
	if d.ContentMD5 != "" && (next.Upload == nil || next.Upload.MD5 != d.ContentMD5) {
		return errUploadDigest
	}
	x.record.SellerID = owner.id
	return e.store(next)
}

// sameQuery compares a query with that of a presigned URL. The order of the
// parameters and what is percent-encoded do not matter, the values do.
func sameQuery(got, presigned string) bool {
	values, err := url.ParseQuery(strings.ReplaceAll(got, ";", "%3B")) // which ParseQuery refuses, though it may stand for itself
	return err == nil && hmac.Equal([]byte(values.Encode()), []byte(presigned))
}

// store puts an upload where its destination is, unless the state has been
// exchanged meanwhile.
func (e *Emulator) store(d *Document) *uploadError {
	e.exchanging.RLock()
	defer e.exchanging.RUnlock()
	owner, known := e.state.Load().destination(d.UploadDestinationID)
	if known == nil {
		return errUploadUnknown
	}
	owner.mu.Lock()
	defer owner.mu.Unlock()
	owner.putDocument(d)
	if err := e.commit(owner); err != nil {
		e.fail(DocumentStore, err)
		return errUploadBroken
	}
	return nil
}

// receive decrypts an upload, and tells the media type that it shows. One that
// cannot be decrypted is stored like any other, as a store that has no key
// would do; the call that refers to it fails.
func (d *Document) receive(body []byte) (_ *Document, mediaType string) {
	next := *d
	next.Upload = nil
	cipher, err := document.NewCipher("AES", d.Key, d.InitializationVector)
	if err != nil {
		return &next, ""
	}
	if plain, err := cipher.Decrypt(body); err == nil {
		next.Upload = &Upload{Length: int64(len(plain)), MD5: document.MD5(plain), SHA256: document.SHA256(plain)}
		mediaType = document.MediaType(plain)
	}
	return &next, mediaType
}

// destination finds an upload destination, whoever's it is.
func (s *state) destination(id string) (*seller, *Document) {
	for _, owner := range s.sellers {
		owner.mu.RLock()
		d := owner.documents[id]
		owner.mu.RUnlock()
		if d != nil {
			return owner, d
		}
	}
	return nil, nil
}
