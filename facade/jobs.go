package facade

import (
	"context"
	"iter"
	"time"

	"github.com/spservices/services-go/gen"
)

// GetServiceJob returns one job with its appointments. An unknown job is not
// ErrNotFound but ErrInvalidInput: Amazon answers 422.
//
// Operation getServiceJobByServiceJobId.
func (c *Client) GetServiceJob(ctx context.Context, jobID string, opts ...CallOption) (*ServiceJob, error) {
	r, err := c.Raw(opts...).GetServiceJobByServiceJobID(ctx, jobID)
	return r.GetPayload(), err
}

// ServiceJobsQuery selects jobs. Exactly one of CreatedAfter and
// LastUpdatedAfter is needed; everything else narrows. A window that ends before
// it starts is refused.
type ServiceJobsQuery struct {
	CreatedAfter      time.Time
	CreatedBefore     time.Time
	LastUpdatedAfter  time.Time
	LastUpdatedBefore time.Time
	ScheduleStart     time.Time          // jobs scheduled at or after
	ScheduleEnd       time.Time          // jobs scheduled at or before
	ServiceOrderIDs   []string           // at most 20, of digits and hyphens
	ProductOrderIDs   []string           // at most 20, of digits and hyphens
	TrackingIDs       []string           // of shipments of products, at most 20
	Statuses          []ServiceJobStatus // none for all
	ASINs             []string           // at most 20, of 10 characters
	RequiredSkills    []string           // at most 20
	StoreIDs          []string           // at most 50
	SortField         SortField
	SortOrder         SortOrder
	PageSize          int    // 1 to 20, 20 when 0
	PageToken         string // to start at a later page, with the same filters
}

func (q ServiceJobsQuery) params() gen.GetServiceJobsParams {
	return gen.GetServiceJobsParams{
		CreatedAfter: q.CreatedAfter, CreatedBefore: q.CreatedBefore,
		LastUpdatedAfter: q.LastUpdatedAfter, LastUpdatedBefore: q.LastUpdatedBefore,
		ScheduleStartDate: q.ScheduleStart, ScheduleEndDate: q.ScheduleEnd,
		ServiceOrderIDs: q.ServiceOrderIDs, ProductOrderIDs: q.ProductOrderIDs, TrackingIDs: q.TrackingIDs, ServiceJobStatus: q.Statuses, ASINs: q.ASINs,
		RequiredSkills: q.RequiredSkills, StoreIDs: q.StoreIDs,
		SortField: q.SortField, SortOrder: q.SortOrder, PageSize: q.PageSize, PageToken: q.PageToken,
	}
}

// ListServiceJobs returns one page of jobs, of 20 at most.
//
// Operation getServiceJobs.
func (c *Client) ListServiceJobs(ctx context.Context, q ServiceJobsQuery, opts ...CallOption) (*JobListing, error) {
	r, err := c.Raw(opts...).GetServiceJobs(ctx, q.params())
	return r.GetPayload(), err
}

// ServiceJobs iterates over all jobs that match, page by page. It ends with the
// first error.
//
// Operation getServiceJobs.
func (c *Client) ServiceJobs(ctx context.Context, q ServiceJobsQuery, opts ...CallOption) iter.Seq2[*ServiceJob, error] {
	return items(ctx, c.ServiceJobPages(ctx, q, opts...), func(p *JobListing) []ServiceJob { return p.Jobs })
}

// ServiceJobPages iterates over pages of jobs. NextPageToken of a page, put
// into the query's PageToken, resumes after it.
//
// Operation getServiceJobs.
func (c *Client) ServiceJobPages(ctx context.Context, q ServiceJobsQuery, opts ...CallOption) iter.Seq2[*JobListing, error] {
	return fetch[*JobListing](func(ctx context.Context, token string, opts []CallOption) (*JobListing, error) {
		q := q
		q.PageToken = token
		return c.ListServiceJobs(ctx, q, opts...)
	}).pages(ctx, q.PageToken, opts)
}

// CancelServiceJob cancels a job. reasonCode is one that Amazon gave you, such
// as V1. An unknown or completed job and an unknown reason are [ErrInvalidInput], or [ErrOutcomeUnknown]
// when an earlier attempt of the same call may have cancelled it.
//
// Operation cancelServiceJobByServiceJobId.
func (c *Client) CancelServiceJob(ctx context.Context, jobID, reasonCode string, opts ...CallOption) error {
	_, err := c.Raw(opts...).CancelServiceJobByServiceJobID(ctx, jobID, gen.CancelServiceJobByServiceJobIDParams{CancellationReasonCode: reasonCode})
	return err
}

// CompleteServiceJob marks a job as completed. An unknown or cancelled job is
// [ErrInvalidInput], or [ErrOutcomeUnknown] when an earlier attempt of the same
// call may have completed it.
//
// Operation completeServiceJobByServiceJobId.
func (c *Client) CompleteServiceJob(ctx context.Context, jobID string, opts ...CallOption) error {
	_, err := c.Raw(opts...).CompleteServiceJobByServiceJobID(ctx, jobID)
	return err
}
