package emulator

import (
	"crypto/hmac"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"

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
	errUploadCut       = &uploadError{Code: "IncompleteBody", Message: "The body ended before its Content-Length.", status: http.StatusBadRequest}
)

// serveUpload is the document store behind the presigned URLs.
func (e *Emulator) serveUpload(w http.ResponseWriter, r *http.Request) {
	refused := e.upload(w, r)
	if refused == nil {
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		e.logger.Debug("upload", "status", http.StatusOK)
		return
	}
	text, err := xml.Marshal(refused)
	if err != nil {
		e.fail("upload", err)
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(refused.status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // a client that has gone away is no fault of ours
	e.logger.Debug("upload", "status", refused.status, "code", refused.Code)
}

func (e *Emulator) upload(w http.ResponseWriter, r *http.Request) *uploadError {
	if r.Method != http.MethodPut {
		w.Header().Set("Allow", http.MethodPut)
		return errUploadMethod
	}
	owner, d := e.state.Load().destination(r.PathValue("destination"))
	if d == nil {
		return errUploadUnknown
	}
	want := document.EncryptedLength(d.contentLength)
	switch {
	case r.Header.Get("Content-Type") != d.mediaType, !hmac.Equal([]byte(r.URL.RawQuery), []byte(d.query())):
		return errUploadSignature
	case e.clock.Now().After(d.created.Add(uploadLifetime)):
		return errUploadExpired
	case r.ContentLength < 0:
		return errUploadNoLength
	case r.ContentLength != want:
		return &uploadError{
			Code: "AccessDenied", status: http.StatusForbidden,
			Message: fmt.Sprintf("The upload has %d bytes. A document of %d bytes has %d when encrypted.", r.ContentLength, d.contentLength, want),
		}
	}
	body := make([]byte, want)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return errUploadCut
	}
	next := d.receive(body)
	if d.contentMD5 != "" && d.contentMD5 != next.file.md5 {
		return errUploadDigest
	}
	owner.mu.Lock()
	defer owner.mu.Unlock()
	owner.documents[d.id] = next
	return nil
}

// receive decrypts an upload. One that cannot be decrypted is stored like any
// other, as a store that has no key would do; the call that refers to it fails.
func (d *destination) receive(body []byte) *destination {
	next := *d
	next.file = file{}
	cipher, err := document.NewCipher("AES", d.key, d.vector)
	if err != nil {
		return &next
	}
	if plain, err := cipher.Decrypt(body); err == nil {
		next.file = file{readable: true, length: int64(len(plain)), md5: document.MD5(plain), sha256: document.SHA256(plain)}
	}
	return &next
}

// destination finds an upload destination, whoever's it is.
func (s *state) destination(id string) (*seller, *destination) {
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
