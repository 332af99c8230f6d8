// Command errors books an appointment and shows how a program can branch on
// what went wrong.
//
//	errors JOB_ID START
//
// START is a time such as 2030-01-31T15:00:00Z, best one of the job's slots.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/spservices/services-go/facade"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: errors JOB_ID START")
	}
	start, err := time.Parse(time.RFC3339, os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	client, err := facade.New(facade.FromEnv(), facade.WithUserAgent("errors", "1"))
	if err != nil {
		log.Fatal(err) // every mistake in the configuration at once
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	booked, err := client.AddAppointment(ctx, os.Args[1], facade.AppointmentTime{StartTime: start})
	if err != nil {
		fmt.Println(advice(err))
		log.Fatal(err)
	}
	fmt.Println("booked", booked.AppointmentID)
}

// advice says what to do about an error. The order matters: what was not sent
// comes first, then what may have happened all the same.
func advice(err error) string {
	var (
		invalid *facade.ValidationError
		noToken *facade.AuthError
		tooSlow *facade.LimitError
		refused *facade.APIError
	)
	switch {
	case errors.As(err, &invalid):
		v := invalid.Violations[0]
		return fmt.Sprintf("not sent: %s %s", v.Path, v.Rule)
	case errors.As(err, &noToken):
		return "not sent: check the credentials, " + noToken.Code
	case errors.As(err, &tooSlow):
		return fmt.Sprintf("not sent: allow %s more time", tooSlow.Wait)
	case errors.Is(err, facade.ErrOutcomeUnknown):
		return "perhaps booked: look at the job before booking again"
	case errors.Is(err, facade.ErrThrottled), errors.Is(err, facade.ErrUnavailable):
		return "not booked: try again later"
	case errors.Is(err, facade.ErrForbidden):
		return "not booked: the job is another seller's, or the application lacks a role"
	case errors.As(err, &refused) && len(refused.Errors) > 0:
		// Mostly ErrInvalidInput. A job that does not exist comes here too:
		// Amazon answers 422 for it. err has these words too, without what
		// could be a person's data in them.
		return "not booked: " + strings.Join(refused.Messages(), "; ")
	}
	return "not booked"
}
