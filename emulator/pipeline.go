package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
)

// call is one request to an operation on its way through the emulator.
type call struct {
	emulator   *Emulator
	operation  *operation
	state      *state
	seller     *seller
	request    *http.Request
	writer     http.ResponseWriter
	pathValues []string
	now        time.Time
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
	routes.HandleFunc(tokenPath, e.serveToken)
	routes.HandleFunc(uploadPath+"{destination}", e.serveUpload)
	routes.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeErrors(w, nil, &refusal{http.StatusNotFound, []gen.Error{{Code: "NotFound", Message: "The path does not name an operation."}}})
	})
	return routes
}

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
		writeErrors(w, nil, &refusal{http.StatusMethodNotAllowed, []gen.Error{{Code: "InvalidInput", Message: "The path does not take this method."}}})
		return
	}
	c := &call{emulator: e, operation: op, state: e.state.Load(), request: r, writer: w, now: e.clock.Now()}
	for _, p := range op.Parameters {
		c.pathValues = append(c.pathValues, r.PathValue(p.Name))
	}
	status := c.serve()
	e.logger.Debug("request", "method", r.Method, "operation", op.ID, "status", status, "requestId", w.Header().Get("x-amzn-RequestId"))
}

// serve is the path of every request: who asks, what is asked, the rule, the
// answer.
func (c *call) serve() (status int) {
	if refused := c.authenticate(); refused != nil {
		return c.refuse(refused)
	}
	answer, refused := c.operation.run(c)
	if refused != nil {
		return c.refuse(refused)
	}
	return c.answer(answer)
}

func (c *call) authenticate() *refusal {
	token := c.request.Header.Get("x-amz-access-token")
	sellerID, known := c.emulator.tokens.find(token, c.now)
	c.seller = c.state.byID[sellerID]
	switch {
	case known == tokenValid && c.seller != nil:
		return nil
	case !c.emulator.verifyTokens:
		c.seller = c.state.sellers[0]
		return nil
	case token == "":
		return c.rule(tokenMissing)
	case known == tokenIsExpired:
		return c.rule(tokenExpired)
	case known == tokenValid:
		return c.rule(tokenOfNoSeller)
	}
	return c.rule(tokenUnknown)
}

// rateLimited reports whether Amazon documents the rate limit header for a
// status.
func rateLimited(status int) bool {
	return status < 300 || status == http.StatusBadRequest || status == http.StatusNotFound
}

func (c *call) head(status int) {
	if rateLimited(status) {
		c.writer.Header().Set("x-amzn-RateLimit-Limit", strconv.FormatFloat(c.operation.Rate, 'f', 1, 64))
	}
}
