package main

// tokenMutants break the keeping of access tokens and of secrets.
var tokenMutants = []mutant{
	{
		name: "refresh a token for each who waits", file: "internal/lwa/store.go", tests: "internal/lwa", test: "^TestOneRequestHoweverManyWait$",
		guard:  "if e.flight == nil {",
		broken: "if e != nil {",
	},
	{
		name: "ask again at once after a failed refresh", file: "internal/lwa/store.go", tests: "internal/lwa", test: "^TestOutageIsNotAmplified$",
		guard:  `if e.failure != nil && time.Since(e.failedAt) < FailureMemory {`,
		broken: `if e.failure != nil && time.Since(e.failedAt) < 0 {`,
	},
	{
		name: "offer refused credentials again", file: "internal/lwa/login.go", tests: "internal/lwa", test: "^TestPermanentRefusalIsRemembered$",
		guard:  `l.Refusals.Add(RefusalMemory, failure, offer...)`,
		broken: `// not remembered`,
	},
	{
		name: "believe any expires_in", file: "internal/lwa/login.go", tests: "internal/lwa", test: "^TestExpiresIn$",
		guard:  `min(seconds, maxLifetime.Seconds())`,
		broken: `seconds`,
	},
	{
		name: "let a rejected token drive out its successor", file: "internal/lwa/store.go", tests: "internal/lwa", test: "^TestInvalidate$",
		guard:  `if e == nil || e.token.Value != token.Value {`,
		broken: `if e == nil {`,
	},
	{
		name: "end the refresh with the caller who began it", file: "internal/lwa/store.go", tests: "internal/lwa", test: "^TestCancelledCallerDoesNotFailOthers$",
		guard:  `context.WithCancel(context.WithoutCancel(ctx))`,
		broken: `context.WithCancel(ctx)`,
	},
	{
		name: "print the secret of Credentials", file: "internal/lwa/credentials.go", tests: "facade", test: "^TestPromise8OwnTypesPrintWithoutSecrets$",
		guard:  `func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("Credentials(redacted)")) }`,
		broken: `func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.ClientSecret)) }`,
	},
	{
		name: "quote in errors what net/http quotes", file: "internal/attempt/sanitize.go", tests: "facade", test: "^TestPromise8ConnectionsTellNothing$",
		guard:  `strings.LastIndex(text, ` + "`\"`" + `); from < to {`,
		broken: `strings.LastIndex(text, ` + "`\"`" + `); to < from {`,
	},
}

// pacingMutants break the usage plans.
var pacingMutants = []mutant{
	{
		name: "use the whole burst", file: "internal/pacing/pacing.go", tests: "internal/pacing", test: "^TestBurst$",
		guard:  `capacity := math.Max(1, float64(plan.Burst-1))`,
		broken: `capacity := math.Max(1, float64(plan.Burst))`,
	},
	{
		name: "go on after a 429", file: "internal/pacing/pacing.go", tests: "internal/pacing", test: "^TestThrottlingEmptiesTheBucketForAll$",
		guard:  `b.tokens = math.Min(b.tokens, 0)`,
		broken: `b.tokens = math.Min(b.tokens, b.capacity)`,
	},
	{
		name: "serve the newest waiter first", file: "internal/pacing/pacing.go", tests: "internal/pacing", test: "^TestFirstInFirstOut$",
		guard:  `b.waiting.PushBack(turn)`,
		broken: `b.waiting.PushFront(turn)`,
	},
	{
		name: "let a newcomer overtake who waits", file: "internal/pacing/pacing.go", tests: "internal/pacing", test: "^TestNobodyIsOvertaken",
		guard:  `if b.waiting.Len() == 0 && b.tokens >= 1 {`,
		broken: `if b.tokens >= 1 {`,
	},
	{
		name: "learn any rate", file: "internal/pacing/pacing.go", tests: "internal/pacing", test: "^TestLearnedRate$",
		guard:  `rate := math.Min(math.Max(o.Rate, minLearnedRate*b.plan.Rate), maxLearnedRate*b.plan.Rate)`,
		broken: `rate := o.Rate`,
	},
	{
		name: "learn no rate", file: "facade/attempt.go", tests: "facade", test: "^TestPromise3RateHeader$",
		guard:  `Outcome{Throttled: isThrottled(a.status), Rate: a.rate}`,
		broken: `Outcome{Throttled: isThrottled(a.status)}`,
	},
}
