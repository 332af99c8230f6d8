package facade

import (
	"cmp"
	"fmt"

	"github.com/spservices/services-go/internal/lwa"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/transport"
)

// settings are what one place, the code or the environment, says about where
// calls go and on whose behalf.
type settings struct {
	region      Region
	host        string // instead of the region's
	tokenURL    string
	marketplace MarketplaceID
	sandbox     *bool
	owner       *lwa.Owner  // of credentials
	source      TokenSource // of tokens, used before owner
	tokensBy    string      // the option that gave the newer of owner and source
	anonymous   string      // identity of a source that has no other

	newRegion, newHost, newTokens bool // given by the newest options
}

// supersede drops a region older than the host and a host older than the
// region: each replaces the other.
func (s *settings) supersede() {
	switch {
	case s.newHost && !s.newRegion:
		s.region = ""
	case s.newRegion && !s.newHost:
		s.host = ""
	}
}

// target is where calls go and on whose behalf.
type target struct {
	region      Region // of the marketplace if none was given, "" if unknown
	host        string // "" for the region's
	tokenURL    string
	marketplace MarketplaceID
	sandbox     bool
	owner       *lwa.Owner
	source      TokenSource
	anonymous   string
}

// resolve takes from the environment what the code does not say. A region or the
// sandbox in code also overrides an endpoint from the environment; an endpoint
// or a marketplace in code overrides a region from there.
func (c *config) resolve() target {
	code, env := &c.code, &c.env
	t := target{
		region: code.region, host: code.host,
		tokenURL:    cmp.Or(code.tokenURL, env.tokenURL, defaultTokenURL),
		marketplace: cmp.Or(code.marketplace, env.marketplace),
		owner:       cmp.Or(code.owner, env.owner), source: code.source, anonymous: code.anonymous,
	}
	if sandbox := cmp.Or(code.sandbox, env.sandbox); sandbox != nil {
		t.sandbox = *sandbox
	}
	if !code.choosesHost() {
		t.host = env.host
	}
	if t.host == "" && code.marketplace == "" {
		t.region = cmp.Or(t.region, env.region)
	}
	t.region = cmp.Or(t.region, t.marketplace.region())
	return t
}

func (s *settings) choosesHost() bool {
	return s.host != "" || s.region != "" || s.sandbox != nil && *s.sandbox
}

// address is the scheme and host that calls go to.
func (t *target) address() string { return cmp.Or(t.host, t.region.endpoint(t.sandbox)) }

// contradictions finds what no single option can see.
func (c *config) contradictions(t *target) (problems []error) {
	report := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	code, env := &c.code, &c.env
	if code.region != "" && code.host != "" {
		report("WithRegion(%q) and WithEndpoint(%s) exclude each other: an endpoint replaces the host of a region; give one of them", code.region, redact.Address(code.host))
	}
	if env.region != "" && env.host != "" && !code.choosesHost() {
		report("SP_API_REGION %q and SP_API_ENDPOINT %s exclude each other: an endpoint replaces the host of a region; unset one of them", env.region, redact.Address(env.host))
	}
	if code.tokensBy != "" {
		const rule = "%s does not go with %s %s: credentials and tokens given in code are never sent to a server that the environment names; unset %s, or give %s in code too"
		if env.host != "" && code.host == "" {
			report(rule, code.tokensBy, "SP_API_ENDPOINT", redact.Address(env.host), "SP_API_ENDPOINT", "WithEndpoint")
		}
		if env.tokenURL != "" && code.tokenURL == "" {
			report(rule, code.tokensBy, "SP_API_TOKEN_ENDPOINT", redact.Address(env.tokenURL), "SP_API_TOKEN_ENDPOINT", "WithTokenEndpoint")
		}
	}
	if t.region == "" && t.host == "" {
		report("a region is needed: WithRegion, WithMarketplace or WithEndpoint, or for FromEnv SP_API_REGION, SP_API_MARKETPLACE or SP_API_ENDPOINT")
	}
	if r := t.marketplace.region(); t.host == "" && t.marketplace != "" && r != t.region {
		report("marketplace %s is served by region %s, not %s: change %s or %s", t.marketplace, r, t.region,
			either(code.marketplace != "", "WithMarketplace", "SP_API_MARKETPLACE"), either(code.region != "", "WithRegion", "SP_API_REGION"))
	}
	if t.owner == nil && t.source == nil {
		report("credentials are needed: WithCredentials, WithCredentialsFunc or WithTokenSource, or for FromEnv SP_API_REFRESH_TOKEN, LWA_APP_ID and LWA_CLIENT_SECRET")
	}
	// Amazon's credentials stay with Amazon, and other credentials away from it.
	given := code.tokenURL != "" || env.tokenURL != ""
	switch {
	case t.source != nil:
	case !transport.IsAmazon(t.address()) && !given:
		report("endpoint %s is not Amazon's and needs WithTokenEndpoint or WithTokenSource, or for FromEnv SP_API_TOKEN_ENDPOINT: Amazon's credentials do not go there", redact.Address(t.host))
	case transport.IsAmazon(t.address()) && !transport.IsAmazon(t.tokenURL):
		report("%s %s is not Amazon's and needs an endpoint of its own too: calls go to %s%s", either(code.tokenURL != "", "WithTokenEndpoint", "SP_API_TOKEN_ENDPOINT"),
			redact.Address(t.tokenURL), t.address(), either(env.host != "", ", because WithRegion and WithSandbox override SP_API_ENDPOINT", ""))
	}
	return problems
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
