package emulator

import (
	"slices"
	"strings"

	"github.com/spservices/services-go/gen"
)

// assignmentChecks are in the order their errors are reported in.
var assignmentChecks = []struct {
	rule   rule
	broken func(*Resource, need) bool
}{
	{resourceOfOtherLocationType, func(r *Resource, n need) bool { return !r.serves(n) }},
	{resourceWithoutSkills, func(r *Resource, n need) bool { return !r.hasSkills(n) }},
	{resourceOfOtherStore, func(r *Resource, n need) bool { return r.StoreID != n.storeID }},
}

func assignAppointmentResources(c *call, _ *none, body *gen.AssignAppointmentResourcesRequest) (any, *refusal) {
	if len(body.Resources) == 0 {
		return nil, c.rule(noResources)
	}
	j, refused := c.openJob()
	if refused != nil {
		return nil, refused
	}
	a, refused := c.appointment(j, gen.AppointmentStatusActive)
	if refused != nil {
		return nil, refused
	}
	ids := resourceIDs(body.Resources)
	if refused := c.assignable(ids, needOf(&j.ServiceJob)); refused != nil {
		return nil, refused
	}
	next := j.edit(c.now)
	next.appointment(a.AppointmentID).AssignedTechnicians = c.technicians(ids)
	c.seller.putJob(next)
	return c.assigned(ids, bookingKey{j.ServiceJobID, a.AppointmentID}), nil
}

// resourceIDs are those given, each once. Amazon takes an entry without an id
// and assigns nothing for it.
func resourceIDs(resources gen.AppointmentResources) (ids []string) {
	for _, r := range resources {
		if r.ResourceID != "" && !slices.Contains(ids, r.ResourceID) {
			ids = append(ids, r.ResourceID)
		}
	}
	return ids
}

// assignable refuses resources that cannot do the job, all reasons at once.
func (c *call) assignable(ids []string, n need) *refusal {
	var foreigners []string
	for _, id := range ids {
		switch {
		case c.seller.resources[id] != nil:
		case c.state.resourceOwners[id] != nil:
			foreigners = append(foreigners, id)
		default:
			return c.rule(unknownResource, id)
		}
	}
	r := &refusal{status: c.outcome(resourceOfOtherSeller).status}
	for _, check := range assignmentChecks {
		var applicable []string
		for _, id := range ids {
			if resource := c.seller.resources[id]; resource != nil && check.broken(resource, n) {
				applicable = append(applicable, id)
			}
		}
		if applicable != nil {
			r.errors = append(r.errors, c.problem(check.rule, strings.Join(applicable, ",")))
		}
	}
	if foreigners != nil {
		r.errors = append(r.errors, c.problem(resourceOfOtherSeller, strings.Join(foreigners, ",")))
	}
	if r.errors == nil {
		return nil
	}
	return r
}

func (c *call) technicians(ids []string) (technicians []gen.Technician) {
	for _, id := range ids {
		technicians = append(technicians, gen.Technician{TechnicianID: id, Name: c.seller.resources[id].Name})
	}
	return technicians
}

// assigned warns about resources that are not free beside this appointment.
func (c *call) assigned(ids []string, appointment bookingKey) *gen.AssignAppointmentResourcesResponse {
	answer := &gen.AssignAppointmentResourcesResponse{}
	window := c.seller.bookings[appointment].span
	for _, id := range ids {
		for _, s := range c.seller.timeline(id, window, appointment) {
			if s.available() < 1 {
				answer.Payload = &gen.AssignAppointmentResourcesPayload{Warnings: gen.WarningList{
					{Code: "RESOURCES_OVERBOOKED", Message: "Resources overbooked for this time window."},
				}}
				return answer
			}
		}
	}
	return answer
}
