package facade

import (
	"context"
	"errors"
	"iter"
	"math"
	"strconv"
	"time"

	"github.com/spservices/services-go/gen"
)

// RangeCapacityQuery selects capacity in ranges of equal capacity.
type RangeCapacityQuery struct {
	Start, End time.Time
	Types      []CapacityType // SCHEDULED_CAPACITY when none
	PageToken  string         // to start at a later page, with the same query
}

// GetRangeSlotCapacity returns one page of a resource's capacity. An unknown
// resource is [ErrNotFound].
//
// Operation getRangeSlotCapacity.
func (c *Client) GetRangeSlotCapacity(ctx context.Context, resourceID string, q RangeCapacityQuery, opts ...CallOption) (*RangeSlotCapacity, error) {
	return c.Raw(opts...).GetRangeSlotCapacity(ctx, resourceID, gen.GetRangeSlotCapacityParams{NextPageToken: q.PageToken},
		gen.RangeSlotCapacityQuery{StartDateTime: q.Start, EndDateTime: q.End, CapacityTypes: q.Types})
}

// RangeSlotCapacityPages iterates over pages of a resource's capacity.
//
// Operation getRangeSlotCapacity.
func (c *Client) RangeSlotCapacityPages(ctx context.Context, resourceID string, q RangeCapacityQuery, opts ...CallOption) iter.Seq2[*RangeSlotCapacity, error] {
	return fetch[*RangeSlotCapacity](func(ctx context.Context, token string, opts []CallOption) (*RangeSlotCapacity, error) {
		q := q
		q.PageToken = token
		return c.GetRangeSlotCapacity(ctx, resourceID, q, opts...)
	}).pages(ctx, q.PageToken, opts)
}

// FixedCapacityQuery selects capacity in slots of one length.
type FixedCapacityQuery struct {
	Start, End  time.Time
	Types       []CapacityType // SCHEDULED_CAPACITY when none
	SlotMinutes int            // a multiple of 5 from 5 to 360; Amazon's choice when 0
	PageToken   string         // to start at a later page, with the same query
}

// slotDuration clamps to what the API can be sent; the check that follows
// refuses what it clamps.
func (q FixedCapacityQuery) slotDuration() int32 {
	return int32(max(math.MinInt32, min(q.SlotMinutes, math.MaxInt32)))
}

// quote makes an error have the slots' length as it was given.
func (q FixedCapacityQuery) quote(err error) error {
	var refused *ValidationError
	if errors.As(err, &refused) {
		for i, v := range refused.Violations {
			if v.Path == "slotDuration" {
				refused.Violations[i].Got = strconv.Itoa(q.SlotMinutes)
			}
		}
	}
	return err
}

// GetFixedSlotCapacity returns one page of a resource's capacity. An unknown
// resource is [ErrNotFound].
//
// Operation getFixedSlotCapacity.
func (c *Client) GetFixedSlotCapacity(ctx context.Context, resourceID string, q FixedCapacityQuery, opts ...CallOption) (*FixedSlotCapacity, error) {
	capacity, err := c.Raw(opts...).GetFixedSlotCapacity(ctx, resourceID, gen.GetFixedSlotCapacityParams{NextPageToken: q.PageToken},
		gen.FixedSlotCapacityQuery{StartDateTime: q.Start, EndDateTime: q.End, CapacityTypes: q.Types, SlotDuration: q.slotDuration()})
	return capacity, q.quote(err)
}

// FixedSlotCapacityPages iterates over pages of a resource's capacity.
//
// Operation getFixedSlotCapacity.
func (c *Client) FixedSlotCapacityPages(ctx context.Context, resourceID string, q FixedCapacityQuery, opts ...CallOption) iter.Seq2[*FixedSlotCapacity, error] {
	return fetch[*FixedSlotCapacity](func(ctx context.Context, token string, opts []CallOption) (*FixedSlotCapacity, error) {
		q := q
		q.PageToken = token
		return c.GetFixedSlotCapacity(ctx, resourceID, q, opts...)
	}).pages(ctx, q.PageToken, opts)
}

// FixedSlots iterates over the slots of all pages.
//
// Operation getFixedSlotCapacity.
func (c *Client) FixedSlots(ctx context.Context, resourceID string, q FixedCapacityQuery, opts ...CallOption) iter.Seq2[*FixedSlot, error] {
	return items(ctx, c.FixedSlotCapacityPages(ctx, resourceID, q, opts...), func(p *FixedSlotCapacity) []FixedSlot { return p.Capacities })
}
