package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/event"
)

type replayAnswer struct {
	From, To time.Time
	Events   []struct {
		ID, Class string
		Lon, Lat  float64
		States    [][2]string
	}
	Truncated bool
	Next      *string
}

// stateAt is the state a replay shows at an instant, "" for none.
func (r *replayAnswer) stateAt(t *testing.T, id string, at time.Time) string {
	t.Helper()
	state, last := "", time.Time{}
	for _, e := range r.Events {
		if e.ID != id {
			continue
		}
		for i, s := range e.States {
			began, err := time.Parse(time.RFC3339Nano, s[0])
			if err != nil {
				t.Fatal(err)
			}
			if began.Before(last) || i > 0 && e.States[i-1][1] == s[1] {
				t.Errorf("%s: %v", id, e.States)
			}
			if last = began; !began.After(at) {
				state = s[1]
			}
		}
	}
	return state
}

// randomLife is a history of random steps of the table, without regard to guards,
// that ends before the present.
func randomLife(r *rand.Rand, begin time.Time) event.History {
	var h event.History
	at := begin
	for range 1 + r.IntN(14) {
		var next []event.Transition
		for _, tr := range event.Transitions() {
			if slices.Contains(tr.From, h.State()) {
				next = append(next, tr)
			}
		}
		if len(next) == 0 || at.After(now()) {
			break
		}
		tr := pick(r, next)
		e := event.Entry{At: at, Step: tr.Step, From: h.State(), To: tr.Next(h.State()), Role: "system"}
		h, _ = h.Append(e)
		at = at.Add(time.Duration(r.IntN(30*60)) * time.Minute)
	}
	return h
}

// At every moment of a period each case is in the state that the fold of its history
// up to then says; cases without a history as their columns tell.
func TestReplayFoldsHistories(t *testing.T) {
	seed := leakSeed(t)
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 78))
	c := newCity(t, true)
	histories := map[string]event.History{}
	places := map[string]orb.Point{}
	b := layers.Batch{Actor: "test", At: now()}
	for i := range 150 {
		id := fmt.Sprintf("life-%03d", i)
		h := randomLife(r, now().Add(-time.Duration(r.IntN(20*24*60))*time.Minute))
		data, err := h.Encode()
		if err != nil {
			t.Fatal(err)
		}
		place := at(r.IntN(16), r.Float64(), r.Float64())
		v := map[string]any{"class": "1102", "state": h.State().String(), "reported_at": h[0].At, "updated_at": h[len(h)-1].At}
		if !h.State().Open() {
			for _, e := range h {
				if !e.To.Open() && e.From.Open() {
					v["closed_at"] = e.At
				}
			}
		}
		b.Changes = append(b.Changes, feature("events", id, place, v))
		b.Records = append(b.Records, layers.Record{Bucket: "event-history", Key: id, Data: data},
			layers.Record{Bucket: "event-history", Key: id + "-other", Data: []byte(`[]`)})
		histories[id], places[id] = h, place
	}
	if _, err := c.live.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		from := now().Add(-time.Duration(r.IntN(20*24*60)) * time.Minute)
		to := from.Add(time.Duration(r.IntN(3*24*60)) * time.Minute)
		if to.After(now()) {
			to = now()
		}
		box := orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + .04*r.Float64(), south + .04*r.Float64()}}
		v := url.Values{"from": {from.Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)}, "filter": {"class = '1102' AND updated_at IS NOT NULL"},
			"bbox": {fmt.Sprintf("%v,%v,%v,%v", box.Min[0], box.Min[1], box.Max[0], box.Max[1])}, "limit": {fmt.Sprint(1 + r.IntN(60))}}
		all := replayAnswer{}
		for page := 0; ; page++ {
			var part replayAnswer
			a := &analysed{city: c}
			a.read("dispatcher", "/api/v1/replay", v, &part)
			all.Events = append(all.Events, part.Events...)
			if part.Truncated != (part.Next != nil) {
				t.Fatalf("truncated %v, next %v", part.Truncated, part.Next)
			}
			if part.Next == nil {
				break
			}
			v.Set("after", *part.Next)
		}
		shown := map[string]int{}
		for _, e := range all.Events {
			if shown[e.ID]++; shown[e.ID] > 1 || !box.Contains(places[e.ID]) || e.Lon != places[e.ID][0] {
				t.Errorf("%+v", e)
			}
		}
		for id, h := range histories {
			if !box.Contains(places[id]) {
				continue
			}
			overBefore := false // the last time it was over is before the period
			for _, e := range h {
				if !e.To.Open() && e.From.Open() {
					overBefore = e.At.Before(from)
				}
			}
			overBefore = overBefore && !h.State().Open()
			for range 6 {
				moment := from.Add(time.Duration(r.Int64N(int64(to.Sub(from)) + 1)))
				want := ""
				for _, e := range h {
					if !e.At.After(moment) {
						want = e.To.String()
					}
				}
				if overBefore {
					want = ""
				}
				if got := all.stateAt(t, id, moment); got != want {
					t.Errorf("%s at %v: %q, its history says %q: %v", id, moment, got, want, h)
				}
			}
		}
	}
}

// What the columns tell stands in for a history that is not there.
func TestReplayWithoutHistory(t *testing.T) {
	c := newCity(t, true)
	hour := func(h int) time.Time { return now().Add(time.Duration(h-20) * time.Hour) }
	c.apply(feature("events", "closed", at(1, .5, .5), map[string]any{"state": "archived", "reported_at": hour(0), "filed_at": hour(2), "dispatched_at": hour(3),
		"signed_at": hour(5), "fed_back_at": hour(9), "closed_at": hour(12), "updated_at": hour(14)}),
		feature("events", "merged", at(1, .5, .5), map[string]any{"state": "merged", "reported_at": hour(0), "closed_at": hour(1), "updated_at": hour(1)}),
		feature("events", "bare", at(1, .5, .5), map[string]any{"state": "handling", "reported_at": hour(0), "updated_at": hour(4)}))
	a := &analysed{city: c}
	var r replayAnswer
	a.read("dispatcher", "/api/v1/replay", url.Values{"from": {hour(0).Format(time.RFC3339)}}, &r)
	for _, w := range []struct {
		id    string
		hour  int
		state string
	}{
		{"closed", 1, "reported"}, {"closed", 2, "filed"}, {"closed", 4, "dispatched"}, {"closed", 6, "handling"}, {"closed", 10, "fed_back"}, {"closed", 13, "closed"},
		{"closed", 15, "archived"}, {"merged", 0, "reported"}, {"merged", 2, "merged"}, {"bare", 3, "reported"}, {"bare", 5, "handling"},
	} {
		if got := r.stateAt(t, w.id, hour(w.hour)); got != w.state {
			t.Errorf("%s in hour %d: %q, want %q", w.id, w.hour, got, w.state)
		}
	}
	var late replayAnswer
	a.read("dispatcher", "/api/v1/replay", url.Values{"from": {hour(13).Format(time.RFC3339)}}, &late)
	if got := late.stateAt(t, "merged", hour(14)); got != "" {
		t.Errorf("a case that was over before the period is shown as %s", got)
	}
}

// A step is in the replay at once: nothing old is kept.
func TestReplayFollowsSteps(t *testing.T) {
	c := newCity(t, true)
	id := "2026111542050200001"
	a := &analysed{city: c}
	state := func() string {
		t.Helper()
		var r replayAnswer
		a.read("dispatcher", "/api/v1/replay", url.Values{}, &r)
		return r.stateAt(t, id, c.now())
	}
	c.post("dispatcher", "/api/v1/events/"+id+"/dispatch", map[string]any{"department": "dep-light"}, 200, "If-Match", "*")
	if got := state(); got != "dispatched" {
		t.Errorf("after a step the replay says %s", got)
	}
	c.post("department", "/api/v1/events/"+id+"/sign", map[string]any{}, 200, "If-Match", "*")
	if got := state(); got != "handling" {
		t.Errorf("after another step the replay says %s", got)
	}
}
