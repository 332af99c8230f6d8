package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/spservices/services-go/facade"
)

func main() {
	client, err := facade.New(facade.FromEnv())
	if err != nil {
		log.Fatal(err)
	}
	lastWeek := facade.ServiceJobsQuery{CreatedAfter: time.Now().AddDate(0, 0, -7)}
	for job, err := range client.ServiceJobs(context.Background(), lastWeek) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(job.CreateTime.Format(time.DateOnly), job.ServiceJobID, job.ServiceJobStatus)
	}
}
