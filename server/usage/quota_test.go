package usage_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"wutu/layers/memstore"
	"wutu/server/problem"
	"wutu/server/usage"
)

// refusal returns when a refused caller may come back; 0 when it was admitted.
func refusal(t *testing.T, err error) time.Duration {
	t.Helper()
	if err == nil {
		return 0
	}
	var s *problem.Status
	if !errors.As(err, &s) || s.Code != http.StatusTooManyRequests || s.Kind != "too-many" || s.After < time.Second {
		t.Fatalf("%v %+v", err, s)
	}
	return s.After
}

// A caller that waits as long as it is told is admitted; one that comes earlier
// is not. Over any span no more get through than the bucket and its refill.
func TestPerMinute(t *testing.T) {
	r := rand.New(rand.NewPCG(seed(t), 2))
	for range 50 {
		c := &clock{t: morning()}
		m := meter(t, memstore.NewWithClock(c.now), c, 0)
		caller := usage.Caller{Key: "key-1", PerMinute: 1 + r.IntN(200)}
		admitted := 0
		for range 500 {
			c.set(c.now().Add(time.Duration(r.IntN(1000)) * time.Millisecond))
			wait := refusal(t, m.Admit(t.Context(), caller))
			if wait == 0 {
				admitted++
				continue
			}
			if r.IntN(4) == 0 {
				if perToken := time.Minute / time.Duration(caller.PerMinute); perToken > 2*time.Second {
					c.set(c.now().Add(wait - time.Second))
					if refusal(t, m.Admit(t.Context(), caller)) == 0 {
						t.Fatalf("%+v: admitted a second before it was told", caller)
					}
					c.set(c.now().Add(time.Second))
				} else {
					c.set(c.now().Add(wait))
				}
				if w := refusal(t, m.Admit(t.Context(), caller)); w != 0 {
					t.Fatalf("%+v: refused for %v after waiting %v", caller, w, wait)
				}
				admitted++
			}
		}
		most := float64(caller.PerMinute) * (1 + c.now().Sub(morning()).Minutes())
		if float64(admitted) > most+1e-6 {
			t.Fatalf("%+v: %d admitted in %v", caller, admitted, c.now().Sub(morning()))
		}
	}
}

// The day's counter is exact, survives a restart, and ends at midnight in China.
func TestPerDay(t *testing.T) {
	c := &clock{t: morning()}
	store := memstore.NewWithClock(c.now)
	caller := usage.Caller{Key: "key-1", PerDay: 10}
	admit := func(m *usage.Meter, n int) (admitted int, wait time.Duration) {
		for range n {
			if w := refusal(t, m.Admit(t.Context(), caller)); w != 0 {
				wait = w
				continue
			}
			admitted++
		}
		return admitted, wait
	}
	m := meter(t, store, c, 0)
	if n, _ := admit(m, 7); n != 7 {
		t.Errorf("%d admitted", n)
	}
	if err := m.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	m = meter(t, store, c, 1)
	n, wait := admit(m, 7)
	if n != 3 || wait != 7*time.Hour+30*time.Minute { // 16:30 in China
		t.Errorf("after a restart %d admitted, then wait %v", n, wait)
	}
	if refusal(t, m.Admit(t.Context(), usage.Caller{Key: "key-10", PerDay: 10})) != 0 {
		t.Error("another key has no quota left")
	}
	if err := m.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.set(c.now().Add(wait - time.Second))
	if n, _ := admit(m, 1); n != 0 {
		t.Error("admitted before midnight")
	}
	c.set(c.now().Add(time.Second))
	if n, _ := admit(m, 20); n != 10 {
		t.Errorf("%d admitted on the next day", n)
	}
	c.set(c.now().Add(-time.Second)) // the clock is set back over midnight
	if n, _ := admit(m, 1); n != 0 {
		t.Error("the former day's counter is forgotten")
	}
}

// A refusal by the minute costs nothing of the day, and the other way round.
func TestRefusedRequestsConsumeNothing(t *testing.T) {
	c := &clock{t: morning()}
	m := meter(t, memstore.NewWithClock(c.now), c, 0)
	caller := usage.Caller{Key: "key-1", PerMinute: 2, PerDay: 4}
	var got []bool
	for range 12 {
		for range 3 {
			got = append(got, refusal(t, m.Admit(t.Context(), caller)) == 0)
		}
		c.set(c.now().Add(time.Minute))
	}
	n := 0
	for _, ok := range got {
		if ok {
			n++
		}
	}
	if n != 4 || !got[0] || !got[1] || got[2] || !got[3] || !got[4] {
		t.Errorf("admitted: %v", got)
	}
}

func TestQuotasChange(t *testing.T) {
	c := &clock{t: morning()}
	m := meter(t, memstore.NewWithClock(c.now), c, 0)
	for _, step := range []struct{ quota, tries, admitted int }{{3, 5, 3}, {5, 5, 2}, {1, 3, 0}, {0, 9, 9}} {
		n := 0
		for range step.tries {
			if refusal(t, m.Admit(t.Context(), usage.Caller{Key: "key-1", PerMinute: step.quota})) == 0 {
				n++
			}
		}
		if n != step.admitted {
			t.Errorf("quota %d: %d of %d admitted, want %d", step.quota, n, step.tries, step.admitted)
		}
	}
}
