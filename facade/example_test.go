package facade_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

var ctx = context.Background()

// today is when the examples take place.
var today = time.Date(2026, time.March, 2, 20, 0, 0, 0, time.UTC)

const (
	openJob   = "00000000-0000-4000-a000-000000000001" // waits for an appointment
	bookedJob = "00000000-0000-4000-a000-000000000002" // has one
	tyreStore = "00000000-0000-4000-9000-000000000001"
	fitter    = "A1TECHNICIAN04"
)

// newClient returns a client of an emulator of its own.
func newClient(opts ...facade.Option) *facade.Client {
	emu, err := emulator.New(emulator.WithClock(emulator.FixedClock(today)))
	if err != nil {
		log.Fatal(err)
	}
	login := emu.Credentials()
	client, err := facade.New(append([]facade.Option{
		facade.WithEndpoint(emu.URL()),
		facade.WithTokenEndpoint(emu.TokenURL()),
		facade.WithHTTPClient(&http.Client{Transport: emu.Transport()}),
		facade.WithMarketplace(facade.MarketplaceUS),
		facade.WithCredentials(facade.Credentials{ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken}),
	}, opts...)...)
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func ExampleNew() {
	client, err := facade.New(
		facade.WithMarketplace(facade.MarketplaceUS), // which tells the region
		facade.WithCredentials(facade.Credentials{ClientID: "amzn1.application-oa2-client.1", ClientSecret: "secret", RefreshToken: "Atzr|token"}),
		facade.WithUserAgent("tyre-shop", "1.0"),
	)
	fmt.Println(client, err)
	// Output: facade.Client(https://sellingpartnerapi-na.amazon.com) <nil>
}

// Mistakes come together.
func ExampleNew_mistakes() {
	_, err := facade.New(facade.WithRegion("us-east-1"), facade.WithAttemptTimeout(0))
	fmt.Println(err)
	// Output:
	// region must be na, eu or fe, got "us-east-1"
	// attempt timeout must be positive, got 0s
	// a region is needed: WithRegion, WithMarketplace or WithEndpoint, or for FromEnv SP_API_REGION, SP_API_MARKETPLACE or SP_API_ENDPOINT
	// credentials are needed: WithCredentials, WithCredentialsFunc or WithTokenSource, or for FromEnv SP_API_REFRESH_TOKEN, LWA_APP_ID and LWA_CLIENT_SECRET
}

func ExampleClient_ServiceJobs() {
	client := newClient()
	count := map[facade.ServiceJobStatus]int{}
	for job, err := range client.ServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: today.AddDate(0, 0, -60)}) {
		if err != nil {
			log.Fatal(err) // ends the range
		}
		count[job.ServiceJobStatus]++
	}
	fmt.Println(count[facade.ServiceJobStatusPendingSchedule], "jobs to schedule,", count[facade.ServiceJobStatusCompleted], "completed")
	// Output: 12 jobs to schedule, 12 completed
}

// A range can go on where another one was left.
func ExampleClient_ServiceJobPages() {
	client := newClient()
	query := facade.ServiceJobsQuery{CreatedAfter: today.AddDate(0, 0, -60), PageSize: 20}
	for page, err := range client.ServiceJobPages(ctx, query, facade.Prefetch()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Jobs), "of", page.TotalResultSize)
		query.PageToken = page.NextPageToken
		break
	}
	for page, err := range client.ServiceJobPages(ctx, query) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Jobs), "more")
	}
	// Output:
	// 20 of 60
	// 20 more
	// 20 more
}

func ExampleClient_ListServiceJobs() {
	page, err := newClient().ListServiceJobs(ctx, facade.ServiceJobsQuery{
		CreatedAfter: today.AddDate(0, 0, -60),
		Statuses:     []facade.ServiceJobStatus{facade.ServiceJobStatusHold},
		SortField:    facade.SortFieldJobDate, SortOrder: facade.SortOrderDesc, PageSize: 2,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, job := range page.Jobs {
		fmt.Println(job.CreateTime.Format(time.DateOnly), job.ScopeOfWork.Title)
	}
	// Output:
	// 2026-02-28 Wheel balancing
	// 2026-02-23 Set-up of a smart home, remotely
}

// A job prints without the buyer's name, phone and address.
func ExampleClient_GetServiceJob() {
	job, err := newClient().GetServiceJob(ctx, openJob)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.ScopeOfWork.Title, "for", job.Buyer.Name)
	fmt.Println(job.Buyer)
	// Output:
	// Tyre fitting, set of four for Example Buyer 1
	// {"buyerId":"[personal]","name":"[personal]","phone":"[personal]","isPrimeMember":true}
}

func ExampleClient_CancelServiceJob() {
	client := newClient()
	if err := client.CancelServiceJob(ctx, openJob, "V1"); err != nil {
		log.Fatal(err)
	}
	job, err := client.GetServiceJob(ctx, openJob)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.ServiceJobStatus)
	// Output: CANCELLED
}

func ExampleClient_CompleteServiceJob() {
	client := newClient()
	if err := client.CompleteServiceJob(ctx, bookedJob); err != nil {
		log.Fatal(err)
	}
	job, err := client.GetServiceJob(ctx, bookedJob)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.ServiceJobStatus)
	// Output: COMPLETED
}

func ExampleClient_GetAppointmentSlotsByJob() {
	report, err := newClient().GetAppointmentSlotsByJob(ctx, openJob, facade.Window{Start: today, End: today.AddDate(0, 0, 2)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.SchedulingType, len(report.AppointmentSlots), "slots, the first at", report.AppointmentSlots[0].StartTime.Format(time.RFC3339))
	// Output: REAL_TIME_SCHEDULING 20 slots, the first at 2026-03-02T20:00:00Z
}

func ExampleClient_GetAppointmentSlots() {
	report, err := newClient().GetAppointmentSlots(ctx, "B000EXAM01", tyreStore, facade.Window{Start: today, End: today.AddDate(0, 0, 1)})
	if err != nil {
		log.Fatal(err)
	}
	for _, slot := range report.AppointmentSlots[:2] {
		fmt.Println(slot.StartTime.Format(time.RFC3339), slot.Capacity)
	}
	// Output:
	// 2026-03-02T20:00:00Z 0
	// 2026-03-02T21:00:00Z 4
}

func ExampleClient_AddAppointment() {
	client := newClient()
	booked, err := client.AddAppointment(ctx, openJob, facade.AppointmentTime{StartTime: today.AddDate(0, 0, 1), DurationInMinutes: 60})
	if err != nil {
		log.Fatal(err)
	}
	job, err := client.GetServiceJob(ctx, openJob)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(booked.AppointmentID == job.Appointments[0].AppointmentID, job.Appointments[0].AppointmentStatus)
	// Output: true ACTIVE
}

// An appointment is never booked twice. When it cannot be known whether it was
// booked, the error says so.
func ExampleClient_AddAppointment_outcomeUnknown() {
	lost := api(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset by peer") })
	client := newClient(facade.WithTokenSource(facade.StaticToken("Atza|token")), facade.WithHTTPClient(&http.Client{Transport: lost}))
	_, err := client.AddAppointment(ctx, openJob, facade.AppointmentTime{StartTime: today.AddDate(0, 0, 1), DurationInMinutes: 60})
	if errors.Is(err, facade.ErrOutcomeUnknown) {
		fmt.Println(err)
	}
	// Output: addAppointmentForServiceJobByServiceJobId: no answer: connection reset by peer; the request may have been carried out: GetServiceJob lists the job's appointments
}

func ExampleClient_RescheduleAppointment() {
	client := newClient()
	job, err := client.GetServiceJob(ctx, bookedJob)
	if err != nil {
		log.Fatal(err)
	}
	moved, err := client.RescheduleAppointment(ctx, bookedJob, job.Appointments[0].AppointmentID,
		facade.AppointmentTime{StartTime: today.AddDate(0, 0, 9), DurationInMinutes: 60}, "R1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("a new id:", moved.AppointmentID != job.Appointments[0].AppointmentID)
	// Output: a new id: true
}

func ExampleClient_AssignAppointmentResources() {
	client := newClient()
	booked, err := client.AddAppointment(ctx, openJob, facade.AppointmentTime{StartTime: today.AddDate(0, 0, 1), DurationInMinutes: 60})
	if err != nil {
		log.Fatal(err)
	}
	warnings, err := client.AssignAppointmentResources(ctx, openJob, booked.AppointmentID, []string{fitter})
	fmt.Println(warnings, err)
	// Output: [] <nil>
}

func ExampleClient_SetAppointmentFulfillmentData() {
	client := newClient()
	job, err := client.GetServiceJob(ctx, bookedJob)
	if err != nil {
		log.Fatal(err)
	}
	err = client.SetAppointmentFulfillmentData(ctx, bookedJob, job.Appointments[0].AppointmentID, facade.SetAppointmentFulfillmentDataRequest{
		FulfillmentTime:      &facade.FulfillmentTime{StartTime: today.Add(-3 * time.Hour), EndTime: today.Add(-2 * time.Hour)},
		AppointmentResources: facade.AppointmentResources{{ResourceID: "A1TECHNICIAN08"}},
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleClient_UploadDocument() {
	client := newClient()
	signature, err := client.UploadDocument(ctx, facade.ContentTypePDF, strings.NewReader("%PDF-1.7 …"))
	if err != nil {
		log.Fatal(err)
	}
	job, err := client.GetServiceJob(ctx, bookedJob)
	if err != nil {
		log.Fatal(err)
	}
	err = client.SetAppointmentFulfillmentData(ctx, bookedJob, job.Appointments[0].AppointmentID, facade.SetAppointmentFulfillmentDataRequest{
		FulfillmentDocuments: facade.FulfillmentDocuments{*signature},
	})
	fmt.Println(signature.ContentSHA256, err)
	// Output: ZNAY2yK4kCqC4xeTlvuV6kxuvt207Gu666OwYCkDcvI= <nil>
}

func ExampleClient_CreateUploadDestination() {
	destination, err := newClient().CreateUploadDestination(ctx, facade.ServiceUploadDocument{ContentType: facade.ContentTypePNG, ContentLength: 4096})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(destination.EncryptionDetails.Standard, "with a key of", len(destination.EncryptionDetails.Key), "characters")
	fmt.Println(destination.EncryptionDetails) // prints without it
	// Output:
	// AES with a key of 44 characters
	// {"standard":"AES","initializationVector":"[secret]","key":"[secret]"}
}
