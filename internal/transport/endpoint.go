package transport

import (
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
)

// IsAmazon reports whether an address is one of Amazon's own, by https.
func IsAmazon(address string) bool {
	u, err := url.Parse(strings.ToLower(address))
	return err == nil && u.Scheme == "https" && (u.Hostname() == "amazon.com" || strings.HasSuffix(u.Hostname(), ".amazon.com"))
}

// CheckEndpoint wants https, or http to a loopback address. Errors do not repeat
// the address: it may hold a password.
func CheckEndpoint(what, address string, bare bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return fmt.Errorf("%s must be an absolute URL", what)
	case u.User != nil || strings.ContainsAny(address, "?#"):
		return fmt.Errorf("%s must have no user, query or fragment", what)
	case bare && u.Path != "":
		return fmt.Errorf("%s must have no path", what)
	case u.Scheme == "https", u.Scheme == "http" && IsLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%s must be https; plain http is for loopback only", what)
}

// CheckUserAgent holds a User-Agent header to Amazon's limits.
func CheckUserAgent(header string) error {
	if len(header) > 500 || strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) {
		return errors.New("user agent must be at most 500 printable ASCII characters")
	}
	return nil
}

// UserAgent has the form Amazon asks for, with its separators escaped.
func UserAgent(app, version string) string {
	escape := strings.NewReplacer(`\`, `\\`, "/", `\/`, "(", `\(`, ")", `\)`, "=", `\=`, ";", `\;`)
	return escape.Replace(app) + "/" + escape.Replace(version) +
		" (Language=Go/" + strings.TrimPrefix(runtime.Version(), "go") + "; Platform=" + runtime.GOOS + "/" + runtime.GOARCH + ")"
}
