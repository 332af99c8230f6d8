package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/spservices/services-go/internal/attempt"
)

// maxDestination is what address and headers of a destination may have together.
// Amazon S3 takes 8 KiB of headers.
const maxDestination = 64 << 10

// CheckDestination wants an upload to go to Amazon S3 by https. Loopback will
// do too when it is allowed. Errors do not repeat the address, which is as good
// as a key.
func CheckDestination(address string, headers map[string]string, loopback bool) error {
	size := len(address)
	for name, value := range headers {
		size += len(name) + len(value)
	}
	if size > maxDestination {
		return fmt.Errorf("its address and headers have %d bytes, more than %d", size, maxDestination)
	}
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

// s3 is what the host of every bucket ends in, after the bucket's own name. Much
// else under amazonaws.com belongs to Amazon's customers.
var s3 = regexp.MustCompile(`(^|\.)s3(-[a-z0-9-]+)?(\.dualstack)?(\.[a-z]{2}(-[a-z]+)+-[0-9])?\.amazonaws\.com(\.cn)?$`)

func isS3(host string) bool { return s3.MatchString(strings.ToLower(host)) }

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

var plainName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// DestinationHeader is what may be sent of the headers that a destination asks
// for.
func DestinationHeader(asked map[string]string) http.Header {
	header := http.Header{}
	for name, value := range asked {
		name = http.CanonicalHeaderKey(name)
		allowed := destinationHeaders[name] || strings.HasPrefix(name, "X-Amz-") && name != "X-Amz-Access-Token"
		if allowed && plainName.MatchString(name) && attempt.ValidHeaderValue(value) {
			header.Set(name, value)
		}
	}
	return header
}
