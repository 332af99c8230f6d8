package facade_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// TestViolationsNameTheValueGiven: what the caller wrote as an argument is
// quoted with the rule that it breaks.
func TestViolationsNameTheValueGiven(t *testing.T) {
	t.Parallel()
	later := start.In(time.FixedZone("", -7*3600)) // sent in UTC, so quoted in UTC
	cancel := func(id, reason string) func(context.Context, *facade.Client, ...facade.CallOption) error {
		return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
			return c.CancelServiceJob(ctx, id, reason, o...)
		}
	}
	for want, invoke := range map[string]func(context.Context, *facade.Client, ...facade.CallOption) error{
		`serviceJobStatus[0] must be one of NOT_SERVICED, CANCELLED, COMPLETED, PENDING_SCHEDULE, NOT_FULFILLABLE, HOLD, PAYMENT_DECLINED, got "FOO"`: jobs(
			facade.ServiceJobsQuery{CreatedAfter: start, Statuses: []facade.ServiceJobStatus{"FOO"}}),
		`sortOrder must be one of ASC, DESC, got "UP"`: jobs(facade.ServiceJobsQuery{CreatedAfter: start, SortOrder: "UP"}),
		`capacityTypes[1] must be one of SCHEDULED_CAPACITY, AVAILABLE_CAPACITY, ENCUMBERED_CAPACITY, RESERVED_CAPACITY, got "FREE\u202e"`: ranged(
			facade.RangeCapacityQuery{Start: start, End: start.Add(time.Hour), Types: []facade.CapacityType{facade.CapacityTypeScheduledCapacity, "FREE\u202e"}}),
		`contentType must be one of TIFF, JPG, PNG, JPEG, GIF, PDF, got "WORD"`:                                           documented(facade.ServiceUploadDocument{ContentType: "WORD", ContentLength: 1}),
		`reservation.type must be one of APPOINTMENT, TRAVEL, VACATION, BREAK, TRAINING, got "NAP"`:                       reserve(facade.Reservation{Type: "NAP", Availability: shift}),
		`serviceOrderIds[1] must match ^[0-9\-]+$, got "12a"`:                                                             jobs(facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: []string{"1", "12a"}}),
		`asins[0] must not contain a comma, got "B000,XAM01"`:                                                             jobs(facade.ServiceJobsQuery{CreatedAfter: start, ASINs: []string{"B000,XAM01"}}),
		`serviceJobId must not be a dot segment, got ".."`:                                                                cancel("..", "V1"),
		`serviceJobId must be valid UTF-8 without control characters, got "a\nb"`:                                         cancel("a\nb", "V1"),
		`serviceJobId must be valid UTF-8 without control characters, got "\xff"`:                                         cancel("\xff", "V1"),
		`serviceJobId must have 1 to 100 characters, got "` + strings.Repeat("ü", 100) + `…" of 101 characters`:           cancel(strings.Repeat("ü", 101), "V1"),
		`cancellationReasonCode must have 1 to 100 characters, got "` + strings.Repeat("R", 100) + `…" of 101 characters`: cancel("J", strings.Repeat("R", 101)),
		`slotDuration must be 5 to 360, got -30`:                                                                          fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(time.Hour), SlotMinutes: -30}),
		`createdBefore must not be before createdAfter 2026-03-02T09:00:00Z, got 2026-03-02T08:59:59.5Z`: jobs(
			facade.ServiceJobsQuery{CreatedAfter: later, CreatedBefore: later.Add(-time.Second / 2)}),
		`lastUpdatedBefore must not be before lastUpdatedAfter 2026-03-02T09:00:00Z, got 2026-03-01T09:00:00Z`: jobs(
			facade.ServiceJobsQuery{LastUpdatedAfter: later, LastUpdatedBefore: later.AddDate(0, 0, -1), PageToken: "next"}),
		`scheduleEndDate must not be before scheduleStartDate 2026-03-02T09:00:00Z, got 2026-03-02T08:00:00Z`: jobs(
			facade.ServiceJobsQuery{CreatedAfter: start, ScheduleStart: start, ScheduleEnd: start.Add(-time.Hour)}),
		`endTime must be after startTime 2026-03-02T09:00:00Z, got 2026-03-02T09:00:00Z`: slots(facade.Window{Start: start, End: later}),
		`endTime must be at most 90 days after startTime 2026-03-02T09:00:00Z, got 2026-05-31T09:00:01Z`: slots(
			facade.Window{Start: start, End: start.Add(90*24*time.Hour + time.Second)}),
		`endDateTime must be after startDateTime 2026-03-02T09:00:00Z, got 2026-03-02T08:00:00Z`: ranged(facade.RangeCapacityQuery{Start: start, End: start.Add(-time.Hour)}),
		`marketplaceIds must have at most 1 items, got 2`: raw(func(ctx context.Context, c *gen.Client) error {
			_, err := c.GetServiceJobs(ctx, gen.GetServiceJobsParams{CreatedAfter: start, MarketplaceIDs: items(2)})
			return err
		}),
	} {
		err := invoke(t.Context(), clientOf(t, api(breaks)))
		var refused *facade.ValidationError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// TestViolationsOfAnswersQuoteNothing: an answer may hold a person's data.
func TestViolationsOfAnswersQuoteNothing(t *testing.T) {
	t.Parallel()
	client := clientOf(t, answers(200, `{"payload":{"serviceJobId":"`+strings.Repeat("CANARY", 50)+`","serviceOrderId":"CANARY"}}`), facade.WithResponseValidation(facade.Enforce))
	var info facade.Info
	_, err := client.GetServiceJob(t.Context(), "JOB-1", facade.Capture(&info))
	if !errors.Is(err, facade.ErrInvalidResponse) || len(info.Violations) == 0 {
		t.Fatalf("got %v, violations %v", err, info.Violations)
	}
	wantSilent(t, err, "CANARY")
	for _, v := range info.Violations {
		if strings.Contains(v.String(), "CANARY") {
			t.Errorf("the value is in %q", v)
		}
	}
}

// Bounds that are equal, and pairs of which one is missing, are sent.
func TestOpenAndEmptyWindowsOfJobsAreSent(t *testing.T) {
	t.Parallel()
	for _, q := range []facade.ServiceJobsQuery{
		{CreatedAfter: start, CreatedBefore: start},
		{LastUpdatedAfter: start, LastUpdatedBefore: start.In(time.FixedZone("", 3600))},
		{CreatedAfter: start, LastUpdatedBefore: start.AddDate(-1, 0, 0)},
		{PageToken: "next", CreatedBefore: start.AddDate(-1, 0, 0)},
	} {
		if _, err := clientOf(t, answers(200, `{"payload":{"jobs":[]}}`)).ListServiceJobs(t.Context(), q); err != nil {
			t.Errorf("%+v: %v", q, err)
		}
	}
	q := facade.ServiceJobsQuery{CreatedAfter: start, CreatedBefore: start.Add(-time.Second)}
	if _, err := clientOf(t, answers(200, `{"payload":{"jobs":[]}}`)).ListServiceJobs(t.Context(), q, facade.NoValidation()); err != nil {
		t.Errorf("without validation: %v", err)
	}
}
