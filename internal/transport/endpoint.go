package transport

import (
	"fmt"
	"net/url"
	"runtime"
	"strings"

	"github.com/spservices/services-go/internal/redact"
)

// IsAmazon reports whether an address is one of Amazon's own, by https.
func IsAmazon(address string) bool {
	u, err := url.Parse(strings.ToLower(address))
	return err == nil && u.Scheme == "https" && (u.Hostname() == "amazon.com" || strings.HasSuffix(u.Hostname(), ".amazon.com"))
}

// CheckEndpoint wants https, or http to a loopback address. Errors quote the
// address without user and query, which may hold a password.
func CheckEndpoint(what, address string, bare bool) error {
	u, err := url.Parse(address)
	rule := "must be https; plain http is for loopback only"
	switch {
	case err != nil || u.Host == "":
		rule = "must be an absolute URL"
	case u.User != nil || strings.ContainsAny(address, "?#"):
		rule = "must have no user, query or fragment"
	case bare && u.Path != "":
		rule = "must have no path"
	case u.Scheme == "https", u.Scheme == "http" && IsLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%s %s, got %s", what, rule, redact.Address(address))
}

// CheckUserAgent holds a User-Agent header to Amazon's limits.
func CheckUserAgent(header string) error {
	if len(header) > 500 || strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Errorf("user agent must be at most 500 printable ASCII characters, got %d bytes", len(header))
	}
	return nil
}

// UserAgent has the form Amazon asks for, with its separators escaped.
func UserAgent(app, version string) string {
	escape := strings.NewReplacer(`\`, `\\`, "/", `\/`, "(", `\(`, ")", `\)`, "=", `\=`, ";", `\;`)
	return escape.Replace(app) + "/" + escape.Replace(version) +
		" (Language=Go/" + strings.TrimPrefix(runtime.Version(), "go") + "; Platform=" + runtime.GOOS + "/" + runtime.GOARCH + ")"
}
