// Package contract holds traffic against the API description of the Services
// API v1, with kin-openapi as the judge. [Transport] makes a conformance check
// of any program in one line.
//
// Importing it links a validator of some megabytes. It belongs into tests and
// diagnostics; package facade checks answers on its own at next to no cost.
//
// Members of a body that the description does not have do not break it; those
// that a server invents are seen by the module in folder strict alone. Parameters
// that it does not have are reported, without their names: such a name may be a
// part of a value that was not escaped. A reservation may come back with its id
// alone, as the reference says, although its schema requires more.
//
// # The suite
//
// The tests drive every documented status of every operation, and every rule
// that the server decides by its state, through the façade wherever it lets
// them; EVIDENCE.md says how each cell is driven and who judged it. Each
// exchange goes into testdata/exchanges.jsonl, where the module in folder strict
// reads it as the third judge.
//
// The same scenarios run at any other server that has jobs to work with:
//
//	CONTRACT_ENDPOINT=http://127.0.0.1:8484 go test -count=1 -v -run 'TestContract$' ./contract
//
// with CONTRACT_TOKEN_ENDPOINT where the token server is not /auth/o2/token of
// that host, and SP_API_REFRESH_TOKEN, LWA_APP_ID, LWA_CLIENT_SECRET and
// SP_API_MARKETPLACE as for facade.FromEnv. They write, so that Amazon's hosts
// are refused, and use jobs up: between two runs an emulator wants a POST to
// /_emulator/reset. They fail for each answer that they could not drive because
// the server has no job for it, or no free slot.
//
// With CONTRACT_SANDBOX=1 and those credentials, TestSandbox replays at Amazon's
// sandbox the examples that Amazon publishes with its model (Apache License
// 2.0; testdata/amazon-examples.json has a part of them). Without, it says that
// nothing here was ever verified live.
package contract
