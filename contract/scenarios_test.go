package contract_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

// scenario drives one cell, and perhaps a business rule.
type scenario struct {
	operation string
	status    int    // of the answer that it is about
	name      string // what is tried, or the business rule in the words of businessRules
	run       func(*scene)
}

func (c scenario) cell() cell { return cell{c.operation, c.status} }

// path is the name of the scenario in tests and reports.
func (c scenario) path() string {
	return fmt.Sprintf("%s/%d/%s", c.operation, c.status, strings.ReplaceAll(c.name, " ", "_"))
}

// scenarios are all there are: those by hand, and for the cells that they
// leave out an answer on demand.
func scenarios(table []cell) []scenario {
	all := slices.Concat(jobScenarios, ownershipScenarios(), marketplaceScenarios(), bookingScenarios, reschedulingScenarios, assignmentScenarios,
		fulfillmentScenarios, capacityScenarios, scheduleScenarios, reservationScenarios, slotScenarios, documentScenarios,
		requestScenarios(), tokenScenarios(), throttleScenarios(table))
	driven := map[cell]bool{}
	for _, c := range all {
		driven[c.cell()] = true
	}
	for _, c := range table {
		if !driven[c] {
			all = append(all, scenario{c.Operation, c.Status, "on demand", func(s *scene) { s.onDemand(c) }})
		}
	}
	return all
}

// onDemand has the server answer a status whatever it is asked.
func (s *scene) onDemand(c cell) {
	s.via = byScript
	fault := emulator.On(c.Operation).Status(c.Status).With("Retry-After", "7")
	if err := s.emulated().Fault(fault); err != nil {
		s.Fatal(err)
	}
	got := s.refused(s.call(s.client, c.Operation), c.Status, codeOnDemand(c.Status))
	if failure := got.failure; failure.RetryAfter.Seconds() != 7 {
		s.Errorf("Retry-After is %v", failure.RetryAfter)
	}
}

func codeOnDemand(status int) string {
	switch status {
	case 401:
		return "Unauthorized"
	case 404:
		return "NotFound"
	case 500:
		return "InternalFailure"
	case 503:
		return "ServiceUnavailable"
	}
	return "InvalidInput"
}

// tokenScenarios have nobody but the owner of an access token served.
func tokenScenarios() (list []scenario) {
	for operation := range shapes() {
		list = append(list, scenario{operation, 403, "an unknown access token", func(s *scene) {
			stranger := s.newClient(facade.WithTokenSource(facade.StaticToken("Atza|unknown")))
			s.refused(s.call(stranger, operation), 403, "Unauthorized")
		}})
	}
	return append(list, scenario{opGet, 403, "an access token that has expired", func(s *scene) {
		emu := s.emulated()
		stale := s.newClient(facade.WithTokenSource(facade.StaticToken(s.token(s.Context()))), facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1}))
		emu.Clock().Advance(2 * day)
		got := s.refused(s.call(stale, opGet), 403, "Unauthorized")
		if !errors.Is(got.failure, facade.ErrTokenExpired) {
			s.Errorf("%v is not ErrTokenExpired", got.failure)
		}
	}})
}

// throttleScenarios use a plan of one request up.
func throttleScenarios(table []cell) (list []scenario) {
	for _, c := range table {
		if c.Status != http.StatusTooManyRequests {
			continue
		}
		list = append(list, scenario{c.Operation, c.Status, "a usage plan that is used up", func(s *scene) {
			if err := s.emulated().Throttle(c.Operation, 1, 1); err != nil {
				s.Fatal(err)
			}
			_, _ = s.callJob(s.client, c.Operation, s.anyJob()) // takes what there is
			got := s.refused(s.call(s.client, c.Operation), c.Status, "QuotaExceeded")
			if got.failure.RateLimit != 0 || s.recorder.last().Header["X-Amzn-Ratelimit-Limit"] != "" {
				s.Error("a 429 tells the rate limit")
			}
		}})
	}
	return list
}

// requestScenarios break rules of HTTP that the façade keeps.
func requestScenarios() (list []scenario) {
	for operation, op := range shapes() {
		if op.body == nil {
			continue
		}
		send := func(s *scene, contentType, body string) error {
			var request facade.Request
			_, _ = s.callJob(s.client, operation, s.anyJob(), facade.DryRun(&request))
			ctx := s.Context()
			if contentType != asJSON {
				ctx = broken(ctx)
			}
			return s.send(ctx, operation, request.Method, request.Path, contentType, string(request.Body)+body)
		}
		list = append(list,
			scenario{operation, 415, "a body that is not JSON", func(s *scene) {
				s.refused(send(s, "text/plain", ""), 415, "InvalidInput")
			}},
			scenario{operation, 413, "a body of more than 1 MiB", func(s *scene) {
				s.refused(send(s, asJSON, strings.Repeat(" ", 1<<20)), 413, "InvalidInput")
			}})
	}
	return list
}

// marketplaceOperations are those that take marketplaceIds.
func marketplaceOperations() (list []string) {
	takes := reflect.TypeFor[interface{ Marketplaces() *[]string }]()
	for operation, op := range shapes() {
		if op.query != nil && reflect.PointerTo(op.query).Implements(takes) {
			list = append(list, operation)
		}
	}
	return list
}

// marketplaceScenarios ask about a marketplace that another region serves.
func marketplaceScenarios() (list []scenario) {
	for _, operation := range marketplaceOperations() {
		list = append(list, scenario{operation, 403, ruleMarketplace, func(s *scene) {
			s.emulated()
			_, err := s.callJob(s.client, operation, s.anyJob(), facade.Marketplace(facade.MarketplaceDE), s.note())
			s.refused(err, 403, "Unauthorized")
		}})
	}
	return list
}

// ownershipScenarios are the rules of every operation that names a job.
func ownershipScenarios() (list []scenario) {
	for _, operation := range jobOperations {
		list = append(list,
			scenario{operation, 403, ruleForeignJob, func(s *scene) {
				_, err := s.callJob(s.client, operation, s.part(s.cast.foreign, "job of another seller"), s.note())
				s.refused(err, 403, "UnauthorizedAction")
			}},
			scenario{operation, 422, ruleUnknownJob, func(s *scene) {
				_, err := s.callJob(s.client, operation, "no-such-job", s.note())
				s.says(s.refused(err, 422, "InvalidInput"), "no-such-job")
			}})
	}
	return list
}
