package emulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/document"
)

// TestCapacityIsNeverBelowZero takes more of an hour than a resource has.
func TestCapacityIsNeverBelowZero(t *testing.T) {
	t.Parallel()
	f := start(t)
	slot := f.slots(pendingJob)[0].StartTime
	id := f.book(pendingJob, slot)
	f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200)
	for range 3 {
		f.call("POST", "/service/v1/reservation?marketplaceIds=X", reservation(technician, slot, slot.Add(time.Hour))).want(200)
	}
	var got gen.RangeSlotCapacity
	f.call("POST", f.capacity(technician, "range", ""), "{"+everyKind+","+windowOf(slot, slot.Add(time.Hour))+"}").want(200).decode(&got)
	found := map[gen.CapacityType]int32{}
	for _, c := range got.Capacities {
		found[c.CapacityType] = c.Slots[0].Capacity
	}
	scheduled, reserved, encumbered := found[gen.CapacityTypeScheduledCapacity], found[gen.CapacityTypeReservedCapacity], found[gen.CapacityTypeEncumberedCapacity]
	available := found[gen.CapacityTypeAvailableCapacity]
	if available != 0 || reserved != scheduled || encumbered != 0 {
		t.Errorf("%d scheduled, %d reserved, %d encumbered, %d available", scheduled, reserved, encumbered, available)
	}
}

// TestDocumentStoreComparesTheMD5 puts another document, well encrypted, in the
// place of the one that was announced.
func TestDocumentStoreComparesTheMD5(t *testing.T) {
	t.Parallel()
	f := start(t)
	d, _ := f.destination([]byte("sixteen bytes ok"))
	cipher, err := document.NewCipher(string(d.EncryptionDetails.Standard), d.EncryptionDetails.Key, d.EncryptionDetails.InitializationVector)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {d.Headers["Content-Type"]}}
	f.send(http.MethodPut, d.URL, header, string(cipher.Encrypt([]byte("sixteen bytes no")))).want(403, "BadDigest")
	f.send(http.MethodPut, d.URL, header, string(cipher.Encrypt([]byte("sixteen bytes ok")))).want(200)
}

// TestBurstIsNeverExceeded rests for an hour, which gives no more than the burst.
func TestBurstIsNeverExceeded(t *testing.T) {
	t.Parallel()
	f := start(t)
	if err := f.emu.Throttle("getServiceJobByServiceJobId", 1, 2); err != nil {
		t.Fatal(err)
	}
	f.call("GET", jobPath(pendingJob), "").want(200)
	f.emu.Clock().Advance(time.Hour - time.Second) // the access token lasts an hour
	f.call("GET", jobPath(pendingJob), "").want(200)
	f.call("GET", jobPath(pendingJob), "").want(200)
	f.call("GET", jobPath(pendingJob), "").want(429)
}
