// Package api holds the Services API v1 as an OpenAPI document, the one source of the generated code.
package api

import (
	"bytes"
	_ "embed"
)

//go:embed services-v1.yaml
var spec []byte

// Spec returns the OpenAPI 3.0.3 document of the Services API v1, as YAML. The caller owns the copy.
func Spec() []byte { return bytes.Clone(spec) }
