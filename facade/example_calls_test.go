package facade_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/spservices/services-go/facade"
)

// Errors are told apart with errors.Is and errors.As. Their texts have what
// Amazon says, without e-mail addresses, phone numbers, URLs and tokens; Messages
// has it word for word.
func ExampleAPIError() {
	_, err := newClient().GetServiceJob(ctx, "no-such-job")
	var failure *facade.APIError
	if errors.As(err, &failure) {
		fmt.Println(failure.StatusCode, failure.Errors[0].Code)
		fmt.Println(failure.Messages())
	}
	// Amazon answers 422 for an unknown job.
	fmt.Println(errors.Is(err, facade.ErrInvalidInput), errors.Is(err, facade.ErrNotFound))
	// Output:
	// 422 InvalidInput
	// [Job not found for jobId no-such-job]
	// true false
}

func ExampleAPIError_hasCode() {
	client := newClient()
	booked, err := client.AddAppointment(ctx, openJob, facade.AppointmentTime{StartTime: today.AddDate(0, 0, 1), DurationInMinutes: 60})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.AssignAppointmentResources(ctx, openJob, booked.AppointmentID, []string{"A1TECHNICIAN05"})
	var failure *facade.APIError
	fmt.Println(errors.As(err, &failure) && failure.HasCode("RESOURCES_MISSING_REQUIRED_SKILLS"))
	// Output: true
}

// What breaks a rule of the API is not sent.
func ExampleValidationError() {
	_, err := newClient().GetFixedSlotCapacity(ctx, fitter, facade.FixedCapacityQuery{Start: today, End: today.AddDate(0, 0, 1), SlotMinutes: 7})
	var invalid *facade.ValidationError
	if errors.As(err, &invalid) {
		for _, v := range invalid.Violations {
			fmt.Println(v.Path, v.Rule)
		}
	}
	// Output: slotDuration must be a multiple of 5
}

func ExampleAuthError() {
	client := newClient(facade.WithCredentials(facade.Credentials{ClientID: "amzn1.application-oa2-client.emulator", ClientSecret: "amzn1.oa2-cs.v1.emulator", RefreshToken: "Atzr|revoked"}))
	_, err := client.GetServiceJob(ctx, openJob)
	var failure *facade.AuthError
	fmt.Println(errors.As(err, &failure) && failure.Permanent(), failure.Code)
	// Output: true invalid_grant
}

// A call with NoWait fails at once when the usage plan has no request left, as
// does one whose deadline comes before its turn.
func ExampleLimitError() {
	client := newClient()
	for {
		err := client.CompleteServiceJob(ctx, "no-such-job", facade.NoWait())
		var late *facade.LimitError
		if errors.As(err, &late) {
			fmt.Println("the next turn is within a second:", late.Wait < time.Second)
			return
		}
	}
	// Output: the next turn is within a second: true
}

func ExampleCapture() {
	var info facade.Info
	if _, err := newClient().GetServiceJob(ctx, openJob, facade.Capture(&info)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.StatusCode, info.RateLimit, info.Attempts, info.RequestID != "")
	// Output: 200 20 1 true
}

func ExampleDryRun() {
	var request facade.Request
	_, err := newClient().AddAppointment(ctx, openJob, facade.AppointmentTime{StartTime: today, DurationInMinutes: 60}, facade.DryRun(&request))
	fmt.Println(errors.Is(err, facade.ErrDryRun))
	fmt.Println(request.Method, request.Path)
	fmt.Println(string(request.Body))
	// Output:
	// true
	// POST /service/v1/serviceJobs/00000000-0000-4000-a000-000000000001/appointments
	// {"appointmentTime":{"startTime":"2026-03-02T20:00:00Z","durationInMinutes":60}}
}

// Raw has one method per operation, as the API description names it.
func ExampleClient_Raw() {
	answer, err := newClient().Raw().GetServiceJobByServiceJobID(ctx, openJob)
	fmt.Println(answer.Payload.ServiceJobStatus, err)
	// Output: PENDING_SCHEDULE <nil>
}

// A derived client shares connections, usage plans and tokens.
func ExampleClient_With() {
	client := newClient()
	second, err := client.With(facade.WithCredentials(facade.Credentials{
		ClientID: "amzn1.application-oa2-client.emulator", ClientSecret: "amzn1.oa2-cs.v1.emulator", RefreshToken: "Atzr|emulator-refresh-token-2",
	}))
	if err != nil {
		log.Fatal(err)
	}
	for _, seller := range []*facade.Client{client, second} {
		page, err := seller.ListServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: today.AddDate(0, 0, -60)})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(page.TotalResultSize)
	}
	// Output:
	// 60
	// 1
}

// Collections are logged through Redacted.
func ExampleRedacted() {
	buyers := []facade.Buyer{{Name: "Jane Doe"}, {Phone: "+1 206 555 0100"}}
	fmt.Println(facade.Redacted(buyers))
	// Output: [{"name":"[personal]"},{"phone":"[personal]"}]
}

func ExampleWithLogger() {
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "elapsed" || a.Key == "request_id" || a.Key == "error" {
			return slog.Attr{}
		}
		return a
	}})
	client := newClient(facade.WithLogger(slog.New(handler)))
	_ = client.CompleteServiceJob(ctx, "no-such-job")
	// Output: level=INFO msg="call failed" operation=completeServiceJobByServiceJobId status=422 attempts=1
}

// stopwatch is a hook that tells of each request.
type stopwatch struct{}

func (stopwatch) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	if e.Phase != facade.PhaseAttempt {
		return ctx, nil
	}
	return ctx, func(r facade.Result) { fmt.Println(e.Operation.Method, e.Operation.Path, r.StatusCode) }
}

func ExampleWithHook() {
	if _, err := newClient(facade.WithHook(stopwatch{})).GetServiceJob(ctx, openJob); err != nil {
		log.Fatal(err)
	}
	// Output: GET /service/v1/serviceJobs/{serviceJobId} 200
}
