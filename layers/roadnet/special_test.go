package roadnet_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/roadnet"
)

func built(t *testing.T, shapes ...orb.Geometry) *roadnet.Graph {
	t.Helper()
	l := *roadsLayer
	l.Geometry = layers.AnyGeometry
	var rows []layers.Feature
	for i, s := range shapes {
		rows = append(rows, layers.Feature{Key: string(rune('a' + i)), Shape: s, Values: make([]layers.Value, 7)})
	}
	g, err := roadnet.Build(t.Context(), &l, rowsOf(rows))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func onRoad(t *testing.T, g *roadnet.Graph, p orb.Point) *roadnet.Snap {
	t.Helper()
	s, ok := g.Snap(roadnet.Drive, p, 500)
	if !ok {
		t.Fatalf("no road near %v", p)
	}
	return &s
}

// What is no road, or leads nowhere, has its answer.
func TestSpecialNetworks(t *testing.T) {
	for name, g := range map[string]*roadnet.Graph{
		"none": built(t), "no lines": built(t, orb.Point{111, 30}, nil, orb.LineString{}, orb.LineString{{111, 30}}),
		"one place": built(t, orb.LineString{{111, 30}, {111, 30}, {111, 30.00000001}}), "not on Earth": built(t, orb.LineString{{math.NaN(), 30}, {500, 30}, {111, 91}}),
	} {
		if _, ok := g.Snap(roadnet.Drive, orb.Point{111, 30}, 1e6); ok || !g.Empty() {
			t.Errorf("%s: %+v", name, g.Stats())
		}
	}
	island := built(t, orb.LineString{{111, 30}, {111.01, 30}}, orb.LineString{{111, 30.02}, {111.01, 30.02}})
	a, b := onRoad(t, island, orb.Point{111.005, 30}), onRoad(t, island, orb.Point{111.005, 30.02})
	if _, err := island.Route(t.Context(), roadnet.Drive, a, b, 0); !errors.Is(err, roadnet.ErrNoWay) {
		t.Errorf("over the water: %v", err)
	}
	if hits, err := island.Nearest(t.Context(), roadnet.Reach{From: a, Targets: []roadnet.Snap{*b, *a}, K: 2}); err != nil || len(hits) != 1 || hits[0].Target != 1 || hits[0].Seconds != 0 {
		t.Errorf("%+v, %v", hits, err)
	}
	// A place and itself.
	if r, err := island.Route(t.Context(), roadnet.Drive, a, a, 0); err != nil || r.Seconds != 0 || r.Metres != 0 || len(r.Line) != 2 || len(r.Steps) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	// A ring without a junction: the shorter way around.
	ring := built(t, orb.LineString{{111, 30}, {111.01, 30}, {111.01, 30.01}, {111, 30.01}, {111, 30}})
	a, b = onRoad(t, ring, orb.Point{111.001, 30}), onRoad(t, ring, orb.Point{111, 30.001})
	r, err := ring.Route(t.Context(), roadnet.Drive, a, b, 0)
	if err != nil || r.Metres > 250 || len(r.Line) != 3 {
		t.Errorf("over the ring's own node: %+v, %v", r, err)
	}
	// Parts of one feature that meet are one road.
	parts := built(t, orb.MultiLineString{{{111, 30}, {111.01, 30}}, {{111.01, 30}, {111.02, 30}}})
	r, err = parts.Route(t.Context(), roadnet.Drive, onRoad(t, parts, orb.Point{111.001, 30}), onRoad(t, parts, orb.Point{111.019, 30}), 0)
	if err != nil || len(r.Steps) != 1 || r.Steps[0].Road != "a" {
		t.Errorf("%+v, %v", r, err)
	}
	// Off the road: the walks are part of the way.
	walked := onRoad(t, parts, orb.Point{111.01, 30.001})
	r, err = parts.Route(t.Context(), roadnet.Drive, walked, onRoad(t, parts, orb.Point{111.01, 30}), 0)
	if err != nil || math.Abs(r.Metres-walked.OffM) > 1e-6 || math.Abs(r.Seconds-walked.OffM/(4.8/3.6)) > 1e-6 || r.Line[0] != walked.Point {
		t.Errorf("%+v, %v", r, err)
	}
	// No more time than there is.
	if _, err := parts.Route(t.Context(), roadnet.Drive, onRoad(t, parts, orb.Point{111.001, 30}), onRoad(t, parts, orb.Point{111.019, 30}), time.Second); !errors.Is(err, roadnet.ErrNoWay) {
		t.Errorf("in a second: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := parts.Route(ended, roadnet.Drive, walked, onRoad(t, parts, orb.Point{111, 30}), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := parts.Isochrones(ended, roadnet.Drive, walked, []time.Duration{time.Hour}, false); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	// Too short a time: nothing is reached, and that is no error.
	if o, err := parts.Isochrones(t.Context(), roadnet.Drive, walked, []time.Duration{time.Second}, false); err != nil || len(o) != 1 || o[0].Area != nil || o[0].Metres != 0 {
		t.Errorf("%+v, %v", o, err)
	}
}

// A trap that one may only drive into, and a fragment, are no places to start from.
func TestPlacesServe(t *testing.T) {
	w := &world{at: []orb.Point{{111, 30}, {111.01, 30}, {111.01, 30.01}, {111.02, 30.01}, {111.002, 30.0005}, {111.003, 30.0005}, {111.02, 30}},
		ways: []way{{nodes: []int{0, 1, 2}, class: "primary"}, {nodes: []int{2, 3}, class: "primary", oneway: true}, {nodes: []int{4, 5}, class: "service"}, {nodes: []int{1, 6}, class: "primary"}}}
	g := w.build(t)
	for _, p := range []orb.Point{{111.019, 30.01}, {111.0025, 30.0005}} {
		s := onRoadOr(g, p)
		if s == nil || g.RoadOf(s) != "r000" {
			t.Errorf("%v is put on %+v", p, s)
		}
	}
}

func onRoadOr(g *roadnet.Graph, p orb.Point) *roadnet.Snap {
	if s, ok := g.Snap(roadnet.Drive, p, 5000); ok {
		return &s
	}
	return nil
}
