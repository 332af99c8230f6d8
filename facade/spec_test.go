package facade_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	description "github.com/spservices/services-go/api"
	"github.com/spservices/services-go/facade"
)

// specMethod is a method of Client with what it returns beside the error.
type specMethod struct{ name, result string }

// specMethods has the one method of each operation, and then those that are
// built on it.
var specMethods = map[string][]specMethod{
	"getServiceJobByServiceJobId": {{"GetServiceJob", "*gen.ServiceJob"}},
	"getServiceJobs": {
		{"ListServiceJobs", "*gen.JobListing"}, {"ServiceJobs", "iter.Seq2[*gen.ServiceJob]"}, {"ServiceJobPages", "iter.Seq2[*gen.JobListing]"},
	},
	"cancelServiceJobByServiceJobId":                   {{"CancelServiceJob", ""}},
	"completeServiceJobByServiceJobId":                 {{"CompleteServiceJob", ""}},
	"addAppointmentForServiceJobByServiceJobId":        {{"AddAppointment", "*gen.SetAppointmentResponse"}},
	"rescheduleAppointmentForServiceJobByServiceJobId": {{"RescheduleAppointment", "*gen.SetAppointmentResponse"}},
	"assignAppointmentResources":                       {{"AssignAppointmentResources", "[]gen.Warning"}},
	"setAppointmentFulfillmentData":                    {{"SetAppointmentFulfillmentData", ""}},
	"getRangeSlotCapacity": {
		{"GetRangeSlotCapacity", "*gen.RangeSlotCapacity"}, {"RangeSlotCapacityPages", "iter.Seq2[*gen.RangeSlotCapacity]"},
	},
	"getFixedSlotCapacity": {
		{"GetFixedSlotCapacity", "*gen.FixedSlotCapacity"}, {"FixedSlotCapacityPages", "iter.Seq2[*gen.FixedSlotCapacity]"},
		{"FixedSlots", "iter.Seq2[*gen.FixedSlot]"},
	},
	"updateSchedule":              {{"UpdateSchedule", "[]gen.UpdateScheduleRecord"}},
	"createReservation":           {{"CreateReservation", "*gen.CreateReservationRecord"}},
	"updateReservation":           {{"UpdateReservation", "*gen.UpdateReservationRecord"}},
	"cancelReservation":           {{"CancelReservation", ""}},
	"getAppointmmentSlotsByJobId": {{"GetAppointmentSlotsByJob", "*gen.AppointmentSlotReport"}},
	"getAppointmentSlots":         {{"GetAppointmentSlots", "*gen.AppointmentSlotReport"}},
	"createServiceDocumentUploadDestination": {
		{"CreateUploadDestination", "*gen.ServiceDocumentUploadDestination"}, {"UploadDocument", "*gen.FulfillmentDocument"},
	},
}

// specOthers call nothing themselves.
var specOthers = []string{"CloseIdleConnections", "Format", "Raw", "With"}

// specOperation is an operation of the API description.
type specOperation struct {
	method, path string
	*openapi3.Operation
}

// specOperations reads the API description.
func specOperations(t *testing.T) map[string]specOperation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(description.Spec())
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]specOperation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			operations[op.OperationID] = specOperation{method, path, op}
		}
	}
	return operations
}

// TestSpecMethods holds that every operation of the description has its method,
// and that every method of Client has its operation.
func TestSpecMethods(t *testing.T) {
	t.Parallel()
	operations := slices.Sorted(maps.Keys(specOperations(t)))
	if got := slices.Sorted(maps.Keys(specMethods)); !slices.Equal(got, operations) {
		t.Errorf("methods for %v\nwant %v", got, operations)
	}
	want := slices.Clone(specOthers)
	for _, methods := range specMethods {
		for _, m := range methods {
			want = append(want, m.name)
		}
	}
	slices.Sort(want)
	var got []string
	for m := range reflect.TypeFor[*facade.Client]().Methods() {
		got = append(got, m.Name)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("the methods of Client are\n%v, want\n%v", got, want)
	}
}

// TestSpecSignatures holds what all methods have in common: a context first,
// options last, the result unwrapped, an error.
func TestSpecSignatures(t *testing.T) {
	t.Parallel()
	for _, methods := range specMethods {
		for _, want := range methods {
			m, ok := reflect.TypeFor[*facade.Client]().MethodByName(want.name)
			if !ok {
				t.Errorf("%s is not there", want.name)
				continue
			}
			in := slices.Collect(m.Type.Ins())
			if len(in) < 3 || in[1] != reflect.TypeFor[context.Context]() || !m.Type.IsVariadic() || in[len(in)-1] != reflect.TypeFor[[]facade.CallOption]() {
				t.Errorf("%s is %s: want a context first and ...CallOption last", want.name, m.Type)
			}
			if got := specResult(m.Type); got != want.result {
				t.Errorf("%s returns %q, want %q", want.name, got, want.result)
			}
		}
	}
}

// specResult is what a method returns beside the error.
func specResult(m reflect.Type) string {
	out := slices.Collect(m.Outs())
	failure := reflect.TypeFor[error]()
	switch {
	case len(out) == 1 && out[0] == failure:
		return ""
	case len(out) == 2 && out[1] == failure:
		return out[0].String()
	case len(out) == 1 && out[0].CanSeq2() && out[0].Kind() == reflect.Func && out[0].In(0).In(1) == failure:
		return "iter.Seq2[" + out[0].In(0).In(0).String() + "]"
	}
	return m.String()
}

// TestSpecCalls calls every method and sees which request goes out.
func TestSpecCalls(t *testing.T) {
	t.Parallel()
	for id, op := range specOperations(t) {
		for _, m := range specMethods[id] {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				var sent []*http.Request
				client := specClient(t, func(r *http.Request) (*http.Response, error) {
					sent = append(sent, r)
					return specAnswer(http.StatusBadRequest, "application/json", `{"errors":[{"code":"InvalidInput","message":"m"}]}`), nil
				})
				var info facade.Info
				err := specCall(t, client, m.name, facade.NoValidation(), facade.NoRetry(), facade.Capture(&info))
				if !errors.Is(err, facade.ErrInvalidInput) {
					t.Errorf("failed with %v", err)
				}
				if info.Operation != id || info.StatusCode != http.StatusBadRequest || len(sent) != 1 {
					t.Fatalf("called %q, status %d, by %d requests", info.Operation, info.StatusCode, len(sent))
				}
				path := op.path
				for strings.Contains(path, "{") {
					before, rest, _ := strings.Cut(path, "{")
					_, after, _ := strings.Cut(rest, "}")
					path = before + "value" + after
				}
				if sent[0].Method != op.method || sent[0].URL.Path != path {
					t.Errorf("sent %s %s, want %s %s", sent[0].Method, sent[0].URL.Path, op.method, path)
				}
			})
		}
	}
}

type specTransport func(*http.Request) (*http.Response, error)

func (f specTransport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// specClient has no network, no pacing and no repeats of its own.
func specClient(t *testing.T, transport specTransport) *facade.Client {
	t.Helper()
	client, err := facade.New(
		facade.WithEndpoint("http://localhost"), facade.WithTokenSource(facade.StaticToken("t")), facade.WithMarketplace(facade.MarketplaceUS),
		facade.WithLimiter(facade.Unlimited()), facade.WithHTTPClient(&http.Client{Transport: transport}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func specAnswer(status int, contentType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body))}
}

// specCall calls a method with strings that are "value" and zero values. An
// iterator is run to its end.
func specCall(t *testing.T, receiver any, name string, opts ...facade.CallOption) (err error) {
	t.Helper()
	m := reflect.ValueOf(receiver).MethodByName(name)
	args := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < m.Type().NumIn(); i++ {
		in := m.Type().In(i)
		switch {
		case i == m.Type().NumIn()-1 && m.Type().IsVariadic():
			for _, opt := range opts {
				args = append(args, reflect.ValueOf(opt))
			}
		case in == reflect.TypeFor[io.Reader]():
			args = append(args, reflect.ValueOf(strings.NewReader("document")))
		case in.Kind() == reflect.String:
			args = append(args, reflect.ValueOf("value").Convert(in))
		default:
			args = append(args, reflect.Zero(in))
		}
	}
	out := m.Call(args)
	last := out[len(out)-1]
	if last.Type().CanSeq2() && last.Kind() == reflect.Func {
		for _, failure := range last.Seq2() {
			err, _ = failure.Interface().(error)
		}
		return err
	}
	err, _ = last.Interface().(error)
	return err
}
