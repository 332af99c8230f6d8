package facade_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
)

// FuzzErrorBody has a refusal with any body. The call fails with status and
// request id, and its texts are one line without an address that the body has.
func FuzzErrorBody(f *testing.F) {
	const secret = "jane.roe@example.com"
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `[null]`, `"canary"`, `canary`, `<html>canary</html>`, "\xff\xfe", `{"errors":`, `[[[[[[[[`,
		`{"errors":[{"code":"InvalidInput","message":"canary","details":"canary"}]}`,
		`[{"code":"InvalidInput","message":"canary"}]`,
		`{"errors":[{"code":"canary","errorLevel":"ERROR"}]}`,
		`{"errors":[{"code":"W","errorLevel":"WARNING"}]}`,
		`{"errors":"canary"}`, `{"errors":{"code":1}}`, `{"errors":[{"code":1,"message":"canary"}]}`,
		`{"message":"canary"}`, `{"code":"canary","message":null}`, `{"errors":[],"errors":[{"code":"A"}],"payload":{"canary":1}}`,
		`{"errors":[{"code":"` + strings.Repeat("A", 65) + `"}]}`, "{\"errors\":[{\"code\":\"a\\nb\",\"message\":\"\\ud800\"}]} x",
	} {
		f.Add(strings.ReplaceAll(body, "canary", secret), uint8(0))
	}
	f.Fuzz(func(t *testing.T, body string, n uint8) {
		op := invocations[int(n)%len(invocations)]
		_, err := op.invoke(t.Context(), clientOf(t, answers(http.StatusUnprocessableEntity, body)), facade.NoRetry())
		var failure *facade.APIError
		if !errors.As(err, &failure) || !errors.Is(err, facade.ErrInvalidInput) {
			t.Fatalf("%s: %v", op.id, err)
		}
		if failure.StatusCode != http.StatusUnprocessableEntity || failure.RequestID != requestID || failure.Operation != op.id {
			t.Errorf("%s: %+v", op.id, failure)
		}
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v %q %s", err, failure, failure, failure), failure.LogValue().String()} {
			if strings.Contains(text, secret) || strings.ContainsAny(text, "\r\n") {
				t.Errorf("%s: %s", op.id, text)
			}
		}
	})
}
