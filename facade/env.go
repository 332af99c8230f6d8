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
// What is not set is left alone. Other options win over it, wherever they stand.
func FromEnv() Option {
	return func(c *config) error { c.fromEnv = true; return nil }
}

// environment is what the environment says, in options.
func environment() (opts []Option) {
	for _, v := range variables {
		if value := os.Getenv(v.name); value != "" {
			opts = append(opts, explained(v.name, v.read(value)))
		}
	}
	credentials := Credentials{ClientID: os.Getenv("LWA_APP_ID"), ClientSecret: os.Getenv("LWA_CLIENT_SECRET"), RefreshToken: os.Getenv("SP_API_REFRESH_TOKEN")}
	if credentials != (Credentials{}) {
		opts = append(opts, WithCredentials(credentials)) // whose errors name the variables
	}
	return opts
}

// explained names the variable that an option's error is about.
func explained(name string, opt Option) Option {
	return func(c *config) error {
		if err := opt(c); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
}

var variables = []struct {
	name string
	read func(value string) Option
}{
	{"SP_API_REGION", func(v string) Option { return WithRegion(Region(v)) }},
	{"SP_API_MARKETPLACE", func(v string) Option { return WithMarketplace(MarketplaceID(v)) }},
	{"SP_API_ENDPOINT", WithEndpoint},
	{"SP_API_TOKEN_ENDPOINT", WithTokenEndpoint},
	{"SP_API_SANDBOX", func(v string) Option {
		return func(c *config) (err error) {
			if c.sandbox, err = strconv.ParseBool(v); err != nil {
				err = errors.New("must be true or false")
			}
			return err
		}
	}},
}
