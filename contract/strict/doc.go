// Package strict has libopenapi-validator, in strict mode, judge the exchanges
// that the contract suite records. It alone of the three judges notices members
// that the API description does not know. It is a module of its own, so that
// nothing else depends on that validator.
package strict
