package emulator

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

func getServiceJobs(c *call, query *gen.GetServiceJobsParams, _ *none) (any, *refusal) {
	at, refused := c.page(query)
	if refused != nil {
		return nil, refused
	}
	if broken := brokenFilters(query); len(broken) > 0 {
		return nil, c.rule(badParameters, strings.Join(broken, ", "))
	}
	var (
		byStatus   = query.SortField == gen.SortFieldJobStatus
		descending = query.SortOrder == gen.SortOrderDesc
		index      = &c.seller.jobs
		filter     = index.filter(query)
		room       = listings.Get().(*listing)
		found      = index.list(room, &filter, byStatus)
	)
	defer listings.Put(room)
	if descending {
		slices.Reverse(found)
	}
	first, end := at.window(found, query.PageSize, func(ordinal int32) int {
		order := cmp.Compare(index.key(ordinal, byStatus), at.key)
		if descending {
			order = -order
		}
		return order
	})
	page := jobPage{total: len(found)}
	filters, err := filtersOf(query)
	if err != nil {
		return nil, c.rule(badParameters, "query")
	}
	if first > 0 && first < len(found) {
		page.previous = pageToken{back: true, key: index.key(found[first], byStatus), filters: filters}.String()
	}
	if end < len(found) {
		page.next = pageToken{key: index.key(found[end-1], byStatus), filters: filters}.String()
	}
	for _, ordinal := range found[first:end] {
		text, err := index.jobs[ordinal].encode()
		if err != nil {
			c.emulator.fail(c.operation.ID, err)
			continue
		}
		page.jobs = append(page.jobs, text)
	}
	return page.encode(), nil
}

// brokenFilters are the parameters that break a rule which concerns two of
// them.
func brokenFilters(q *gen.GetServiceJobsParams) (names []string) {
	if q.CreatedAfter.IsZero() == q.LastUpdatedAfter.IsZero() {
		names = append(names, "createdAfter", "lastUpdatedAfter")
	}
	if !q.CreatedBefore.IsZero() && q.CreatedBefore.Before(q.CreatedAfter) {
		names = append(names, "createdBefore")
	}
	if !q.LastUpdatedBefore.IsZero() && q.LastUpdatedBefore.Before(q.LastUpdatedAfter) {
		names = append(names, "lastUpdatedBefore")
	}
	if !q.ScheduleEndDate.IsZero() && q.ScheduleEndDate.Before(q.ScheduleStartDate) {
		names = append(names, "scheduleEndDate")
	}
	return names
}

// pageToken says where a page lies: after the job with a key, or before it.
// It holds the filters that it belongs to.
type pageToken struct {
	back    bool
	key     uint64
	filters string
	given   bool
}

func (t pageToken) String() string {
	direction := "n"
	if t.back {
		direction = "p"
	}
	// Padded standard base64 has characters that a client must percent-encode.
	return base64.StdEncoding.EncodeToString([]byte(direction + strconv.FormatUint(t.key, 36) + "?" + t.filters))
}

func parsePageToken(text string) (t pageToken, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 || raw[0] != 'n' && raw[0] != 'p' {
		return t, false
	}
	key, filters, found := strings.Cut(string(raw[1:]), "?")
	t = pageToken{back: raw[0] == 'p', filters: filters, given: true}
	t.key, err = strconv.ParseUint(key, 36, 63)
	return t, found && err == nil
}

// filtersOf is the query without what may differ from page to page.
func filtersOf(query *gen.GetServiceJobsParams) (string, error) {
	filters := *query
	filters.PageToken, filters.PageSize = "", 0
	return wire.EncodeQuery(&filters)
}

// page reads the page token. A token may come with the filters of the page
// before it, or with their marketplace alone; it does not go with other filters.
func (c *call) page(query *gen.GetServiceJobsParams) (pageToken, *refusal) {
	if query.PageToken == "" {
		return pageToken{}, nil
	}
	token, ok := parsePageToken(query.PageToken)
	if !ok {
		return token, c.rule(badParameters, "pageToken")
	}
	given, err := filtersOf(query)
	values, parseErr := url.ParseQuery(token.filters)
	alone, aloneErr := filtersOf(&gen.GetServiceJobsParams{MarketplaceIDs: strings.Split(values.Get("marketplaceIds"), ",")})
	if err != nil || aloneErr != nil || parseErr != nil || given != token.filters && given != alone {
		return token, c.rule(badParameters, "pageToken")
	}
	size := query.PageSize
	*query = gen.GetServiceJobsParams{}
	var check wire.Checker
	if bindQuery(&check, values, query); len(check.Violations()) > 0 {
		return token, c.rule(badParameters, "pageToken")
	}
	query.PageSize = size
	return token, nil
}

// window is the part of found that the page holds. order tells where a job
// lies: below zero before the token's key, above zero after it.
func (t pageToken) window(found []int32, size int, order func(ordinal int32) int) (first, end int) {
	switch {
	case !t.given:
	case t.back:
		end, _ = slices.BinarySearchFunc(found, 0, func(ordinal int32, _ int) int { return sign(order(ordinal) >= 0) })
		return max(0, end-size), end
	default:
		first, _ = slices.BinarySearchFunc(found, 0, func(ordinal int32, _ int) int { return sign(order(ordinal) > 0) })
	}
	return first, min(first+size, len(found))
}

// sign turns a condition that holds from some point on into an order to
// search that point by.
func sign(reached bool) int {
	if reached {
		return 1
	}
	return -1
}

// jobPage is the answer of getServiceJobs. It joins JSON that is there
// already: a page is asked for much more often than its jobs change.
type jobPage struct {
	total          int
	next, previous string
	jobs           [][]byte
}

func (p *jobPage) encode() encoded {
	size := 128 + len(p.next) + len(p.previous)
	for _, job := range p.jobs {
		size += len(job) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, `{"payload":{"totalResultSize":`...)
	b = strconv.AppendInt(b, int64(p.total), 10)
	b = appendMember(b, "nextPageToken", p.next)
	b = appendMember(b, "previousPageToken", p.previous)
	b = append(b, `,"jobs":[`...)
	for i, job := range p.jobs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, job...)
	}
	return append(b, "]}}"...)
}

func appendMember(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, `,"`+name+`":`...)
	quoted, err := jsontext.AppendQuote(b, value)
	if err != nil {
		return b
	}
	return quoted
}
