package facade_test

import (
	"fmt"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// namedSource is a token source that says on whose behalf it speaks.
type namedSource struct {
	facade.TokenSource
	application, seller string
}

func (s namedSource) TokenIdentity() (application, seller string) { return s.application, s.seller }

// perCall derives a client for one call, with a token source of its own.
func perCall(t testing.TB, client *facade.Client, n int) *facade.Client {
	t.Helper()
	return derive(t, client, facade.WithTokenSource(fixedSource{value: fmt.Sprint("Atza|restricted-", n)}))
}

// A token per call does not take its call out of the usage plan.
func TestTokenSourcesPerCallArePaced(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]facade.Option{
		"of a client with credentials": {facade.WithTokenEndpoint(loginURL), facade.WithCredentials(sellerCredentials)},
		"of a client with a source":    nil,
		"of a derived seller":          {facade.WithTokenSource(namedSource{facade.StaticToken("t"), "app", "seller"})},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := paced(t, withLogin(func(r *http.Request) (*http.Response, error) { return granted(r, 1) }, answers(http.StatusOK, jobAnswer)), opts...)
			started := time.Now()
			for n := range 200 {
				if err := getJob(t.Context(), perCall(t, client, n))(); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := time.Since(started), (200-39)*time.Second/20; got < want || got > want+time.Second {
				t.Errorf("%s: 200 calls at 20 per second took %s, want %s", name, got, want)
			}
		})
	}
}

// identityKeys are the application and seller that clients are paced by.
func identityKeys(t testing.TB, spy *spyLimiter, clients ...*facade.Client) (keys [][2]string) {
	t.Helper()
	spy.keys = nil
	for _, client := range clients {
		if err := getJob(t.Context(), client)(); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range spy.keys {
		keys = append(keys, [2]string{key.ApplicationHash, key.SellerHash})
	}
	return keys
}

func TestIdentityOfTokenSources(t *testing.T) {
	t.Parallel()
	spy := &spyLimiter{}
	seller := sellerOf(t, func(r *http.Request) (*http.Response, error) { return granted(r, 1) }, answers(http.StatusOK, jobAnswer), facade.WithLimiter(spy))
	other := sellerCredentials
	other.RefreshToken = "Atzr|other"
	same := facade.WithTokenSource(namedSource{facade.StaticToken("t"), sellerCredentials.ClientID, sellerCredentials.RefreshToken})
	another := facade.WithTokenSource(namedSource{facade.StaticToken("t"), sellerCredentials.ClientID, "another"})
	unnamed := facade.WithTokenSource(namedSource{TokenSource: facade.StaticToken("t")})
	keys := identityKeys(t, spy,
		seller,
		perCall(t, seller, 1),
		perCall(t, perCall(t, seller, 1), 2),
		derive(t, seller, same),
		derive(t, seller, unnamed),
		derive(t, perCall(t, seller, 1), facade.WithCredentials(sellerCredentials)),
		derive(t, seller, facade.WithTokenSource(facade.StaticToken("t")), facade.WithMarketplace("CA")),
	)
	for i, key := range keys {
		if key != keys[0] {
			t.Errorf("client %d is paced as %v, the seller as %v", i, key, keys[0])
		}
	}
	keys = append(keys[:1], identityKeys(t, spy,
		derive(t, seller, facade.WithCredentials(other)),
		derive(t, seller, another),
		clientOf(t, answers(http.StatusOK, jobAnswer), facade.WithLimiter(spy)),
		clientOf(t, answers(http.StatusOK, jobAnswer), facade.WithLimiter(spy)),
	)...)
	for i := range keys {
		for j := range i {
			if keys[i] == keys[j] {
				t.Errorf("clients %d and %d of different sellers are both paced as %v", i, j, keys[i])
			}
		}
	}
	again := identityKeys(t, spy, derive(t, derive(t, seller, facade.WithCredentials(other)), facade.WithTokenSource(facade.StaticToken("t"))))
	if again[0] != keys[1] {
		t.Errorf("a source of the other seller's client is paced as %v, want %v", again[0], keys[1])
	}
}

// heap is what the program holds.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What is kept by seller is forgotten when it is no use any more: buckets,
// tokens, refusals. The test is not parallel because it measures memory.
func TestMemoryDoesNotGrowWithSellers(t *testing.T) {
	for name, refused := range map[string]bool{"granted": false, "refused": true} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int32
			parent := sellerOf(t, counted(&asked, func(r *http.Request, n int) (*http.Response, error) {
				if refused {
					return reply(r, http.StatusBadRequest, `{"error":"invalid_grant"}`), nil
				}
				return granted(r, n)
			}), answers(http.StatusOK, jobAnswer), facade.WithLimiter(facade.NewLimiter()))
			const day = 1000
			visit := func(first int) {
				for n := range day {
					if err := getJob(t.Context(), derive(t, parent, seller(first+n)))(); (err != nil) != refused {
						t.Fatal(err)
					}
				}
				time.Sleep(3 * time.Hour)
			}
			visit(0)
			before := heap()
			for n := range 10 {
				visit(day * (n + 1))
			}
			if grown := int64(heap()) - int64(before); grown > 10*day*50 {
				t.Errorf("%s: %d bytes for each of %d sellers", name, grown/(10*day), 10*day)
			}
			runtime.KeepAlive(parent)
			wantCount(t, "token requests", &asked, 11*day)
		})
	}
}
