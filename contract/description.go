package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"github.com/spservices/services-go/api"
)

// prefix is the part of a host that is judged.
const prefix = "/service/v1/"

// description is the API description, ready for judging.
type description struct {
	doc       *openapi3.T
	templates map[string][]string // path, and its segments
}

// load reads the description once, when it is first needed.
var load = sync.OnceValues(func() (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Spec())
	if err != nil {
		return nil, fmt.Errorf("contract: API description: %w", err)
	}
	allowShortReservations(doc)
	d := &description{doc, map[string][]string{}}
	for template := range doc.Paths.Map() {
		d.templates[template] = strings.Split(template, "/")
	}
	return d, nil
})

// allowShortReservations makes the members of a reservation optional in answers.
// The reference says in prose that a success has the id alone, while its schema
// requires type and availability, which requests do need.
func allowShortReservations(doc *openapi3.T) {
	answered := *doc.Components.Schemas["Reservation"].Value
	answered.Required = nil
	for _, record := range []string{"CreateReservationRecord", "UpdateReservationRecord"} {
		property := doc.Components.Schemas[record].Value.Properties["reservation"].Value
		property.AllOf = openapi3.SchemaRefs{{Value: &answered}}
	}
}

// Load reads the API description now instead of at the first exchange.
func Load() error {
	_, err := load()
	return err
}

// route finds the operation of a request and its path parameters, decoded. Any
// base URL is judged alike.
func (d *description) route(req *http.Request) (*routers.Route, map[string]string, bool) {
	segments := strings.Split(req.URL.EscapedPath(), "/")
	for path, template := range d.templates {
		values, ok := match(template, segments)
		if !ok {
			continue
		}
		item := d.doc.Paths.Value(path)
		if operation := item.GetOperation(req.Method); operation != nil {
			return &routers.Route{Spec: d.doc, Path: path, PathItem: item, Method: req.Method, Operation: operation}, values, true
		}
	}
	return nil, nil, false
}

func match(template, segments []string) (map[string]string, bool) {
	if len(template) != len(segments) {
		return nil, false
	}
	values := map[string]string{}
	for i, part := range template {
		if !strings.HasPrefix(part, "{") {
			if part != segments[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" || value == "." || value == ".." { // dots lead elsewhere
			return nil, false
		}
		values[strings.Trim(part, "{}")] = value
	}
	return values, true
}
