package contract_test

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/bind"
	"github.com/spservices/services-go/internal/wire"
)

// The three judges.
const (
	judgeGenerated = "generated" // the checks of package gen
	judgeKin       = "kin"       // kin-openapi, in Transport
	judgeStrict    = "strict"    // libopenapi-validator, in the module of folder strict
)

// shape is an operation with the types that its client method uses.
type shape struct {
	gen.Operation
	query, body, result reflect.Type // nil where there is none
}

// shapes has every operation of the generated client, found by calling it.
var shapes = sync.OnceValue(func() map[string]shape {
	found := map[string]shape{}
	client := reflect.ValueOf(gen.NewClient(capturer(func(call *gen.Call) {
		typeOf := func(v any) reflect.Type {
			if v == nil {
				return nil
			}
			return reflect.TypeOf(v).Elem()
		}
		found[call.Operation.ID] = shape{*call.Operation, typeOf(call.Query), typeOf(call.Body), typeOf(call.Result)}
	})))
	for i := range client.NumMethod() {
		method := client.Method(i)
		arguments := []reflect.Value{reflect.ValueOf(context.Background())}
		for i := 1; i < method.Type().NumIn(); i++ {
			arguments = append(arguments, reflect.Zero(method.Type().In(i)))
		}
		method.Call(arguments)
	}
	return found
})

type capturer func(*gen.Call)

func (f capturer) Call(_ context.Context, call *gen.Call) error { f(call); return nil }

// generatedVerdict is what the generated checks say, as the emulator applies
// them to a request and the façade to an answer, presence included.
func generatedVerdict(req *http.Request, body []byte, resp *http.Response, answer []byte) (v verdict) {
	op, values, ok := operationOf(req)
	if !ok {
		return verdict{Request: []string{"path: names no operation"}}
	}
	v.Request = op.checkRequest(values, req, body)
	v.Response = op.checkResponse(resp, answer)
	return v
}

func operationOf(req *http.Request) (shape, []string, bool) {
	segments := strings.Split(req.URL.EscapedPath(), "/")
	for _, op := range shapes() {
		template := strings.Split(op.Path, "/")
		if op.Method != req.Method || len(template) != len(segments) {
			continue
		}
		var values []string
		fits := true
		for i, part := range template {
			value, err := url.PathUnescape(segments[i])
			if strings.HasPrefix(part, "{") {
				values = append(values, value)
			} else {
				fits = fits && part == segments[i]
			}
			fits = fits && err == nil
		}
		if fits {
			return op, values, true
		}
	}
	return shape{}, nil, false
}

func (op shape) checkRequest(values []string, req *http.Request, body []byte) []string {
	var checker wire.Checker
	wire.CheckPath(&checker, &op.Operation, values)
	if op.query != nil {
		query := reflect.New(op.query).Interface()
		bind.Query(&checker, req.URL.Query(), query)
		check(&checker, query)
	}
	if op.body != nil {
		if mediaType, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); mediaType != asJSON && len(body) > 0 {
			checker.Add("Content-Type", "must be application/json", "")
		}
		decodeAndCheck(&checker, body, reflect.New(op.body).Interface())
	}
	return texts(checker.Violations())
}

func (op shape) checkResponse(resp *http.Response, answer []byte) []string {
	var checker wire.Checker
	switch {
	case !slices.Contains(op.Statuses, resp.StatusCode):
		checker.Add("status", "is not documented", "")
	case resp.StatusCode != op.Success && op.ID == "setAppointmentFulfillmentData":
		var bare gen.ErrorList
		decodeAndCheck(&checker, answer, &bare)
		checkErrors(&checker, bare)
	case resp.StatusCode != op.Success:
		var failure struct {
			Errors gen.ErrorList `json:"errors"`
		}
		decodeAndCheck(&checker, answer, &failure)
		checkErrors(&checker, failure.Errors)
	case op.result != nil:
		decodeAndCheck(&checker, answer, reflect.New(op.result).Interface())
	case len(answer) > 0:
		checker.Add("body", "must not be there", "")
	}
	return texts(slices.DeleteFunc(checker.Violations(), op.mayLack))
}

// mayLack reports members of a reservation that an answer may leave out: the
// façade asks for none, and the reference says that a success has the id alone.
func (op shape) mayLack(v wire.Violation) bool {
	return (op.ID == opReserve || op.ID == opRereserve) && v.Rule == "is required" && strings.HasPrefix(v.Path, "payload.reservation.")
}

func checkErrors(checker *wire.Checker, list gen.ErrorList) {
	for i := range list {
		checker.EnterItem("errors", i)
		list[i].Check(checker)
		checker.Leave()
	}
}

func decodeAndCheck(checker *wire.Checker, body []byte, v any) {
	if len(bytes.TrimSpace(body)) == 0 {
		checker.Add("body", "is required", "")
		return
	}
	if err := wire.Unmarshal(body, v); err != nil {
		checker.Add("body", "cannot be decoded", "")
		return
	}
	check(checker, v)
}

func check(checker *wire.Checker, v any) {
	if v, ok := v.(wire.Checkable); ok {
		v.Check(checker)
	}
}

func texts(list []wire.Violation) (rules []string) {
	for _, v := range list {
		rules = append(rules, v.Path+": "+v.Rule)
	}
	return rules
}
