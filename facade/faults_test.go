package facade_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// faults are what can go wrong between a program and the API, and who proves
// that this client stands it: tests by package and name, or the reason why it
// does not concern a client.
var faults = []struct {
	fault  string
	tests  []string
	reason string
}{
	{"redirect to another host, port or scheme", []string{"facade.TestPromise2NoRedirectIsFollowed"}, ""},
	{"HTTP client of the caller that follows redirects", []string{"facade.TestPromise2CallersHTTPClientIsNotChanged"}, ""},
	{"endpoint in plain http", []string{"facade.TestPromise2OtherEndpointsNeedTheirOwnTokens", "facade.TestOptionsRefuse"}, ""},
	{"token to a wrong host", []string{"facade.TestPromise2GuardComparesOrigin", "facade.TestPromise2NoOptionMovesTheToken"}, ""},
	{"redirect by the token endpoint", []string{"facade.TestPromise2TokenEndpointRedirects", "internal/lwa.TestRedirectIsNotFollowed"}, ""},
	{"empty id, dot segment", []string{"facade.TestIDsAreRefusedOrArriveAsTheyAre", "facade.FuzzIDStaysOneSegment"}, ""},
	{"id with reserved or control characters, too long, no UTF-8", []string{"facade.TestIDsAreRefusedOrArriveAsTheyAre", "facade.FuzzIDStaysOneSegment", "internal/wire.FuzzPath"}, ""},
	{"line break in token or user agent", []string{"facade.TestHeaderValuesAreRefusedUnseen"}, ""},
	{"secrets in logs", []string{"facade.TestPromise8CallsTellNothing", "facade.TestPromise8TokenServerTellsNothing", "facade.TestPromise8ConnectionsTellNothing"}, ""},
	{"personal data in logs and errors", []string{"facade.TestPromise8ModelsPrintWithoutPersonalData", "facade.TestPromise8CallsTellNothing", "facade.TestMessagesAreRedacted", "facade.TestGarbageIsNotQuoted"}, ""},
	{"presigned URL in errors", []string{"facade.TestPromise8UploadsTellNothing", "facade.TestChainsGiveUpNothing"}, ""},
	{"bad certificate", []string{"facade.TestPermanentFailuresAreNotRepeated", "internal/transport.TestTLSIsNotNegotiable"}, ""},
	{"old TLS", []string{"internal/transport.TestTLSIsNotNegotiable"}, ""},
	{"proxy from the environment", []string{"internal/transport.TestProxiesLearnTheHostAlone"}, ""},
	{"slow headers", []string{"facade.TestPromise6ReturnsWithinContext", "facade.TestPromise6AttemptTimeout", "facade.TestPromise6OnTheWire"}, ""},
	{"slow body", []string{"facade.TestPromise6ReturnsWithinContext", "facade.TestPromise6AttemptTimeout", "facade.TestPromise6OnTheWire"}, ""},
	{"slow error body", []string{"facade.TestPromise6ErrorBodiesAreGivenLittleTime", "facade.TestPromise6OnTheWire"}, ""},
	{"gzip bomb", []string{"facade.TestPromise7HostileBodies"}, ""},
	{"oversized body or headers", []string{"facade.TestPromise7HostileBodies", "facade.TestPromise7EachOperationIsBounded", "facade.TestPromise7HugeHeaders"}, ""},
	{"truncated JSON", []string{"facade.TestTruncatedAnswersAreAskedForAgain", "facade.TestPromise1OnTheWire"}, ""},
	{"invalid JSON, trailing bytes, null, deep nesting", []string{"facade.TestUnusableResponsesAreErrors", "facade.TestPromise7HostileBodies"}, ""},
	{"200 that is HTML or of no type", []string{"facade.TestUnusableResponsesAreErrors"}, ""},
	{"errors within 200", []string{"facade.TestErrorsWithinSuccess", "facade.TestPromise1FailuresWithinSuccess", "facade.TestErrorsOfRecords", "facade.TestWarningsAreNoErrors"}, ""},
	{"undocumented status", []string{"facade.TestEachStatusIsAnErrorOrTheSuccess"}, ""},
	{"reset before the request is read", []string{"facade.TestPromise1ResetBeforeReading", "facade.TestPromise1RepeatsWithProof"}, ""},
	{"reset after a write was carried out", []string{"facade.TestPromise1OnTheWire", "facade.TestPromise1OverHTTP2"}, ""},
	{"5xx or timeout of a write", []string{"facade.TestPromise1OnceOperationsRunOnce", "facade.TestPromise1OnTheWire"}, ""},
	{"lost answer to a PUT or DELETE", []string{"facade.TestPromise1RepeatFindsNothing"}, ""},
	{"stale connection", []string{"facade.TestPromise1StaleConnection"}, ""},
	{"black-holed HTTP/2 connection", []string{"facade.TestOwnTransportSpeaksHTTP11Only"}, ""},
	{"name that does not exist, connection refused", []string{"facade.TestPermanentFailuresAreNotRepeated", "facade.TestPromise4OutageIsNotAmplified"}, ""},
	{"absurd Retry-After", []string{"facade.TestPromise4RetryAfter", "internal/attempt.TestParseRetryAfter", "internal/attempt.FuzzParseRetryAfter"}, ""},
	{"429 without Retry-After", []string{"facade.TestPromise3WrongPlan", "facade.TestPromise3ThrottledStopsAll", "internal/pacing.TestDrainAgainstEmptyBucket"}, ""},
	{"deadline before the next attempt", []string{"facade.TestPromise4DeadlineBeforeNextWait", "facade.TestPromise3TooLateIsSaidAtOnce"}, ""},
	{"outage", []string{"facade.TestPromise4OutageIsNotAmplified", "facade.TestUploadOutageIsNotAmplified"}, ""},
	{"thundering herd", []string{"facade.TestPromise4Jitter"}, ""},
	{"cancellation while waiting", []string{"facade.TestPromise4ContextEnds", "facade.TestPromise3GivingUpCostsNothing", "facade.TestPromise6CancelReturnsAtOnce"}, ""},
	{"cancellation in the middle of a page", []string{"facade.TestIteratorsEndWithTheirContext", "facade.TestIteratorsResume"}, ""},
	{"goroutines left behind", []string{"facade.TestPromise9NothingOutlivesItsCall", "facade.TestPromise9OneClientManyGoroutines", "facade.TestMain"}, ""},
	{"page token that comes again", []string{"facade.TestIteratorsFindLoops"}, ""},
	{"endless pages, huge page token", []string{"facade.TestIteratorsRefuseHugePageTokens"}, "pages without an end whose tokens all differ end with the context: how many pages a seller has is not ours to say"},
	{"token that expires between pages", []string{"facade.TestPromise5TokenRotatesBetweenPages"}, ""},
	{"expired token", []string{"facade.TestPromise5RejectedTokenIsReplacedOnce", "facade.TestPromise5AThousandRejectionsRefreshOnce", "facade.TestPromise1ExpiredTokenIsReplacedOnce"}, ""},
	{"role that was lost", []string{"facade.TestPromise5LostRoleRefreshesNothing"}, ""},
	{"stampede for a token", []string{"facade.TestPromise5OneTokenRequestPerExpiry", "facade.TestPromise5OneTokenRequestWhileTheTokenServerFails"}, ""},
	{"token server that fails or is slow", []string{"internal/lwa.TestFailures", "facade.TestPromise5OldTokenOutlivesAnOutage", "facade.TestPromise6EachWaitEnds"}, ""},
	{"invalid_grant", []string{"facade.TestPromise5RefusedCredentialsAreNotOfferedAgain"}, ""},
	{"absurd expires_in", []string{"facade.TestPromise5ExpiresInIsClamped"}, ""},
	{"wall clock that jumps", []string{"facade.TestPromise5ExpiryIsMonotonic"}, ""},
	{"absurd rate header", []string{"facade.TestPromise3RateHeader", "internal/attempt.FuzzParseRate"}, ""},
	{"plan cut to half", []string{"facade.TestPromise3WrongPlan"}, ""},
	{"many processes", nil, "the buckets of this module are of one process; Limiter is the seam for those of a fleet"},
	{"Redis that stops or restarts", nil, "there is no Redis here; what implements Limiter with it answers for it"},
	{"lost answer of Redis", nil, "there is no Redis here; what implements Limiter with it answers for it"},
	{"poisoned keys in Redis", nil, "there is no Redis here; the keys that a Limiter gets are hashes and operation ids"},
	{"starvation", []string{"facade.TestPromise3FirstComeFirstServed", "internal/pacing.TestNobodyIsOvertaken"}, ""},
	{"upload to an address that is not Amazon's", []string{"facade.TestUploadChecksTheDestinationBeforeItConnects", "facade.TestUploadsAreGuarded", "internal/transport.TestGuardedRefusesPrivateAddresses"}, ""},
	{"upload headers that are not the upload's", []string{"facade.TestUploadStatesEncryptsAndSends", "facade.TestPromise2UploadRedirects"}, ""},
	{"unusable key or vector", []string{"internal/document.TestNewCipherRefuses", "facade.TestUploadChecksTheDestinationBeforeItConnects"}, ""},
	{"file that changes while it is read", []string{"facade.TestUploadReadsOnce"}, ""},
	{"repeat of an upload", []string{"facade.TestUploadRepeatsTheSameBytes", "facade.TestUploadAsksForAnotherDestinationOnce"}, ""},
	{"caller who changes what was passed in", []string{"facade.TestPromise9CallersDataIsNotChanged", "facade.TestOptionsAreNotChanged", "facade.TestPromise9OneClientManyGoroutines"}, ""},
	{"hook that panics", []string{"facade.TestHooksMayPanic"}, ""},
	{"dependency with a known vulnerability", nil, "a matter of the build, which looks for them, not of a test"},
}

// TestFaultsAreCovered looks the tests up, so that none is renamed or lost
// unnoticed.
func TestFaultsAreCovered(t *testing.T) {
	t.Parallel()
	const rows = 64
	if len(faults) != rows {
		t.Errorf("%d faults, want %d", len(faults), rows)
	}
	known := map[string]bool{}
	for _, pattern := range []string{"*_test.go", "../internal/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			place := "facade"
			if dir := filepath.ToSlash(filepath.Dir(name)); dir != "." {
				place = strings.TrimPrefix(dir, "../")
			}
			for _, declaration := range file.Decls {
				if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
					known[place+"."+f.Name.Name] = true
				}
			}
		}
	}
	for i, f := range faults {
		if len(f.tests) == 0 && f.reason == "" {
			t.Errorf("%d, %s: neither a test nor a reason", i+1, f.fault)
		}
		for _, name := range f.tests {
			if !known[name] {
				t.Errorf("%d, %s: there is no %s", i+1, f.fault, name)
			}
		}
	}
}
