package main

// requestMutants break what is done before and around a request.
var requestMutants = []mutant{
	{
		name: "repeat a once operation after a 5xx", file: "facade/retry.go", tests: "facade", test: "^TestPromise1OnceOperationsRunOnce$",
		guard:  `gen.Once:       {throttled: true, unwritten: true},`,
		broken: `gen.Once:       {throttled: true, unwritten: true, failed: true},`,
	},
	{
		name: "attach the token to any origin", file: "facade/attempt.go", tests: "facade", test: "^TestPromise2GuardComparesOrigin$",
		guard:  `if req.URL.Scheme != x.client.endpoint.Scheme || req.URL.Host != x.client.endpoint.Host {`,
		broken: `if req.URL.Host == "" {`,
	},
	{
		name: "upload to any host", file: "internal/transport/destination.go", tests: "facade", test: "^TestUploadChecksTheDestinationBeforeItConnects$",
		guard:  `case !isS3(u.Hostname()):`,
		broken: `case u.Hostname() == "":`,
	},
	{
		name: "send a query's times as they are", file: "internal/wire/query.go", tests: "internal/wire", test: "^TestEncodeQuery$",
		guard:  `value = t.UTC()`,
		broken: `value = t`,
	},
	{
		name: "send a body's times as they are", file: "internal/wire/json.go", tests: "internal/wire", test: "^TestMarshal$",
		guard:  `return writeTime(e, t.UTC())`,
		broken: `return writeTime(e, t)`,
	},
	{
		name: "lose the offset of an AvailabilityRecord", file: "gen/models.gen.go", tests: "internal/wire", test: "^TestMarshal$",
		guard:  "type plain AvailabilityRecord\n\treturn wire.MarshalKeepingOffset(e, plain(v))",
		broken: "type plain AvailabilityRecord\n\tv.StartTime, v.EndTime = v.StartTime.UTC(), v.EndTime.UTC()\n\treturn wire.MarshalKeepingOffset(e, plain(v))",
	},
	{
		name: "explode lists in queries", file: "internal/wire/query.go", tests: "internal/wire", test: "^TestEncodeQuery$",
		guard:  `runtime.StyleParamWithLocation("form", false, name`,
		broken: `runtime.StyleParamWithLocation("form", true, name`,
	},
	{
		name: "let list items hold the comma that separates them", file: "internal/rules/rules.go", tests: "facade", test: "^TestRulesOfRequests$",
		guard:  "\tCheckLists(c, call.Query)\n",
		broken: "",
	},
	{
		name: "let an id be a dot segment", file: "internal/wire/path.go", tests: "facade", test: "^TestIDsAreRefusedOrArriveAsTheyAre$",
		guard:  `case value == "." || value == "..":`,
		broken: `case value == "...":`,
	},
	{
		name: "do not check minLength", file: "internal/wire/check.go", tests: "internal/wire", test: "^TestCheckerRules$",
		guard:  `n < low || n > high`,
		broken: `n > high`,
	},
	{
		name: "do not check the values of a request's enums", file: "internal/wire/check.go", tests: "internal/generated", test: "^TestValidateRequests$",
		guard:  `if value == "" || c.Response || value.Valid() {`,
		broken: `if len(value) < 99 || c.Response || value.Valid() {`,
	},
	{
		name: "digest the encrypted document", file: "facade/documents.go", tests: "facade", test: "^TestUploadStatesEncryptsAndSends$",
		guard: `			return &FulfillmentDocument{UploadDestinationID: destination.UploadDestinationID, ContentSHA256: document.SHA256(plain)}, nil`,
		broken: `			details := destination.EncryptionDetails
			cipher, err := document.NewCipher(string(details.Standard), details.Key, details.InitializationVector)
			return &FulfillmentDocument{UploadDestinationID: destination.UploadDestinationID, ContentSHA256: document.SHA256(cipher.Encrypt(plain))}, err`,
	},
	{
		name: "go round a page loop", file: "facade/pages.go", tests: "facade", test: "^TestIteratorsFindLoops$",
		guard:  `case seen[hash]:`,
		broken: `case seen[hash] && len(seen) > 1000:`,
	},
	{
		name: "keep state from one range to the next", file: "facade/pages.go", tests: "facade", test: "^TestIteratorsStartOverWhenRangedAgain$",
		guard:  `ahead = f.ask(ctx, next, opts, settings.prefetch)`,
		broken: `first, ahead = next, f.ask(ctx, next, opts, settings.prefetch)`,
	},
}

// answerMutants break how answers are read and when a call is repeated.
var answerMutants = []mutant{
	{
		name: "lose the request id of errors", file: "facade/call.go", tests: "facade", test: "^TestErrorsInEveryForm$",
		guard:  `a.status, attempt.RequestID(a.header), a.rate, a.retryAfter, a.errors`,
		broken: `a.status, attempt.RequestID(nil), a.rate, a.retryAfter, a.errors`,
	},
	{
		name: "ignore errors within a 200", file: "facade/call.go", tests: "facade", test: "^TestErrorsWithinSuccess$",
		guard:  `list := reasons.WithoutWarnings(x.errorsWithin()); len(list) > 0`,
		broken: `list := reasons.WithoutWarnings(x.errorsWithin()); len(list) > 0 && x.call.Result == nil`,
	},
	{
		name: "ignore errors of records", file: "gen/results.gen.go", tests: "facade", test: "^TestErrorsOfRecords$",
		guard:  "// AllErrors returns the errors that v carries.\nfunc (v *UpdateScheduleRecord) AllErrors() []Error {\n\tif v == nil {",
		broken: "// AllErrors returns the errors that v carries.\nfunc (v *UpdateScheduleRecord) AllErrors() []Error {\n\tif true {",
	},
	{
		name: "take a warning for an error", file: "internal/reasons/reasons.go", tests: "facade", test: "^TestWarningsAreNoErrors$",
		guard:  `if e.ErrorLevel != gen.ErrorLevelWarning && len(errors) < maxEntries {`,
		broken: `if len(errors) < maxEntries {`,
	},
	{
		name: "take an answer of any size", file: "facade/attempt.go", tests: "facade", test: "^TestPromise7LimitIsExact$",
		guard:  `case int64(len(a.body)) > limit:`,
		broken: `case int64(len(a.body)) > limit+1:`,
	},
	{
		name: "wait for the body of an error", file: "facade/attempt.go", tests: "facade", test: "^TestPromise6ErrorBodiesAreGivenLittleTime$",
		guard:  `defer time.AfterFunc(errorBodyTimeout, cancel).Stop()`,
		broken: `defer time.AfterFunc(1000*errorBodyTimeout, cancel).Stop()`,
	},
	{
		name: "want required members in answers", file: "internal/wire/check.go", tests: "facade", test: "^TestAnswersMayGrowAndShrink$",
		guard:  `if !present && !c.Response {`,
		broken: `if !present {`,
	},
	{
		name: "clamp a Retry-After that overflows", file: "internal/attempt/attempt.go", tests: "internal/attempt", test: "^TestParseRetryAfterOverflow$",
		guard:  `return math.MaxInt64`,
		broken: `return time.Minute`,
	},
	{
		name: "wait less than a long Retry-After asks", file: "facade/retry.go", tests: "facade", test: "^TestPromise4RetryAfter$",
		guard:  ` || x.failure.RetryAfter > policy.RetryAfterCap {`,
		broken: ` {`,
	},
	{
		name: "back off without jitter", file: "internal/attempt/repeat.go", tests: "facade", test: "^TestPromise4Jitter$",
		guard:  `return rand.N(max(ceiling, 1))`,
		broken: `return max(ceiling, 1)`,
	},
	{
		name: "repeat without a quota", file: "internal/attempt/repeat.go", tests: "facade", test: "^TestPromise4OutageIsNotAmplified$",
		guard:  `q.tokens -= quotaPerRepeat`,
		broken: `q.tokens -= 0`,
	},
	{
		name: "let the retry quota grow without end", file: "internal/attempt/repeat.go", tests: "facade", test: "^TestPromise4OutageAfterManySuccesses$",
		guard:  `q.tokens = min(quotaTokens, q.tokens+max(spent, 1))`,
		broken: `q.tokens += max(spent, 1)`,
	},
	{
		name: "keep the price of a repeat that helped", file: "facade/retry.go", tests: "facade", test: "^TestPromise4QuotaIsGivenBack$",
		guard:  `x.client.quota.GiveBack(x.spent)`,
		broken: `x.client.quota.GiveBack(0)`,
	},
	{
		name: "let a replaced token cost an attempt", file: "facade/retry.go", tests: "facade", test: "^TestPromise5ReplacedTokenCostsNoAttempt$",
		guard:  "if x.refreshed {\n\t\tattempts--\n\t}\n",
		broken: "",
	},
	{
		name: "replace a token in spite of NoRetry", file: "facade/token.go", tests: "facade", test: "^TestPromise5NoRetryReplacesNoToken$",
		guard:  `if !x.settings.noRetry {`,
		broken: `if x.client != nil {`,
	},
	{
		name: "replace a token for whatever has expired", file: "internal/reasons/reasons.go", tests: "facade", test: "^TestPromise5OnlyTokensExpire$",
		guard:  `strings.Contains(text, "expired") && strings.Contains(text, "token")`,
		broken: `strings.Contains(text, "expired")`,
	},
	{
		name: "keep a token that the API calls expired", file: "facade/token.go", tests: "facade", test: "^TestPromise5RejectedTokenIsReplacedOnce$",
		guard:  `source.Invalidate(ctx, token)`,
		broken: `_ = token`,
	},
	{
		name: "do not redact a personal field", file: "gen/models.gen.go", tests: "internal/generated", test: "^TestPersonalDataIsRedacted$",
		guard:  "AddressLine1 string `json:\"addressLine1,omitzero\" redact:\"personal\"`",
		broken: "AddressLine1 string `json:\"addressLine1,omitzero\"`",
	},
	{
		name: "tell the keys of maps in errors of JSON", file: "internal/redact/text.go", tests: "internal/redact", test: "^TestJSONError$",
		guard:  "default:\n\t\t\tt = nil\n",
		broken: "case t != nil && t.Kind() == reflect.Map:\n\t\t\tt = t.Elem()\n\t\tdefault:\n\t\t\tt = nil\n",
	},
	{
		name: "look at the last byte of the padding alone", file: "internal/document/document.go", tests: "internal/document", test: "^TestDecryptChecksTheWholePadding$",
		guard:  ` || !bytes.Equal(plain[len(plain)-padding:], bytes.Repeat([]byte{byte(padding)}, padding)) {`,
		broken: ` {`,
	},
	{
		name: "redact nothing", file: "internal/redact/walk.go", tests: "facade", test: "^TestPromise8ModelsPrintWithoutPersonalData$",
		guard:  `case f.mark == "" || field.IsZero():`,
		broken: `case f.mark != "?" || field.IsZero():`,
	},
}
