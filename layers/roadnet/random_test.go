package roadnet_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/roadnet"
)

// roadsLayer has all fields that a network reads.
var roadsLayer = &layers.Layer{ID: "roads", Element: layers.Frame, Geometry: layers.LineString, Fields: []layers.Field{
	{Name: "name", Type: layers.String}, {Name: "class", Type: layers.String}, {Name: "oneway", Type: layers.Boolean},
	{Name: "maxspeed", Type: layers.Integer}, {Name: "access", Type: layers.String}, {Name: "motor_vehicle", Type: layers.String},
	{Name: "foot", Type: layers.String}}}

// way is a road in plain values: what the oracle reads.
type way struct {
	nodes    []int // of a world's places
	class    string
	oneway   bool
	maxSpeed int
	access   string
}

// world is a random network on a few places.
type world struct {
	at   []orb.Point
	ways []way
}

// randomWorld has everything that is awkward: several components, loops,
// duplicates, roads of one place, dead ends that only lead in, roads nobody may use.
func randomWorld(r *rand.Rand) *world {
	w := &world{}
	for range 4 + r.IntN(36) {
		w.at = append(w.at, orb.Point{math.Round((111+r.Float64()*.05)*1e7) / 1e7, math.Round((30+r.Float64()*.05)*1e7) / 1e7})
	}
	classes := []string{"primary", "residential", "service", "footway", "motorway", "steps", "construction", "whatever"}
	for range 3 + r.IntN(60) {
		x := way{class: classes[min(r.IntN(len(classes)), r.IntN(len(classes)))], oneway: r.IntN(4) == 0}
		if r.IntN(3) == 0 {
			x.maxSpeed = r.IntN(90)
		}
		if r.IntN(15) == 0 {
			x.access = "private"
		}
		at := r.IntN(len(w.at))
		for range 1 + r.IntN(5) {
			x.nodes = append(x.nodes, at)
			switch {
			case r.IntN(8) == 0: // the same place again
			case r.IntN(3) > 0:
				at = (at + 1 + r.IntN(3)) % len(w.at)
			default:
				at = r.IntN(len(w.at))
			}
		}
		if r.IntN(10) == 0 { // a loop
			x.nodes = append(x.nodes, x.nodes[0])
		}
		w.ways = append(w.ways, x)
		if r.IntN(10) == 0 {
			w.ways = append(w.ways, x)
		}
	}
	return w
}

func (w *world) build(t *testing.T) *roadnet.Graph {
	var rows []layers.Feature
	for i, x := range w.ways {
		var line orb.LineString
		for _, n := range x.nodes {
			line = append(line, w.at[n])
		}
		f := layers.Feature{Key: fmt.Sprintf("r%03d", i), Shape: line, Values: make([]layers.Value, 7)}
		f.Values[0], f.Values[1], f.Values[2] = layers.Text(fmt.Sprint("way ", i)), layers.Text(x.class), layers.Bool(x.oneway)
		if x.maxSpeed > 0 {
			f.Values[3] = layers.Int(int64(x.maxSpeed))
		}
		if x.access != "" {
			f.Values[4] = layers.Text(x.access)
		}
		rows = append(rows, f)
	}
	g, err := roadnet.Build(context.Background(), roadsLayer, rowsOf(rows))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// speed is the oracle's own reading of mode.go: metres a second.
func (x *way) speed(m roadnet.Mode, along bool) float64 {
	limits := map[string]float64{"primary": 60, "residential": 30, "service": 20, "motorway": 100, "whatever": 30}
	if x.access == "private" || x.class == "construction" {
		return 0
	}
	if m == roadnet.Walk {
		switch x.class {
		case "motorway":
			return 0
		case "steps":
			return 2.4 / 3.6
		}
		return 4.8 / 3.6
	}
	limit := limits[x.class]
	if limit == 0 || x.oneway && !along {
		return 0
	}
	if x.maxSpeed > 0 {
		limit = max(5, float64(x.maxSpeed))
	}
	return limit * .75 / 3.6
}

// matrix is the time between all places in seconds, by Floyd and Warshall. Places
// of roads' vertices are its nodes, whether or not roads meet there.
func (w *world) matrix(m roadnet.Mode) [][]float64 {
	n := len(w.at)
	d := make([][]float64, n)
	for i := range d {
		d[i] = make([]float64, n)
		for j := range d[i] {
			if d[i][j] = math.Inf(1); i == j {
				d[i][j] = 0
			}
		}
	}
	for _, x := range w.ways {
		for i := 1; i < len(x.nodes); i++ {
			a, b := x.nodes[i-1], x.nodes[i]
			metres := measure.Distance(w.at[a], w.at[b])
			if v := x.speed(m, true); v > 0 {
				d[a][b] = min(d[a][b], metres/v)
			}
			if v := x.speed(m, false); v > 0 {
				d[b][a] = min(d[b][a], metres/v)
			}
		}
	}
	for k := range d {
		for i := range d {
			for j := range d {
				d[i][j] = min(d[i][j], d[i][k]+d[k][j])
			}
		}
	}
	return d
}

// TestRoutesEqualFloyd compares routes between the places of random networks with
// all shortest ways by another method, times and courses.
func TestRoutesEqualFloyd(t *testing.T) {
	r := geotest.Rand(t)
	routes, none := 0, 0
	for range 300 {
		w := randomWorld(r)
		g := w.build(t)
		for _, m := range []roadnet.Mode{roadnet.Drive, roadnet.Walk} {
			d := w.matrix(m)
			snaps := make([]*roadnet.Snap, len(w.at))
			for i, p := range w.at {
				if s, ok := g.Snap(m, p, .02); ok {
					snaps[i] = &s
				}
			}
			for range 60 {
				a, b := r.IntN(len(w.at)), r.IntN(len(w.at))
				if snaps[a] == nil || snaps[b] == nil {
					continue
				}
				got, err := g.Route(t.Context(), m, snaps[a], snaps[b], 0)
				if math.IsInf(d[a][b], 1) {
					if !errors.Is(err, roadnet.ErrNoWay) {
						t.Fatalf("%v from %d to %d: %v, %v; there is no way", m, a, b, got, err)
					}
					none++
					continue
				}
				if err != nil {
					t.Fatalf("%v from %d to %d: %v, want %v s", m, a, b, err, d[a][b])
				}
				if math.Abs(got.Seconds-d[a][b]) > 1e-6 {
					t.Fatalf("%v from %d to %d: %v s, want %v", m, a, b, got.Seconds, d[a][b])
				}
				w.checkCourse(t, m, got, a, b)
				routes++
			}
		}
	}
	if routes < 2000 || none < 5 {
		t.Errorf("only %d routes and %d without a way", routes, none)
	}
}

// checkCourse walks along a route and sums the time of the fastest road between
// each two places, which must be the route's.
func (w *world) checkCourse(t *testing.T, m roadnet.Mode, got *roadnet.Route, a, b int) {
	t.Helper()
	if got.Line[0] != w.at[a] || got.Line[len(got.Line)-1] != w.at[b] {
		t.Fatalf("from %v to %v: the line is %v", w.at[a], w.at[b], got.Line)
	}
	if l := measure.Length(got.Line); math.Abs(l-got.Metres) > 1e-3 {
		t.Fatalf("the line has %v m, the route %v", l, got.Metres)
	}
	sum, steps := 0.0, 0.0
	for i := 1; i < len(got.Line); i++ {
		best := math.Inf(1)
		for _, x := range w.ways {
			for j := 1; j < len(x.nodes); j++ {
				p, q := w.at[x.nodes[j-1]], w.at[x.nodes[j]]
				metres := measure.Distance(p, q)
				if v := x.speed(m, true); v > 0 && p == got.Line[i-1] && q == got.Line[i] {
					best = min(best, metres/v)
				}
				if v := x.speed(m, false); v > 0 && q == got.Line[i-1] && p == got.Line[i] {
					best = min(best, metres/v)
				}
			}
		}
		sum += best
	}
	if a == b {
		sum = 0
	}
	for _, s := range got.Steps {
		steps += s.Seconds
	}
	if math.Abs(sum-got.Seconds) > 1e-6 || math.Abs(steps-got.Seconds) > 1e-6 {
		t.Fatalf("the line takes %v s, the steps %v, the route says %v", sum, steps, got.Seconds)
	}
}

// TestPartialEdges compares routes between places on the way with those of a
// network in which these places are vertices.
func TestPartialEdges(t *testing.T) {
	r := geotest.Rand(t)
	done := 0
	for range 3000 {
		w := randomWorld(r)
		g := w.build(t)
		// Two places, each on some road; a finer world has them as vertices.
		fine := &world{at: append([]orb.Point(nil), w.at...), ways: nil}
		var ends [2]orb.Point
		where := [2]int{r.IntN(len(w.ways)), r.IntN(len(w.ways))}
		cut := [2]int{}
		ok := true
		for e := range ends {
			x := w.ways[where[e]]
			if len(x.nodes) < 2 {
				ok = false
				break
			}
			cut[e] = 1 + r.IntN(len(x.nodes)-1)
			ok = ok && w.drawnOnce(x.nodes[cut[e]-1], x.nodes[cut[e]])
			a, b, s := w.at[x.nodes[cut[e]-1]], w.at[x.nodes[cut[e]]], .1+.8*r.Float64()
			ends[e] = orb.Point{math.Round((a[0]+s*(b[0]-a[0]))*1e7) / 1e7, math.Round((a[1]+s*(b[1]-a[1]))*1e7) / 1e7}
			fine.at = append(fine.at, ends[e])
		}
		if !ok || where[0] == where[1] {
			continue
		}
		for i, x := range w.ways {
			y := x
			y.nodes = append([]int(nil), x.nodes...)
			for e := range ends {
				if where[e] == i {
					y.nodes = append(append(append([]int(nil), x.nodes[:cut[e]]...), len(w.at)+e), x.nodes[cut[e]:]...)
				}
			}
			fine.ways = append(fine.ways, y)
		}
		for _, m := range []roadnet.Mode{roadnet.Drive, roadnet.Walk} {
			a, okA := g.Snap(m, ends[0], .5)
			b, okB := g.Snap(m, ends[1], .5)
			if !okA || !okB || g.RoadOf(&a) != fmt.Sprintf("r%03d", where[0]) || g.RoadOf(&b) != fmt.Sprintf("r%03d", where[1]) {
				continue
			}
			want := fine.matrix(m)[len(w.at)][len(w.at)+1]
			got, err := g.Route(t.Context(), m, &a, &b, 0)
			if math.IsInf(want, 1) {
				if !errors.Is(err, roadnet.ErrNoWay) {
					t.Fatalf("%v, %v: there is no way", got, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err, want)
			}
			// The places are rounded to centimetres, and walked to.
			if math.Abs(got.Seconds-want) > .1 {
				t.Fatalf("%v: %v s, want %v", m, got.Seconds, want)
			}
			done++
		}
	}
	if done < 200 {
		t.Errorf("only %d compared", done)
	}
}

// drawnOnce reports whether one road only runs straight between two places.
func (w *world) drawnOnce(a, b int) bool {
	n := 0
	for _, x := range w.ways {
		for i := 1; i < len(x.nodes); i++ {
			if p, q := x.nodes[i-1], x.nodes[i]; p == a && q == b || p == b && q == a {
				n++
			}
		}
	}
	return n == 1 && a != b
}

// TestNearestEqualsRoutes holds the nearest targets against a route to each.
func TestNearestEqualsRoutes(t *testing.T) {
	r := geotest.Rand(t)
	hits := 0
	for range 200 {
		w := randomWorld(r)
		g := w.build(t)
		m := roadnet.Mode(r.IntN(2))
		somewhere := func() (roadnet.Snap, bool) {
			return g.Snap(m, orb.Point{111 + r.Float64()*.05, 30 + r.Float64()*.05}, 3000)
		}
		from, ok := somewhere()
		if !ok {
			continue
		}
		q := roadnet.Reach{Mode: m, From: &from, Inward: r.IntN(2) == 0, K: r.IntN(5)}
		if q.K == 0 {
			q.Limit = time.Duration(r.IntN(1200)) * time.Second
		}
		for range r.IntN(20) {
			if s, ok := somewhere(); ok {
				q.Targets = append(q.Targets, s)
			}
		}
		if len(q.Targets) > 0 {
			q.Targets = append(q.Targets, q.Targets[0], from)
		}
		got, err := g.Nearest(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		want := bruteNearest(t, g, q)
		if len(got) != len(want) {
			t.Fatalf("%d hits, want %d", len(got), len(want))
		}
		for i := range got {
			if got[i].Target != want[i].Target || got[i].Time() != want[i].Time() || math.Abs(got[i].Metres-want[i].Metres) > 1 {
				t.Fatalf("hit %d: %+v, want %+v", i, got[i], want[i])
			}
			hits++
		}
	}
	if hits < 300 {
		t.Errorf("only %d hits", hits)
	}
}
