package facade_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
)

// TestPromise8JSONErrorsHoldNoValue has answers that do not fit and requests
// that cannot be encoded: the error tells the place, and nothing of what is there.
func TestPromise8JSONErrorsHoldNoValue(t *testing.T) {
	t.Parallel()
	silent := func(t *testing.T, err error, place string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), place) {
			t.Errorf("got %v, want an error with %q", err, place)
			return
		}
		wantSilent(t, err, canary, "5550100")
	}
	for answer, place := range map[string]string{
		`{"buyer":{"name":["CANARY"]}}`:                                                     "/payload/buyer/name ",
		`{"createTime":"CANARY"}`:                                                           "/payload/createTime ",
		`{"payments":[{"amount":{"value":"CANARY"}}]}`:                                      "/payload/payments/0/amount/value ",
		`{"appointments":[{"appointmentTime":{"durationInMinutes":5550100.5}}]}`:            "/payload/appointments/0/appointmentTime/durationInMinutes ",
		`{"appointments":[{"appointmentTime":{"durationInMinutes":"5550100"}}]}`:            "/payload/appointments/0/appointmentTime/durationInMinutes ",
		`{"appointments":[{"appointmentTime":{"durationInMinutes":55501005550100555010}}]}`: "/payload/appointments/0/appointmentTime/durationInMinutes ",
		`{"associatedItems":[{"linkedAssets":[{"additionalAttributes":{"CANARY":55}}]}]}`:   "/payload/associatedItems/0/linkedAssets/0/additionalAttributes/… ",
		`{"buyer":{"name":"CANARY` + "\n" + `"}}`:                                           "not JSON at byte ",
	} {
		_, err := clientOf(t, answers(200, `{"payload":`+answer+`}`)).GetServiceJob(t.Context(), "JOB-1")
		silent(t, err, place)
	}
	far := time.Date(5550100, time.January, 1, 0, 0, 0, 0, time.UTC)
	client := clientOf(t, api(breaks))
	for place, invoke := range map[string]func(ctx context.Context) error{
		"/appointmentTime/startTime ": func(ctx context.Context) error {
			_, err := client.AddAppointment(ctx, "JOB-1", facade.AppointmentTime{StartTime: far})
			return err
		},
		"/schedules/0/startTime ": func(ctx context.Context) error {
			_, err := client.UpdateSchedule(ctx, "RESOURCE-1", []facade.AvailabilityRecord{{StartTime: far, EndTime: far.Add(time.Hour)}})
			return err
		},
		"createdAfter: ": func(ctx context.Context) error {
			_, err := client.ListServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: far})
			return err
		},
		"not JSON at byte ": func(ctx context.Context) error {
			_, err := client.AssignAppointmentResources(ctx, "JOB-1", "APPOINTMENT-1", []string{canary + "\xff"})
			return err
		},
	} {
		err := invoke(t.Context())
		var invalid *facade.ValidationError
		if !errors.As(err, &invalid) {
			t.Errorf("got %T %v, want a *ValidationError", err, err)
		}
		silent(t, err, place)
	}
}
