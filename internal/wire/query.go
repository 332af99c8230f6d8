package wire

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/oapi-codegen/runtime"
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
		name, _ := QueryName(fields.Type().Field(i))
		value := field.Interface()
		if t, ok := value.(time.Time); ok {
			if t.IsZero() { // in a location it is not the zero value
				continue
			}
			if year := t.UTC().Year(); year < 0 || year > 9999 {
				return "", fmt.Errorf("%s: year outside 0 to 9999", name)
			}
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

// QueryName reads a field's parameter and its documented default, "" for none.
func QueryName(f reflect.StructField) (name, fallback string) {
	name, fallback, _ = strings.Cut(f.Tag.Get(queryTag), ",")
	return name, fallback
}
