package contract_test

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/internal/document"
)

var proof = []byte("%PDF-1.7 signed by the customer")

// fulfil records something about the booked job.
func (s *scene) fulfil(data facade.SetAppointmentFulfillmentDataRequest) error {
	s.Helper()
	job := s.part(s.cast.booked, "booked job")
	return s.client.SetAppointmentFulfillmentData(s.Context(), job, s.cast.bookedAppointment, data, s.note())
}

// arrive sends when the technician of the booked job is to arrive, as it is
// written.
func (s *scene) arrive(ctx context.Context, window string) error {
	s.Helper()
	target := "/service/v1/serviceJobs/" + s.part(s.cast.booked, "booked job") + "/appointments/" + s.cast.bookedAppointment + "/fulfillment"
	return s.send(ctx, opFulfil, "PUT", target, asJSON, `{"estimatedArrivalTime":`+window+`}`)
}

// worked is a time that is over.
func (s *scene) worked() *facade.FulfillmentTime {
	end := s.now().Add(-time.Hour).Truncate(time.Second)
	return &facade.FulfillmentTime{StartTime: end.Add(-time.Hour), EndTime: end}
}

// refusedProof has a document refused that an upload made.
func refusedProof(name, says string, upload func(s *scene) facade.FulfillmentDocument) scenario {
	return scenario{opFulfil, 422, name, func(s *scene) {
		given := upload(s)
		s.says(s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{FulfillmentDocuments: facade.FulfillmentDocuments{given}}), 422, "InvalidInput"), says)
	}}
}

// destination asks for a place for a document.
func (s *scene) destination(length int, md5 string) *facade.ServiceDocumentUploadDestination {
	s.Helper()
	d, err := s.client.CreateUploadDestination(s.Context(), facade.ServiceUploadDocument{
		ContentType: facade.ContentTypePDF, ContentLength: int64(length), ContentMD5: md5,
	}, s.note())
	s.succeeded(err)
	return d
}

// encrypted is a document as it is uploaded.
func (s *scene) encrypted(d *facade.ServiceDocumentUploadDestination, plain []byte) []byte {
	s.Helper()
	cipher, err := document.NewCipher(string(d.EncryptionDetails.Standard), d.EncryptionDetails.Key, d.EncryptionDetails.InitializationVector)
	if err != nil {
		s.Fatal(err)
	}
	return cipher.Encrypt(plain)
}

// put uploads bytes, and returns the status.
func (s *scene) put(d *facade.ServiceDocumentUploadDestination, contentType string, body []byte) int {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPut, d.URL, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := s.recorder.RoundTrip(req)
	if err != nil {
		s.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// fulfillmentScenarios record what was done.
var fulfillmentScenarios = []scenario{
	{opFulfil, 204, "time, resources and documents", func(s *scene) {
		given, err := s.client.UploadDocument(s.Context(), facade.ContentTypePDF, bytes.NewReader(proof), s.note())
		s.succeeded(err)
		s.succeeded(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{
			FulfillmentTime:      s.worked(),
			AppointmentResources: facade.AppointmentResources{{ResourceID: s.part(s.cast.resource, "resource")}},
			FulfillmentDocuments: facade.FulfillmentDocuments{*given},
		}))
		a := s.appointment(s.cast.booked, s.cast.bookedAppointment)
		if a.AppointmentStatus != facade.AppointmentStatusCompleted || a.POA == nil || a.POA.POAType != facade.POATypePOAReceipt ||
			!a.POA.AppointmentTime.StartTime.Equal(s.worked().StartTime) || a.POA.Technicians[0].TechnicianID != s.cast.resource {
			s.Errorf("the appointment is %s with %+v", a.AppointmentStatus, a.POA)
		}
	}},
	{opFulfil, 204, "times with an offset go out in UTC", func(s *scene) {
		t := s.worked()
		s.succeeded(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{FulfillmentTime: &facade.FulfillmentTime{StartTime: t.StartTime.In(india), EndTime: t.EndTime.In(india)}}))
	}},
	{opFulfil, 204, "the length of the work is stored", func(s *scene) {
		t := s.worked()
		t.StartTime = t.EndTime.Add(-90 * time.Minute)
		s.succeeded(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{FulfillmentTime: t}))
		poa := s.appointment(s.cast.booked, s.cast.bookedAppointment).POA
		if poa == nil || poa.AppointmentTime == nil || poa.AppointmentTime.DurationInMinutes != 90 || !poa.AppointmentTime.StartTime.Equal(t.StartTime) {
			s.Errorf("got %+v", poa)
		}
	}},
	{opFulfil, 400, "nothing given", func(s *scene) {
		s.says(s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{}), 400, "InvalidInput"), "fulfillmentTime")
	}},
	{opFulfil, 422, "times both given: without an end", func(s *scene) {
		s.says(s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{FulfillmentTime: &facade.FulfillmentTime{StartTime: s.worked().StartTime}}), 422, "InvalidInput"), "end time is required")
	}},
	{opFulfil, 422, "times both given: without a start", func(s *scene) {
		s.says(s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{FulfillmentTime: &facade.FulfillmentTime{EndTime: s.worked().EndTime}}), 422, "InvalidInput"), "start time is required")
	}},
	{opFulfil, 422, "times in UTC", func(s *scene) {
		job := s.part(s.cast.booked, "booked job")
		body := `{"fulfillmentTime":{"startTime":"2021-01-01T10:00:00.000+05:30","endTime":"2021-01-01T11:00:00.000Z"}}`
		err := s.send(s.Context(), opFulfil, "PUT", "/service/v1/serviceJobs/"+job+"/appointments/"+s.cast.bookedAppointment+"/fulfillment", asJSON, body)
		s.says(s.refused(err, 422, "InvalidInput"), "not in UTC")
	}},
	{opFulfil, 422, "times past", func(s *scene) {
		future := &facade.FulfillmentTime{StartTime: s.now().Add(time.Hour), EndTime: s.now().Add(2 * time.Hour)}
		s.says(s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{FulfillmentTime: future}), 422, "InvalidInput", "InvalidInput"), "in future")
	}},
	{opFulfil, 422, "times in order", func(s *scene) {
		t := s.worked()
		s.says(s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{FulfillmentTime: &facade.FulfillmentTime{StartTime: t.EndTime, EndTime: t.StartTime}}), 422, "InvalidInput"), "should be after start time", "is before its start")
	}},
	{opFulfil, 204, "an estimated arrival alone", func(s *scene) {
		s.succeeded(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{EstimatedArrivalTime: &facade.DateTimeRange{
			StartTime: s.now().Add(time.Hour).In(india), EndTime: s.now().Add(2 * time.Hour).In(india),
		}}))
		if a := s.appointment(s.cast.booked, s.cast.bookedAppointment); s.emu != nil && a.AppointmentStatus != facade.AppointmentStatusActive {
			s.Errorf("the appointment is %s", a.AppointmentStatus)
		}
	}},
	{opFulfil, 422, "estimated arrival times both given", func(s *scene) {
		s.says(s.refused(s.arrive(broken(s.Context()), `{"startTime":"2027-01-01T10:00:00Z"}`), 422, "InvalidInput"), "mandatory")
	}},
	{opFulfil, 422, "estimated arrival times in UTC", func(s *scene) {
		s.says(s.refused(s.arrive(s.Context(), `{"startTime":"2027-01-01T10:00:00+05:30","endTime":"2027-01-01T11:00:00Z"}`), 422, "InvalidInput"), "not in UTC")
	}},
	{opFulfil, 422, "estimated arrival times in order", func(s *scene) {
		s.says(s.refused(s.arrive(s.Context(), `{"startTime":"2027-01-01T11:00:00Z","endTime":"2027-01-01T10:00:00Z"}`), 422, "InvalidInput"), "after")
	}},
	{opFulfil, 422, "resources known", func(s *scene) {
		s.says(s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{AppointmentResources: facade.AppointmentResources{{ResourceID: "no-such-resource"}}}), 422, "InvalidInput"), "does not exist")
	}},
	refusedProof("documents uploaded: unknown", "does not exist", func(*scene) facade.FulfillmentDocument {
		return facade.FulfillmentDocument{UploadDestinationID: "no-such-document", ContentSHA256: document.SHA256(proof)}
	}),
	refusedProof("documents uploaded: not yet", "invalid", func(s *scene) facade.FulfillmentDocument {
		d := s.destination(len(proof), "")
		return facade.FulfillmentDocument{UploadDestinationID: d.UploadDestinationID, ContentSHA256: document.SHA256(proof)}
	}),
	refusedProof("documents decryptable", "invalid", func(s *scene) facade.FulfillmentDocument {
		d := s.destination(len(proof), "")
		length := len(s.encrypted(d, proof))
		unpadded := s.encrypted(d, make([]byte, length))[:length] // ends in a 0, which no padding does
		if status := s.put(d, "application/pdf", unpadded); status != 200 {
			s.Fatalf("upload: %d", status)
		}
		return facade.FulfillmentDocument{UploadDestinationID: d.UploadDestinationID, ContentSHA256: document.SHA256(proof)}
	}),
	refusedProof("documents of the stated length", "content length", func(s *scene) facade.FulfillmentDocument {
		d := s.destination(len(proof)-1, "")
		if status := s.put(d, "application/pdf", s.encrypted(d, proof)); status != 200 {
			s.Fatalf("upload: %d", status)
		}
		return facade.FulfillmentDocument{UploadDestinationID: d.UploadDestinationID, ContentSHA256: document.SHA256(proof)}
	}),
	refusedProof("documents of the stated SHA-256", "contentSha256", func(s *scene) facade.FulfillmentDocument {
		given, err := s.client.UploadDocument(s.Context(), facade.ContentTypePDF, bytes.NewReader(proof), s.note())
		s.succeeded(err)
		given.ContentSHA256 = document.SHA256(nil)
		return *given
	}),
	{opFulfil, 422, "several errors are reported together, as a bare array", func(s *scene) {
		failure := s.refused(s.fulfil(facade.SetAppointmentFulfillmentDataRequest{
			FulfillmentTime:      &facade.FulfillmentTime{StartTime: s.worked().StartTime, EndTime: s.now().Add(time.Hour)},
			AppointmentResources: facade.AppointmentResources{{ResourceID: "no-such-resource"}},
			FulfillmentDocuments: facade.FulfillmentDocuments{{UploadDestinationID: "no-such-document", ContentSHA256: document.SHA256(proof)}},
		}), 422, "InvalidInput", "InvalidInput", "InvalidInput")
		s.says(failure, "end time should not be in future", "resources", "document id")
		if answer := s.recorder.last().Answer; answer == "" || answer[0] != '[' {
			s.Errorf("the answer is %.20q", answer)
		}
	}},
}

// documentScenarios ask for places for documents, and check what those take.
var documentScenarios = []scenario{
	{opDestination, 200, "a place, and a key", func(s *scene) {
		d := s.destination(len(proof), document.MD5(proof))
		if d.UploadDestinationID == "" || d.URL == "" || d.EncryptionDetails.Standard != facade.EncryptionStandardAES || d.Headers["Content-Type"] != "application/pdf" {
			s.Errorf("got %#v", d)
		}
		if status := s.put(d, "application/pdf", s.encrypted(d, proof)); status != 200 {
			s.Errorf("the upload is answered %d", status)
		}
	}},
	{opDestination, 400, "missing contentType and contentLength are named", func(s *scene) {
		_, err := s.client.CreateUploadDestination(broken(s.Context()), facade.ServiceUploadDocument{}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "contentType", "contentLength")
	}},
	{opDestination, 422, "unknown contentType", func(s *scene) {
		_, err := s.client.CreateUploadDestination(broken(s.Context()), facade.ServiceUploadDocument{ContentType: "WORD", ContentLength: 1}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 422, "InvalidInput"), "WORD")
	}},
	{opDestination, 200, "the URL expires after 300 s", func(s *scene) {
		d := s.destination(len(proof), "")
		s.emulated().Clock().Advance(300 * time.Second)
		if status := s.put(d, "application/pdf", s.encrypted(d, proof)); status != 200 {
			s.Errorf("after 300 s the upload is answered %d", status)
		}
		s.emu.Clock().Advance(time.Second)
		if status := s.put(d, "application/pdf", s.encrypted(d, proof)); status != 403 {
			s.Errorf("after 301 s the upload is answered %d", status)
		}
	}},
	{opDestination, 200, "the URL checks the content type", func(s *scene) {
		d := s.destination(len(proof), "")
		if status := s.put(d, "image/png", s.encrypted(d, proof)); status != 403 {
			s.Errorf("the upload is answered %d", status)
		}
	}},
	{opDestination, 200, "the URL checks the length", func(s *scene) {
		d := s.destination(len(proof), "")
		if status := s.put(d, "application/pdf", s.encrypted(d, append(proof[:len(proof):len(proof)], proof...))); status != 403 {
			s.Errorf("the upload is answered %d", status)
		}
	}},
	{opDestination, 200, "the URL checks the MD5", func(s *scene) {
		d := s.destination(len(proof), document.MD5([]byte("another document")))
		if status := s.put(d, "application/pdf", s.encrypted(d, proof)); status != 403 {
			s.Errorf("the upload is answered %d", status)
		}
	}},
}
