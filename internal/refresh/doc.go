// Package refresh brings Amazon's newest model into the API description: it
// reads the published Swagger 2.0 file, compares it with the OpenAPI document by
// meaning, tells the differences on one page and, if asked to, edits the
// document in place.
//
// # By meaning
//
// The two documents say the same thing in different dialects, and Amazon's has
// traps, which swagger.go and schema.go close: arrays are comma separated
// although nothing says so, a number with an integer format is an integer, a 204
// has no body, header names differ in case only, patterns are mangled, enums are
// written where they are used, and usage plans stand in tables of prose. Some
// facts are the document's own and never count as removed: those that
// x-from-prose names, and the response headers that x-kept-headers lists.
//
// # Records
//
// Two extensions at the root of the document remember what the document cannot
// state otherwise, so that a second run finds nothing new:
//
//   - x-kept-headers: {header: {operation: [status, …]}}, the response headers
//     that the document declares and the model does not state any more. A
//     response header is never required, so an answer without it is no news.
//   - x-sandbox-examples: {operation: {status: count/digest}}, the sandbox
//     examples of the model.
//
// # Why the rules are its own
//
// What breaks a user is decided by rules.go and not by oasdiff, the usual library for
// it. It brings some thirty modules, among them a command line framework and a
// cloud client. It compares OpenAPI documents, which would have to be made of
// the model first, and it does not report a pattern on the items of an array, a
// usage plan or an example: the kinds of change that this API sees most.
package refresh
