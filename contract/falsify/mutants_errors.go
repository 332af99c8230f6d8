package main

// errorMutants break what errors say and what they mean.
var errorMutants = []mutant{
	{
		name: "take a failure within a 200 for a refusal", file: "facade/errors.go", tests: "facade", test: "^TestPromise1FailuresWithinSuccess$",
		guard:  `if !complete && errors.Is(meaningOf(entry.Code), ErrUnavailable) {`,
		broken: `if !complete && errors.Is(meaningOf(entry.Code), ErrUnavailable) && false {`,
	},
	{
		name: "compare codes letter by letter", file: "facade/errors.go", tests: "facade", test: "^TestPromise1FailuresWithinSuccess$",
		guard:  `return codes[strings.TrimSuffix(word, "exception")]`,
		broken: `return codes[word]`,
	},
	{
		name: "doubt the refusal of every repeat", file: "facade/retry.go", tests: "facade", test: "^TestPromise1RepeatFindsNothing$",
		guard:  `mayBeDone := op.RepeatFindsDone && x.ambiguous`,
		broken: `mayBeDone := op.Class == gen.Idempotent && x.ambiguous`,
	},
	{
		name: "believe a refusal within a 200 of a repeat", file: "facade/errors.go", tests: "facade", test: "^TestPromise1RepeatFindsNothingWithinSuccess$",
		guard:  `return e.StatusCode/100 == 2 && (e.Is(ErrNotFound) || e.Is(ErrInvalidInput))`,
		broken: `return false`,
	},
}
