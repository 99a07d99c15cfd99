package changes

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/storetest"
	"wutu/server/geojson"
)

// subjects are askers of every kind: of the whole city, of one grid, without
// clearance, of nothing.
func subjects() map[string]layers.Subject {
	return map[string]layers.Subject{
		"system":   layers.SystemSubject(),
		"planner":  {ID: "p", Role: layers.Planner},
		"cleared":  {ID: "c", Role: layers.GridWorker, Cleared: true, Region: "g0"},
		"region":   {ID: "r", Role: layers.GridWorker, Region: "g3"},
		"nowhere":  {ID: "n", Role: layers.GridWorker, Region: "g9"},
		"sysadmin": {ID: "s", Role: layers.SysAdmin},
	}
}

// copyOf is what a client keeps by following the feed.
type copyOf struct {
	next     uint64
	features map[string]string // "layer id" to its JSON
	versions map[string]uint64
}

// follow reads pages until there is no more, and says how many changes they had.
func (c *copyOf) follow(t *testing.T, a *API, s layers.Subject, limit int) int {
	t.Helper()
	n := 0
	for {
		q := &question{subject: s, layers: []string{"things", "persons"}, since: c.next, limit: limit, geometry: true, properties: true}
		p, err := a.read(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var got answer
		if err := json.Unmarshal(p.encode(), &got); err != nil {
			t.Fatalf("%v in %s", err, p.encode())
		}
		if len(got.Changes) > limit || got.Next < c.next {
			t.Fatalf("%d changes of at most %d, next %d after %d", len(got.Changes), limit, got.Next, c.next)
		}
		for _, x := range got.Changes {
			if x.Seq <= c.next {
				t.Fatalf("change %d comes after %d", x.Seq, c.next)
			}
			c.next = x.Seq
			key := x.Layer + " " + x.ID
			if x.Previous != 0 && x.Previous != c.versions[key] {
				t.Fatalf("change %+v follows version %d", x, c.versions[key])
			}
			if _, had := c.features[key]; x.Op == "delete" {
				if !had {
					t.Fatalf("told of the end of %s, which was never to be seen", key)
				}
				delete(c.features, key)
			} else {
				c.features[key] = string(x.Feature)
			}
			c.versions[key] = x.Version
		}
		n += len(got.Changes)
		if got.Next != c.next {
			t.Fatalf("next is %d, the last change that shows was %d", got.Next, c.next)
		}
		if !got.More {
			return n
		}
	}
}

// TestCopies: whoever follows the feed, in pages of any size, from memory or from
// the store, has what the same subject lists, and hears of nothing else.
func TestCopies(t *testing.T) {
	for _, backlog := range []int{1 << 14, 3} {
		t.Run(fmt.Sprint("backlog ", backlog), func(t *testing.T) {
			r := geotest.Rand(t)
			store := memstore.New()
			frame := layers.Batch{Layers: storetest.Layers()}
			for i := range 4 {
				x, y := float64(i%2*4), float64(i/2*4)
				frame.Changes = append(frame.Changes, layers.Change{Op: layers.Put, Layer: "grids", ID: fmt.Sprint("g", i), Feature: &layers.Feature{
					Key: fmt.Sprint("g", i), Shape: orb.MultiPolygon{orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + 4, y + 4}}.ToPolygon()}}})
			}
			if _, err := store.Apply(t.Context(), frame); err != nil {
				t.Fatal(err)
			}
			city, err := live.Open(t.Context(), store, live.Options{Backlog: backlog})
			if err != nil {
				t.Fatal(err)
			}
			defer city.Close()
			a := New(city)
			all := subjects()
			copies := make(map[string]*copyOf)
			for name := range all {
				copies[name] = &copyOf{features: map[string]string{}, versions: map[string]uint64{}}
			}
			for range 40 {
				b := layers.Batch{At: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
				for range 1 + r.IntN(6) {
					if c := storetest.Story(r); c.Layer != "grids" {
						b.Changes = append(b.Changes, c)
					}
				}
				if _, err := city.Apply(t.Context(), b); err != nil {
					t.Fatal(err)
				}
				for _, name := range slices.Sorted(maps.Keys(all)) {
					if r.IntN(3) == 0 {
						continue // comes later
					}
					c := copies[name]
					c.follow(t, a, all[name], 1+r.IntN(5))
					if want := listed(t, city.View(), all[name]); !maps.Equal(c.features, want) {
						t.Fatalf("%s has %v, lists %v", name, c.features, want)
					}
				}
			}
		})
	}
}

// listed is what the subject lists.
func listed(t *testing.T, v *live.View, s layers.Subject) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, id := range []string{"things", "persons"} {
		l, _ := v.Layer(id)
		for row, err := range v.Select(t.Context(), layers.Query{Subject: s, Layer: id}) {
			if kind := layers.KindOf(err); err != nil && (kind == layers.NotFound || kind == layers.Forbidden) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			f := row.Feature()
			enc := geojson.Encoder{Layer: l, Sights: access.Decide(&s, l).Sights}
			out[id+" "+f.Key] = string(enc.Append(nil, &f, 0))
		}
	}
	return out
}

// TestWait: a question that waits is answered by the first change that shows, and
// not by those that do not.
func TestWait(t *testing.T) {
	store := memstore.New()
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: storetest.Layers()}); err != nil {
		t.Fatal(err)
	}
	city, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	put := func(layer, id string) {
		if _, err := city.Apply(t.Context(), layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: layer, ID: id, Feature: &layers.Feature{Key: id, Shape: orb.Point{1, 1}}}}}); err != nil {
			t.Error(err)
		}
	}
	a := New(city)
	planner := subjects()["planner"]
	q := &question{subject: planner, layers: []string{"things"}, since: city.View().Seq(), limit: 10}
	done := make(chan *page)
	go func() {
		p, err := a.page(t.Context(), q, time.Minute)
		if err != nil {
			t.Error(err)
		}
		done <- p
	}()
	put("persons", "hidden")
	put("things", "seen")
	if p := <-done; p == nil || len(p.entries) != 1 || p.entries[0].delta.ID != "seen" {
		t.Errorf("the answer is %+v", p)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := a.page(ended, &question{subject: planner, layers: []string{"things"}, since: 1 << 40, limit: 1}, time.Minute); err == nil {
		t.Error("a question whose asker has left is answered")
	}
}
