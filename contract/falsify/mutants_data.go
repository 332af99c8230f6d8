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
	{
		name: "let a panic of the value out of Redacted", file: "internal/redact/own.go", tests: "facade", test: "^TestRedactedNeverPanics$",
		guard:  `if recover() != nil {`,
		broken: `if r := recover(); r != nil && func() bool { panic(r) }() {`,
	},
	{
		name: "let a value write itself, whatever it holds", file: "internal/redact/own.go", tests: "facade", test: "^TestRedactedNeverPanics$",
		guard:  `has && !conceals(t, map[reflect.Type]bool{})`,
		broken: `has`,
	},
	{
		name: "redact without an end", file: "internal/redact/walk.go", tests: "internal/redact", test: "^TestHugeValuesAreCut$",
		guard:  `if w.left--; w.left < 0 || len(w.path) == maxDepth {`,
		broken: `if len(w.path) == maxDepth {`,
	},
	{
		name: "redact two members of one name", file: "internal/redact/walk.go", tests: "facade", test: "^TestRedactedNeverPanics$",
		guard:  `(i == 0 || e.name != list[i-1].name)`,
		broken: `i >= 0`,
	},
	{
		name: "wait for the reader of a document past the context", file: "facade/documents.go", tests: "facade", test: "^TestUploadEndsWithItsContextWhileItReads$",
		guard:  `callback.Run(ctx, c.logger, func()`,
		broken: `callback.Run(context.WithoutCancel(ctx), c.logger, func()`,
	},
	{
		name: "read a document past its context", file: "internal/callback/read.go", tests: "facade", test: "^TestUploadReadsNothingWhenItsContextHasEnded$",
		guard:  `if err := ctx.Err(); err != nil {`,
		broken: `if err := ctx.Err(); err != nil && limit < 0 {`,
	},
	{
		name: "ask a reader that returns nothing for ever", file: "internal/callback/read.go", tests: "facade", test: "^TestUploadRefusesReadersThatMisbehave$",
		guard:  `if empty++; empty == maxEmptyReads {`,
		broken: `if empty++; empty < 0 {`,
	},
	{
		name: "believe any count of a reader", file: "internal/callback/read.go", tests: "facade", test: "^TestUploadRefusesReadersThatMisbehave$",
		guard:  `if n < 0 || n > len(room) {`,
		broken: `if n < -1 {`,
	},
	{
		name: "decode an answer whatever memory it takes", file: "internal/wire/budget.go", tests: "facade", test: "^TestMemoryOfAnAnswerIsBounded$",
		guard:  `if cost+most <= budget {`,
		broken: `if cost+most >= 0 {`,
	},
	{
		name: "count the items of lists as nothing", file: "internal/wire/budget.go", tests: "facade", test: "^TestMemoryOfAnAnswerIsBounded$",
		guard:  `m.left -= copies * n * sizeOf(t.Elem())`,
		broken: `m.left -= copies * n * 0`,
	},
	{
		name: "let lists grow while they are decoded", file: "internal/wire/budget.go", tests: "facade", test: "^TestMemoryOfAnAnswerIsBounded$",
		guard:  `reflect.MakeSlice(t, 0, int(n))`,
		broken: `reflect.MakeSlice(t, 0, 0)`,
	},
	{
		name: "count brackets within strings", file: "internal/wire/budget.go", tests: "facade", test: "^TestLargePagesAreDecoded$",
		guard:  `i = endOfString(text, start)`,
		broken: `i = max(start, 0*endOfString(text, start))`,
	},
	{
		name: "keep all that an answer breaks", file: "internal/wire/check.go", tests: "facade", test: "^TestMemoryOfAnAnswerIsBounded$",
		guard:  `if c.Response && len(c.violations) == maxOfResponse {`,
		broken: `if c.Response && len(c.violations) < 0 {`,
	},
	{
		name: "upload with headers of any number", file: "internal/transport/destination.go", tests: "facade", test: "^TestUploadChecksTheDestinationBeforeItConnects$",
		guard:  `if size > maxDestination {`,
		broken: `if size < 0 {`,
	},
}
