package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

// tour is one walk through the API, a step at a time.
type tour struct {
	client   *facade.Client
	emulator *emulator.Emulator // nil against another endpoint
	traffic  *traffic
	out      *printer

	retried int

	job         *facade.ServiceJob
	slots       []facade.AppointmentSlot
	appointment string
	resource    emulator.Resource
	document    *facade.FulfillmentDocument
	from, to    time.Time // of the appointment
}

// step runs one call, counts it and prints its line. do returns what is worth
// saying about the result.
func (t *tour) step(operation string, do func(opts ...facade.CallOption) (string, error)) error {
	var info facade.Info
	started := time.Now()
	note, err := do(facade.Capture(&info))
	elapsed := time.Since(started)
	t.retried += max(info.Attempts-1, 0)
	t.out.step(line{Operation: operation, Status: info.StatusCode, RequestID: info.RequestID, Elapsed: elapsed, Note: note}, err)
	var warned warningError
	switch {
	case errors.As(err, &warned):
		return fmt.Errorf("%s returned %w", operation, warned)
	case err != nil:
		return fmt.Errorf("%s failed", operation)
	}
	return nil
}

// warningError holds the warnings of an answer. The demo gives no reason for
// any, so that each is a fault of the demo.
type warningError []facade.Warning

func (w warningError) Error() string {
	codes := make([]string, len(w))
	for i := range w {
		codes[i] = w[i].Code
	}
	return fmt.Sprintf("%s: %s", counted(len(w), "warning"), strings.Join(codes, ", "))
}

// unwarned returns an error if there are warnings.
func unwarned(warnings []facade.Warning) error {
	if len(warnings) == 0 {
		return nil
	}
	return warningError(warnings)
}

// now is the time of the server, as far as it is known.
func (t *tour) now() time.Time {
	if t.emulator != nil {
		return t.emulator.Clock().Now()
	}
	return time.Now().UTC()
}

func inOrder(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *tour) wholeJob(ctx context.Context) error {
	return inOrder(ctx, t.list, t.get, t.findSlots, t.add, t.reschedule, t.findTechnician, t.assign, t.upload,
		t.timePasses, t.fulfil, t.complete, t.get, t.capacity)
}

func (t *tour) readOnly(ctx context.Context) error {
	return inOrder(ctx, t.list, t.get, t.findSlots)
}

// list reads at most three pages, oldest jobs first, and picks a job to walk with.
func (t *tour) list(ctx context.Context) error {
	q := facade.ServiceJobsQuery{CreatedAfter: t.now().AddDate(-1, 0, 0), SortField: facade.SortFieldJobDate, SortOrder: facade.SortOrderAsc}
	for page := 1; page <= 3; page++ {
		err := t.step("getServiceJobs", func(opts ...facade.CallOption) (string, error) {
			listing, err := t.client.ListServiceJobs(ctx, q, opts...)
			if err != nil {
				return "", err
			}
			t.tokenLine(page)
			t.pick(listing.Jobs)
			q.PageToken = listing.NextPageToken
			return fmt.Sprintf("page %d: %d of %d jobs", page, len(listing.Jobs), listing.TotalResultSize), nil
		})
		if err != nil || q.PageToken == "" {
			return err
		}
	}
	return nil
}

// tokenLine tells of the access token, which the first call fetched unasked.
func (t *tour) tokenLine(page int) {
	if token, ok := t.traffic.tokenRequest(); ok && page == 1 {
		t.out.step(line{Operation: "access token", Status: token.status, RequestID: token.requestID, Elapsed: token.elapsed, Note: "Login with Amazon"}, nil)
	}
}

// pick takes the first job that waits for an appointment, or any at all.
func (t *tour) pick(jobs []facade.ServiceJob) {
	waits := func(j facade.ServiceJob) bool {
		return j.ServiceJobStatus == facade.ServiceJobStatusPendingSchedule && len(j.Appointments) == 0
	}
	if i := slices.IndexFunc(jobs, waits); i >= 0 && (t.job == nil || !waits(*t.job)) {
		t.job = &jobs[i]
	}
	if t.job == nil && len(jobs) > 0 {
		t.job = &jobs[0]
	}
}

func (t *tour) get(ctx context.Context) error {
	if t.job == nil {
		return errors.New("the seller has no service job")
	}
	return t.step("getServiceJobByServiceJobId", func(opts ...facade.CallOption) (string, error) {
		job, err := t.client.GetServiceJob(ctx, t.job.ServiceJobID, opts...)
		if err != nil {
			return "", err
		}
		t.job = job
		return job.ServiceJobID + " is " + string(job.ServiceJobStatus), nil
	})
}

func (t *tour) findSlots(ctx context.Context) error {
	return t.step("getAppointmmentSlotsByJobId", func(opts ...facade.CallOption) (string, error) {
		start := t.now().Add(24 * time.Hour).Truncate(time.Hour)
		report, err := t.client.GetAppointmentSlotsByJob(ctx, t.job.ServiceJobID, facade.Window{Start: start, End: start.AddDate(0, 0, 7)}, opts...)
		if err != nil {
			return "", err
		}
		t.slots = slices.DeleteFunc(report.AppointmentSlots, func(s facade.AppointmentSlot) bool { return s.Capacity == 0 })
		return fmt.Sprintf("%d free slots in a week, %s", len(t.slots), report.SchedulingType), nil
	})
}

func (t *tour) add(ctx context.Context) error {
	if len(t.slots) < 2 {
		return errors.New("fewer than two free slots")
	}
	return t.appoint("addAppointmentForServiceJobByServiceJobId", t.slots[0], func(when facade.AppointmentTime, opts ...facade.CallOption) (*facade.SetAppointmentResponse, error) {
		return t.client.AddAppointment(ctx, t.job.ServiceJobID, when, opts...)
	})
}

func (t *tour) reschedule(ctx context.Context) error {
	return t.appoint("rescheduleAppointmentForServiceJobByServiceJobId", t.slots[1], func(when facade.AppointmentTime, opts ...facade.CallOption) (*facade.SetAppointmentResponse, error) {
		return t.client.RescheduleAppointment(ctx, t.job.ServiceJobID, t.appointment, when, "R1", opts...)
	})
}

func (t *tour) appoint(operation string, slot facade.AppointmentSlot, call func(facade.AppointmentTime, ...facade.CallOption) (*facade.SetAppointmentResponse, error)) error {
	return t.step(operation, func(opts ...facade.CallOption) (string, error) {
		length := slot.EndTime.Sub(slot.StartTime)
		answer, err := call(facade.AppointmentTime{StartTime: slot.StartTime, DurationInMinutes: int(length.Minutes())}, opts...)
		if err != nil {
			return "", err
		}
		t.appointment, t.from, t.to = answer.AppointmentID, slot.StartTime, slot.EndTime
		return "at " + slot.StartTime.UTC().Format("Mon 2 Jan 15:04 UTC"), unwarned(answer.Warnings)
	})
}

// findTechnician looks for a resource that has the skills of the job and is free
// during the whole appointment.
func (t *tour) findTechnician(ctx context.Context) error {
	seed, err := emulator.Default(t.now())
	if err != nil {
		return err
	}
	q := facade.RangeCapacityQuery{Start: t.from, End: t.to, Types: []facade.CapacityType{facade.CapacityTypeAvailableCapacity}}
	for _, resource := range seed.Sellers[0].Resources {
		if !fits(&resource, t.job) {
			continue
		}
		free := false
		err := t.step("getRangeSlotCapacity", func(opts ...facade.CallOption) (string, error) {
			page, err := t.client.GetRangeSlotCapacity(ctx, resource.ResourceID, q, opts...)
			if err != nil {
				return "", err
			}
			if free = isFree(page); free {
				return resource.ResourceID + " is free at that time", nil
			}
			return resource.ResourceID + " is not free at that time", nil
		})
		if err != nil {
			return err
		}
		if free {
			t.resource = resource
			return nil
		}
	}
	return errors.New("no resource with the skills of the job is free at the time of the appointment")
}

func fits(r *emulator.Resource, j *facade.ServiceJob) bool {
	return r.StoreID == j.StoreID && slices.Contains(r.ServiceLocationTypes, j.ServiceLocation.ServiceLocationType) &&
		!slices.ContainsFunc(j.ScopeOfWork.RequiredSkills, func(skill string) bool { return !slices.Contains(r.Skills, skill) })
}

// isFree reports whether there is capacity during every range of a page.
func isFree(page *facade.RangeSlotCapacity) bool {
	ranges := 0
	for _, capacity := range page.Capacities {
		for _, slot := range capacity.Slots {
			if slot.Capacity < 1 {
				return false
			}
			ranges++
		}
	}
	return ranges > 0
}

func (t *tour) assign(ctx context.Context) error {
	return t.step("assignAppointmentResources", func(opts ...facade.CallOption) (string, error) {
		warnings, err := t.client.AssignAppointmentResources(ctx, t.job.ServiceJobID, t.appointment, []string{t.resource.ResourceID}, opts...)
		if err != nil {
			return "", err
		}
		return t.resource.ResourceID + ", " + counted(len(warnings), "warning"), unwarned(warnings)
	})
}

func (t *tour) upload(ctx context.Context) error {
	proof, err := signature()
	if err != nil {
		return err
	}
	err = t.step("createServiceDocumentUploadDestination", func(opts ...facade.CallOption) (string, error) {
		var err error
		t.document, err = t.client.UploadDocument(ctx, facade.ContentTypePNG, bytes.NewReader(proof), opts...)
		return "where a proof of service may go", err
	})
	if err != nil {
		return err
	}
	put := t.traffic.latest()
	t.out.step(line{Operation: "upload", Status: put.status, RequestID: put.requestID, Elapsed: put.elapsed,
		Note: fmt.Sprintf("%d bytes, encrypted with AES-256-CBC", len(proof))}, nil)
	return nil
}

// signature draws what a customer's signature might look like.
func signature() ([]byte, error) {
	picture := image.NewGray(image.Rect(0, 0, 200, 60))
	for x := range 200 {
		picture.SetGray(x, 30+(x*x/97)%25-12, color.Gray{Y: 255})
	}
	var b bytes.Buffer
	err := png.Encode(&b, picture)
	return b.Bytes(), err
}

// timePasses puts the emulator's clock after the appointment: Amazon takes no
// fulfilment of the future.
func (t *tour) timePasses(context.Context) error {
	t.emulator.Clock().Advance(t.to.Sub(t.now()) + time.Minute)
	t.out.note("the clock moves on to " + t.to.UTC().Format("Mon 2 Jan 15:04 UTC"))
	return nil
}

func (t *tour) fulfil(ctx context.Context) error {
	return t.step("setAppointmentFulfillmentData", func(opts ...facade.CallOption) (string, error) {
		return "time, resource and proof", t.client.SetAppointmentFulfillmentData(ctx, t.job.ServiceJobID, t.appointment, facade.SetAppointmentFulfillmentDataRequest{
			FulfillmentTime:      &facade.FulfillmentTime{StartTime: t.from, EndTime: t.to},
			AppointmentResources: facade.AppointmentResources{{ResourceID: t.resource.ResourceID}},
			FulfillmentDocuments: facade.FulfillmentDocuments{*t.document},
		}, opts...)
	})
}

func (t *tour) complete(ctx context.Context) error {
	return t.step("completeServiceJobByServiceJobId", func(opts ...facade.CallOption) (string, error) {
		return "", t.client.CompleteServiceJob(ctx, t.job.ServiceJobID, opts...)
	})
}

// capacity draws the day of the appointment.
func (t *tour) capacity(ctx context.Context) error {
	day := t.from.UTC().Truncate(24 * time.Hour)
	q := facade.FixedCapacityQuery{Start: day, End: day.AddDate(0, 0, 1), SlotMinutes: 60, Types: []facade.CapacityType{
		facade.CapacityTypeScheduledCapacity, facade.CapacityTypeReservedCapacity, facade.CapacityTypeEncumberedCapacity, facade.CapacityTypeAvailableCapacity,
	}}
	var slots []facade.FixedSlot
	err := t.step("getFixedSlotCapacity", func(opts ...facade.CallOption) (string, error) {
		page, err := t.client.GetFixedSlotCapacity(ctx, t.resource.ResourceID, q, opts...)
		if err != nil {
			return "", err
		}
		slots = page.Capacities
		return t.resource.ResourceID + ", " + day.Format("Mon 2 Jan"), nil
	})
	t.out.chart(slots)
	return err
}
