package wire

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/oapi-codegen/runtime"

	"github.com/spservices/services-go/internal/iso8601"
)

// Query parameters are fields tagged `query:"name"` or `query:"name,default"`.
// All of them are styled form without explode: lists are comma separated.
const queryTag = "query"

// EncodeQuery styles the fields of params (a pointer to a struct) that are not
// zero. Times are sent in UTC.
func EncodeQuery(params any) (string, error) {
	if params == nil {
		return "", nil
	}
	var parts []string
	fields := reflect.ValueOf(params).Elem()
	for i := range fields.NumField() {
		field := fields.Field(i)
		if field.IsZero() {
			continue
		}
		name, _ := queryName(fields.Type().Field(i))
		value := field.Interface()
		if t, ok := value.(time.Time); ok {
			value = t.UTC()
		}
		part, err := runtime.StyleParamWithLocation("form", false, name, runtime.ParamLocationQuery, value)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "&"), nil
}

// BindQuery fills the fields of params (a pointer to a struct) from a query,
// with the documented defaults, and reports each value that has another type.
func BindQuery(c *Checker, query url.Values, params any) {
	fields := reflect.ValueOf(params).Elem()
	for i := range fields.NumField() {
		name, fallback := queryName(fields.Type().Field(i))
		given := url.Values{name: query[name]}
		if query.Get(name) == "" {
			if fallback == "" {
				continue
			}
			given = url.Values{name: {fallback}}
		}
		if t, ok := fields.Field(i).Addr().Interface().(*time.Time); ok {
			var err error
			if *t, err = iso8601.Parse(given.Get(name)); err != nil {
				c.Add(name, "must be an ISO 8601 time", shape(given.Get(name)))
			}
			continue
		}
		// The commas between list items are the only ones left bare.
		raw := strings.ReplaceAll(given.Encode(), "%2C", ",")
		if err := runtime.BindRawQueryParameter("form", false, false, name, raw, fields.Field(i).Addr().Interface()); err != nil {
			c.Add(name, "must be a "+kindName(fields.Field(i).Kind()), shape(given.Get(name)))
		} else if fields.Field(i).IsZero() { // which the checks take for absent
			c.Add(name, "must not be 0", "")
		}
	}
}

func queryName(f reflect.StructField) (name, fallback string) {
	name, fallback, _ = strings.Cut(f.Tag.Get(queryTag), ",")
	return name, fallback
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

// CheckLists refuses list items that hold the comma which separates them.
func CheckLists(c *Checker, params any) {
	if params == nil {
		return
	}
	fields := reflect.ValueOf(params).Elem()
	for i := range fields.NumField() {
		field := fields.Field(i)
		if field.Kind() != reflect.Slice {
			continue
		}
		name, _ := queryName(fields.Type().Field(i))
		for j := range field.Len() {
			if item := field.Index(j); item.Kind() == reflect.String && strings.ContainsRune(item.String(), ',') {
				c.EnterItem(name, j)
				c.Add("", "must not contain a comma", shape(item.String()))
				c.Leave()
			}
		}
	}
}
