package facade

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/lwa"
	"github.com/spservices/services-go/internal/transport"
)

// Client calls the Services API for one seller. It is immutable and safe for
// any number of goroutines.
type Client struct {
	config
	endpoint *url.URL
	tokens   TokenSource
	quota    *attempt.Quota
	uploads  *attempt.Quota // the document store's, which fails by itself
}

// New returns a Client. It joins all that is wrong with the options into one
// error and sends nothing.
func New(opts ...Option) (*Client, error) {
	return build(defaults(), nil, opts)
}

// With derives a Client, for example for another seller or marketplace, that
// shares transport, limiter, token store and retry quota with c. Another
// endpoint that is not Amazon's needs a token endpoint or source of its own.
func (c *Client) With(opts ...Option) (*Client, error) {
	return build(c.config, c, opts)
}

func build(c config, parent *Client, opts []Option) (*Client, error) {
	c.fromEnv, c.tokensGiven = false, false // a parent's are in c already
	given := c
	problems := c.apply(opts)
	if c.fromEnv { // which every other option wins over
		c = given
		problems = append(c.apply(environment()), c.apply(opts)...)
	}
	problems = append(problems, c.check()...)
	if parent != nil && !c.tokensGiven && c.address() != parent.address() && (!transport.IsAmazon(c.address()) || !transport.IsAmazon(parent.address())) {
		problems = append(problems, errors.New("another endpoint needs WithTokenEndpoint or WithTokenSource with it: tokens for one do not go to the other"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	endpoint, err := url.Parse(c.address())
	if err != nil {
		return nil, err
	}
	client := &Client{config: c, endpoint: endpoint, quota: attempt.NewQuota(), uploads: attempt.NewQuota(), tokens: c.tokenSource}
	if parent != nil {
		client.quota, client.uploads = parent.quota, parent.uploads
	}
	if c.clientTimeout > 0 {
		client.attemptTimeout = min(c.attemptTimeout, c.clientTimeout)
	}
	if client.sender == nil {
		client.sender = transport.New()
	}
	if client.tokens == nil {
		client.tokens = &lwa.Login{Endpoint: c.tokenURL, UserAgent: c.userAgent, Sender: client.sender, Logger: client.logger, Store: c.tokenStore, Owner: c.owner}
	}
	return client, nil
}

func (c *config) apply(opts []Option) (problems []error) {
	for _, opt := range opts {
		if opt == nil {
			problems = append(problems, errors.New("a nil Option"))
		} else if err := opt(c); err != nil {
			problems = append(problems, err)
		}
	}
	return problems
}

// Raw returns the generated client, one method per operation as the API
// description has it, with every policy of c still on.
func (c *Client) Raw(opts ...CallOption) *gen.Client {
	return gen.NewClient(&caller{client: c, options: opts})
}

// CloseIdleConnections closes connections that no request uses. Clients derived
// from c share them. A transport given by [WithHTTPClient] is asked to do so if
// it can.
func (c *Client) CloseIdleConnections() { c.sender.CloseIdleConnections() }

// Format tells whom c calls, for every verb. What else c has is nobody's.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "facade.Client(%s)", c.endpoint) }

// identity is for whom the client speaks, in hashes.
func (c *Client) identity(ctx context.Context) (application, seller string, err error) {
	if c.owner != nil {
		return c.owner.Identity(ctx)
	}
	return c.anonymous, c.anonymous, nil
}
