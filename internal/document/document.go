// Package document holds what the Services API leaves unsaid about uploaded
// documents, in one place for client and emulator alike:
//
//   - contentLength, contentMD5 and contentSha256 describe the plain file,
//     because the key arrives only with the answer to them;
//   - the upload carries the file encrypted with AES-CBC and PKCS#7 padding;
//   - key and initialization vector are base64, digests are base64 too;
//   - the upload's Content-Type is the media type of the content type stated.
package document

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
)

// MaxLength is the largest document the API takes, in bytes.
const MaxLength = 5_242_880

// MediaTypes maps the API's content types to those of HTTP.
var MediaTypes = map[string]string{
	"TIFF": "image/tiff",
	"JPG":  "image/jpg",
	"PNG":  "image/png",
	"JPEG": "image/jpeg",
	"GIF":  "image/gif",
	"PDF":  "application/pdf",
}

// MediaType is the media type that a file of one of the API's content types
// shows by its first bytes, "" for any other file.
func MediaType(plain []byte) string {
	if bytes.HasPrefix(plain, []byte("II*\x00")) || bytes.HasPrefix(plain, []byte("MM\x00*")) {
		return "image/tiff"
	}
	switch found := http.DetectContentType(plain); found {
	case "image/png", "image/jpeg", "image/gif", "application/pdf":
		return found
	}
	return ""
}

// MD5 is the digest for contentMD5, in base64.
func MD5(plain []byte) string {
	sum := md5.Sum(plain)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// SHA256 is the digest for contentSha256, in base64.
func SHA256(plain []byte) string {
	sum := sha256.Sum256(plain)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// EncryptedLength is the number of bytes that a file of plainLength bytes is
// uploaded as.
func EncryptedLength(plainLength int64) int64 {
	return (plainLength/aes.BlockSize + 1) * aes.BlockSize
}

// Cipher encrypts documents with one key and initialization vector.
type Cipher struct {
	block  cipher.Block
	vector []byte
}

// NewCipher checks standard ("AES"), a base64 key of 16, 24 or 32 bytes and a
// base64 initialization vector of 16 bytes. Errors hold neither.
func NewCipher(standard, key, vector string) (*Cipher, error) {
	if standard != "AES" {
		return nil, errors.New("encryption standard is not AES")
	}
	rawKey, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		return nil, errors.New("encryption key is not base64")
	}
	rawVector, err := base64.StdEncoding.DecodeString(vector)
	if err != nil {
		return nil, errors.New("initialization vector is not base64")
	}
	if len(rawVector) != aes.BlockSize {
		return nil, fmt.Errorf("initialization vector has %d bytes, want %d", len(rawVector), aes.BlockSize)
	}
	block, err := aes.NewCipher(rawKey)
	if err != nil {
		return nil, fmt.Errorf("encryption key has %d bytes, want 16, 24 or 32", len(rawKey))
	}
	return &Cipher{block: block, vector: rawVector}, nil
}

// Encrypt returns plain padded and encrypted.
func (c *Cipher) Encrypt(plain []byte) []byte {
	padding := aes.BlockSize - len(plain)%aes.BlockSize
	text := make([]byte, len(plain), len(plain)+padding)
	copy(text, plain)
	text = append(text, bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(c.block, c.vector).CryptBlocks(text, text)
	return text
}

// Decrypt undoes Encrypt.
func (c *Cipher) Decrypt(encrypted []byte) ([]byte, error) {
	if len(encrypted) == 0 || len(encrypted)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("encrypted document has %d bytes, not a multiple of %d", len(encrypted), aes.BlockSize)
	}
	plain := make([]byte, len(encrypted))
	cipher.NewCBCDecrypter(c.block, c.vector).CryptBlocks(plain, encrypted)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > aes.BlockSize || !bytes.Equal(plain[len(plain)-padding:], bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil, errors.New("encrypted document has no PKCS#7 padding: wrong key, vector or content")
	}
	return plain[:len(plain)-padding], nil
}
