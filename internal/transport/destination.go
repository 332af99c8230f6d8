package transport

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/spservices/services-go/internal/attempt"
)

// CheckDestination wants an upload to go to Amazon S3 by https. Loopback will
// do too when it is allowed. Errors do not repeat the address, which is as good
// as a key.
func CheckDestination(address string, loopback bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return errors.New("its address is not a plain URL")
	case loopback && IsLoopback(u.Hostname()):
		return nil
	case u.Scheme != "https":
		return errors.New("its address is not https")
	case !isS3(u.Hostname()):
		return errors.New("its host is not Amazon S3")
	}
	return nil
}

// isS3 looks for the label that every host of S3 has: s3, or s3-us-west-2. Much
// else under amazonaws.com belongs to Amazon's customers.
func isS3(host string) bool {
	labels, ok := strings.CutSuffix(strings.TrimSuffix(strings.ToLower(host), ".cn"), ".amazonaws.com")
	return ok && slices.ContainsFunc(strings.Split(labels, "."), func(label string) bool {
		return label == "s3" || strings.HasPrefix(label, "s3-")
	})
}

// IsLoopback reports whether host is this machine, by name or address.
func IsLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// destinationHeaders are those that a destination may ask for. Anything else
// could change whom the upload speaks to or for.
var destinationHeaders = map[string]bool{
	"Content-Type": true, "Content-Md5": true, "Content-Disposition": true, "Content-Encoding": true, "Cache-Control": true,
}

// DestinationHeader is what may be sent of the headers that a destination asks
// for.
func DestinationHeader(asked map[string]string) http.Header {
	header := http.Header{}
	for name, value := range asked {
		name = http.CanonicalHeaderKey(name)
		allowed := destinationHeaders[name] || strings.HasPrefix(name, "X-Amz-") && name != "X-Amz-Access-Token"
		if allowed && attempt.ValidHeaderValue(value) {
			header.Set(name, value)
		}
	}
	return header
}
