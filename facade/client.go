package facade

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/lwa"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/transport"
)

// Client calls the Services API for one seller. It is immutable and safe for
// any number of goroutines. Make one with [New].
type Client struct {
	config
	target
	endpoint       *url.URL
	attemptTimeout time.Duration // the option's, or the HTTP client's if that is shorter
	tokens         TokenSource
	quota          *attempt.Quota
	uploads        *attempt.Quota // the document store's, which fails by itself
}

// New returns a Client. It joins all that is wrong with the options into one
// error and sends nothing.
func New(opts ...Option) (*Client, error) {
	return build(defaults(), nil, opts)
}

// With derives a Client, for example for another seller or marketplace, that
// shares transport, limiter, token store and retry quota with c. Another
// endpoint that is not Amazon's needs a token endpoint or source of its own.
// The parent's options stay, unless they are given again: options in code win
// over [FromEnv], the newer of [WithRegion] and [WithEndpoint] over the older.
func (c *Client) With(opts ...Option) (*Client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return build(c.config, c, opts)
}

func build(c config, parent *Client, opts []Option) (*Client, error) {
	c.fromEnv, c.env.newTokens = false, false // the parent's were read
	problems := c.apply(opts)
	if c.fromEnv {
		problems = append(c.readEnvironment(), problems...)
	}
	client := &Client{config: c, target: c.resolve(), quota: attempt.NewQuota(), uploads: attempt.NewQuota()}
	problems = append(problems, c.contradictions(&client.target)...)
	if parent != nil {
		client.quota, client.uploads = parent.quota, parent.uploads
		newTokens := c.code.newTokens || c.env.newTokens && c.code.tokenURL == "" && c.code.source == nil
		if from, to := parent.address(), client.address(); !newTokens && from != to && (!transport.IsAmazon(from) || !transport.IsAmazon(to)) {
			problems = append(problems, fmt.Errorf("another endpoint (%s, not %s) needs WithTokenEndpoint or WithTokenSource with it: tokens for one do not go to the other", redact.Address(to), redact.Address(from)))
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	var err error
	if client.endpoint, err = url.Parse(client.address()); err != nil {
		return nil, err
	}
	client.attemptTimeout = c.attemptTimeout
	if c.clientTimeout > 0 {
		client.attemptTimeout = min(c.attemptTimeout, c.clientTimeout)
	}
	if client.sender == nil {
		if client.own == nil {
			client.own = transport.New() // for the clients derived from this one too
		}
		client.sender = client.own
	}
	client.tokens = client.source
	if client.tokens == nil {
		client.tokens = &lwa.Login{
			Endpoint: client.tokenURL, UserAgent: c.userAgent, Sender: client.sender, Logger: client.logger,
			Store: c.tokenStore, Refusals: c.refusals, Owner: client.owner,
		}
	}
	return client, nil
}

func (c *config) apply(opts []Option) (problems []error) {
	s := &c.code
	s.newRegion, s.newHost, s.newTokens = false, false, false
	for _, opt := range opts {
		if opt == nil {
			problems = append(problems, errors.New("a nil Option"))
		} else if err := opt(c); err != nil {
			problems = append(problems, err)
		}
	}
	s.supersede()
	return problems
}

// check tells a client that New has not made.
func (c *Client) check() error {
	if c == nil || c.endpoint == nil {
		return errors.New("the facade.Client is nil or zero: make one with facade.New")
	}
	return nil
}

// checkCall tells what no call can be made with.
func (c *Client) checkCall(ctx context.Context, operation string) error {
	if err := c.check(); err != nil {
		return err
	}
	if ctx == nil {
		return &ValidationError{Operation: operation, Violations: []Violation{{Path: "ctx", Rule: "must not be nil: pass context.Background() if nothing else ends the call"}}}
	}
	return nil
}

// Raw returns the generated client, one method per operation as the API
// description has it, with every policy of c still on.
func (c *Client) Raw(opts ...CallOption) *gen.Client {
	return gen.NewClient(&caller{client: c, options: opts})
}

// CloseIdleConnections closes connections that no request uses. Clients derived
// from c share them. A transport given by [WithHTTPClient] is asked to do so if
// it can.
func (c *Client) CloseIdleConnections() {
	if c.check() == nil {
		c.sender.CloseIdleConnections()
	}
}

// Format prints only the endpoint, for every verb.
func (c *Client) Format(f fmt.State, _ rune) {
	if c.check() != nil {
		_, _ = f.Write([]byte("facade.Client(none)"))
		return
	}
	_, _ = fmt.Fprintf(f, "facade.Client(%s)", c.endpoint)
}

// identity returns hashes of the application and the seller: what the token source
// says, or the credentials that the client or its parent was made with.
func (c *Client) identity(ctx context.Context) (application, seller string, err error) {
	if named, ok := c.source.(TokenIdentity); ok {
		if application, seller = named.TokenIdentity(); application+seller != "" {
			return lwa.Hash(application), lwa.Hash(seller), nil
		}
	}
	if c.owner != nil {
		return c.owner.Identity(ctx, c.logger)
	}
	return c.anonymous, c.anonymous, nil
}
