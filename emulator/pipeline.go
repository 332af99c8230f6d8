package emulator

import (
	"net/http"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
)

// call is one request to an operation on its way through the emulator.
type call struct {
	*exchange
	state      *state
	seller     *seller
	sellerID   string
	request    *http.Request
	pathValues []string
	now        time.Time
	rate       float64 // requests per second, of the usage plan

	shortestSlot int // minutes, in the marketplace of the request
}

// newRoutes routes each path of the API, and the two servers beside it. One
// path may have several methods; the others are answered 405.
func (e *Emulator) newRoutes() *http.ServeMux {
	routes := http.NewServeMux()
	byPath := map[string]map[string]*operation{}
	for i := range operations {
		op := &operations[i]
		if byPath[op.Path] == nil {
			byPath[op.Path] = map[string]*operation{}
		}
		byPath[op.Path][op.Method] = op
	}
	for path, methods := range byPath {
		routes.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { e.route(w, r, methods) })
	}
	routes.HandleFunc(tokenPath, func(w http.ResponseWriter, r *http.Request) { e.exchange(w, r, TokenServer, nil, serveToken) })
	routes.HandleFunc(uploadPath+"{destination}", func(w http.ResponseWriter, r *http.Request) {
		e.exchange(w, r, DocumentStore, nil, serveUpload)
	})
	routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { e.exchange(w, r, "", nil, unknownPath) })
	return routes
}

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, adminPath) {
		e.serveAdmin(w, r)
		return
	}
	w.Header().Set("x-amzn-RequestId", newRequestID())
	if path := r.URL.EscapedPath(); strings.Contains(path, "//") || hasDotSegment(path) {
		// The mux would redirect to a path that the client did not ask for.
		r.URL.Path, r.URL.RawPath = "/", ""
	}
	e.routes.ServeHTTP(w, r)
}

func hasDotSegment(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

func (e *Emulator) route(w http.ResponseWriter, r *http.Request, methods map[string]*operation) {
	op := methods[r.Method]
	if op == nil {
		for method := range methods {
			w.Header().Add("Allow", method)
		}
		e.exchange(w, r, "", nil, unknownMethod)
		return
	}
	e.exchange(w, r, op.ID, op, serveOperation)
}

func unknownPath(x *exchange, _ *http.Request) {
	writeErrors(x, nil, &refusal{http.StatusNotFound, []gen.Error{{Code: "NotFound", Message: "The path does not name an operation."}}})
}

func unknownMethod(x *exchange, _ *http.Request) {
	writeErrors(x, nil, &refusal{http.StatusMethodNotAllowed, []gen.Error{{Code: invalidInput, Message: "The path does not take this method."}}})
}

// serveOperation is the path of every request to an operation: who asks, how
// often, what is asked, the rule, the answer.
func serveOperation(x *exchange, r *http.Request) {
	c := &call{exchange: x, request: r, now: x.emulator.clock.Now(), rate: x.operation.Rate}
	for _, p := range c.operation.Parameters {
		c.pathValues = append(c.pathValues, r.PathValue(p.Name))
	}
	refused := c.authenticate()
	x.record.SellerID = c.sellerID
	if refused == nil {
		refused = c.pace()
	}
	var body any
	if refused == nil {
		body, refused = c.operation.run(c)
	}
	if refused != nil {
		c.refuse(refused)
		return
	}
	c.answer(body)
}

func (c *call) authenticate() *refusal {
	token := c.request.Header.Get("x-amz-access-token")
	sellerID, known := c.emulator.tokens.find(token, c.now)
	state := c.emulator.state.Load()
	switch {
	case known == tokenValid && state.byID[sellerID] != nil:
		c.sellerID = sellerID
		return nil
	case !c.emulator.verifyTokens:
		c.sellerID = state.sellers[0].id
		return nil
	case token == "":
		return c.rule(tokenMissing)
	case known == tokenIsExpired:
		return c.rule(tokenExpired)
	case known == tokenValid:
		return c.rule(tokenOfNoSeller)
	case !strings.HasPrefix(token, accessTokenPrefix):
		return c.rule(tokenMalformed)
	}
	return c.rule(tokenUnknown)
}

// throttlingException is the x-amzn-ErrorType of a 429.
const throttlingException = "TooManyRequestsException"

// pace holds the request to the usage plan.
func (c *call) pace() *refusal {
	rate, ok := c.emulator.throttle.take(c.operation, c.sellerID, c.now)
	if c.rate = rate; ok {
		return nil
	}
	c.Header().Set("x-amzn-ErrorType", throttlingException)
	return c.rule(overQuota)
}

const rateLimitHeader = "x-amzn-RateLimit-Limit"

// rateLimited reports whether Amazon documents the rate limit header for a
// status.
func rateLimited(status int) bool {
	return status < 300 || status == http.StatusBadRequest || status == http.StatusNotFound
}

func (c *call) head(status int) {
	if rateLimited(status) {
		c.Header().Set(rateLimitHeader, formatRate(c.rate))
	}
}
