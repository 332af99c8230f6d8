package emulator

import (
	"fmt"
	"time"

	"github.com/spservices/services-go/gen"
)

const (
	day = 24 * time.Hour
	// defaultUTCOffset is the offset of the stores of the default seed, in
	// seconds: their working days cross midnight in UTC.
	defaultUTCOffset = -8 * 60 * 60
	defaultMarket    = "ATVPDKIKX0DER"
)

// Default is a service provider as it might be: 3 stores, 12 resources and 60
// jobs in all statuses, and a second provider with one job, which the first
// may not touch. Times are relative to now, identifiers are always the same,
// and all people and places are made up.
func Default(now time.Time) (*Seed, error) {
	first := defaultSeller()
	first.Stores = defaultStores()
	midnight := now.In(time.FixedZone("", defaultUTCOffset))
	midnight = time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 0, 0, 0, midnight.Location())
	first.Resources = defaultResources(midnight)
	for i := range 60 {
		first.Jobs = append(first.Jobs, defaultJob(&first, i, midnight))
	}
	first.Reservations = []Reservation{{
		ResourceID: first.Resources[1].ResourceID,
		Reservation: gen.Reservation{
			ReservationID: "00000000-0000-4000-8000-000000000001",
			Type:          gen.ReservationTypeVacation,
			Availability:  gen.AvailabilityRecord{StartTime: midnight.Add(20 * day), EndTime: midnight.Add(27 * day), Capacity: 1},
		},
	}}

	second := first
	second.SellerID, second.RefreshToken = "A2EXAMPLESELLER", "Atzr-emulator-refresh-token-2"
	second.Stores = []Store{first.Stores[0]}
	second.Stores[0].StoreID = defaultStoreID(9)
	second.Resources = []Resource{first.Resources[0]}
	second.Resources[0].ResourceID, second.Resources[0].StoreID = "A2TECHNICIAN01", defaultStoreID(9)
	second.Jobs = []Job{first.Jobs[0]}
	second.Jobs[0].ServiceJobID, second.Jobs[0].StoreID = defaultJobID(9001), defaultStoreID(9)
	second.Reservations = nil
	return &Seed{Version: SeedVersion, Sellers: []Seller{first, second}}, nil
}

func defaultSeller() Seller {
	return Seller{
		SellerID:      "A1EXAMPLESELLER",
		MarketplaceID: defaultMarket,
		ClientID:      "amzn1.application-oa2-client.emulator",
		ClientSecret:  "amzn1.oa2-cs.v1.emulator",
		RefreshToken:  "Atzr-emulator-refresh-token",
	}
}

func defaultStoreID(n int) string { return fmt.Sprintf("00000000-0000-4000-9000-%012d", n) }

func defaultJobID(n int) string { return fmt.Sprintf("00000000-0000-4000-a000-%012d", n) }

func defaultStores() []Store {
	return []Store{
		{
			StoreID: defaultStoreID(1), Name: "Example Tyres", SchedulingType: gen.SchedulingTypeRealTimeScheduling, SlotMinutes: 60,
			Services: []Service{
				{"B000EXAM01", "Tyre fitting, set of four", []string{"TYRE_FITTING"}, gen.ServiceLocationTypeInStore},
				{"B000EXAM02", "Wheel balancing", []string{"TYRE_FITTING", "WHEEL_BALANCING"}, gen.ServiceLocationTypeInStore},
			},
		},
		{
			StoreID: defaultStoreID(2), Name: "Example Home Installers", SchedulingType: gen.SchedulingTypeNonRealTimeScheduling, SlotMinutes: 120,
			Services: []Service{
				{"B000EXAM03", "Wall mounting of a television", []string{"WALL_MOUNTING"}, gen.ServiceLocationTypeInHome},
				{"B000EXAM04", "Installation of a dishwasher", []string{"PLUMBING", "APPLIANCES"}, gen.ServiceLocationTypeInHome},
			},
		},
		{
			StoreID: defaultStoreID(3), Name: "Example Assembly", SchedulingType: gen.SchedulingTypeNonRealTimeScheduling, SlotMinutes: 60,
			Services: []Service{
				{"B000EXAM05", "Furniture assembly", []string{"ASSEMBLY"}, gen.ServiceLocationTypeInHome},
				{"B000EXAM06", "Set-up of a smart home, remotely", []string{"SMART_HOME"}, gen.ServiceLocationTypeOnline},
			},
		},
	}
}

// defaultResources are four resources a store. They work from 8 to 18, the
// last of each store at weekends too, from a month ago for two years.
func defaultResources(midnight time.Time) (resources []Resource) {
	names := []string{
		"Ada Example", "Ben Sample", "Cem Muster", "Dot Placeholder",
		"Eve Example", "Fay Sample", "Gil Muster", "Hal Placeholder",
		"Ida Example", "Jon Sample", "Kim Muster", "Lou Placeholder",
	}
	skills := [][]string{
		{"TYRE_FITTING"}, {"TYRE_FITTING", "WHEEL_BALANCING"}, {"TYRE_FITTING", "WHEEL_BALANCING"}, {"TYRE_FITTING", "WHEEL_BALANCING"},
		{"WALL_MOUNTING"}, {"PLUMBING", "APPLIANCES"}, {"WALL_MOUNTING", "PLUMBING"}, {"WALL_MOUNTING", "PLUMBING", "APPLIANCES"},
		{"ASSEMBLY"}, {"ASSEMBLY"}, {"SMART_HOME"}, {"ASSEMBLY", "SMART_HOME"},
	}
	locations := [][]gen.ServiceLocationType{
		{gen.ServiceLocationTypeInStore},
		{gen.ServiceLocationTypeInHome},
		{gen.ServiceLocationTypeInHome, gen.ServiceLocationTypeOnline},
	}
	start := midnight.Add(-30 * day)
	for i, name := range names {
		hours := gen.AvailabilityRecord{
			StartTime:  start.Add(8 * time.Hour),
			EndTime:    start.Add(18 * time.Hour),
			Recurrence: &gen.Recurrence{EndTime: midnight.Add(2 * 365 * day)},
			Capacity:   1,
		}
		if i%4 != 3 {
			hours.Recurrence.DaysOfWeek = []gen.DayOfWeek{
				gen.DayOfWeekMonday, gen.DayOfWeekTuesday, gen.DayOfWeekWednesday, gen.DayOfWeekThursday, gen.DayOfWeekFriday, gen.DayOfWeekSaturday,
			}
		}
		resources = append(resources, Resource{
			ResourceID: fmt.Sprintf("A1TECHNICIAN%02d", i+1), Name: name, StoreID: defaultStoreID(i/4 + 1),
			Skills: skills[i], ServiceLocationTypes: locations[i/4], Schedule: []gen.AvailabilityRecord{hours},
		})
	}
	return resources
}

// defaultStatuses are the statuses of sixty jobs, ten at a time.
var defaultStatuses = [10]gen.ServiceJobStatus{
	gen.ServiceJobStatusPendingSchedule, gen.ServiceJobStatusNotServiced, gen.ServiceJobStatusCompleted,
	gen.ServiceJobStatusPendingSchedule, gen.ServiceJobStatusNotServiced, gen.ServiceJobStatusCompleted,
	gen.ServiceJobStatusCancelled, gen.ServiceJobStatusHold,
	gen.ServiceJobStatusNotFulfillable, gen.ServiceJobStatusPaymentDeclined,
}

// defaultJob is job i of 60, the oldest first, two a day until now.
func defaultJob(seller *Seller, i int, midnight time.Time) Job {
	store := &seller.Stores[i%3]
	service := &store.Services[i/3%2]
	created := midnight.Add(-30*day + time.Duration(i)*12*time.Hour)
	prime := i%2 == 0
	job := Job{ServiceJob: gen.ServiceJob{
		CreateTime:         created.UTC(),
		ServiceJobID:       defaultJobID(i + 1),
		ServiceJobStatus:   defaultStatuses[i%10],
		ScopeOfWork:        &gen.ScopeOfWork{ASIN: service.ASIN, Title: service.Title, Quantity: 1, RequiredSkills: service.RequiredSkills},
		Seller:             &gen.Seller{SellerID: seller.SellerID},
		ServiceJobProvider: &gen.ServiceJobProvider{ServiceJobProviderID: seller.SellerID},
		ServiceOrderID:     fmt.Sprintf("111-%07d-%07d", 1000000+i, 2000000+i),
		MarketplaceID:      seller.MarketplaceID,
		StoreID:            store.StoreID,
		Buyer: &gen.Buyer{
			BuyerID: fmt.Sprintf("AEXAMPLEBUYER%02d", i+1), Name: fmt.Sprintf("Example Buyer %d", i+1),
			Phone: fmt.Sprintf("+1 206 555 01%02d", i), IsPrimeMember: &prime,
		},
		ServiceLocation: &gen.ServiceLocation{ServiceLocationType: service.ServiceLocationType},
	}}
	if service.ServiceLocationType == gen.ServiceLocationTypeInHome {
		job.ServiceLocation.Address = &gen.Address{
			Name: job.Buyer.Name, AddressLine1: fmt.Sprintf("%d Example Street", i+1), City: "Exampleville",
			StateOrRegion: "WA", PostalCode: "00000", CountryCode: "US", Phone: job.Buyer.Phone,
		}
	}
	job.AssociatedItems = []gen.AssociatedItem{{
		ASIN: fmt.Sprintf("B000ITEM%02d", i%50), Title: "Item for " + service.Title, Quantity: 1,
		OrderID: job.ServiceOrderID, ItemStatus: gen.ItemStatusDelivered, BrandName: "Example Brand",
		ItemDelivery: &gen.ItemDelivery{EstimatedDeliveryDate: created.Add(2 * day).UTC()},
	}}
	addDefaultGoods(&job, store, i)
	preferred := midnight.Add(time.Duration(3+i%5)*day + 10*time.Hour)
	job.PreferredAppointmentTimes = []gen.AppointmentTime{{StartTime: preferred.UTC(), DurationInMinutes: store.SlotMinutes}}
	addDefaultAppointment(&job, seller, store, i, midnight)
	return job
}

// addDefaultAppointment gives a job the appointments that its status tells of.
// Active ones lie ahead, at different times, and every other one is staffed.
func addDefaultAppointment(job *Job, seller *Seller, store *Store, i int, midnight time.Time) {
	at := func(days int) *gen.AppointmentTime {
		start := midnight.Add(time.Duration(days)*day + time.Duration(8+i%4*2)*time.Hour)
		return &gen.AppointmentTime{StartTime: start.UTC(), DurationInMinutes: store.SlotMinutes}
	}
	appointment := gen.Appointment{AppointmentID: job.ServiceJobID + "_1"}
	technician := &seller.Resources[i%3*4+3] // the one with every skill of the store
	staff := []gen.Technician{{TechnicianID: technician.ResourceID, Name: technician.Name}}
	switch job.ServiceJobStatus {
	case gen.ServiceJobStatusNotServiced:
		appointment.AppointmentStatus, appointment.AppointmentTime = gen.AppointmentStatusActive, at(2+i/4)
		if i%2 == 0 {
			appointment.AssignedTechnicians = staff
		}
	case gen.ServiceJobStatusCompleted:
		appointment.AppointmentStatus, appointment.AppointmentTime = gen.AppointmentStatusCompleted, at(i/2-29)
		appointment.AssignedTechnicians = staff
		appointment.POA = &gen.POA{
			AppointmentTime: appointment.AppointmentTime, Technicians: staff, UploadingTechnician: technician.ResourceID,
			UploadTime: appointment.AppointmentTime.StartTime.Add(3 * time.Hour), POAType: gen.POATypeCustomerSignature,
		}
	case gen.ServiceJobStatusCancelled:
		appointment.AppointmentStatus, appointment.AppointmentTime = gen.AppointmentStatusCancelled, at(i/2-29)
	default:
		job.LastUpdateTime = job.CreateTime
		return
	}
	job.Appointments = []gen.Appointment{appointment}
	job.LastUpdateTime = job.CreateTime.Add(time.Hour)
}
