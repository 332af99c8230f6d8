package generated_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// BenchmarkPage decodes and validates a page of 20 jobs that have every member
// there is, and says how the two compare.
func BenchmarkPage(b *testing.B) {
	_, operations := description(b)
	page := sample(b, jsonBody(operations["getServiceJobs"].Responses.Status(200).Value.Content)).(map[string]any)
	listing := page["payload"].(map[string]any)
	job := listing["jobs"].([]any)[0]
	jobs := make([]any, 20)
	for i := range jobs {
		jobs[i] = job
	}
	listing["jobs"] = jobs
	delete(page, "errors")
	text, err := json.Marshal(page)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	var decode, validate time.Duration
	for b.Loop() {
		started := time.Now()
		var answer gen.GetServiceJobsResponse
		if err := wire.Unmarshal(text, &answer); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		c := wire.Checker{Response: true}
		answer.Check(&c)
		decode, validate = decode+between.Sub(started), validate+time.Since(between)
		if len(answer.Payload.Jobs) != len(jobs) || len(c.Violations()) > 0 {
			b.Fatalf("%d jobs, violations %v", len(answer.Payload.Jobs), c.Violations())
		}
	}
	n := float64(b.N)
	b.ReportMetric(float64(decode.Nanoseconds())/n, "decode-ns/op")
	b.ReportMetric(float64(validate.Nanoseconds())/n, "validate-ns/op")
	b.ReportMetric(validate.Seconds()/decode.Seconds(), "validate/decode")
}
