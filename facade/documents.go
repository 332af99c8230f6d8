package facade

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spservices/services-go/internal/callback"
	"github.com/spservices/services-go/internal/document"
)

// CreateUploadDestination asks where a document goes and how it is encrypted.
// [Client.UploadDocument] does this and the rest.
//
// Operation createServiceDocumentUploadDestination.
func (c *Client) CreateUploadDestination(ctx context.Context, doc ServiceUploadDocument, opts ...CallOption) (*ServiceDocumentUploadDestination, error) {
	r, err := c.Raw(opts...).CreateServiceDocumentUploadDestination(ctx, doc)
	return r.GetPayload(), err
}

// UploadDocument reads a document of 1 to 5,242,880 bytes, asks for a
// destination, encrypts the document and puts it there. The result goes into
// the fulfilment data of an appointment. When the destination has expired by
// the time of the upload, it asks for another one, once. Documents go to public
// addresses of Amazon S3 only: where S3 is reached by private ones, give a
// transport of your own by [WithHTTPClient].
//
// The call returns when ctx ends, even if a Read of content does not. That Read may
// then still be running on a goroutine of ours: leave content alone until it has
// returned. A panic of Read surfaces in the call, and is logged if the call has
// returned by then. 100 reads in a row without a byte are [io.ErrNoProgress].
//
// Operation createServiceDocumentUploadDestination.
func (c *Client) UploadDocument(ctx context.Context, contentType ContentType, content io.Reader, opts ...CallOption) (*FulfillmentDocument, error) {
	if err := c.checkCall(ctx, uploadOperation); err != nil {
		return nil, err
	}
	plain, err := c.readDocument(ctx, content)
	if err != nil {
		return nil, err
	}
	doc := ServiceUploadDocument{ContentType: contentType, ContentLength: int64(len(plain)), ContentMD5: document.MD5(plain)}
	noRetry := settingsOf(opts).noRetry
	for renewed, spent := noRetry, 0; ; renewed = true {
		destination, err := c.CreateUploadDestination(ctx, doc, opts...)
		if err != nil {
			return nil, err
		}
		err = c.upload(ctx, destination, contentType, plain, noRetry)
		if err == nil {
			if spent > 0 {
				c.uploads.GiveBack(spent)
			}
			return &FulfillmentDocument{UploadDestinationID: destination.UploadDestinationID, ContentSHA256: document.SHA256(plain)}, nil
		}
		// S3 answers 403 when the URL is too old, 400 when the key that signed it is.
		again := !renewed && (errors.Is(err, ErrForbidden) || errors.Is(err, ErrInvalidInput))
		if again {
			spent = c.uploads.Take()
		}
		if !again || spent == 0 {
			c.logFailure(ctx, "upload failed", err)
			return nil, err
		}
	}
}

// readDocument reads once, so that a file which changes cannot be sent in two
// versions, and on a goroutine of its own, so that ctx ends it.
func (c *Client) readDocument(ctx context.Context, content io.Reader) (plain []byte, err error) {
	const operation = "createServiceDocumentUploadDestination"
	if content == nil {
		return nil, &ValidationError{Operation: operation, Violations: []Violation{{Path: "content", Rule: "is required"}}}
	}
	plain, err = callback.Run(ctx, c.logger, func() ([]byte, error) {
		return callback.ReadAll(ctx, content, document.MaxLength+1)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	if len(plain) == 0 || len(plain) > document.MaxLength {
		got := fmt.Sprintf("%d bytes", len(plain))
		if len(plain) > document.MaxLength {
			got = "more"
		}
		return nil, &ValidationError{Operation: operation, Violations: []Violation{{
			Path: "content", Rule: fmt.Sprintf("must have 1 to %d bytes", document.MaxLength), Got: got,
		}}}
	}
	return plain, nil
}
