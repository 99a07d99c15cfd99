package live_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/live"
)

// Distances agree with PostGIS's within a millimetre, between points within a
// micrometre: both follow the geodesic. From edges PostGIS measures to the nearest
// place on a sphere, which is off by up to some 5·10⁻⁶ of the distance; where the
// two differ by more than a millimetre, the edges are searched step by step.
const millimetre = 1e-3

// nearQuestion asks for what is near a point or within a distance of a shape.
type nearQuestion struct {
	g       orb.Geometry
	k       int
	radiusM float64
}

func distancesAgainstPostGIS(t *testing.T, p *peers) {
	rng := p.world.rng
	var near, buffers []nearQuestion
	var rows strings.Builder
	for i := range postgisQuestions(t) * 2 / 5 {
		q := nearQuestion{g: p.world.point(), k: 1 + rng.IntN(12)}
		if i%2 == 0 {
			near = append(near, q)
			fmt.Fprintf(&rows, "%d\tnear\t%s\t\\N\t%d\n", len(near)-1, p.hex(q.g), q.k)
			continue
		}
		q.radiusM = math.Pow(10, 1+2.5*rng.Float64())
		if rng.IntN(10) == 0 {
			q.radiusM = math.Pow(10, 3+4*rng.Float64())
		}
		if rng.IntN(2) == 0 {
			q.g, q.radiusM = p.world.small(), min(q.radiusM, 3000)
		}
		buffers = append(buffers, q)
		fmt.Fprintf(&rows, "%d\tbuffer\t%s\t\\N\t%v\n", len(buffers)-1, p.hex(q.g), q.radiusM)
	}
	p.copy(askedColumns, rows.String())
	p.query("UPDATE q SET geog = ST_Segmentize(geom, 0.0003)::geography; ANALYZE q")
	p.nearest(near)
	p.within(buffers)
}

// nearest compares order and distances of the nearest.
func (p *peers) nearest(questions []nearQuestion) {
	farthest, off, hits := 0.0, 0, 0
	// What is near enough is told by the corners, quickly; PostGIS's index cannot:
	// around the poles it "returned tuples in wrong order".
	for _, line := range p.query(`SELECT q.id, string_agg(n.id || ' ' || n.d, ',' ORDER BY n.d, n.id) FROM q,
		LATERAL (SELECT max(d) AS far FROM (SELECT ST_Distance(r.corner, q.geog) AS d FROM small r ORDER BY d LIMIT q.r + 8) AS o) AS about,
		LATERAL (SELECT r.id, ST_Distance(r.geog, q.geog) AS d FROM small r WHERE ST_DWithin(r.geog, q.geog, far + 1) ORDER BY d, r.id LIMIT q.r + 8) AS n
		WHERE q.kind = 'near' GROUP BY q.id`) {
		i, want := p.distances(line)
		q := questions[i]
		at := q.g.(orb.Point)
		var got []live.Hit
		for h, err := range p.live.View().Nearest(p.ctx, layers.Query{Subject: layers.SystemSubject(), Layer: "small"}, live.Near{Point: at, K: q.k}) {
			if err != nil {
				p.t.Fatal(err)
			}
			got = append(got, h)
		}
		if len(got) != q.k {
			p.t.Fatalf("%d nearest to %v: %d", q.k, at, len(got))
		}
		hits += q.k
		apart := map[string]float64{} // how much the engines differ, by place
		for _, h := range got {
			g := h.Geometry()
			theirs := slices.IndexFunc(want, func(o measured) bool { return o.id == h.ID() })
			if theirs < 0 {
				p.t.Fatalf("nearest to %v: %s %s at %v m is not among PostGIS's %v", at, h.ID(), text(g), h.DistanceM, want)
			}
			d := math.Abs(h.DistanceM - want[theirs].d)
			if _, point := g.(orb.Point); point && d > 1e-6 {
				p.t.Fatalf("from %v to %s: %.9f, PostGIS %.9f", at, text(g), h.DistanceM, want[theirs].d)
			}
			apart[h.ID()] = d
			if d > millimetre {
				off++
				if truth := stepwise(at, g); math.Abs(h.DistanceM-truth) > millimetre {
					p.t.Fatalf("from %v to %s: %.6f, PostGIS %.6f, step by step %.6f", at, text(g), h.DistanceM, want[theirs].d, truth)
				}
			} else {
				farthest = max(farthest, d)
			}
		}
		for j, h := range got {
			g := h.Geometry()
			theirs := slices.IndexFunc(want, func(o measured) bool { return o.id == h.ID() })
			// Another order is right only where PostGIS's own distances differ by no more
			// than the two engines do, of any of the places that changed theirs.
			o := want[j]
			both := 2 * max(apart[h.ID()], apart[o.id])
			if _, known := apart[o.id]; !known {
				both = 2 * millimetre
			}
			if o.id != h.ID() && !(math.Abs(o.d-want[theirs].d) > 0 && math.Abs(o.d-want[theirs].d) <= max(1e-7, both)) {
				p.t.Fatalf("nearest to %v: place %d is %s %s at %.9f (PostGIS %.9f), in PostGIS %s %s at %.9f", at, j, h.ID(), text(g), h.DistanceM, want[theirs].d, o.id, text(p.small[o.id]), o.d)
			}
			if j > 0 && got[j-1].DistanceM == h.DistanceM && got[j-1].ID() > h.ID() {
				p.t.Fatalf("nearest to %v: %s and %s tie out of order", at, got[j-1].ID(), h.ID())
			}
		}
	}
	p.t.Logf("%d questions for the nearest, %d hits: distances within %.6f mm of PostGIS, but for %d that it takes on a sphere", len(questions), hits, farthest*1000, off)
}

// within compares what lies within a distance, as a region with a buffer and as
// CQL2's dwithin in turn.
func (p *peers) within(questions []nearQuestion) {
	hits, close := 0, 0
	for _, line := range p.query(`SELECT q.id, string_agg(r.id || ' ' || ST_Distance(r.geog, q.geog), ',') FROM q
		JOIN small r ON ST_DWithin(r.geog, q.geog, q.r * 1.001 + 1) WHERE q.kind = 'buffer' GROUP BY q.id
		UNION ALL SELECT q.id, NULL FROM q WHERE q.kind = 'buffer' AND NOT EXISTS (SELECT FROM small r WHERE ST_DWithin(r.geog, q.geog, q.r * 1.001 + 1))`) {
		i, want := p.distances(line)
		q := questions[i]
		got := p.ask("small", func(query *layers.Query) {
			if i%2 == 0 {
				query.Region = &layers.Region{Geometry: q.g, BufferM: q.radiusM}
				return
			}
			query.Filter = layers.Holds{Term: layers.Call{Name: "dwithin", Args: []layers.Term{
				layers.Property{Name: layers.GeometryName}, layers.Shape{Geometry: q.g}, layers.Literal{Value: layers.Float(q.radiusM)}}}}
		})
		hits += len(got)
		known := map[string]float64{}
		var sure []string
		for _, o := range want {
			known[o.id] = o.d
			if o.d <= q.radiusM {
				sure = append(sure, o.id)
			}
		}
		for _, id := range differing(got, sure) {
			d, ok := known[id]
			if !ok || math.Abs(d-q.radiusM) > millimetre+1e-5*d {
				p.t.Fatalf("within %v m of %s: %s %s is %v m away in PostGIS, found here: %v", q.radiusM, text(q.g), id, text(p.small[id]), d, slices.Contains(got, id))
			}
			if at, point := q.g.(orb.Point); point && math.Abs(d-q.radiusM) > millimetre {
				if truth := stepwise(at, p.small[id]); math.Abs(truth-q.radiusM) > millimetre && (truth <= q.radiusM) != slices.Contains(got, id) {
					p.t.Fatalf("within %v m of %s: %s %s is %v m away", q.radiusM, text(q.g), id, text(p.small[id]), truth)
				}
			}
			close++
		}
	}
	p.t.Logf("%d questions by distance, %d rows found, %d of them on the very border", len(questions), hits, close)
	if hits < len(questions) {
		p.t.Errorf("only %d rows were found", hits)
	}
}

type measured struct {
	id string
	d  float64
}

// distances reads "id TAB row distance,row distance".
func (p *peers) distances(line string) (int, []measured) {
	p.t.Helper()
	id, list, _ := strings.Cut(line, "\t")
	i, err := strconv.Atoi(id)
	if err != nil {
		p.t.Fatal(err)
	}
	var out []measured
	for _, item := range split(list) {
		row, text, _ := strings.Cut(item, " ")
		d, err := strconv.ParseFloat(text, 64)
		if err != nil {
			p.t.Fatal(err)
		}
		out = append(out, measured{row, d})
	}
	return i, out
}

// stepwise is the distance from p to g by looking at places along its edges, ever
// more closely: geodesics between points only.
func stepwise(p orb.Point, g orb.Geometry) float64 {
	if g.Dimensions() == 2 && predicate.Intersects(p, g) {
		return 0
	}
	best := math.Inf(1)
	for e := range edgesOf(g) {
		at := func(t float64) float64 {
			return measure.Distance(p, orb.Point{e[0][0] + t*(e[1][0]-e[0][0]), e[0][1] + t*(e[1][1]-e[0][1])})
		}
		lo, hi := 0.0, 1.0
		for range 60 {
			a, b := lo+(hi-lo)/3, hi-(hi-lo)/3
			if at(a) < at(b) {
				hi = b
			} else {
				lo = a
			}
		}
		best = min(best, at(0), at(1), at((lo+hi)/2))
	}
	return best
}
