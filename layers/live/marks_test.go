package live_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// While the version of a place stays, nothing near it changes: of any two views
// with the same version for a box, both have the same features in it. Far from a
// change the version stays. Both for who sees all and for who sees a region.
func TestVersionsOfPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 11))
	store := memstore.New()
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{thingsLayer, areasLayer}, Changes: gridChanges()}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	within := func(b orb.Bound) func() []orb.Bound { return func() []orb.Bound { return []orb.Bound{b} } }
	place := func() orb.Point { return orb.Point{rng.Float64(), rng.Float64()} }
	shape := func() orb.Geometry {
		p := place()
		switch rng.IntN(8) {
		case 0:
			return nil
		case 1:
			q := place() // across half the city
			return orb.Bound{Min: orb.Point{min(p[0], q[0]), min(p[1], q[1])}, Max: orb.Point{max(p[0], q[0]), max(p[1], q[1])}}.ToPolygon()
		case 2:
			return orb.LineString{p, {p[0] + rng.Float64()*0.01, p[1] + rng.Float64()*0.01}}
		}
		return p
	}
	type seen struct {
		version uint64
		content string
	}
	boxes := make([]orb.Bound, 40)
	for i := range boxes {
		p := place()
		side := []float64{0.001, 0.02, 0.5}[rng.IntN(3)]
		boxes[i] = orb.Bound{Min: p, Max: orb.Point{p[0] + side, p[1] + side}}
	}
	subjects := []layers.Subject{{Role: layers.Planner}, {Role: layers.Planner, Region: "g00"}}
	last := make(map[[2]int]seen)
	kept, all := 0, 0
	for step := range 400 {
		change := layers.Change{Op: layers.Put, Layer: "things", ID: fmt.Sprint("t", rng.IntN(60))}
		if rng.IntN(4) == 0 {
			change.Op = layers.Delete
		} else {
			change.Feature = &layers.Feature{Key: change.ID, Shape: shape(), Values: []layers.Value{layers.Text(fmt.Sprint(step)), {}, {}, {}, {}}}
		}
		if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{change}}); err != nil {
			t.Fatal(err)
		}
		v := c.View()
		for who := range subjects {
			s := &subjects[who]
			d := access.Decide(s, thingsLayer)
			for i, b := range boxes {
				now := seen{version: v.VersionOf(&d, d.Scope(), "things", within(b))}
				for r, err := range v.Select(t.Context(), layers.Query{Subject: *s, Layer: "things", Boxes: []orb.Bound{b}}) {
					if err != nil {
						t.Fatal(err)
					}
					now.content += fmt.Sprint(r.ID(), r.Value(0), ";")
				}
				before := last[[2]int{who, i}]
				if before.version == now.version && now.version>>63 == 0 && before.content != now.content {
					t.Fatalf("step %d, subject %d, %v: version %d for %q and %q", step, who, b, now.version, before.content, now.content)
				}
				if all++; before.version == now.version {
					kept++
				}
				last[[2]int{who, i}] = now
			}
		}
	}
	if kept < all/2 { // a change in ten is wide, most boxes are small
		t.Errorf("of %d versions %d stayed", all, kept)
	}

	d := access.Decide(&subjects[0], thingsLayer)
	here, far := within(orb.Bound{Min: orb.Point{0.1, 0.1}, Max: orb.Point{0.11, 0.11}}), within(orb.Bound{Min: orb.Point{0.8, 0.8}, Max: orb.Point{0.9, 0.9}})
	was, wasFar := c.View().VersionOf(&d, d.Scope(), "things", here), c.View().VersionOf(&d, d.Scope(), "things", far)
	f := &layers.Feature{Key: "new", Shape: orb.Point{0.105, 0.105}, Values: make([]layers.Value, 5)}
	if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: "things", ID: "new", Feature: f}}}); err != nil {
		t.Fatal(err)
	}
	if v := c.View(); v.VersionOf(&d, d.Scope(), "things", here) == was || v.VersionOf(&d, d.Scope(), "things", far) != wasFar {
		t.Error("a change here must change the version here, and there alone")
	}
}
