package document

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"
	"testing"
)

func key(n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, n)) }

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte("sixteen bytes ok"))
	f.Add(bytes.Repeat([]byte{16}, 33))
	f.Fuzz(func(t *testing.T, plain []byte) {
		c, err := NewCipher("AES", key(32), key(16))
		if err != nil {
			t.Fatal(err)
		}
		encrypted := c.Encrypt(plain)
		if int64(len(encrypted)) != EncryptedLength(int64(len(plain))) {
			t.Errorf("%d bytes became %d, want %d", len(plain), len(encrypted), EncryptedLength(int64(len(plain))))
		}
		got, err := c.Decrypt(encrypted)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Decrypt(Encrypt(%x)) = %x, %v", plain, got, err)
		}
	})
}

func TestEncryptMatchesAnotherImplementation(t *testing.T) {
	t.Parallel()
	c, err := NewCipher("AES", key(32), key(16))
	if err != nil {
		t.Fatal(err)
	}
	// printf 'proof of service' | openssl enc -aes-256-cbc -K 07…07 -iv 07…07 | base64
	const want = "RI5uimIxu9XTnrDWX/owy8lGa50RC4cSLrFp5q8JoXk="
	if got := base64.StdEncoding.EncodeToString(c.Encrypt([]byte("proof of service"))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNewCipherRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ standard, key, vector, want string }{
		"unknown standard":  {"DES", key(32), key(16), "standard"},
		"key not base64":    {"AES", "%%%", key(16), "key is not base64"},
		"short key":         {"AES", key(31), key(16), "31 bytes"},
		"empty key":         {"AES", "", key(16), "0 bytes"},
		"vector not base64": {"AES", key(32), "%%%", "vector is not base64"},
		"short vector":      {"AES", key(32), key(15), "15 bytes"},
		"long vector":       {"AES", key(32), key(17), "17 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewCipher(c.standard, c.key, c.vector)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestDecryptRefuses(t *testing.T) {
	t.Parallel()
	c, err := NewCipher("AES", key(32), key(16))
	if err != nil {
		t.Fatal(err)
	}
	for name, encrypted := range map[string][]byte{
		"nothing":     nil,
		"odd length":  make([]byte, 17),
		"not padding": make([]byte, 16),
	} {
		if _, err := c.Decrypt(encrypted); err == nil {
			t.Errorf("%s was decrypted", name)
		}
	}
}

// Every byte of the padding counts, not the last alone.
func TestDecryptChecksTheWholePadding(t *testing.T) {
	t.Parallel()
	c, err := NewCipher("AES", key(32), key(16))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range []struct {
		end  []byte // after zeros
		left int    // bytes before the padding, -1 for an error
	}{
		{[]byte{1}, 15}, {[]byte{2, 2}, 14}, {[]byte{3, 3, 3}, 13}, {bytes.Repeat([]byte{16}, 16), 0},
		{[]byte{1, 2}, -1}, {[]byte{3, 2, 3}, -1}, {[]byte{2, 3, 3}, -1}, {[]byte{0}, -1}, {[]byte{17}, -1}, {[]byte{255}, -1},
		{append([]byte{15}, bytes.Repeat([]byte{16}, 15)...), -1}, {bytes.Repeat([]byte{17}, 16), -1},
	} {
		text := make([]byte, aes.BlockSize)
		copy(text[len(text)-len(block.end):], block.end)
		cipher.NewCBCEncrypter(c.block, c.vector).CryptBlocks(text, text)
		plain, err := c.Decrypt(text)
		if (err != nil) != (block.left < 0) || err == nil && len(plain) != block.left {
			t.Errorf("a block that ends in %v decrypts to %d bytes, %v", block.end, len(plain), err)
		}
	}
}
