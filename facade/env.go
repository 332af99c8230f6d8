package facade

import (
	"errors"
	"fmt"
	"os"
	"strconv"
)

// FromEnv configures a Client from the environment:
//
//	SP_API_REFRESH_TOKEN, LWA_APP_ID, LWA_CLIENT_SECRET  credentials
//	SP_API_REGION          na, eu or fe
//	SP_API_MARKETPLACE     country code or marketplace id
//	SP_API_ENDPOINT        instead of Amazon's host
//	SP_API_TOKEN_ENDPOINT  instead of Login with Amazon's
//	SP_API_SANDBOX         true for Amazon's sandbox
//
// What is not set is left alone. Options that follow it win over it.
func FromEnv() Option {
	return func(c *config) error {
		var problems []error
		for _, v := range environment {
			value := os.Getenv(v.name)
			if value == "" {
				continue
			}
			option, err := v.read(value)
			if err == nil {
				err = option(c)
			}
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", v.name, err))
			}
		}
		credentials := Credentials{ClientID: os.Getenv("LWA_APP_ID"), ClientSecret: os.Getenv("LWA_CLIENT_SECRET"), RefreshToken: os.Getenv("SP_API_REFRESH_TOKEN")}
		if credentials != (Credentials{}) {
			if err := WithCredentials(credentials)(c); err != nil {
				problems = append(problems, fmt.Errorf("LWA_APP_ID, LWA_CLIENT_SECRET, SP_API_REFRESH_TOKEN: %w", err))
			}
		}
		return errors.Join(problems...)
	}
}

var environment = []struct {
	name string
	read func(value string) (Option, error)
}{
	{"SP_API_REGION", func(v string) (Option, error) { r, err := ParseRegion(v); return WithRegion(r), err }},
	{"SP_API_MARKETPLACE", func(v string) (Option, error) { m, err := ParseMarketplace(v); return WithMarketplace(m), err }},
	{"SP_API_ENDPOINT", func(v string) (Option, error) { return WithEndpoint(v), nil }},
	{"SP_API_TOKEN_ENDPOINT", func(v string) (Option, error) { return WithTokenEndpoint(v), nil }},
	{"SP_API_SANDBOX", func(v string) (Option, error) {
		on, err := strconv.ParseBool(v)
		if err != nil {
			return nil, errors.New("must be true or false")
		}
		return func(c *config) error { c.sandbox = on; return nil }, nil
	}},
}
