package facade_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// codesOf lists the codes that an error carries.
func codesOf(e *facade.APIError) (codes []string) {
	for _, entry := range e.Errors {
		codes = append(codes, entry.Code)
	}
	return codes
}

// TestErrorsInEveryForm has a refusal in each form that Amazon gives to one.
func TestErrorsInEveryForm(t *testing.T) {
	t.Parallel()
	const entry = `{"code":"InvalidInput","message":"the-message","details":"the-details"}`
	for name, c := range map[string]struct {
		body  string
		codes []string
	}{
		"wrapped":           {`{"errors":[` + entry + `]}`, []string{"InvalidInput"}},
		"bare list":         {`[` + entry + `]`, []string{"InvalidInput"}},
		"several":           {`{"errors":[` + entry + `,{"code":"Other"}]}`, []string{"InvalidInput", "Other"}},
		"several, bare":     {`[{"code":"Other"},` + entry + `]`, []string{"Other", "InvalidInput"}},
		"lone message":      {`{"message":"the-message"}`, []string{""}},
		"code and message":  {`{"code":"InvalidInput","message":"the-message"}`, []string{"InvalidInput"}},
		"with a payload":    {`{"payload":{"x":1},"errors":[` + entry + `]}`, []string{"InvalidInput"}},
		"with a warning":    {`{"errors":[{"code":"W","errorLevel":"WARNING"},{"code":"InvalidInput","errorLevel":"ERROR"}]}`, []string{"InvalidInput"}},
		"unknown level":     {`{"errors":[{"code":"InvalidInput","errorLevel":"FATAL"}]}`, []string{"InvalidInput"}},
		"unknown members":   {`{"errors":[{"code":"InvalidInput","new":{"a":[]}}],"more":1}`, []string{"InvalidInput"}},
		"named twice":       {`{"errors":[],"errors":[` + entry + `]}`, []string{"InvalidInput"}},
		"empty list":        {`{"errors":[]}`, nil},
		"empty object":      {`{}`, nil},
		"empty":             {``, nil},
		"null":              {`null`, nil},
		"a list of nothing": {`[null]`, nil},
		"not a list":        {`{"errors":{"code":"InvalidInput"}}`, []string{"InvalidInput"}},
		"another type":      {`{"errors":[{"code":"InvalidInput","message":"the-message","details":{}}]}`, []string{"InvalidInput"}},
		"code in numbers":   {`{"code":403,"message":"the-message"}`, []string{"403"}},
		"no list":           {`{"errors":"the-message"}`, nil},
		"no JSON":           {`the-message`, nil},
		"HTML":              {`<html>the-message</html>`, nil},
		"code that is text": {`{"errors":[{"code":"the-message, by Jane"}]}`, []string{"the-message, by Jane"}},
	} {
		for _, op := range invocations {
			_, err := op.invoke(t.Context(), clientOf(t, answers(422, c.body)))
			failure := apiErrorOf(t, err)
			if got := codesOf(failure); !slices.Equal(got, c.codes) || failure.StatusCode != 422 || failure.RequestID != requestID || !errors.Is(err, facade.ErrInvalidInput) {
				t.Errorf("%s, %s: codes %q, %v", op.id, name, got, err)
			}
			says := c.codes != nil && strings.Contains(c.body, `"message":"the-message"`)
			if text := err.Error(); strings.Contains(text, "the-message") != says || strings.Contains(text, "InvalidInput") != slices.Contains(c.codes, "InvalidInput") {
				t.Errorf("%s, %s: %s", op.id, name, text)
			}
			if failure.HasCode("InvalidInput") != slices.Contains(c.codes, "InvalidInput") || failure.HasCode("Nonsense") {
				t.Errorf("%s, %s: HasCode is wrong", op.id, name)
			}
		}
	}
}

// withErrors puts members into a success, or makes one of them.
func withErrors(success, members string) string {
	if body := strings.TrimSuffix(success, "}"); len(body) > 1 {
		return body + "," + members + "}"
	}
	return "{" + members + "}"
}

// TestErrorsWithinSuccess has each operation answer its success with errors
// beside the payload: the call fails, and the payload comes all the same.
func TestErrorsWithinSuccess(t *testing.T) {
	t.Parallel()
	for code, meaning := range map[string]error{
		"InvalidInput": facade.ErrInvalidInput, "InvalidParameter": facade.ErrInvalidInput,
		"Unauthorized": facade.ErrForbidden, "UnauthorizedAction": facade.ErrForbidden, "AccessDenied": facade.ErrForbidden,
		"NotFound": facade.ErrNotFound, "ResourceNotFound": facade.ErrNotFound, "QuotaExceeded": facade.ErrThrottled,
		"InternalFailure": facade.ErrUnavailable, "InternalError": facade.ErrUnavailable, "ServiceUnavailable": facade.ErrUnavailable,
		"SomethingNew": nil,
	} {
		for _, op := range invocations {
			members := `"errors":[{"code":"` + code + `","message":"the-message"},{"code":"W","errorLevel":"WARNING"}]`
			client := clientOf(t, answers(200, withErrors(op.success, members)))
			var info facade.Info
			result, err := op.invoke(t.Context(), client, facade.Capture(&info))
			failure := apiErrorOf(t, err)
			if failure.StatusCode != 200 || failure.RequestID != requestID || !slices.Equal(codesOf(failure), []string{code}) || info.Attempts != 1 {
				t.Errorf("%s: %v after %d attempts", op.id, err, info.Attempts)
			}
			if op.status == 200 && len(op.success) > 2 && result == nil {
				t.Errorf("%s: the payload is lost", op.id)
			}
			for _, sentinel := range []error{facade.ErrInvalidInput, facade.ErrForbidden, facade.ErrNotFound, facade.ErrThrottled, facade.ErrUnavailable, facade.ErrUnexpectedResponse, facade.ErrOutcomeUnknown} {
				if errors.Is(err, sentinel) != (sentinel == meaning) {
					t.Errorf("%s, %s: is %v: %v", op.id, code, sentinel, sentinel != meaning)
				}
			}
			if want := op.id + ": 200 " + code + ": the-message (request id " + requestID + ")"; err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	}
}

// TestErrorsWithoutPayload is the same with nothing but the errors.
func TestErrorsWithoutPayload(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		for _, body := range []string{`{"errors":[{"code":"InvalidInput"}]}`, `{"payload":null,"errors":[{"code":"InvalidInput"}]}`} {
			_, err := op.invoke(t.Context(), clientOf(t, answers(200, body)))
			if failure := apiErrorOf(t, err); failure.StatusCode != 200 || !failure.HasCode("InvalidInput") || !errors.Is(err, facade.ErrInvalidInput) || errors.Is(err, facade.ErrOutcomeUnknown) {
				t.Errorf("%s, %s: %v", op.id, body, err)
			}
		}
		if op.status == 200 {
			_, err := op.invoke(t.Context(), clientOf(t, answers(200, `{"message":"the-message"}`)))
			if failure := apiErrorOf(t, err); failure.StatusCode != 200 || failure.RequestID != requestID {
				t.Errorf("%s, a lone message: %v", op.id, err)
			}
		}
	}
}

// TestErrorsOfRecords has them within the payload.
func TestErrorsOfRecords(t *testing.T) {
	t.Parallel()
	for id, body := range map[string]string{
		"createReservation": `{"payload":{"reservation":{"reservationId":"R"},"errors":[{"code":"InvalidInput"},{"code":"W","errorLevel":"WARNING"}]}}`,
		"updateReservation": `{"payload":{"reservation":{"reservationId":"R"},"errors":[{"code":"InvalidInput"}]},"errors":[]}`,
		"updateSchedule":    `{"payload":[{"availability":{"capacity":1}},{"errors":[{"code":"InvalidInput"}]}]}`,
	} {
		result, err := invocationOf(t, id).invoke(t.Context(), clientOf(t, answers(200, body)))
		if failure := apiErrorOf(t, err); result == nil || !slices.Equal(codesOf(failure), []string{"InvalidInput"}) || failure.StatusCode != 200 || failure.RequestID != requestID {
			t.Errorf("%s: %v, %v", id, result, err)
		}
	}
	both := `{"payload":[{"errors":[{"code":"OfRecord"}]},{"errors":[{"code":"OfAnother"}]}],"errors":[{"code":"OfAll"}]}`
	_, err := invocationOf(t, "updateSchedule").invoke(t.Context(), clientOf(t, answers(200, both)))
	if got := codesOf(apiErrorOf(t, err)); !slices.Equal(got, []string{"OfAll", "OfRecord", "OfAnother"}) {
		t.Errorf("codes %q", got)
	}
}

// TestWarningsAreNoErrors has them wherever they may stand in a success.
func TestWarningsAreNoErrors(t *testing.T) {
	t.Parallel()
	const warning = `{"code":"RESOURCES_OVERBOOKED","message":"m","errorLevel":"WARNING"}`
	for _, op := range invocations {
		if op.status != 200 {
			continue
		}
		for _, members := range []string{`"errors":[` + warning + `]`, `"warnings":[` + warning + `]`, `"errors":[]`, `"errors":null`} {
			client := clientOf(t, answers(200, withErrors(op.success, members)))
			if result, err := op.invoke(t.Context(), client); err != nil || result == nil && len(op.success) > 2 {
				t.Errorf("%s, %s: %v, %v", op.id, members, result, err)
			}
		}
	}
	for id, body := range map[string]string{
		"createReservation": `{"payload":{"reservation":{"reservationId":"R"},"warnings":[` + warning + `],"errors":[` + warning + `]}}`,
		"updateSchedule":    `{"payload":[{"warnings":[{"code":"ScheduleOverride"}],"errors":[` + warning + `]}]}`,
	} {
		if result, err := invocationOf(t, id).invoke(t.Context(), clientOf(t, answers(200, body))); err != nil || result == nil {
			t.Errorf("%s: %v, %v", id, result, err)
		}
	}
}

// TestWordsInThePayloadAreNoErrors has what looks like errors and is none.
func TestWordsInThePayloadAreNoErrors(t *testing.T) {
	t.Parallel()
	for id, body := range map[string]string{
		"getRangeSlotCapacity": `{"resourceId":"\"errors\":[{}]","capacities":[{"capacityType":"errors"}]}`,
		"getFixedSlotCapacity": `{"resourceId":"errors","nextPageToken":"\"errors\"","message":"m","code":"c","new":{"errors":[{"code":"E"}]}}`,
	} {
		if result, err := invocationOf(t, id).invoke(t.Context(), clientOf(t, answers(200, body))); err != nil || result == nil {
			t.Errorf("%s: %v, %v", id, result, err)
		}
	}
}

// TestErrorIsOneLine has every operation fail in every way that has a text.
func TestErrorIsOneLine(t *testing.T) {
	t.Parallel()
	for name, fault := range ambiguousFaults {
		if strings.Contains(name, "timeout") {
			continue
		}
		for _, op := range ofClass(gen.Once) {
			_, err := op.invoke(t.Context(), clientOf(t, fault.step, facade.WithMaxResponseBytes(2048)), facade.NoRetry())
			if text := err.Error(); strings.ContainsAny(text, "\r\n") || !strings.HasPrefix(text, op.id+": ") || strings.Contains(text, "Atza|") || len(text) > 500 {
				t.Errorf("%s: %q", name, text)
			}
			if fmt.Sprintf("%+v", err) != err.Error() {
				t.Errorf("%s: %+v", name, err)
			}
		}
	}
	var none *facade.APIError
	if none.Error() != "<nil>" || none.HasCode("") || errors.Is(none, facade.ErrNotFound) || none.Unwrap() != nil || none.Messages() != nil || fmt.Sprint(none) != "<nil>" {
		t.Error("a nil *APIError is of no use")
	}
}
