package emulator

import (
	"bytes"
	"errors"
	"mime"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/spservices/services-go/internal/bind"
	"github.com/spservices/services-go/internal/wire"
)

// maxBodyBytes bounds the body of a request.
const maxBodyBytes = 1 << 20

// runner carries out an operation: bind, validate, rule.
type runner struct {
	run   func(*call) (answer any, refused *refusal)
	query []string // names of the parameters
}

// none stands for a query or a body that an operation does not have.
type none struct{}

// handle binds the query and the body of a request, holds them to the API
// description, and carries out rule.
func handle[Query, Body any](rule func(c *call, query *Query, body *Body) (any, *refusal)) *runner {
	_, noBody := any((*Body)(nil)).(*none)
	return &runner{query: queryNames[Query](), run: func(c *call) (any, *refusal) {
		var (
			query Query
			body  Body
			check wire.Checker
		)
		wire.CheckPath(&check, &c.operation.Operation, c.pathValues)
		values, err := url.ParseQuery(c.request.URL.RawQuery)
		if err != nil {
			check.Add("query", "must be percent-encoded", "")
		}
		bindQuery(&check, values, &query)
		if !noBody {
			if refused := c.decode(&check, &body); refused != nil {
				return nil, refused
			}
		}
		if violations := check.Violations(); len(violations) > 0 {
			return nil, c.invalid(violations)
		}
		return c.transition(func() (any, *refusal) {
			if refused := c.checkMarketplace(&query); refused != nil {
				return nil, refused
			}
			return rule(c, &query, &body)
		})
	}}
}

func queryNames[Query any]() (names []string) {
	fields := reflect.TypeFor[Query]()
	for i := range fields.NumField() {
		name, _ := wire.QueryName(fields.Field(i))
		names = append(names, name)
	}
	return names
}

// bindQuery fills params and checks them. Amazon refuses times with an offset
// here.
func bindQuery(check *wire.Checker, values url.Values, params any) {
	bind.Query(check, values, params)
	fields := reflect.ValueOf(params).Elem()
	for i := range fields.NumField() {
		if t, ok := fields.Field(i).Interface().(time.Time); ok && !isUTC(t) {
			name, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("query"), ",")
			check.Add(name, "must be in UTC", "")
		}
	}
	checkAll(check, params)
}

func isUTC(t time.Time) bool {
	_, offset := t.Zone()
	return offset == 0
}

func checkAll(check *wire.Checker, v any) {
	if checkable, ok := v.(wire.Checkable); ok {
		checkable.Check(check)
	}
}

// wrongForm is the rule that a member breaks whose value cannot be read.
const wrongForm = "has the wrong type or form"

// decode reads the JSON body. A body that is missing counts as an empty one,
// so that the answer names what is missing.
func (c *call) decode(check *wire.Checker, body any) *refusal {
	if kind := c.request.Header.Get("Content-Type"); kind != "" {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/json" {
			return c.rule(unsupportedMediaType)
		}
	}
	text, err := readBody(c.request, maxBodyBytes)
	switch {
	case errors.Is(err, errBodyTooLarge):
		return c.rule(requestTooLarge)
	case err != nil:
		return c.rule(badParameters, "body")
	}
	if text = bytes.TrimSpace(text); len(text) > 0 {
		err = wire.Unmarshal(text, body)
	}
	var wrongType *json.SemanticError
	switch {
	case errors.As(err, &wrongType):
		check.Add(pointerPath(string(wrongType.JSONPointer)), wrongForm, "")
	case err != nil:
		check.Add("body", "must be JSON", "")
	default:
		checkAll(check, body)
		checkZeros(check, text, aboveZero[c.operation.ID])
	}
	return nil
}

// aboveZero are the members that may be left out of a body but not be 0, which
// once it is decoded are the same.
var aboveZero = map[string]string{
	"getFixedSlotCapacity": "slotDuration",
	"updateSchedule":       "capacity",
	"createReservation":    "capacity",
	"updateReservation":    "capacity",
}

func checkZeros(check *wire.Checker, text []byte, member string) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	for member != "" {
		token, err := d.ReadToken()
		if err != nil {
			return
		}
		if token.Kind() != '0' || d.StackPointer().LastToken() != member {
			continue
		}
		if number, err := token.Float(); err == nil && number == 0 {
			check.Add(pointerPath(string(d.StackPointer())), "must not be 0", "")
		}
	}
}

// pointerPath turns a JSON pointer into the form that violations have.
func pointerPath(pointer string) string {
	var b strings.Builder
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch {
		case name != "" && strings.Trim(name, "0123456789") == "":
			b.WriteString("[" + name + "]")
		case b.Len() > 0:
			b.WriteString("." + name)
		case name != "":
			b.WriteString(name)
		default:
			b.WriteString("body")
		}
	}
	return b.String()
}

// invalid names the parameters that are missing or malformed.
func (c *call) invalid(violations []wire.Violation) *refusal {
	if faults := faultsOf[c.operation.ID]; faults != nil {
		return c.rule(invalidCapacity, strings.Join(faults(violations), ", "))
	}
	return c.rule(badParameters, namesOf(violations))
}

// namesOf are the paths of violations, each once.
func namesOf(violations []wire.Violation) string {
	names := make([]string, 0, len(violations))
	for _, v := range violations {
		if !slices.Contains(names, v.Path) {
			names = append(names, v.Path)
		}
	}
	return strings.Join(names, ", ")
}
