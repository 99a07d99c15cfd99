package server_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/model"
	"wutu/server/auth"
)

// follower keeps what one stream tells, as a map does.
type follower struct {
	role   string
	filter string
	box    *orb.Bound // nil: everywhere
	mu     sync.Mutex
	state  map[string]float64 // id to speed
	told   map[string]bool    // every id ever named
	seq    uint64             // of the last message
	broken string
	more   chan struct{} // gets a token with every message
}

func (f *follower) take(events <-chan sse) {
	for e := range events {
		f.mu.Lock()
		switch e.name {
		case "snapshot":
			for _, x := range e.data["features"].(map[string]any)["features"].([]any) {
				f.put(x.(map[string]any))
			}
		case "changes":
			seq := uint64(e.data["seq"].(float64))
			if seq < f.seq {
				f.broken = fmt.Sprintf("message %d comes behind %d", seq, f.seq)
			}
			f.seq = seq
			for _, x := range e.data["changes"].([]any) {
				x := x.(map[string]any)
				id := x["id"].(string)
				f.told[id] = true
				if x["op"] == "put" {
					f.put(x["feature"].(map[string]any))
				} else {
					delete(f.state, id)
				}
			}
		case "hello", "":
		default:
			f.broken = "a message " + e.name
		}
		f.mu.Unlock()
		select {
		case f.more <- struct{}{}:
		default:
		}
	}
}

func (f *follower) put(feature map[string]any) {
	id := feature["id"].(string)
	f.told[id] = true
	f.state[id], _ = feature["properties"].(map[string]any)["speed"].(float64)
}

func (f *follower) current() (map[string]float64, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.state), f.broken
}

// Streams of several subjects with the same and other questions, opened before and
// during the changes, with a snapshot or going on from an earlier sequence: each
// ends with exactly what its subject may list of its question, and was never told of
// anything that was not at some time.
func TestStreamsEndWithTheCity(t *testing.T) {
	seed := leakSeed(t)
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 79))
	c := newCity(t, true)
	subjects := map[string]layers.Subject{"planner": {Role: layers.Planner}}
	for i, code := range []string{"420502", "420503", gridID(5)} {
		name := fmt.Sprint("area", i)
		c.key(name, auth.Spec{Role: layers.Supervisor, Region: code})
		subjects[name] = layers.Subject{Role: layers.Supervisor, Region: code}
	}
	var followers []*follower
	seen := map[string]map[string]bool{} // by subject and question, what was ever in it
	question := func(f *follower) string { return fmt.Sprint(f.role, f.filter, f.box) }
	wanted := func(f *follower) map[string]float64 {
		t.Helper()
		q := layers.Query{Subject: subjects[f.role], Layer: model.Movers}
		if f.box != nil {
			q.Boxes = []orb.Bound{*f.box}
		}
		if f.filter != "" {
			e, err := cql2.Parse(f.filter)
			if err != nil {
				t.Fatal(err)
			}
			q.Filter = e
		}
		out := map[string]float64{}
		v := c.live.View()
		l, _ := v.Layer(model.Movers)
		for row, err := range v.Select(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			out[strings.Clone(row.ID())] = row.Value(l.FieldIndex("speed")).Float()
		}
		return out
	}
	note := func() {
		for _, f := range followers {
			k := question(f)
			if seen[k] == nil {
				seen[k] = map[string]bool{}
			}
			for id := range wanted(f) {
				seen[k][id] = true
			}
		}
	}
	open := func() {
		f := &follower{role: pick(r, slices.Sorted(maps.Keys(subjects))), filter: pick(r, []string{"", "", "speed > 20", "speed < 50 AND plate LIKE 'm1%'"}),
			state: map[string]float64{}, told: map[string]bool{}, more: make(chan struct{}, 1)}
		if r.IntN(2) == 0 {
			f.box = &orb.Bound{Min: orb.Point{west + .01*float64(r.IntN(3)), south}, Max: orb.Point{west + .025, south + .01*float64(1+r.IntN(4))}}
		}
		followers = append(followers, f)
		note()
		v := url.Values{"layers": {"movers"}, "filter": {f.filter}}
		if b := f.box; b != nil {
			v.Set("bbox", fmt.Sprintf("%v,%v,%v,%v", b.Min[0], b.Min[1], b.Max[0], b.Max[1]))
		}
		if r.IntN(3) == 0 { // as one that comes back
			f.mu.Lock()
			f.state = wanted(f)
			f.mu.Unlock()
			v.Set("since", fmt.Sprint(c.live.View().Seq()))
		} else {
			v.Set("snapshot", "true")
		}
		events := c.stream(f.role, "?"+v.Encode(), pick(r, [][]string{{"Accept-Encoding", "identity"}, {}})...)
		go f.take(events)
	}
	settle := func(f *follower) { // until the stream has told all that is
		t.Helper()
		want, patience := wanted(f), time.After(20*time.Second)
		for {
			got, broken := f.current()
			if broken != "" {
				t.Fatalf("%s %q: %s", f.role, f.filter, broken)
			}
			if maps.Equal(got, want) {
				return
			}
			select {
			case <-f.more:
			case <-patience:
				t.Fatalf("%s %q: the stream ends with\n%v\nthe city with\n%v", f.role, f.filter, got, want)
			}
		}
	}
	const movers = 40
	for range 60 {
		if len(followers) < 24 && r.IntN(2) == 0 {
			open()
		}
		var changes []layers.Change
		for range 1 + r.IntN(5) {
			id := fmt.Sprintf("m%02d", r.IntN(movers))
			if r.IntN(5) == 0 {
				if _, err := c.live.View().Get(t.Context(), ptr(layers.SystemSubject()), model.Movers, id); err == nil {
					changes = append(changes, layers.Change{Op: layers.Delete, Layer: model.Movers, ID: id})
					break
				}
				continue
			}
			changes = append(changes, mover(id, orb.Point{west + .04*r.Float64(), south + .04*r.Float64()}, float64(r.IntN(100))))
		}
		if len(changes) > 0 {
			c.apply(changes...)
			note()
		}
		if len(followers) > 0 && r.IntN(6) == 0 { // for as long as messages take
			settle(pick(r, followers))
		}
	}
	for _, f := range followers {
		settle(f)
		f.mu.Lock()
		for id := range f.told {
			if !seen[question(f)][id] {
				t.Errorf("%s %q was told of %s, which was never in it", f.role, f.filter, id)
			}
		}
		f.mu.Unlock()
	}
}

func ptr[T any](v T) *T { return &v }

// A layer that is defined anew ends the streams that follow it, behind a reset; the
// next one has the new definition.
func TestStreamsEndWithADefinition(t *testing.T) {
	c := newCity(t, true)
	var streams []<-chan sse
	for range 3 {
		s := c.stream("", "?layers=movers")
		expect(t, s, "hello")
		streams = append(streams, s)
	}
	l := *model.Lookup(model.Movers)
	l.Title = layers.Title{ZH: "车辆", EN: "Vehicles"}
	if _, err := c.live.Apply(t.Context(), layers.Batch{Actor: "t", At: now(), Layers: []*layers.Layer{&l}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range streams {
		expect(t, s, "reset")
		for e := range s {
			if !e.comment {
				t.Errorf("behind the reset: %+v", e)
			}
		}
	}
	s := c.stream("", "?layers=movers")
	expect(t, s, "hello")
	c.apply(mover("m9", at(0, .5, .5), 1))
	expect(t, s, "changes")
}
