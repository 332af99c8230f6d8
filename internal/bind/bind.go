// Package bind reads queries, as a server does.
package bind

import (
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/oapi-codegen/runtime"

	"github.com/spservices/services-go/internal/iso8601"
	"github.com/spservices/services-go/internal/wire"
)

// Query fills the fields of params (a pointer to a struct) from a query,
// with the documented defaults, and reports each value that has another type
// or is given more than once.
func Query(c *wire.Checker, query url.Values, params any) {
	fields := reflect.ValueOf(params).Elem()
	for i := range fields.NumField() {
		name, fallback := wire.QueryName(fields.Type().Field(i))
		given := url.Values{name: query[name]}
		repeated := len(query[name]) > 1
		if !repeated && query.Get(name) == "" {
			if fallback == "" {
				continue
			}
			given = url.Values{name: {fallback}}
		}
		if t, ok := fields.Field(i).Addr().Interface().(*time.Time); ok {
			var err error
			if *t, err = iso8601.Parse(given.Get(name)); err != nil || repeated {
				c.Add(name, "must be an ISO 8601 time", wire.Shape(given.Get(name)))
			}
			continue
		}
		// The commas between list items are the only ones left bare.
		raw := strings.ReplaceAll(given.Encode(), "%2C", ",")
		if err := runtime.BindRawQueryParameter("form", false, false, name, raw, fields.Field(i).Addr().Interface()); err != nil {
			c.Add(name, "must be a "+kindName(fields.Field(i).Kind()), wire.Shape(given.Get(name)))
		} else if fields.Field(i).IsZero() { // which the checks take for absent
			c.Add(name, "must not be 0", "")
		}
	}
}

func kindName(k reflect.Kind) string {
	switch k {
	case reflect.Slice:
		return "comma-separated list"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "whole number"
	}
	return k.String()
}
