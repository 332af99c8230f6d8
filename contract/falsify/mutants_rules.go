package main

// ruleMutants break the emulator's business rules.
var ruleMutants = []mutant{
	{
		name: "count resources without the skills into slots", file: "emulator/slots.go", tests: "emulator", test: "^TestSlotsCountResourcesThatCanDoTheService$",
		guard:  `return r.StoreID == n.storeID && r.serves(n) && r.hasSkills(n)`,
		broken: `return r.StoreID == n.storeID && r.serves(n)`,
	},
	{
		name: "count resources of other locations into slots", file: "emulator/slots.go", tests: "emulator", test: "^TestSlotsCountResourcesThatCanDoTheService$",
		guard:  `return r.StoreID == n.storeID && r.serves(n) && r.hasSkills(n)`,
		broken: `return r.StoreID == n.storeID && r.hasSkills(n)`,
	},
	{
		name: "find jobs by the ASIN of the service alone", file: "emulator/jobindex.go", tests: "emulator", test: "^TestASINsFindTheServiceAndItsItems$",
		guard:  `asins = append(asins, j.AssociatedItems[i].ASIN)`,
		broken: `_ = i`,
	},
	{
		name: "name the parameters in place of what Amazon says about capacity", file: "emulator/bind.go", tests: "emulator", test: "^TestCapacityFaultsHaveAmazonsShape$",
		guard:  `if faults := faultsOf[c.operation.ID]; faults != nil {`,
		broken: `if faults := faultsOf[c.operation.ID]; faults != nil && len(violations) == 0 {`,
	},
	{
		name: "answer capacities in the order they are asked for in", file: "emulator/capacity.go", tests: "emulator", test: "^TestCapacitiesComeInOneOrder$",
		guard:  `for _, kind := range capacityOrder {`,
		broken: `for _, kind := range asked {`,
	},
	{
		name: "tell every fault of the times of a fulfilment", file: "emulator/fulfillment.go", tests: "emulator", test: "^TestFulfilmentStopsAtTheFirstKindOfFault$",
		guard:  `if ofEnd == fault {`,
		broken: `if ofEnd < noTimeFault {`,
	},
	{
		name: "tell an offset before times that are out of order", file: "emulator/fulfillment.go", tests: "emulator", test: "^TestFulfilmentStopsAtTheFirstKindOfFault$",
		guard:  `if fault > futureTimeFault && !start.IsZero()`,
		broken: `if fault > formTimeFault && !start.IsZero()`,
	},
	{
		name: "make a reservation of what is taken without a word", file: "emulator/reservations.go", tests: "emulator", test: "^TestReservationsBeyondCapacityAreWarnedAbout$",
		guard:  `overbooked = overbooked || segments[i].available() < capacityOf(r)`,
		broken: `overbooked = overbooked || segments[i].available() < 0`,
	},
	{
		name: "hold a reservation against the one that it replaces", file: "emulator/reservations.go", tests: "emulator", test: "^TestReservationsAreHeldAgainstAppointmentsAndNotAgainstThemselves$",
		guard:  "\tif replaced != \"\" {\n\t\tc.seller.cancelReservation(replaced)\n\t}\n\twarnings := c.overreach(resourceID, &r.Availability)\n",
		broken: "\twarnings := c.overreach(resourceID, &r.Availability)\n\tif replaced != \"\" {\n\t\tc.seller.cancelReservation(replaced)\n\t}\n",
	},
	{
		name: "look at a reservation for as long as it lasts", file: "emulator/reservations.go", tests: "emulator", test: "^TestReservationsBeyondCapacityAreWarnedAbout$",
		guard:  `window.end = min(window.end, window.start+int64(capacityPage/time.Second))`,
		broken: `window.end += int64(capacityPage/time.Second)`,
	},
	{
		name: "keep the schedule that an update replaces", file: "emulator/schedule.go", tests: "emulator", test: "^TestScheduleUpdates$",
		guard:  "\tcase ReplaceOverlaps:\n",
		broken: "\tcase ReplaceOverlaps, ReplaceAll:\n",
	},
	{
		name: "carry what goes on past the first new record", file: "emulator/schedule.go", tests: "emulator", test: "^TestPublishedScheduleFollowsItsReading$",
		guard:  `if each.end > end {`,
		broken: `if each.end > end+daySeconds {`,
	},
	{
		name: "let records recur past the first new record", file: "emulator/schedule.go", tests: "emulator", test: "^TestPublishedScheduleFollowsItsReading$",
		guard:  `recurrence.EndTime = atSecond(last).In(recurrence.EndTime.Location())`,
		broken: `recurrence.EndTime = recurrence.EndTime.Add(0)`,
	},
	{
		name: "clear a schedule by records that are all wrong", file: "emulator/schedule.go", tests: "emulator", test: "^TestScheduleUpdates$",
		guard:  `if len(added) == 0 {`,
		broken: `if len(body.Schedules) == 0 {`,
	},
	{
		name: "take a marketplace of another region", file: "emulator/marketplaces.go", tests: "emulator", test: "^TestMarketplacesOfAnotherRegionAreRefused$",
		guard:  `if known && own.Region != "" && own.Region != asked.Region {`,
		broken: `if known && own.Region == "" && own.Region != asked.Region {`,
	},
	{
		name: "take slots below the minimum of the marketplace", file: "emulator/schedule.go", tests: "emulator", test: "^TestSlotsHaveAMinimumByMarketplace$",
		guard:  `if r.EndTime.Sub(r.StartTime) < time.Duration(c.shortestSlot)*time.Minute {`,
		broken: `if r.EndTime.Sub(r.StartTime) < time.Duration(defaultShortestSlot)*time.Minute {`,
	},
	{
		name: "ask for slots below the minimum of the marketplace", file: "emulator/capacity.go", tests: "emulator", test: "^TestSlotsHaveAMinimumByMarketplace$",
		guard:  `if int(body.SlotDuration) < c.shortestSlot {`,
		broken: `if int(body.SlotDuration) < defaultShortestSlot {`,
	},
	{
		name: "change another reservation than the body names", file: "emulator/reservations.go", tests: "emulator", test: "^TestReservationIDInTheBodyIsThatOfThePath$",
		guard:  `if given := body.Reservation.ReservationID; given != "" && given != replaced {`,
		broken: `if given := body.Reservation.ReservationID; given == "?" && given != replaced {`,
	},
	{
		name: "ask for the members of a reservation that is answered by its id", file: "contract/description.go", tests: "contract", test: "^TestReservationMayComeBackWithItsIDAlone$",
		guard:  `answered.Required = nil`,
		broken: `answered.Required = []string{"reservationId"}`,
	},
}
