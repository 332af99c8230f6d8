package emulator_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/document"
)

func TestLifeOfAJob(t *testing.T) {
	t.Parallel()
	f := start(t)
	free := f.slots(pendingJob)
	id := f.book(pendingJob, free[0].StartTime)
	if got := f.job(pendingJob); got.ServiceJobStatus != gen.ServiceJobStatusNotServiced || got.Appointments[0].AppointmentID != id {
		t.Errorf("after booking: %+v", got)
	}
	appointment := jobPath(pendingJob, "/appointments/", id)
	f.call("PUT", appointment+"/resources", `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200)

	var moved gen.SetAppointmentResponse
	f.call("POST", appointment, strings.TrimSuffix(appointmentAt(free[1].StartTime), "}")+`,"rescheduleReasonCode":"R1"}`).
		want(200, "RESOURCES_UNASSIGNED").decode(&moved)
	old := f.job(pendingJob).Appointments[0]
	if old.AppointmentStatus != gen.AppointmentStatusCancelled || old.RescheduledAppointmentID != moved.AppointmentID {
		t.Errorf("appointment that was moved: %+v", old)
	}

	appointment = jobPath(pendingJob, "/appointments/", moved.AppointmentID)
	f.call("PUT", appointment+"/resources", `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200)
	destination, sum := f.upload([]byte("%PDF-1.7 proof of service"))
	fulfillment := `{"fulfillmentTime":{"startTime":"` + free[1].StartTime.Format(time.RFC3339) + `","endTime":"` + free[1].EndTime.Format(time.RFC3339) + `"},
		"appointmentResources":[{"resourceId":"` + technician + `"}],
		"fulfillmentDocuments":[{"uploadDestinationId":"` + destination + `","contentSha256":"` + sum + `"}]}`
	f.call("PUT", appointment+"/fulfillment", fulfillment).want(422, "[{", "should not be in future")
	f.emu.Clock().Set(free[1].EndTime.Add(time.Minute))
	f.token = f.signIn(f.emu.Credentials())
	if got := f.call("PUT", appointment+"/fulfillment", fulfillment).want(204); len(got.text) != 0 {
		t.Errorf("a 204 has the body %q", got.text)
	}
	done := f.job(pendingJob).Appointments[1]
	if done.AppointmentStatus != gen.AppointmentStatusCompleted || done.POA == nil || done.POA.POAType != gen.POATypePOAReceipt {
		t.Errorf("fulfilled appointment: %+v", done)
	}

	f.call("PUT", jobPath(pendingJob, "/completions"), "").want(200)
	f.call("PUT", jobPath(pendingJob, "/completions"), "").want(200)
	f.call("PUT", jobPath(pendingJob, "/cancellations?cancellationReasonCode=V1"), "").want(422)
	f.call("PUT", appointment+"/fulfillment", fulfillment).want(422)
	if got := f.job(pendingJob).ServiceJobStatus; got != gen.ServiceJobStatusCompleted {
		t.Errorf("the job is %s at the end", got)
	}
}

// upload sends a document and returns its destination and digest.
func (f *fixture) upload(plain []byte) (destination, sum string) {
	f.Helper()
	d, encrypted := f.destination(plain)
	f.send(http.MethodPut, d.URL, http.Header{"Content-Type": {d.Headers["Content-Type"]}}, string(encrypted)).want(200)
	return d.UploadDestinationID, document.SHA256(plain)
}

func (f *fixture) destination(plain []byte) (*gen.ServiceDocumentUploadDestination, []byte) {
	f.Helper()
	var got gen.CreateServiceDocumentUploadDestination
	f.call("POST", "/service/v1/documents", toJSON(map[string]any{
		"contentType": "PDF", "contentLength": len(plain), "contentMD5": document.MD5(plain),
	})).want(200).decode(&got)
	details := got.Payload.EncryptionDetails
	cipher, err := document.NewCipher(string(details.Standard), details.Key, details.InitializationVector)
	if err != nil {
		f.Fatal(err)
	}
	return got.Payload, cipher.Encrypt(plain)
}

func TestDocumentStoreRefuses(t *testing.T) {
	t.Parallel()
	plain := []byte("sixteen bytes ok")
	for name, c := range map[string]struct {
		change func(f *fixture, url *string, header http.Header, body *[]byte)
		code   string
	}{
		"another content type": {func(_ *fixture, _ *string, h http.Header, _ *[]byte) { h.Set("Content-Type", "image/png") }, "SignatureDoesNotMatch"},
		"another signature":    {func(_ *fixture, u *string, _ http.Header, _ *[]byte) { *u += "0" }, "SignatureDoesNotMatch"},
		"an expired URL":       {func(f *fixture, _ *string, _ http.Header, _ *[]byte) { f.emu.Clock().Advance(301 * time.Second) }, "Request has expired"},
		"the plain document":   {func(_ *fixture, _ *string, _ http.Header, b *[]byte) { *b = plain }, "AccessDenied"},
		"no content type":      {func(_ *fixture, _ *string, h http.Header, _ *[]byte) { h.Del("Content-Type") }, "SignatureDoesNotMatch"},
		"two content types":    {func(_ *fixture, _ *string, h http.Header, _ *[]byte) { h.Add("Content-Type", "image/png") }, "SignatureDoesNotMatch"},
		"a content type more": {func(_ *fixture, _ *string, h http.Header, _ *[]byte) {
			h.Set("Content-Type", "application/pdf, image/png")
		}, "SignatureDoesNotMatch"},
		"another document":    {func(_ *fixture, _ *string, _ http.Header, b *[]byte) { *b = bytes.Repeat([]byte{1}, len(*b)) }, "BadDigest"},
		"an unknown document": {func(_ *fixture, u *string, _ http.Header, _ *[]byte) { *u = strings.Replace(*u, "tortuga", "other", 1) }, "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			d, body := f.destination(plain)
			header := http.Header{"Content-Type": {d.Headers["Content-Type"]}}
			c.change(f, &d.URL, header, &body)
			got := f.send(http.MethodPut, d.URL, header, string(body)).want(403, "<Error>", c.code)
			if kind := got.header.Get("Content-Type"); kind != "application/xml" {
				t.Errorf("Content-Type is %q", kind)
			}
		})
	}
}

// TestUploadURLsMayBeWrittenOtherwise rewrites the query of an upload URL in
// ways that HTTP clients do, and in ways that change what it says.
func TestUploadURLsMayBeWrittenOtherwise(t *testing.T) {
	t.Parallel()
	plain := []byte("proof")
	for name, c := range map[string]struct {
		rewrite func(parameters []string) []string
		status  int
	}{
		"reversed":        {func(p []string) []string { slices.Reverse(p); return p }, 200},
		"last one first":  {func(p []string) []string { return append(p[4:], p[:4]...) }, 200},
		"bare semicolon":  {func(p []string) []string { return replaced(p, "%3B", ";") }, 200},
		"lower case hex":  {func(p []string) []string { return replaced(p, "%3B", "%3b") }, 200},
		"encoded hyphens": {func(p []string) []string { return replaced(p, "-", "%2D") }, 200},
		"empty parts":     {func(p []string) []string { return append(p, "", "") }, 200},
		"another date":    {func(p []string) []string { return replaced(p, "X-Amz-Date=2", "X-Amz-Date=3") }, 403},
		"longer":          {func(p []string) []string { return replaced(p, "=300", "=3000") }, 403},
		"other case":      {func(p []string) []string { return replaced(p, "X-Amz-Date", "x-amz-date") }, 403},
		"one less":        {func(p []string) []string { return p[1:] }, 403},
		"one more":        {func(p []string) []string { return append(p, "x-id=PutObject") }, 403},
		"one twice":       {func(p []string) []string { return append(p, p[0]) }, 403},
		"a value more":    {func(p []string) []string { return append(p, "X-Amz-Expires=9000") }, 403},
		"half encoded":    {func(p []string) []string { return replaced(p, "%3B", "%3") }, 403},
		"encoded twice":   {func(p []string) []string { return replaced(p, "%3B", "%253B") }, 403},
		"nothing":         {func([]string) []string { return nil }, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			d, body := f.destination(plain)
			address, query, _ := strings.Cut(d.URL, "?")
			rewritten := strings.Join(c.rewrite(strings.Split(query, "&")), "&")
			if rewritten == query {
				t.Fatal("the query is not rewritten")
			}
			f.send(http.MethodPut, address+"?"+rewritten, http.Header{"Content-Type": {d.Headers["Content-Type"]}}, string(body)).want(c.status)
		})
	}
	f := start(t)
	d, body := f.destination(plain)
	f.send(http.MethodPut, strings.Replace(d.URL, "tortuga", "%74ortuga", 1), http.Header{"Content-Type": {d.Headers["Content-Type"]}}, string(body)).want(200)
}

// TestDocumentsAreOfTheTypeStated uploads the beginning of a file of each type
// to destinations for each type. What shows no type is taken for the one stated.
func TestDocumentsAreOfTheTypeStated(t *testing.T) {
	t.Parallel()
	f := start(t)
	files := map[string]string{
		"PDF": "%PDF-1.7 proof", "PNG": "\x89PNG\r\n\x1a\n proof", "GIF": "GIF89a proof", "TIFF": "II*\x00 proof", "JPEG": "\xff\xd8\xff\xe0 proof", "text": "proof",
	}
	for _, stated := range []string{"PDF", "PNG", "GIF", "TIFF", "JPEG", "JPG"} {
		for kind, content := range files {
			var got gen.CreateServiceDocumentUploadDestination
			f.call("POST", "/service/v1/documents", toJSON(map[string]any{"contentType": stated, "contentLength": len(content)})).want(200).decode(&got)
			details := got.Payload.EncryptionDetails
			cipher, err := document.NewCipher(string(details.Standard), details.Key, details.InitializationVector)
			if err != nil {
				t.Fatal(err)
			}
			want := 403
			if kind == "text" || kind == stated || kind == "JPEG" && stated == "JPG" {
				want = 200
			}
			header := http.Header{"Content-Type": {got.Payload.Headers["Content-Type"]}}
			if got := f.send(http.MethodPut, got.Payload.URL, header, string(cipher.Encrypt([]byte(content)))); got.status != want {
				t.Errorf("%s where %s is stated: got %d %s, want %d", kind, stated, got.status, got.text, want)
			}
		}
	}
}

func replaced(parameters []string, before, after string) []string {
	for i := range parameters {
		parameters[i] = strings.ReplaceAll(parameters[i], before, after)
	}
	return parameters
}

func TestTransportInsideSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start(t, emulator.WithClock(emulator.RealClock()))
		f.job(pendingJob)
		time.Sleep(time.Hour)
		f.call("GET", jobPath(pendingJob), "").want(403, "expired")
	})
}

func TestStartListens(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	f := &fixture{T: t, emu: emu, http: client}
	f.token = f.signIn(emu.Credentials())
	f.job(pendingJob)
	destination, _ := f.upload([]byte("proof"))
	if !strings.HasPrefix(destination, "amzn1.tortuga.") {
		t.Errorf("upload destination is %q", destination)
	}
}

func TestManyStarts(t *testing.T) {
	t.Parallel()
	for range 100 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			f := &fixture{T: t, emu: emulator.Start(t), http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
			f.token = f.signIn(f.emu.Credentials())
			f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
		})
	}
}
