package main

// dataMutants break what is said about values, and what bounds them.
var dataMutants = []mutant{
	{
		name: "quote the values of an answer", file: "internal/wire/check.go", tests: "facade", test: "^TestViolationsOfAnswersQuoteNothing$",
		guard:  `if c.Response || c.hidden > 0 {`,
		broken: `if c.hidden > 0 {`,
	},
	{
		name: "quote values that are marked", file: "internal/wire/check.go", tests: "facade", test: "^TestPromise8RefusalsTellNothing$",
		guard:  `func (c *Checker) Hide() { c.hidden++ }`,
		broken: `func (c *Checker) Hide() { c.hidden += 0 }`,
	},
	{
		name: "generate checks that quote what is marked", file: "cmd/gen/validate.go", tests: "cmd/gen", test: "^TestChangesReachTheCode$",
		guard:  `if quotes && (mark(ref.Extensions) != "" || mark(ref.Value.Extensions) != "") {`,
		broken: `if quotes && mark(ref.Extensions) == "secret" {`,
	},
	{
		name: "send a window of jobs that ends before it starts", file: "internal/rules/rules.go", tests: "facade", test: "^TestViolationsNameTheValueGiven$",
		guard:  "\tcheckNotBefore(c, \"createdBefore\", \"createdAfter\", q.CreatedAfter, q.CreatedBefore)\n",
		broken: "",
	},
}
