package facade_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// items are n texts.
func items(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "i"
	}
	return list
}

// overflow is 60 when it is cut to 32 bits. An int of 32 bits holds neither it
// nor its negative counterpart, and the nearest values are invalid too.
var (
	overflow int64 = 1<<32 + 60
	tooMany        = int(min(overflow, math.MaxInt))
	tooFew         = int(max(overflow-1<<33, math.MinInt))
)

func jobs(q facade.ServiceJobsQuery) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.ListServiceJobs(ctx, q, o...)
		return err
	}
}

// slots asks both operations that take a window.
func slots(w facade.Window) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.GetAppointmentSlots(ctx, "B000000001", "STORE-1", w, o...)
		_, err2 := c.GetAppointmentSlotsByJob(ctx, "JOB-1", w, o...)
		if (err == nil) != (err2 == nil) {
			return errors.Join(err, err2, errors.New("the two operations disagree"))
		}
		return err
	}
}

func fixed(q facade.FixedCapacityQuery) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.GetFixedSlotCapacity(ctx, "RESOURCE-1", q, o...)
		return err
	}
}

func ranged(q facade.RangeCapacityQuery) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.GetRangeSlotCapacity(ctx, "RESOURCE-1", q, o...)
		return err
	}
}

func documented(doc facade.ServiceUploadDocument) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.CreateUploadDestination(ctx, doc, o...)
		return err
	}
}

func reserve(r facade.Reservation) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.CreateReservation(ctx, "RESOURCE-1", r, o...)
		return err
	}
}

func schedule(records ...facade.AvailabilityRecord) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.UpdateSchedule(ctx, "RESOURCE-1", records, o...)
		return err
	}
}

func raw(call func(context.Context, *gen.Client) error) func(context.Context, *facade.Client, ...facade.CallOption) error {
	return func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		return call(ctx, c.Raw(o...))
	}
}

const year = 365 * 24 * time.Hour

// rules are what the reference says in tables and in prose: a request that
// breaks one, by the path of what breaks it, or that just keeps it.
var rules = map[string]struct {
	paths  []string // none when the rule is kept
	invoke func(context.Context, *facade.Client, ...facade.CallOption) error
}{
	"no resources": {[]string{"resources"}, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.AssignAppointmentResources(ctx, "JOB-1", "APPOINTMENT-1", nil, o...)
		return err
	}},
	"no schedules": {[]string{"schedules"}, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.UpdateSchedule(ctx, "RESOURCE-1", []facade.AvailabilityRecord{}, o...)
		return err
	}},
	"no filter":                {[]string{"createdAfter"}, jobs(facade.ServiceJobsQuery{})},
	"both filters":             {[]string{"createdAfter"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, LastUpdatedAfter: start})},
	"both filters, later page": {[]string{"createdAfter"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, LastUpdatedAfter: start, PageToken: "t"})},
	"created":                  {nil, jobs(facade.ServiceJobsQuery{CreatedAfter: start})},
	"updated":                  {nil, jobs(facade.ServiceJobsQuery{LastUpdatedAfter: start})},
	"later page":               {nil, jobs(facade.ServiceJobsQuery{PageToken: "t"})},
	"schedule backwards":       {[]string{"scheduleEndDate"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ScheduleStart: start, ScheduleEnd: start.Add(-1)})},
	"schedule of no length":    {nil, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ScheduleStart: start, ScheduleEnd: start})},
	"schedule without an end":  {nil, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ScheduleStart: start})},
	"page of 0":                {nil, jobs(facade.ServiceJobsQuery{CreatedAfter: start, PageSize: 0})},
	"page of 20":               {nil, jobs(facade.ServiceJobsQuery{CreatedAfter: start, PageSize: 20})},
	"page of 21":               {[]string{"pageSize"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, PageSize: 21})},
	"page of -1":               {[]string{"pageSize"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, PageSize: -1})},
	"20 orders":                {nil, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: slices.Repeat([]string{"111-1"}, 20)})},
	"21 orders":                {[]string{"serviceOrderIds"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: slices.Repeat([]string{"111-1"}, 21)})},
	"21 ASINs":                 {[]string{"asins"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ASINs: slices.Repeat([]string{"B000EXAM01"}, 21)})},
	"21 skills":                {[]string{"requiredSkills"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, RequiredSkills: items(21)})},
	"50 stores":                {nil, jobs(facade.ServiceJobsQuery{CreatedAfter: start, StoreIDs: items(50)})},
	"51 stores":                {[]string{"storeIds"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, StoreIDs: items(51)})},
	"no orders":                {[]string{"serviceOrderIds"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: []string{}})},
	"comma in an order":        {[]string{"serviceOrderIds[1]", "serviceOrderIds[1]"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: []string{"1", "secret,2"}})},
	"comma in an ASIN":         {[]string{"asins[0]"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, ASINs: []string{"B000,XAM01"}})},
	"comma in a skill":         {[]string{"requiredSkills[0]"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, RequiredSkills: []string{","}})},
	"comma in a store":         {[]string{"storeIds[0]"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, StoreIDs: []string{"secret,2"}})},
	"unknown status":           {[]string{"serviceJobStatus[1]"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, Statuses: []facade.ServiceJobStatus{"HOLD", "secret"}})},
	"unknown order":            {[]string{"sortOrder"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, SortOrder: "secret"})},
	"unknown field":            {[]string{"sortField"}, jobs(facade.ServiceJobsQuery{CreatedAfter: start, SortField: "secret"})},
	"several at once":          {[]string{"pageSize", "storeIds", "createdAfter"}, jobs(facade.ServiceJobsQuery{PageSize: 21, StoreIDs: items(51)})},
	"two marketplaces": {[]string{"marketplaceIds"}, raw(func(ctx context.Context, c *gen.Client) error {
		_, err := c.GetServiceJobs(ctx, gen.GetServiceJobsParams{CreatedAfter: start, MarketplaceIDs: items(2)})
		return err
	})},
	"two marketplaces, capacity": {[]string{"marketplaceIds"}, raw(func(ctx context.Context, c *gen.Client) error {
		return c.CancelReservation(ctx, "R", gen.CancelReservationParams{MarketplaceIDs: items(2)})
	})},

	"no window":              {nil, slots(facade.Window{})},
	"window without a start": {[]string{"startTime"}, slots(facade.Window{End: start})},
	"window without an end":  {[]string{"endTime"}, slots(facade.Window{Start: start})},
	"window backwards":       {[]string{"endTime"}, slots(facade.Window{Start: start, End: start.Add(-time.Hour)})},
	"window of no length":    {[]string{"endTime"}, slots(facade.Window{Start: start, End: start})},
	"window of 90 days":      {nil, slots(facade.Window{Start: start, End: start.Add(90 * 24 * time.Hour)})},
	"window of 90 days 1 s":  {[]string{"endTime"}, slots(facade.Window{Start: start, End: start.Add(90*24*time.Hour + time.Second)})},
	"window of 1000 years":   {[]string{"endTime"}, slots(facade.Window{Start: start, End: start.AddDate(1000, 0, 0)})},
	"no ASIN, no store": {[]string{"asin", "storeId"}, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.GetAppointmentSlots(ctx, "", "", facade.Window{}, o...)
		return err
	}},
	"store of 101 characters": {[]string{"storeId"}, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.GetAppointmentSlots(ctx, "B", strings.Repeat("s", 101), facade.Window{}, o...)
		return err
	}},

	"capacity backwards":           {[]string{"endDateTime"}, ranged(facade.RangeCapacityQuery{Start: start, End: start.Add(-time.Second)})},
	"capacity of no length":        {[]string{"endDateTime"}, ranged(facade.RangeCapacityQuery{Start: start, End: start})},
	"capacity without times":       {[]string{"startDateTime", "endDateTime"}, ranged(facade.RangeCapacityQuery{})},
	"capacity of an unknown type":  {[]string{"capacityTypes[0]"}, ranged(facade.RangeCapacityQuery{Start: start, End: start.Add(year), Types: []facade.CapacityType{"secret"}})},
	"fixed capacity backwards":     {[]string{"endDateTime"}, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(-time.Second)})},
	"fixed capacity without times": {[]string{"startDateTime", "endDateTime"}, fixed(facade.FixedCapacityQuery{})},
	"slots of 5":                   {nil, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: 5})},
	"slots of 360":                 {nil, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: 360})},
	"slots of 4":                   {[]string{"slotDuration", "slotDuration"}, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: 4})},
	"slots of 7":                   {[]string{"slotDuration"}, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: 7})},
	"slots of 365":                 {[]string{"slotDuration"}, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: 365})},
	"slots of -5":                  {[]string{"slotDuration"}, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: -5})},
	"slots that overflow":          {[]string{"slotDuration", "slotDuration"}, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: tooMany})},
	"slots that underflow":         {[]string{"slotDuration", "slotDuration"}, fixed(facade.FixedCapacityQuery{Start: start, End: start.Add(year), SlotMinutes: tooFew})},

	"document of 0 bytes":       {[]string{"contentLength"}, documented(facade.ServiceUploadDocument{ContentType: facade.ContentTypePDF})},
	"document of 1 byte":        {nil, documented(facade.ServiceUploadDocument{ContentType: facade.ContentTypePDF, ContentLength: 1})},
	"document of 5 MiB":         {nil, documented(facade.ServiceUploadDocument{ContentType: facade.ContentTypePDF, ContentLength: 5 << 20})},
	"document of 5 MiB, 1 byte": {[]string{"contentLength"}, documented(facade.ServiceUploadDocument{ContentType: facade.ContentTypePDF, ContentLength: 5<<20 + 1})},
	"document of -1 bytes":      {[]string{"contentLength"}, documented(facade.ServiceUploadDocument{ContentType: facade.ContentTypePDF, ContentLength: -1})},
	"document of unknown type":  {[]string{"contentType"}, documented(facade.ServiceUploadDocument{ContentType: "secret", ContentLength: 1})},
	"document with an odd MD5":  {[]string{"contentMD5"}, documented(facade.ServiceUploadDocument{ContentType: facade.ContentTypePDF, ContentLength: 1, ContentMD5: "secret"})},
	"upload of nothing": {[]string{"content"}, func(ctx context.Context, c *facade.Client, _ ...facade.CallOption) error {
		_, err := c.UploadDocument(ctx, facade.ContentTypePDF, strings.NewReader(""))
		return err
	}},
	"upload of too much": {[]string{"content"}, func(ctx context.Context, c *facade.Client, _ ...facade.CallOption) error {
		_, err := c.UploadDocument(ctx, facade.ContentTypePDF, strings.NewReader(strings.Repeat("x", 5<<20+1)))
		return err
	}},
	"cancellation for no reason": {[]string{"cancellationReasonCode"}, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		return c.CancelServiceJob(ctx, "J", "", o...)
	}},
	"reason of 101 characters": {[]string{"cancellationReasonCode"}, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		return c.CancelServiceJob(ctx, "J", strings.Repeat("R", 101), o...)
	}},
	"appointment at no time": {[]string{"appointmentTime.startTime"}, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) error {
		_, err := c.AddAppointment(ctx, "J", facade.AppointmentTime{}, o...)
		return err
	}},
	"no schedule":             {[]string{"schedules"}, schedule()},
	"schedule without times":  {[]string{"schedules[1].startTime", "schedules[1].endTime"}, schedule(shift, facade.AvailabilityRecord{})},
	"capacity of a shift":     {[]string{"schedules[0].capacity"}, schedule(facade.AvailabilityRecord{StartTime: start, EndTime: start, Capacity: -1})},
	"reservation of nothing":  {[]string{"reservation.type", "reservation.availability.startTime", "reservation.availability.endTime"}, reserve(facade.Reservation{})},
	"reservation of odd type": {[]string{"reservation.type"}, reserve(facade.Reservation{Type: "secret", Availability: shift})},
}

func TestRulesOfRequests(t *testing.T) {
	t.Parallel()
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int32
			client := clientOf(t, counted(&sent, func(r *http.Request, _ int) (*http.Response, error) { return reply(r, 422, `{}`), nil }))
			err := rule.invoke(t.Context(), client)
			if rule.paths == nil {
				if apiErrorOf(t, err).StatusCode != 422 || sent.Load() == 0 {
					t.Errorf("refused: %v", err)
				}
				return
			}
			var refused *facade.ValidationError
			if !errors.As(err, &refused) || sent.Load() != 0 {
				t.Fatalf("%T %v after %d requests", err, err, sent.Load())
			}
			var paths []string
			for _, v := range refused.Violations {
				paths = append(paths, v.Path)
				if v.Rule == "" {
					t.Errorf("%s breaks no rule", v.Path)
				}
			}
			if !slices.Equal(paths, rule.paths) || refused.Operation == "" || !strings.Contains(err.Error(), "not sent") || !strings.Contains(err.Error(), paths[0]) {
				t.Errorf("paths %q, want %q: %v", paths, rule.paths, err)
			}
			if strings.HasPrefix(name, "upload of") {
				return // the reader has been read: there is nothing to send
			}
			if err := rule.invoke(t.Context(), client, facade.NoValidation()); apiErrorOf(t, err).StatusCode != 422 || sent.Load() == 0 {
				t.Errorf("not sent without validation: %v", err)
			}
		})
	}
}
