package emulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/spservices/services-go/internal/transport"
)

// adminAccess says who may use the admin API. The zero value is for clients on
// this machine.
type adminAccess struct {
	off    bool
	digest *[sha256.Size]byte // of the token that everybody needs, nil for none
}

// WithAdminToken opens the admin API to clients on any machine, and by any name
// of this one, that send the token as "Authorization: Bearer TOKEN". Without
// it the API answers clients on this machine alone. The token is printable ASCII
// without spaces.
func WithAdminToken(token string) Option {
	return func(c *config) error {
		if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("admin token must be printable ASCII without spaces, and not empty")
		}
		digest := sha256.Sum256([]byte(token)) // so that nothing that prints an Emulator prints the token
		c.admin.digest = &digest
		return nil
	}
}

// WithoutAdmin turns the admin API off: it is answered 404.
func WithoutAdmin() Option {
	return func(c *config) error { c.admin.off = true; return nil }
}

var (
	errAdminOff    = &adminError{http.StatusNotFound, "the admin API is off"}
	errAdminToken  = &adminError{http.StatusUnauthorized, "the admin API wants its token: Authorization: Bearer TOKEN"}
	errAdminPeer   = &adminError{http.StatusForbidden, "the admin API answers this machine only"}
	errAdminHost   = &adminError{http.StatusForbidden, "the admin API answers on a loopback address only"}
	errAdminOrigin = &adminError{http.StatusForbidden, "the admin API does not answer other origins"}
)

// check keeps out whoever has no access, and web pages: those of other origins
// by their Origin, and those whose name was made to lead here (DNS rebinding) by
// their Host, or as they do not have the token.
func (a *adminAccess) check(r *http.Request) error {
	if a.off {
		return errAdminOff
	}
	if origins := r.Header.Values("Origin"); len(origins) > 0 {
		if page, err := url.Parse(origins[0]); err != nil || len(origins) > 1 || page.Host == "" || !strings.EqualFold(page.Host, r.Host) {
			return errAdminOrigin
		}
	}
	if a.digest != nil {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		digest := sha256.Sum256([]byte(token))
		if subtle.ConstantTimeCompare(digest[:], a.digest[:]) != 1 || !strings.EqualFold(scheme, "Bearer") {
			return errAdminToken
		}
		return nil
	}
	if client, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !client.Addr().Unmap().IsLoopback() {
		return errAdminPeer
	}
	if host := (&url.URL{Host: strings.ToLower(r.Host)}).Hostname(); !transport.IsLoopback(host) {
		return errAdminHost
	}
	return nil
}
