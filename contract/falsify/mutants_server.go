package main

// serverMutants break the emulator's token server, admin API, state file and
// document store.
var serverMutants = []mutant{
	{
		name: "wait for a body that a client holds back", file: "emulator/exchange.go", tests: "emulator", test: "^TestRefusalsDoNotWaitForTheBody$",
		guard:  `r = r.WithContext(r.Context())`,
		broken: `_ = r`,
	},
	{
		name: "read a body that is too long by its length", file: "emulator/exchange.go", tests: "emulator", test: "^TestRefusalsDoNotWaitForTheBody$",
		guard:  `if r.ContentLength > limit {`,
		broken: `if limit < 0 {`,
	},
	{
		name: "take any content type for a token request", file: "emulator/token.go", tests: "emulator", test: "^TestTokenServerTakesFormsHoweverTheyAreCalled$",
		guard:  `if media != "application/json" && media != "application/x-www-form-urlencoded" {`,
		broken: `if media == "" {`,
	},
}
