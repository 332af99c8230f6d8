package emulator

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spservices/services-go/gen"
)

// jobIndex holds the jobs of a seller, oldest first, beside what they are
// filtered by: a scan of a hundred thousand rows stays within a few megabytes.
type jobIndex struct {
	jobs []*job
	rows []jobRow
	at   map[string]int32 // ordinal by job id

	stores, orders, marketplaces      interner
	asins, skills, products, tracking listInterner
}

// jobRow is what a job is filtered and sorted by. Times are microseconds since
// 1970, texts are numbers of an interner.
type jobRow struct {
	created, updated, scheduled       int64 // scheduled is 0 without an appointment
	store, order, marketplace         int32
	asins, skills, products, tracking int32 // lists
	status                            uint8
}

// statuses are in the order that JOB_STATUS sorts by.
var statuses = [...]gen.ServiceJobStatus{
	gen.ServiceJobStatusPendingSchedule,
	gen.ServiceJobStatusHold,
	gen.ServiceJobStatusNotServiced,
	gen.ServiceJobStatusCompleted,
	gen.ServiceJobStatusCancelled,
	gen.ServiceJobStatusNotFulfillable,
	gen.ServiceJobStatusPaymentDeclined,
}

func newJobIndex() jobIndex { return jobIndex{at: map[string]int32{}} }

// add appends a job that is not older than those before it.
func (x *jobIndex) add(j *job) {
	x.at[j.ServiceJobID] = int32(len(x.jobs))
	x.jobs = append(x.jobs, j)
	x.rows = append(x.rows, x.row(j))
}

func (x *jobIndex) replace(j *job) {
	i := x.at[j.ServiceJobID]
	x.jobs[i], x.rows[i] = j, x.row(j)
}

func (x *jobIndex) find(id string) *job {
	if i, ok := x.at[id]; ok {
		return x.jobs[i]
	}
	return nil
}

func (x *jobIndex) row(j *job) jobRow {
	r := jobRow{
		created:     j.CreateTime.UnixMicro(),
		updated:     j.updated.UnixMicro(),
		status:      uint8(slices.Index(statuses[:], j.ServiceJobStatus)),
		store:       x.stores.number(j.StoreID),
		order:       x.orders.number(j.ServiceOrderID),
		marketplace: x.marketplaces.number(j.MarketplaceID),
		products:    x.products.number(j.ProductOrderIDs),
		tracking:    x.tracking.number(j.TrackingIDs),
	}
	var work gen.ScopeOfWork
	if j.ScopeOfWork != nil {
		work = *j.ScopeOfWork
	}
	asins := []string{work.ASIN} // of the service, and of the items that go with it
	for i := range j.AssociatedItems {
		asins = append(asins, j.AssociatedItems[i].ASIN)
	}
	r.asins, r.skills = x.asins.number(asins), x.skills.number(work.RequiredSkills)
	for i := range j.Appointments {
		a := &j.Appointments[i]
		if a.AppointmentStatus != gen.AppointmentStatusCancelled && a.AppointmentTime != nil {
			r.scheduled = a.AppointmentTime.StartTime.UnixMicro()
		}
	}
	return r
}

// interner numbers texts.
type interner struct {
	numbers map[string]int32
	texts   []string
}

func (n *interner) number(text string) int32 {
	if known, ok := n.numbers[text]; ok {
		return known
	}
	if n.numbers == nil {
		n.numbers = map[string]int32{}
	}
	next := int32(len(n.texts))
	n.numbers[text], n.texts = next, append(n.texts, text)
	return next
}

// only marks the numbers of values; nil stands for no filter.
func (n *interner) only(values []string) []bool {
	if len(values) == 0 {
		return nil
	}
	marks := make([]bool, len(n.texts))
	for _, value := range values {
		if number, ok := n.numbers[value]; ok {
			marks[number] = true
		}
	}
	return marks
}

// listInterner numbers lists of texts.
type listInterner struct {
	interner                    // of the lists, joined
	having   map[string][]int32 // lists by each text in them
}

const listSeparator = "\x00"

func (n *listInterner) number(list []string) int32 {
	known := len(n.texts)
	number := n.interner.number(strings.Join(list, listSeparator))
	if int(number) < known {
		return number
	}
	if n.having == nil {
		n.having = map[string][]int32{}
	}
	for _, text := range list {
		n.having[text] = append(n.having[text], number)
	}
	return number
}

// only marks the numbers of lists that have any of values; nil stands for no
// filter.
func (n *listInterner) only(values []string) []bool {
	if len(values) == 0 {
		return nil
	}
	marks := make([]bool, len(n.texts))
	for _, value := range values {
		for _, number := range n.having[value] {
			marks[number] = true
		}
	}
	return marks
}

// jobFilter is a query made ready for rows.
type jobFilter struct {
	created, updated, scheduled         period
	stores, asins, orders, marketplaces []bool
	skills, products, tracking          []bool
	statuses                            []bool
}

// period is a closed range of microseconds since 1970; it is open where a time
// is zero.
type period struct{ low, high int64 }

func periodOf(after, before time.Time) (p period) {
	p = period{-1 << 63, 1<<63 - 1}
	if !after.IsZero() {
		p.low = after.UnixMicro()
	}
	if !before.IsZero() {
		p.high = before.UnixMicro()
	}
	return p
}

func (p period) holds(t int64) bool { return p.low <= t && t <= p.high }

func (x *jobIndex) filter(q *gen.GetServiceJobsParams) jobFilter {
	f := jobFilter{
		created:      periodOf(q.CreatedAfter, q.CreatedBefore),
		updated:      periodOf(q.LastUpdatedAfter, q.LastUpdatedBefore),
		scheduled:    periodOf(q.ScheduleStartDate, q.ScheduleEndDate),
		stores:       x.stores.only(q.StoreIDs),
		asins:        x.asins.only(q.ASINs),
		orders:       x.orders.only(q.ServiceOrderIDs),
		marketplaces: x.marketplaces.only(q.MarketplaceIDs),
		skills:       x.skills.only(q.RequiredSkills),
		products:     x.products.only(q.ProductOrderIDs),
		tracking:     x.tracking.only(q.TrackingIDs),
	}
	if len(q.ServiceJobStatus) > 0 {
		f.statuses = make([]bool, len(statuses))
		for i, status := range statuses {
			f.statuses[i] = slices.Contains(q.ServiceJobStatus, status)
		}
	}
	if !q.ScheduleStartDate.IsZero() || !q.ScheduleEndDate.IsZero() {
		f.scheduled.low = max(f.scheduled.low, 1) // 0 stands for no appointment
	}
	return f
}

func (f *jobFilter) matches(r *jobRow) bool {
	return f.created.holds(r.created) && f.updated.holds(r.updated) && f.scheduled.holds(r.scheduled) &&
		(f.statuses == nil || f.statuses[r.status]) &&
		(f.stores == nil || f.stores[r.store]) &&
		(f.asins == nil || f.asins[r.asins]) &&
		(f.orders == nil || f.orders[r.order]) &&
		(f.marketplaces == nil || f.marketplaces[r.marketplace]) &&
		(f.skills == nil || f.skills[r.skills]) &&
		(f.products == nil || f.products[r.products]) &&
		(f.tracking == nil || f.tracking[r.tracking])
}

// listing is room for the ordinals of jobs. It is used again and again: a
// listing of many jobs would otherwise be mostly work for the collector.
type listing struct {
	found  [len(statuses)][]int32 // by status, or all in the first
	sorted []int32
}

var listings = sync.Pool{New: func() any { return &listing{} }}

// list returns the ordinals of the jobs that f finds, sorted by status and age
// or by age alone. They are valid as long as l is.
func (x *jobIndex) list(l *listing, f *jobFilter, byStatus bool) []int32 {
	first, _ := slices.BinarySearchFunc(x.rows, f.created.low, func(r jobRow, low int64) int {
		if r.created < low {
			return -1
		}
		return 1
	})
	for i := range l.found {
		l.found[i] = l.found[i][:0]
	}
	for i := first; i < len(x.rows); i++ {
		if r := &x.rows[i]; f.matches(r) {
			list := &l.found[0]
			if byStatus {
				list = &l.found[r.status]
			}
			*list = append(*list, int32(i))
		}
	}
	if !byStatus {
		return l.found[0]
	}
	l.sorted = l.sorted[:0]
	for _, list := range l.found {
		l.sorted = append(l.sorted, list...)
	}
	return l.sorted
}

// key orders jobs: the greater key comes later in ascending order.
func (x *jobIndex) key(ordinal int32, byStatus bool) uint64 {
	key := uint64(ordinal)
	if byStatus {
		key |= uint64(x.rows[ordinal].status) << 32
	}
	return key
}
