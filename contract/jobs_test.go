package contract_test

import (
	"slices"
	"strings"

	"github.com/spservices/services-go/facade"
)

var tooLong = strings.Repeat("x", 101)

// jobScenarios find, read, cancel and complete jobs.
var jobScenarios = []scenario{
	{opGet, 200, "a job with every member", func(s *scene) {
		job := s.job(s.part(s.cast.completed, "completed job"))
		if job.ServiceJobID != s.cast.completed || job.ServiceJobStatus != facade.ServiceJobStatusCompleted {
			s.Errorf("got %s, %s", job.ServiceJobID, job.ServiceJobStatus)
		}
		if s.emu == nil {
			return
		}
		if job.Buyer.Name != "Example Buyer" || job.Buyer.IsPrimeMember == nil || !*job.Buyer.IsPrimeMember || job.ServiceLocation.Address.District != "Example District" {
			s.Errorf("buyer %#v, location %#v", job.Buyer.BuyerID, job.ServiceLocation.ServiceLocationType)
		}
		if p := job.Payments; len(p) != 1 || p[0].Amount.Value != "129.90" {
			s.Errorf("%d payments", len(p))
		}
		if a := job.Appointments; len(a) != 2 || a[0].RescheduledAppointmentID != a[1].AppointmentID || a[1].POA.POAType != facade.POATypeCustomerSignature {
			s.Errorf("%d appointments", len(a))
		}
	}},
	{opGet, 400, ruleMalformed, func(s *scene) {
		s.says(s.refused(s.send(broken(s.Context()), opGet, "GET", "/service/v1/serviceJobs/"+tooLong, "", ""), 400, "InvalidInput"), "serviceJobId")
	}},

	{opCancel, 200, "reason code known: V1", func(s *scene) {
		job := s.pending()
		s.succeeded(s.client.CancelServiceJob(s.Context(), job, "V1", s.note()))
		if got := s.job(job).ServiceJobStatus; got != facade.ServiceJobStatusCancelled {
			s.Errorf("the job is %s", got)
		}
	}},
	{opCancel, 200, "its appointment is cancelled", func(s *scene) {
		job := s.pending()
		id := s.book(job, s.free(job)[0].StartTime)
		s.succeeded(s.client.CancelServiceJob(s.Context(), job, "V1", s.note()))
		if a := s.appointment(job, id); a.AppointmentStatus != facade.AppointmentStatusCancelled {
			s.Errorf("the appointment is %s", a.AppointmentStatus)
		}
	}},
	{opCancel, 400, ruleMissing, func(s *scene) {
		err := s.client.CancelServiceJob(broken(s.Context()), s.anyPending(), "", facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "cancellationReasonCode")
	}},
	{opCancel, 422, "reason code known: INV1 and U1 are refused", func(s *scene) {
		job := s.anyPending()
		for _, code := range []string{"INV1", "U1"} {
			s.says(s.refused(s.client.CancelServiceJob(s.Context(), job, code, s.note()), 422, "InvalidInput"), code)
		}
		if got := s.job(job).ServiceJobStatus; got == facade.ServiceJobStatusCancelled {
			s.Error("the job is cancelled")
		}
	}},
	{opCancel, 422, "not already completed", func(s *scene) {
		job := s.part(s.cast.completed, "completed job")
		s.refused(s.client.CancelServiceJob(s.Context(), job, "V1", s.note()), 422, "InvalidInput")
		if got := s.job(job).ServiceJobStatus; got != facade.ServiceJobStatusCompleted {
			s.Errorf("the job is %s", got)
		}
	}},

	{opComplete, 200, "a job becomes completed", func(s *scene) {
		job := s.pending()
		s.succeeded(s.client.CompleteServiceJob(s.Context(), job, s.note()))
		if got := s.job(job).ServiceJobStatus; got != facade.ServiceJobStatusCompleted {
			s.Errorf("the job is %s", got)
		}
	}},
	{opComplete, 200, "its appointment is completed", func(s *scene) {
		job := s.pending()
		id := s.book(job, s.free(job)[0].StartTime)
		s.succeeded(s.client.CompleteServiceJob(s.Context(), job, s.note()))
		if a := s.appointment(job, id); a.AppointmentStatus != facade.AppointmentStatusCompleted {
			s.Errorf("the appointment is %s", a.AppointmentStatus)
		}
	}},
	{opComplete, 400, ruleMalformed, func(s *scene) {
		s.says(s.refused(s.send(broken(s.Context()), opComplete, "PUT", "/service/v1/serviceJobs/"+tooLong+"/completions", "", ""), 400, "InvalidInput"), "serviceJobId")
	}},
	{opComplete, 422, "not cancelled", func(s *scene) {
		job := s.part(s.cast.cancelled, "cancelled job")
		s.refused(s.client.CompleteServiceJob(s.Context(), job, s.note()), 422, "InvalidInput")
		if got := s.job(job).ServiceJobStatus; got != facade.ServiceJobStatusCancelled {
			s.Errorf("the job is %s", got)
		}
	}},

	{opList, 200, "pages partition the result", func(s *scene) {
		q := facade.ServiceJobsQuery{CreatedAfter: s.now().Add(-365 * day), PageSize: 3, SortField: facade.SortFieldJobDate, SortOrder: facade.SortOrderAsc}
		seen := map[string]bool{}
		for {
			page, err := s.client.ListServiceJobs(s.Context(), q, s.note())
			s.succeeded(err)
			for _, job := range page.Jobs {
				if seen[job.ServiceJobID] {
					s.Fatalf("%s comes twice", job.ServiceJobID)
				}
				seen[job.ServiceJobID] = true
			}
			if page.NextPageToken == "" || s.emu == nil && len(seen) > 12 {
				if s.emu != nil && len(seen) != page.TotalResultSize {
					s.Errorf("%d of %d jobs", len(seen), page.TotalResultSize)
				}
				return
			}
			q.PageToken = page.NextPageToken
		}
	}},
	{opList, 200, "times with an offset go out in UTC", func(s *scene) {
		_, err := s.client.ListServiceJobs(s.Context(), facade.ServiceJobsQuery{LastUpdatedAfter: s.now().Add(-day).In(india), LastUpdatedBefore: s.now().In(india)}, s.note())
		s.succeeded(err)
	}},
	{opList, 200, "every filter at once", func(s *scene) {
		s.emulated()
		job := s.job(wholeJob)
		page, err := s.client.ListServiceJobs(s.Context(), facade.ServiceJobsQuery{
			CreatedAfter: job.CreateTime, CreatedBefore: job.CreateTime, ScheduleStart: job.CreateTime, ScheduleEnd: s.now(),
			ServiceOrderIDs: []string{job.ServiceOrderID, "111-0000000-0000000"}, Statuses: []facade.ServiceJobStatus{facade.ServiceJobStatusHold, job.ServiceJobStatus},
			ProductOrderIDs: job.ProductOrderIDs, TrackingIDs: job.TrackingIDs,
			ASINs: []string{job.ScopeOfWork.ASIN}, RequiredSkills: job.ScopeOfWork.RequiredSkills, StoreIDs: []string{job.StoreID},
			SortField: facade.SortFieldJobStatus, SortOrder: facade.SortOrderDesc, PageSize: 20,
		}, s.note())
		s.succeeded(err)
		if len(page.Jobs) != 1 || page.Jobs[0].ServiceJobID != wholeJob || page.TotalResultSize != 1 {
			s.Errorf("%d jobs of %d", len(page.Jobs), page.TotalResultSize)
		}
	}},
	{opList, 200, "jobs by product order and by tracking id", func(s *scene) {
		s.emulated()
		for _, q := range []facade.ServiceJobsQuery{{ProductOrderIDs: []string{"112-3000000-4000000"}}, {TrackingIDs: []string{"TBA000000000101"}}, {TrackingIDs: []string{"TBA0"}}} {
			q.CreatedAfter = s.now().Add(-365 * day)
			page, err := s.client.ListServiceJobs(s.Context(), q, s.note())
			s.succeeded(err)
			if found := len(page.Jobs) == 1 && page.Jobs[0].ServiceJobID == wholeJob; found == slices.Contains(q.TrackingIDs, "TBA0") {
				s.Errorf("%d jobs by %v and %v", len(page.Jobs), q.ProductOrderIDs, q.TrackingIDs)
			}
		}
	}},
	{opList, 400, ruleMalformed + ": a page of no jobs", func(s *scene) {
		target := "/service/v1/serviceJobs?createdAfter=2024-01-01T00:00:00Z&pageSize=0&marketplaceIds=" + string(s.server.marketplace)
		s.says(s.refused(s.send(broken(s.Context()), opList, "GET", target, "", ""), 400, "InvalidInput"), "pageSize")
	}},
	{opList, 400, ruleMissing, func(s *scene) {
		_, err := s.client.ListServiceJobs(s.Context(), facade.ServiceJobsQuery{}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "createdAfter")
	}},
	{opList, 400, ruleMalformed, func(s *scene) {
		_, err := s.client.ListServiceJobs(broken(s.Context()), facade.ServiceJobsQuery{CreatedAfter: s.now(), PageSize: 21}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "pageSize")
	}},
}
