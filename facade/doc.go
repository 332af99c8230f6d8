// Package facade is the client of Amazon's Selling Partner Services API v1:
// service jobs, appointments, resources, capacity, schedules, reservations,
// slots and proof documents.
//
//	client, err := facade.New(
//		facade.WithRegion(facade.NorthAmerica),
//		facade.WithMarketplace(facade.MarketplaceUS),
//		facade.WithCredentials(facade.Credentials{ClientID: id, ClientSecret: secret, RefreshToken: token}),
//	)
//	for job, err := range client.ServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: since}) { … }
//
// # Calls
//
// Every method takes a context, which ends every wait, and [CallOption]s. What
// the API wraps is unwrapped: the payload is the result. [Capture] tells status,
// request id, rate limit and waits, also of a call that failed. [Client.Raw]
// has one method per operation as the API description has it.
//
// # Errors
//
// A request that breaks the API description is a [*ValidationError] and is not
// sent; it lists each member, the rule it breaks and the value given. A token that cannot be had is an [*AuthError], or what a [TokenSource] of
// your own says. A request whose turn comes too late is a [*LimitError]. Everything
// that was sent and did not succeed is an [*APIError]; test for what it means with
// errors.Is and [ErrInvalidInput], [ErrForbidden], [ErrTokenExpired], [ErrNotFound],
// [ErrThrottled], [ErrUnavailable], [ErrConnection] and their neighbours. An unknown
// job is ErrInvalidInput, because Amazon answers 422 for it. Errors within a success
// come beside the decoded result. Texts have Amazon's reasons, see
// [APIError.Error]; [APIError.Messages] has them word for word.
//
// # Retries
//
// The class of an operation, in gen.Operations, says what may be repeated: reads
// and idempotent writes after a 429, a 5xx or a lost answer; operations that mint
// an id (AddAppointment, RescheduleAppointment, CreateReservation,
// UpdateReservation) only after a 429 or where no connection was obtained.
// Otherwise they fail with [ErrOutcomeUnknown], also when a 200 reports a failure of
// the service and has no payload. CancelServiceJob, CompleteServiceJob and
// CancelReservation fail with it when a repeat after an ambiguous failure is
// refused, because the first try may have done the work. Any other write that
// fails may simply be called again: done twice it is the same. [RetryPolicy] says
// how often and when; [DefaultAttempts] and its neighbours are the defaults.
//
// # Limits
//
// Each operation is paced by a token bucket of its own, seeded with the usage
// plan and corrected by the x-amzn-RateLimit-Limit header, so that a drain of
// hundreds of pages meets no 429. See [Limiter] to share buckets.
//
// # Pages
//
// Iterators can be ranged over again, end with the first error, and stop with
// [ErrPageLoop] when a page token comes twice. [Info].PageToken, and
// NextPageToken of a page, tell where to go on later. How many pages there are
// is not bounded, because a long window can have many without anything on them:
// the context ends a range. [Prefetch] asks for the next page ahead.
//
// # Uploads
//
// [Client.UploadDocument] goes from a reader to the document that
// [Client.SetAppointmentFulfillmentData] takes. What goes wrong at the document
// store is an [*APIError] of the operation uploadDocument. Hooks and [Capture]
// tell of the destination that was asked for, not of the upload itself.
//
// # Code of yours
//
// Hooks, limiters, token sources and stores, credentials functions, transports and
// log handlers are called from within a call. A panic of theirs surfaces in that
// call, or in the range of an iterator, also with [Prefetch]. Of the callers that
// wait for one token, the first gets the panic and the others an [*AuthError].
//
// A call returns when its context ends, even if the Wait of a limiter, a token
// source or store, a credentials function or a transport does not. That code may
// then still be running. Hooks, log handlers, the Observe of a limiter and
// [TokenIdentity] run within the call and must return at once.
//
// # Secrets and personal data
//
// What this package writes, to logs and into errors, holds no token, credential
// or presigned URL. Models, [Credentials], [Token] and [RawBody] print and log
// without a person's data; for collections there is [Redacted]. encoding/json
// sees all of a model. Amazon's messages in errors and logs are without e-mail
// addresses, phone numbers and URLs, but names and street addresses cannot be
// recognised: [WithErrorMessages] leaves messages out. The access token goes to the
// endpoint alone: no redirect is followed.
//
// # Connections
//
// Requests go out over HTTP/1.1, each once: what is sent again is sent by the
// rules above, paced and counted. Operations that mint an id take a connection of
// their own, because a kept one may be closing. HTTPS_PROXY and NO_PROXY are
// honoured; a proxy learns host and port. Give a transport of your own by
// [WithHTTPClient] for anything else; what it changes is told there. A process needs one
// client: those that [Client.With] derives share its connections, usage plans and
// tokens. A derived client speaks for the same seller unless it is given other
// credentials or a [TokenSource] with a [TokenIdentity]. [WithHook] is for traces and metrics; module otel has a hook for
// OpenTelemetry.
//
// # Testing
//
// Package emulator is the whole API in process; point a client at it with
// [WithEndpoint] and [WithTokenEndpoint].
package facade
