package facade

import (
	"fmt"
	"os"
	"strconv"

	"github.com/spservices/services-go/internal/redact"
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
// Unset variables are ignored. Other options win, wherever they stand, and so
// do those of the parent in [Client.With]. In particular,
//
//   - a region or the sandbox in code overrides SP_API_ENDPOINT;
//   - an endpoint or a marketplace in code overrides SP_API_REGION;
//   - SP_API_REGION and SP_API_ENDPOINT exclude each other;
//   - credentials or a token source in code are refused together with
//     SP_API_ENDPOINT or SP_API_TOKEN_ENDPOINT, unless the code names that
//     endpoint too: they never go to a server that the environment names.
func FromEnv() Option {
	return func(c *config) error { c.fromEnv = true; return nil }
}

// readEnvironment puts what the variables say over what they said before.
func (c *config) readEnvironment() (problems []error) {
	read := config{code: c.env}
	problems = read.apply(environment())
	c.env = read.code
	return problems
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
		sandbox, err := strconv.ParseBool(v)
		if err != nil {
			return func(*config) error { return fmt.Errorf("must be true or false, got %s", redact.Given(v)) }
		}
		return WithSandbox(sandbox)
	}},
}
