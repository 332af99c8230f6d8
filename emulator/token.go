package emulator

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/spservices/services-go/internal/wire"
)

const (
	tokenPath     = "/auth/o2/token"
	tokenLifetime = time.Hour
	// Access tokens begin as those of Amazon do.
	accessTokenPrefix = "Atza|"
	maxTokenBody      = 64 << 10
	// Tokens that have expired are forgotten once there are so many.
	maxTokens = 10_000
)

// tokenStore holds the access tokens that were issued, and what was done to
// refresh tokens beside the seed.
type tokenStore struct {
	mu      sync.RWMutex
	issued  map[string]accessToken
	granted map[string]string // seller ids by refresh token
	revoked map[string]bool   // refresh tokens, by spelling
}

// forgetGrants goes back to the refresh tokens of the seed.
func (s *tokenStore) forgetGrants() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.granted, s.revoked = map[string]string{}, map[string]bool{}
}

// forgetGrantsOf goes back to the refresh token that the seed has for a seller.
func (s *tokenStore) forgetGrantsOf(owner *seller) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.granted, func(_, sellerID string) bool { return sellerID == owner.id })
	delete(s.revoked, spelling(owner.credentials.RefreshToken))
}

// spelling is a refresh token as it is compared. Those of the default seed began
// with "Atzr|emulator-" in earlier versions, and a shell takes the bar for a
// pipe; clients and state files that have them go on working.
func spelling(refreshToken string) string {
	if rest, old := strings.CutPrefix(refreshToken, "Atzr|emulator-"); old {
		return "Atzr-emulator-" + rest
	}
	return refreshToken
}

type accessToken struct {
	sellerID string // "" when issued without a seller
	expires  time.Time
}

type tokenState uint8

const (
	tokenIsUnknown tokenState = iota
	tokenIsExpired
	tokenValid
)

// grants tells what was done to a refresh token beside the seed.
func (s *tokenStore) grants(refreshToken string) (sellerID string, revoked bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.granted[refreshToken], s.revoked[spelling(refreshToken)]
}

// grant makes a new refresh token for a seller.
func (s *tokenStore) grant(sellerID string) (refreshToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	refreshToken = "Atzr|" + rand.Text() + rand.Text()
	s.granted[refreshToken] = sellerID
	return refreshToken
}

func (s *tokenStore) issue(sellerID string, now time.Time) string {
	token := accessTokenPrefix + rand.Text() + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.issued == nil {
		s.issued = map[string]accessToken{}
	}
	if len(s.issued) >= maxTokens {
		for old, t := range s.issued {
			if !now.Before(t.expires) {
				delete(s.issued, old)
			}
		}
	}
	s.issued[token] = accessToken{sellerID, now.Add(tokenLifetime)}
	return token
}

func (s *tokenStore) find(token string, now time.Time) (sellerID string, _ tokenState) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.issued[token]
	switch {
	case !ok:
		return "", tokenIsUnknown
	case !now.Before(t.expires):
		return t.sellerID, tokenIsExpired
	}
	return t.sellerID, tokenValid
}

// tokenAnswer is a success of the token server.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitzero"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
}

// oauthError is a failure of the token server.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
	status      int
}

var (
	errTokenMethod   = &oauthError{"invalid_request", "The token endpoint takes POST.", http.StatusMethodNotAllowed}
	errTokenForm     = &oauthError{"invalid_request", "The request must be form-encoded or a JSON object of strings, say so in its Content-Type, and be at most 64 KiB long.", http.StatusBadRequest}
	errTokenGrant    = &oauthError{"unsupported_grant_type", "The grant_type must be refresh_token or client_credentials.", http.StatusBadRequest}
	errTokenClient   = &oauthError{"invalid_client", "Client authentication failed.", http.StatusUnauthorized}
	errTokenRefresh  = &oauthError{"invalid_grant", "The refresh token is unknown, revoked or belongs to another application.", http.StatusBadRequest}
	errTokenScope    = &oauthError{"invalid_scope", "A client_credentials grant needs a scope.", http.StatusBadRequest}
	errTokenMissing  = &oauthError{"invalid_request", "The request lacks refresh_token.", http.StatusBadRequest}
	errGrantMissing  = &oauthError{"invalid_request", "The request lacks grant_type.", http.StatusBadRequest}
	errClientMissing = &oauthError{"invalid_request", "The request lacks client_id or client_secret.", http.StatusBadRequest}
)

// serveToken is the token server of Login with Amazon.
func serveToken(x *exchange, r *http.Request) {
	answer, refused := x.emulator.grant(x, r)
	var (
		status = http.StatusOK
		body   any
	)
	if body = answer; refused != nil {
		status, body = refused.status, refused
	}
	text, err := wire.Marshal(body)
	if err != nil {
		x.emulator.fail(TokenServer, err)
	}
	x.Header().Set("Cache-Control", "no-store")
	writeJSON(x, status, text)
}

func (e *Emulator) grant(x *exchange, r *http.Request) (*tokenAnswer, *oauthError) {
	if r.Method != http.MethodPost {
		x.Header().Set("Allow", http.MethodPost)
		return nil, errTokenMethod
	}
	asked, err := readTokenRequest(r)
	if err != nil {
		return nil, errTokenForm
	}
	if clientID, secret, basic := r.BasicAuth(); basic {
		asked.ClientID, asked.ClientSecret = clientID, secret
	}
	state := e.state.Load()
	switch {
	case asked.GrantType == "":
		return nil, errGrantMissing
	case asked.GrantType != "refresh_token" && asked.GrantType != "client_credentials":
		return nil, errTokenGrant
	case asked.ClientID == "" || asked.ClientSecret == "":
		return nil, errClientMissing
	case !state.knowsClient(asked.ClientID, asked.ClientSecret):
		return nil, errTokenClient
	case asked.GrantType == "client_credentials":
		return e.grantToApplication(asked.Scope)
	}
	return e.grantForSeller(x, state, asked.ClientID, asked.RefreshToken)
}

// tokenRequest is the body of a request for a token, in either encoding.
type tokenRequest struct {
	GrantType    string `json:"grant_type"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`
}

// readTokenRequest reads a form or JSON. Amazon's own clients send one or the
// other; what is not known here is ignored in both.
func readTokenRequest(r *http.Request) (asked tokenRequest, err error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return asked, err
	}
	if media != "application/json" && media != "application/x-www-form-urlencoded" {
		return asked, fmt.Errorf("content type %q", media)
	}
	text, err := readBody(r, maxTokenBody)
	if err != nil {
		return asked, err
	}
	if media == "application/json" {
		return asked, json.Unmarshal(text, &asked)
	}
	form, err := url.ParseQuery(string(text))
	return tokenRequest{
		GrantType: form.Get("grant_type"), ClientID: form.Get("client_id"), ClientSecret: form.Get("client_secret"),
		RefreshToken: form.Get("refresh_token"), Scope: form.Get("scope"),
	}, err
}

// grantToApplication issues a token without a seller, which opens no operation
// of the Services API.
func (e *Emulator) grantToApplication(scope string) (*tokenAnswer, *oauthError) {
	if scope == "" {
		return nil, errTokenScope
	}
	return e.newTokenAnswer("", ""), nil
}

func (e *Emulator) grantForSeller(x *exchange, state *state, clientID, refreshToken string) (*tokenAnswer, *oauthError) {
	if refreshToken == "" {
		return nil, errTokenMissing
	}
	granted, revoked := e.tokens.grants(refreshToken)
	for _, s := range state.sellers {
		if s.credentials.ClientID == clientID && !revoked && (s.id == granted || sameSecret(spelling(s.credentials.RefreshToken), spelling(refreshToken))) {
			x.record.SellerID = s.id
			return e.newTokenAnswer(s.id, refreshToken), nil
		}
	}
	return nil, errTokenRefresh
}

func (e *Emulator) newTokenAnswer(sellerID, refreshToken string) *tokenAnswer {
	return &tokenAnswer{
		AccessToken:  e.tokens.issue(sellerID, e.clock.Now()),
		RefreshToken: refreshToken,
		TokenType:    "bearer",
		ExpiresIn:    int(tokenLifetime / time.Second),
	}
}

func (s *state) knowsClient(clientID, secret string) bool {
	for _, seller := range s.sellers {
		if seller.credentials.ClientID == clientID && sameSecret(seller.credentials.ClientSecret, secret) {
			return true
		}
	}
	return false
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
