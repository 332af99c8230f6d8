package contract_test

import (
	"fmt"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// noon is when the suite takes place, a Monday at the stores.
var noon = time.Date(2026, time.March, 2, 20, 0, 0, 0, time.UTC)

const (
	day        = 24 * time.Hour
	market     = "ATVPDKIKX0DER"
	tyres      = "00000000-0000-4000-9000-000000000001" // a store of an inventory
	homes      = "00000000-0000-4000-9000-000000000002" // a store of working hours
	tyreASIN   = "B000EXAM01"
	homeASIN   = "B000EXAM03"
	fitter     = "A1FITTER1"  // fits tyres in the store
	fitter2    = "A1FITTER2"  // does, too
	trainee    = "A1TRAINEE"  // in the store, without skills
	roadFitter = "A1ROADSIDE" // fits tyres, but not in the store
	mounter    = "A1MOUNTER"  // mounts walls, for the other store
	stranger   = "A2STRANGER" // works for another seller
	vacation   = "00000000-0000-4000-8000-000000000001"
)

// Jobs of the seed.
var (
	wholeJob     = jobID(1) // completed, with every member that there is
	pendingJob   = jobID(2)
	pendingJob2  = jobID(3)
	pendingJob3  = jobID(4)
	bookedJob    = jobID(5) // with an active appointment and a fitter assigned
	cancelledJob = jobID(6) // with an appointment that was cancelled
	homeJob      = jobID(7) // in the other store
	foreignJob   = jobID(9001)
)

func jobID(n int) string { return fmt.Sprintf("00000000-0000-4000-a000-%012d", n) }

// everything is a seed in which every member of every type is set somewhere.
func everything(now time.Time) (*emulator.Seed, error) {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 8, 0, 0, 0, time.UTC).In(time.FixedZone("", -8*60*60))
	first := emulator.Seller{
		SellerID: "A1EXAMPLESELLER", MarketplaceID: market,
		ClientID: "amzn1.application-oa2-client.contract", ClientSecret: "amzn1.oa2-cs.v1.contract", RefreshToken: "Atzr|first",
		Stores: []emulator.Store{
			{StoreID: tyres, Name: "Example Tyres", SchedulingType: gen.SchedulingTypeRealTimeScheduling, SlotMinutes: 60,
				Services: []emulator.Service{{ASIN: tyreASIN, Title: "Tyre fitting", RequiredSkills: []string{"TYRE_FITTING"}, ServiceLocationType: gen.ServiceLocationTypeInStore}}},
			{StoreID: homes, Name: "Example Homes", SchedulingType: gen.SchedulingTypeNonRealTimeScheduling, SlotMinutes: 120,
				Services: []emulator.Service{{ASIN: homeASIN, Title: "Wall mounting", RequiredSkills: []string{"WALL_MOUNTING"}, ServiceLocationType: gen.ServiceLocationTypeInHome}}},
		},
		Resources: []emulator.Resource{
			worker(fitter, tyres, "TYRE_FITTING", gen.ServiceLocationTypeInStore, midnight),
			worker(fitter2, tyres, "TYRE_FITTING", gen.ServiceLocationTypeInStore, midnight),
			worker(trainee, tyres, "", gen.ServiceLocationTypeInStore, midnight),
			worker(roadFitter, tyres, "TYRE_FITTING", gen.ServiceLocationTypeInHome, midnight),
			worker(mounter, homes, "WALL_MOUNTING", gen.ServiceLocationTypeInHome, midnight),
		},
		Reservations: []emulator.Reservation{{ResourceID: fitter2, Reservation: gen.Reservation{
			ReservationID: vacation, Type: gen.ReservationTypeVacation,
			Availability: gen.AvailabilityRecord{StartTime: midnight.Add(20 * day), EndTime: midnight.Add(27 * day), Capacity: 1},
		}}},
	}
	first.Jobs = []emulator.Job{
		whole(midnight),
		tyreJob(pendingJob, gen.ServiceJobStatusPendingSchedule, midnight, 2),
		tyreJob(pendingJob2, gen.ServiceJobStatusPendingSchedule, midnight, 3),
		tyreJob(pendingJob3, gen.ServiceJobStatusPendingSchedule, midnight, 4),
		tyreJob(bookedJob, gen.ServiceJobStatusNotServiced, midnight, 5, gen.Appointment{
			AppointmentID: bookedJob + "_1", AppointmentStatus: gen.AppointmentStatusActive, AssignedTechnicians: staff(fitter),
			AppointmentTime: &gen.AppointmentTime{StartTime: midnight.Add(2*day + 10*time.Hour).UTC(), DurationInMinutes: 60},
		}),
		tyreJob(cancelledJob, gen.ServiceJobStatusCancelled, midnight, 6, gen.Appointment{
			AppointmentID: cancelledJob + "_1", AppointmentStatus: gen.AppointmentStatusCancelled,
			AppointmentTime: &gen.AppointmentTime{StartTime: midnight.Add(-3 * day).UTC(), DurationInMinutes: 60},
		}),
		tyreJob(homeJob, gen.ServiceJobStatusPendingSchedule, midnight, 7),
	}
	home := &first.Jobs[len(first.Jobs)-1]
	home.StoreID, home.ScopeOfWork.ASIN, home.ScopeOfWork.RequiredSkills = homes, homeASIN, []string{"WALL_MOUNTING"}
	home.ServiceLocation.ServiceLocationType = gen.ServiceLocationTypeInHome

	second := first
	second.SellerID, second.RefreshToken = "A2EXAMPLESELLER", "Atzr|second"
	second.Resources = []emulator.Resource{worker(stranger, tyres, "TYRE_FITTING", gen.ServiceLocationTypeInStore, midnight)}
	second.Jobs = []emulator.Job{tyreJob(foreignJob, gen.ServiceJobStatusNotServiced, midnight, 8, gen.Appointment{
		AppointmentID: foreignJob + "_1", AppointmentStatus: gen.AppointmentStatusActive,
		AppointmentTime: &gen.AppointmentTime{StartTime: midnight.Add(2*day + 10*time.Hour).UTC(), DurationInMinutes: 60},
	})}
	second.Reservations = nil
	return &emulator.Seed{Version: emulator.SeedVersion, Sellers: []emulator.Seller{first, second}}, nil
}

// worker works from 8 to 18 every day, one appointment at a time.
func worker(id, store, skill string, location gen.ServiceLocationType, midnight time.Time) emulator.Resource {
	r := emulator.Resource{
		ResourceID: id, Name: "Example " + id, StoreID: store, ServiceLocationTypes: []gen.ServiceLocationType{location},
		Schedule: []gen.AvailabilityRecord{{
			StartTime: midnight.Add(-30*day + 8*time.Hour), EndTime: midnight.Add(-30*day + 18*time.Hour),
			Recurrence: &gen.Recurrence{EndTime: midnight.Add(730 * day)}, Capacity: 1,
		}},
	}
	if skill != "" {
		r.Skills = []string{skill}
	}
	return r
}

func staff(ids ...string) (technicians []gen.Technician) {
	for _, id := range ids {
		technicians = append(technicians, gen.Technician{TechnicianID: id, Name: "Example " + id})
	}
	return technicians
}

func tyreJob(id string, status gen.ServiceJobStatus, midnight time.Time, n int, appointments ...gen.Appointment) emulator.Job {
	return emulator.Job{ServiceJob: gen.ServiceJob{
		CreateTime: midnight.Add(time.Duration(n-20) * day).UTC(), ServiceJobID: id, ServiceJobStatus: status,
		ScopeOfWork:    &gen.ScopeOfWork{ASIN: tyreASIN, Title: "Tyre fitting", Quantity: 1, RequiredSkills: []string{"TYRE_FITTING"}},
		ServiceOrderID: fmt.Sprintf("111-1000000-%07d", n), MarketplaceID: market, StoreID: tyres,
		ServiceLocation: &gen.ServiceLocation{ServiceLocationType: gen.ServiceLocationTypeInStore},
		Appointments:    appointments,
	}}
}

// whole is a job with every member set.
func whole(midnight time.Time) emulator.Job {
	prime := true
	at := func(days int) time.Time { return midnight.Add(time.Duration(days)*day + 10*time.Hour).UTC() }
	window := &gen.AppointmentTime{StartTime: at(-5), DurationInMinutes: 60}
	job := tyreJob(wholeJob, gen.ServiceJobStatusCompleted, midnight, 1,
		gen.Appointment{
			AppointmentID: wholeJob + "_1", AppointmentStatus: gen.AppointmentStatusCancelled, RescheduledAppointmentID: wholeJob + "_2",
			AppointmentTime: &gen.AppointmentTime{StartTime: at(-6), DurationInMinutes: 60},
		},
		gen.Appointment{
			AppointmentID: wholeJob + "_2", AppointmentStatus: gen.AppointmentStatusCompleted, AppointmentTime: window, AssignedTechnicians: staff(fitter),
			POA: &gen.POA{AppointmentTime: window, Technicians: staff(fitter), UploadingTechnician: fitter, UploadTime: at(-4), POAType: gen.POATypeCustomerSignature},
		})
	job.Seller = &gen.Seller{SellerID: "A1EXAMPLESELLER"}
	job.ServiceJobProvider = &gen.ServiceJobProvider{ServiceJobProviderID: "A1EXAMPLESELLER"}
	job.PreferredAppointmentTimes = []gen.AppointmentTime{{StartTime: at(-6), DurationInMinutes: 60}}
	job.Buyer = &gen.Buyer{BuyerID: "AEXAMPLEBUYER", Name: "Example Buyer", Phone: "+1 206 555 0100", IsPrimeMember: &prime}
	job.ProductOrderIDs, job.TrackingIDs = []string{"112-3000000-4000000"}, []string{"TBA000000000101"}
	job.Payments = []gen.Payment{{Amount: &gen.MoneyAmount{Value: "129.90", Currency: "USD"}, Instrument: "CREDIT_CARD"}}
	job.AssociatedItems = []gen.AssociatedItem{{
		LinkedAssets: []gen.LinkedAsset{{AssetType: "VEHICLE", AssetName: "Example Roadster", AdditionalAttributes: map[string]string{"year": "2020"}}},
		ASIN:         "B000ITEM01", Title: "Four tyres", Quantity: 4, OrderID: "111-1000000-0000001", ItemStatus: gen.ItemStatusDelivered, BrandName: "Example Brand",
		ItemDelivery: &gen.ItemDelivery{EstimatedDeliveryDate: at(-8), ItemDeliveryPromise: &gen.ItemDeliveryPromise{StartTime: at(-9), EndTime: at(-8)}},
	}}
	job.ServiceLocation.Address = &gen.Address{
		Name: "Example Buyer", AddressLine1: "1 Example Street", AddressLine2: "Floor 2", AddressLine3: "Door 3", City: "Exampleville", County: "Example County",
		District: "Example District", StateOrRegion: "WA", PostalCode: "00000", CountryCode: "US", Phone: "+1 206 555 0100",
	}
	return job
}
