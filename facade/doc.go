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
// sent. A token that cannot be had is an [*AuthError]. A request whose turn comes
// too late is a [*LimitError]. Everything that was sent and did not succeed is an
// [*APIError]; test for what it means with errors.Is and [ErrInvalidInput],
// [ErrForbidden], [ErrTokenExpired], [ErrNotFound], [ErrThrottled], [ErrUnavailable]
// and their neighbours. An unknown job is ErrInvalidInput, because Amazon answers
// 422 for it. Errors within a success come beside the decoded result. No error
// text holds a message of Amazon's, a query, a token or a person's data.
//
// # Retries
//
// The class of an operation, in gen.Operations, says what may be repeated: reads
// and idempotent writes after a 429, a 5xx or a lost answer; operations that mint
// an id (AddAppointment, RescheduleAppointment, CreateReservation,
// UpdateReservation) only after a 429 or with proof that nothing was written.
// Otherwise they fail with [ErrOutcomeUnknown]. [RetryPolicy] says how often and
// when; [DefaultAttempts] and its neighbours are the defaults.
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
// [ErrPageLoop] when a page token comes twice.
//
// # Uploads
//
// [Client.UploadDocument] goes from a reader to the document that
// [Client.SetAppointmentFulfillmentData] takes.
//
// # Testing
//
// Package emulator is the whole API in process; point a client at it with
// [WithEndpoint] and [WithTokenEndpoint].
package facade
