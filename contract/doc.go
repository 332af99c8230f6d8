// Package contract holds traffic against the API description of the Services
// API v1, with kin-openapi as the judge. [Transport] makes a conformance check
// of any program in one line; the tests of this package drive every documented
// status of every operation.
//
// Importing it links a validator of some megabytes. It belongs into tests and
// diagnostics; package facade checks answers on its own at next to no cost.
package contract
