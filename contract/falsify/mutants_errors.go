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
	{
		name: "repeat a message as it came", file: "internal/redact/line.go", tests: "facade", test: "^TestMessagesAreRedacted$",
		guard:  `if scrubbed := hide(text, nil, true); scrubbed == text || carried == nil {`,
		broken: `if scrubbed := text; scrubbed == text || carried == nil {`,
	},
	{
		name: "show the digits between two dates", file: "internal/redact/line.go", tests: "internal/redact", test: "^TestLineHides$",
		guard:  `return !isWord(before) && !isWord(after)`,
		broken: `return true`,
	},
	{
		name: "let invisible characters part a number", file: "internal/redact/line.go", tests: "internal/redact", test: "^TestLineHides$",
		guard:  `case !unicode.IsPrint(r), unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):`,
		broken: `case !unicode.IsPrint(r) && r != '\u200b':`,
	},
	{
		name: "let an apostrophe part a number", file: "internal/redact/line.go", tests: "internal/redact", test: "^TestLineHides$",
		guard:  `{Lo}\p{N},:;"]*`,
		broken: `{Lo}\p{N},:;"']*`,
	},
	{
		name: "decode an error of any length", file: "internal/reasons/reasons.go", tests: "facade", test: "^TestMemoryOfAnAnswerIsBounded$",
		guard:  `if text.Kind() == '{' && len(text) > maxText {`,
		broken: `if text.Kind() == 'x' {`,
	},
	{
		name: "decode errors of any length", file: "internal/reasons/reasons.go", tests: "facade", test: "^TestMemoryOfAnAnswerIsBounded$",
		guard:  `if left -= len(item); left < 0 && len(found) > 0 {`,
		broken: `if left -= 0; left < 0 {`,
	},
	{
		name: "let escapes hide an address", file: "internal/redact/line.go", tests: "internal/redact", test: "^TestLineHides$",
		guard:  `}, html.UnescapeString(text))`,
		broken: `}, text)`,
	},
	{
		name: "show half of a number at the end of a long text", file: "internal/redact/line.go", tests: "internal/redact", test: "^TestLineTakesNoTime$",
		guard:  `strings.TrimRightFunc(text[:end], func(r rune) bool { return !unicode.IsLetter(r) })`,
		broken: `text[:end]`,
	},
	{
		name: "hide the id that was asked for", file: "internal/reasons/describe.go", tests: "facade", test: "^TestMessagesKeepWhatTheRequestCarried$",
		guard:  `values = append(values, token.String())`,
		broken: `_ = token.String()`,
	},
	{
		name: "describe every error", file: "internal/reasons/describe.go", tests: "facade", test: "^TestErrorsSayWhy$",
		guard:  `if len(lines) == maxDescribed {`,
		broken: `if len(lines) == 10*maxDescribed {`,
	},
	{
		name: "tell a code that is a phone number", file: "internal/reasons/describe.go", tests: "facade", test: "^TestMessagesAreRedacted$",
		guard:  ` && redact.Line(s, nil) == s`,
		broken: ``,
	},
	{
		name: "keep a million errors", file: "internal/reasons/reasons.go", tests: "facade", test: "^TestHostileErrorsTakeNoTime$",
		guard:  `for n := 0; n < maxItems && len(found) < maxEntries && d.PeekKind() != ']'; n++ {`,
		broken: `for d.PeekKind() != ']' {`,
	},
	{
		name: "repeat the message of a 5xx", file: "facade/errors.go", tests: "facade", test: "^TestErrorsSayWhy$",
		guard:  `(e.StatusCode/100 == 2 || e.StatusCode/100 == 4)`,
		broken: `e.StatusCode != 0`,
	},
	{
		name: "ignore WithErrorMessages", file: "facade/call.go", tests: "facade", test: "^TestErrorMessagesCanBeLeftOut$",
		guard:  `codesOnly: !x.client.errorMessages,`,
		broken: `codesOnly: false,`,
	},
	{
		name: "marshal the messages of an error", file: "facade/errors.go", tests: "facade", test: "^TestValuesOfErrorsPrintNothing$",
		guard:  `func (e APIError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }`,
		broken: `func (e APIError) marshalText() ([]byte, error) { return []byte(e.Error()), nil }`,
	},
	{
		name: "print the description of a dereferenced AuthError", file: "internal/lwa/login.go", tests: "facade", test: "^TestValuesOfErrorsPrintNothing$",
		guard:  `func (e Error) Format(`,
		broken: `func (e *Error) Format(`,
	},
	{
		name: "give up the errors of a transport", file: "internal/attempt/sanitize.go", tests: "facade", test: "^TestChainsGiveUpNothing$",
		guard:  `return kind == nil`,
		broken: "s.kinds = append(s.kinds, e)\n\t\treturn kind == nil",
	},
	{
		name: "give up what is within a net.OpError", file: "internal/attempt/sanitize.go", tests: "facade", test: "^TestChainsGiveUpNothing$",
		guard:  `Addr: plainAddress(e.Addr), Err: sanitize(e.Err, alive)}`,
		broken: `Addr: plainAddress(e.Addr), Err: e.Err}`,
	},
	{
		name: "take a transport's cancellation for the caller's", file: "internal/attempt/sanitize.go", tests: "facade", test: "^TestChainsKeepWhatHelps$",
		guard:  `return !notOurs && errors.Is(err, target)`,
		broken: `return errors.Is(err, target) || notOurs && false`,
	},
	{
		name: "call the caller's deadline a lost connection", file: "facade/retry.go", tests: "facade", test: "^TestNoAnswerIsErrConnection$",
		guard:  `failure.noAnswer = x.last.answer == nil && !isContextError(err)`,
		broken: `failure.noAnswer = x.last.answer == nil`,
	},
	{
		name: "log what the caller cancelled", file: "facade/call.go", tests: "facade", test: "^TestFailuresAreLoggedOnce$",
		guard:  `if errors.Is(ctx.Err(), context.Canceled) && errors.Is(err, context.Canceled) {`,
		broken: `if ctx == nil {`,
	},
	{
		name: "make texts that nobody reads", file: "facade/call.go", tests: "facade", test: "^TestTextsThatNobodyReadsAreNotMade$",
		guard:  `if c.logger.Enabled(ctx, level) { // the text of an error takes time`,
		broken: `if level != slog.LevelError {`,
	},
}
