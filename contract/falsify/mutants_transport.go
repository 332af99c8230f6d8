package main

// transportMutants break what keeps a request from being sent twice.
var transportMutants = []mutant{
	{
		name: "repeat a once operation after a lost answer", file: "facade/attempt.go", tests: "facade", test: "^TestPromise1OnceOperationsRunOnce$",
		guard:  `x.last.unsent, err = failure.Unsent, failure.Err`,
		broken: `x.last.unsent, err = true, failure.Err`,
	},
	{
		name: "take a caller's word for proof that nothing was written", file: "internal/transport/sender.go", tests: "facade", test: "^TestPromise1OnceOperationsRunOnce$",
		guard:  `Unsent: via != Fresh && stop.total() == 0`,
		broken: `Unsent: stop.total() == 0`,
	},
	{
		name: "follow a redirect of the caller's transport", file: "internal/transport/sender.go", tests: "facade", test: "^TestPromise2(NoRedirectIsFollowed|UploadRedirects|TokenEndpointRedirects)$",
		guard:  `s.caller.RoundTrip(`,
		broken: `(&http.Client{Transport: s.caller}).Do(`,
	},
	{
		name: "follow a redirect of the own transport", file: "internal/transport/sender.go", tests: "facade", test: "^TestPromise2(NoRedirectIsFollowed|UploadRedirects|TokenEndpointRedirects)$",
		guard:  `rt.RoundTrip(req)`,
		broken: `(&http.Client{Transport: rt}).Do(req)`,
	},
	{
		name: "let net/http read a body again", file: "internal/transport/sender.go", tests: "facade", test: "^TestNothingBelowTheFacadeRepeatsOverHTTP1$",
		guard:  "\treq.GetBody = nil // net/http repeats what it can read again\n",
		broken: "",
	},
	{
		name: "send reads without a body of our own", file: "internal/transport/sender.go", tests: "facade", test: "^TestNothingBelowTheFacadeRepeatsOverHTTP1$",
		guard:  `if req.Body == nil && mayLackBody(req.Method) {`,
		broken: `if false {`,
	},
	{
		name: "let a transport take a second connection", file: "internal/transport/sender.go", tests: "facade", test: "^TestNothingBelowTheFacadeRepeatsOverHTTP2$",
		guard:  `r.conns[r.host] > 1 {`,
		broken: `r.conns[r.host] > 100 {`,
	},
	{
		name: "send once operations on kept connections", file: "facade/attempt.go", tests: "facade", test: "^TestOnceOperationsOutliveClosingConnections$",
		guard:  `gen.Once:       transport.Fresh,`,
		broken: `gen.Once:       transport.Kept,`,
	},
	{
		name: "speak HTTP/2 by ourselves", file: "internal/transport/transport.go", tests: "facade", test: "^TestOwnTransportSpeaksHTTP11Only$",
		guard:  `http1.SetHTTP1(true)`,
		broken: "http1.SetHTTP1(true)\n\thttp1.SetHTTP2(true)",
	},
	{
		name: "send what a hook sets without a look", file: "facade/attempt.go", tests: "facade", test: "^TestHeadersOfHooksAreCheckedBeforeSending$",
		guard:  `attempt.CheckHeader(&checker, req.Header)`,
		broken: `attempt.CheckHeader(&checker, nil)`,
	},
	{
		name: "wait for a caller's transport past the context", file: "internal/callback/callback.go", tests: "facade", test: "^TestCallsReturnWhenTheTransportDoesNot$",
		guard:  `case <-ctx.Done():`,
		broken: `case <-context.Background().Done():`,
	},
	{
		name: "lose a panic of a caller's transport", file: "internal/callback/callback.go", tests: "facade", test: "^TestPanicsOfTheTransportSurface$",
		guard:  `o.guard.Surface()`,
		broken: ``,
	},
	{
		name: "wait for a caller's limiter, token source or token store", file: "internal/callback/callback.go", tests: "facade", test: "^TestCodeThatDoesNotReturnHoldsNoCall$",
		guard:  `if _, ours := v.(interface{ EndsWithContext() }); ours {`,
		broken: `if v != nil {`,
	},
	{
		name: "take an answer without a status", file: "internal/transport/sender.go", tests: "facade", test: "^TestAnswersThatNoTransportMayGive$",
		guard:  `case resp.StatusCode == 0:`,
		broken: `case resp.StatusCode < 0:`,
	},
	{
		name: "call the token request's timeout the caller's", file: "internal/lwa/login.go", tests: "facade", test: "^TestContextErrorsOfTokenRequestsAreNotTheCallers$",
		guard:  `attempt.Explain(ctx, call, requestTimeout, errors.Unwrap(err))`,
		broken: `attempt.Sanitize(errors.Unwrap(err))`,
	},
	{
		name: "keep the late answer of a transport open", file: "internal/transport/sender.go", tests: "facade", test: "^TestCallsReturnWhenTheTransportDoesNot$",
		guard:  `}, closeBody)`,
		broken: `}, nil)`,
	},
	{
		name: "read a body that never ends", file: "internal/callback/read.go", tests: "facade", test: "^TestAnswersThatNoTransportMayGive$",
		guard:  `empty++; empty == maxEmptyReads`,
		broken: `empty++; empty < 0`,
	},
	{
		name: "give up once operations that were never connected", file: "internal/transport/sender.go", tests: "facade", test: "^TestConnectionsThatFailAreNoUnknownOutcome$",
		guard:  `Unsent: req.Method != http.MethodGet && !connected.Load()`,
		broken: `Unsent: false`,
	},
}
