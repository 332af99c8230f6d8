package main

// configMutants break what options and the environment may decide, who is asked
// for tokens how often, and where panics of callbacks go.
var configMutants = []mutant{
	{
		name: "let an endpoint of the environment win over a region in code", file: "facade/settings.go", tests: "facade", test: "^TestCodeWinsOverTheEnvironment$",
		guard:  `if !code.choosesHost() {`,
		broken: `if code.host == "" && env.host != "" {`,
	},
	{
		name: "send credentials of the code to an endpoint of the environment", file: "facade/settings.go", tests: "facade", test: "^TestCodeWinsOverTheEnvironment$",
		guard:  `if env.host != "" && code.host == "" {`,
		broken: `if env.host != "" && code.host != "" {`,
	},
	{
		name: "send credentials of the code to a token endpoint of the environment", file: "facade/settings.go", tests: "facade", test: "^TestCodeWinsOverTheEnvironment$",
		guard:  `if env.tokenURL != "" && code.tokenURL == "" {`,
		broken: `if env.tokenURL != "" && code.tokenURL != "" {`,
	},
	{
		name: "take a region and an endpoint together", file: "facade/settings.go", tests: "facade", test: "^TestNewerRegionOrEndpointReplacesTheOlder$",
		guard:  `if code.region != "" && code.host != "" {`,
		broken: `if false {`,
	},
	{
		name: "keep the endpoint of the parent beside a new region", file: "facade/settings.go", tests: "facade", test: "^TestNewerRegionOrEndpointReplacesTheOlder$",
		guard:  "\t\ts.host = \"\"\n",
		broken: "",
	},
	{
		name: "keep the timeout of an HTTP client that has left", file: "facade/client.go", tests: "facade", test: "^TestTimeoutOfAnHTTPClientLeavesWithIt$",
		guard:  `client.attemptTimeout = min(c.attemptTimeout, c.clientTimeout)`,
		broken: "client.attemptTimeout = min(c.attemptTimeout, c.clientTimeout)\n\t\tclient.config.attemptTimeout = client.attemptTimeout",
	},
	{
		name: "pace each token source by itself", file: "facade/client.go", tests: "facade", test: "^TestIdentityOfTokenSources$",
		guard:  `if c.owner != nil {`,
		broken: `if c.owner != nil && c.source == nil {`,
	},
	{
		name: "give each derived token source an identity of its own", file: "facade/token.go", tests: "facade", test: "^TestTokenSourcesPerCallArePaced$",
		guard:  `c.code.anonymous = cmp.Or(c.code.anonymous, identity)`,
		broken: `c.code.anonymous = cmp.Or(identity, c.code.anonymous)`,
	},
	{
		name: "keep every bucket there ever was", file: "internal/pacing/pacing.go", tests: "facade", test: "^TestMemoryDoesNotGrowWithSellers$",
		guard:  `delete(b.byKey, key)`,
		broken: `_ = key`,
	},
	{
		name: "forget what an idle bucket has learned", file: "internal/pacing/pacing.go", tests: "internal/pacing", test: "^TestLearnedBurst$",
		guard:  `keep = keepLearned`,
		broken: `keep = keepIdle`,
	},
	{
		name: "keep every token there ever was", file: "internal/lwa/store.go", tests: "facade", test: "^TestMemoryDoesNotGrowWithSellers$",
		guard:  `delete(m.byKey, key)`,
		broken: `_ = key`,
	},
	{
		name: "keep every refusal there ever was", file: "internal/lwa/refusals.go", tests: "facade", test: "^TestMemoryDoesNotGrowWithSellers$",
		guard:  `delete(r.byHash, key)`,
		broken: `_ = key`,
	},
	{
		name: "forget that two clients share a store of their user", file: "internal/lwa/refusals.go", tests: "facade", test: "^TestRefusedCredentialsAreOfferedOnceByAllClients$",
		guard:  `if known.store == s {`,
		broken: `if known.store == nil {`,
	},
	{
		name: "remember refusals by the seller alone", file: "internal/lwa/store.go", tests: "facade", test: "^TestRotatedSecretIsOfferedAtOnce$",
		guard:  `case permanent(err): // which`,
		broken: `case false: // which`,
	},
	{
		name: "take the refusal of somebody else's secret", file: "internal/lwa/store.go", tests: "facade", test: "^TestRotatedSecretIsOfferedBesideAnOldOne$",
		guard:  `for others && permanent(err) {`,
		broken: `for others && permanent(err) && false {`,
	},
	{
		name: "replace a token that did not help", file: "internal/lwa/refusals.go", tests: "facade", test: "^TestOutageOfExpiredTokensIsNotAmplified$",
		guard:  `case known("useless token", token):`,
		broken: `case false:`,
	},
	{
		name: "replace tokens without a quota and without end", file: "internal/lwa/refusals.go", tests: "facade", test: "^TestOutageOfExpiredTokensIsNotAmplified$",
		guard:  `case known("unpaid", who):`,
		broken: `case false:`,
	},
	{
		name: "keep an expired token for want of a quota", file: "internal/lwa/refusals.go", tests: "facade", test: "^TestExpiredTokenIsReplacedWithoutQuota$",
		guard:  `return true, false`,
		broken: `return false, false`,
	},
	{
		name: "take a token that has helped for a useless one", file: "facade/token.go", tests: "facade", test: "^TestExpiredTokensAreReplacedAsOftenAsTheyExpire$",
		guard:  `if ok && x.refreshed {`,
		broken: `if ok {`,
	},
	{
		name: "ask for a new destination without a quota", file: "facade/documents.go", tests: "facade", test: "^TestOutageOfExpiredDestinationsIsNotAmplified$",
		guard:  `if !again || spent == 0 {`,
		broken: `if !again {`,
	},
	{
		name: "keep the price of a destination that helped", file: "facade/documents.go", tests: "facade", test: "^TestRenewedDestinationsArePaidBack$",
		guard:  "\t\t\t\tc.uploads.GiveBack(spent)\n",
		broken: "",
	},
	{
		name: "let a panic of a refresh end the program", file: "internal/lwa/store.go", tests: "facade", test: "^TestEveryWaiterLearnsOfAPanic$",
		guard:  `f.guard.Run(func() { token, err = refresh(ctx) })`,
		broken: `token, err = refresh(ctx)`,
	},
	{
		name: "keep the panic of a refresh from the caller", file: "internal/lwa/store.go", tests: "facade", test: "^TestEveryWaiterLearnsOfAPanic$",
		guard:  "\t\t\tf.guard.Surface()\n",
		broken: "",
	},
	{
		name: "let a panic of a page ahead end the program", file: "facade/pages.go", tests: "facade", test: "^TestCallbacksPanicWhereTheCallerIs$",
		guard:  `r.guard.Run(send)`,
		broken: `send()`,
	},
	{
		name: "replace the panic of a range's body", file: "facade/pages.go", tests: "facade", test: "^TestLeavingARangeTellsOfAPanicAhead$",
		guard:  `if !broken {`,
		broken: `if broken || !broken {`,
	},
	{
		name: "wait for a credentials function that hangs", file: "internal/lwa/credentials.go", tests: "facade", test: "^TestHungCredentialsFunctionHoldsNoCall$",
		guard:  `callback.Run(ctx, log,`,
		broken: `callback.Run(context.WithoutCancel(ctx), log,`,
	},
	{
		name: "lose the panic of a credentials function that was given up", file: "internal/lwa/login.go", tests: "facade", test: "^TestLatePanicOfACredentialsFunctionIsLogged$",
		guard:  `callback.Run(ctx, l.Logger,`,
		broken: `callback.Run(context.WithoutCancel(ctx), l.Logger,`,
	},
	{
		name: "quote the user of an endpoint", file: "internal/redact/text.go", tests: "facade", test: "^TestOptionErrorsQuoteTheValue$",
		guard:  `s = scheme + "…" + s[at:]`,
		broken: `s = scheme + s[len(scheme):]`,
	},
}
