package live

import (
	"context"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
)

// Finder answers which of the rows that match a query is the nearest, for many
// points. It is immutable; a Seeker asks it.
type Finder struct {
	probe  *Probe
	hoards []hoard
}

// hoard is a set of rows under one tree: a whole segment or delta, or what a
// filter left of a table.
type hoard struct {
	nearest func(lower func(orb.Bound) float64, exact func(uint32) float64, yield func(uint32, float64) bool)
	search  func(b orb.Bound, fn func(uint32) bool) bool
	point   func(row uint32) (orb.Point, bool) // false: see geometry
	shape   func(row uint32) orb.Geometry
	gone    func(row uint32) bool
	row     func(row uint32) Row
}

// maxGathered bounds the rows that a filter may leave: some 40 bytes each.
const maxGathered = 4_000_000

// Finder makes q ready. Without a condition the resident index answers; otherwise
// the rows that match are gathered once and indexed. Sort, After, Offset and Limit
// of q do not matter. Errors as Select; TooLarge when a condition leaves more than
// four million rows.
func (v *View) Finder(ctx context.Context, q layers.Query) (*Finder, error) {
	p, err := v.plan(ctx, &q)
	if err == nil {
		err = p.mayList()
	}
	if err != nil {
		return nil, err
	}
	f := &Finder{probe: &Probe{p: p}}
	switch {
	case p.never:
	case p.program == nil && p.scope == nil && p.region == nil && p.boxes == nil && p.query.IDs == nil && p.instant == 0:
		f.resident(p)
	default:
		if err := f.gather(ctx, p); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *Finder) resident(p *plan) {
	blank := *p.row()
	for i := range p.table.parts {
		part := &p.table.parts[i]
		f.hoards = append(f.hoards, hoard{nearest: part.seg.tree.Nearest, search: part.seg.tree.Search, gone: part.dead.has,
			point: func(row uint32) (orb.Point, bool) { return part.seg.points[row], part.seg.geoms == nil },
			shape: part.seg.geometry,
			row:   func(row uint32) Row { r := blank; r.seg, r.row = part.seg, row; return r }})
	}
	d := p.table.delta
	if d.byID.Len() > 0 {
		f.hoards = append(f.hoards, hoard{nearest: d.tree.Nearest, search: d.tree.Search, gone: func(uint32) bool { return false },
			point: func(row uint32) (orb.Point, bool) { pt, ok := d.rows[row].feature.Shape.(orb.Point); return pt, ok },
			shape: func(row uint32) orb.Geometry { return d.rows[row].feature.Shape },
			row:   func(row uint32) Row { r := blank; r.delta = &d.rows[row]; return r }})
	}
}

// gathered is a row that a filter left: of a segment, or of the delta.
type gathered struct{ part, row uint32 }

// inDelta stands for the delta in the place of a segment's number.
const inDelta = ^uint32(0)

func (f *Finder) gather(ctx context.Context, p *plan) error {
	parts := make(map[*segment]uint32, len(p.table.parts))
	for i := range p.table.parts {
		parts[p.table.parts[i].seg] = uint32(i)
	}
	var rows []gathered
	var points []orb.Point
	var shapes []orb.Geometry // nil while all are points
	var tooMany bool
	err := p.each(ctx, func(r *Row) bool {
		if tooMany = len(rows) == maxGathered; tooMany {
			return false
		}
		at := r.point()
		if !hasPoint(at) {
			return true
		}
		g := gathered{part: inDelta}
		if r.seg != nil {
			g = gathered{part: parts[r.seg], row: r.row}
		} else if row, ok := p.table.delta.byID.Get(r.ID()); ok {
			g.row = row
		}
		isPoint := r.seg != nil && r.seg.geoms == nil
		if !isPoint {
			_, isPoint = r.Geometry().(orb.Point)
		}
		if !isPoint && shapes == nil {
			shapes = make([]orb.Geometry, len(rows), len(rows)+1)
			for i, at := range points {
				shapes[i] = at
			}
		}
		if shapes != nil {
			shapes = append(shapes, r.Geometry())
		}
		rows, points = append(rows, g), append(points, at)
		return true
	})
	if err != nil {
		return err
	}
	if tooMany {
		return &layers.Error{Kind: layers.TooLarge, Op: "near", Layer: p.table.layer.ID,
			Err: fmt.Errorf("the filter leaves more than %d features", maxGathered)}
	}
	tree, order := index.Build(len(rows), func(i int) orb.Bound {
		if shapes != nil {
			return shapes[i].Bound()
		}
		return orb.Bound{Min: points[i], Max: points[i]}
	})
	rows, points = permute(rows, order), permute(points, order)
	if shapes != nil {
		shapes = permute(shapes, order)
	}
	blank := *p.row()
	f.hoards = []hoard{{nearest: tree.Nearest, search: tree.Search, gone: func(uint32) bool { return false },
		point: func(row uint32) (orb.Point, bool) { return points[row], shapes == nil },
		shape: func(row uint32) orb.Geometry { return shapes[row] },
		row: func(row uint32) Row {
			r, g := blank, rows[row]
			if g.part == inDelta {
				r.delta = &p.table.delta.rows[g.row]
			} else {
				r.seg, r.row = p.table.parts[g.part].seg, g.row
			}
			return r
		}}}
	return nil
}

// Took notes that n rows went into an answer, for the audit trail.
func (f *Finder) Took(n int) { f.probe.Took(n) }

// Layer is the layer asked about.
func (f *Finder) Layer() *layers.Layer { return f.probe.Layer() }

// Seeker asks a Finder about points that lie near each other, as those in Hilbert
// order do: the last answer bounds the next search. For one goroutine.
type Seeker struct {
	f     *Finder
	last  place
	reach float64 // of the last answer
	some  bool    // last is set
}

// place is a row of a hoard.
type place struct {
	hoard int
	row   uint32
}

// Seeker returns a Seeker without a memory.
func (f *Finder) Seeker() *Seeker { return &Seeker{f: f} }

func (f *Finder) distance(p orb.Point, at place) float64 {
	h := &f.hoards[at.hoard]
	if q, ok := h.point(at.row); ok {
		return measure.Distance(p, q)
	}
	return distance(p, h.shape(at.row))
}

// bound returns a row that is at most limit metres from p, and how far: the last
// answer while the points keep together, otherwise what the trees say.
func (s *Seeker) bound(p orb.Point, limit float64) (place, float64, bool) {
	const jump, least = 4, 100 // as far as this from the last answer the trees are faster
	if s.some {
		if d := s.f.distance(p, s.last); d <= jump*max(s.reach, least) {
			return s.last, d, d <= limit
		}
	}
	return s.f.first(p, limit)
}

// Nearest returns the row nearest to p (lon/lat degrees), the one with the lowest
// id of several, and its distance, 0 inside a polygon. ok is false when none is at
// most maxM metres away, inclusive; 0 is unlimited. The row stays valid as long as
// the View. About a microsecond or two when the last point was near, some ten
// otherwise.
func (s *Seeker) Nearest(p orb.Point, maxM float64) (hit Hit, ok bool) {
	best := math.Inf(1)
	if maxM > 0 {
		best = maxM
	}
	at, d, found := s.bound(p, best)
	if found {
		best = d
	} else if math.IsInf(best, 1) {
		return Hit{}, false
	}
	box := measure.Circle(p, best)
	for i := range s.f.hoards {
		h := &s.f.hoards[i]
		h.search(box, func(row uint32) bool {
			x := place{i, row}
			if found && x == at || h.gone(row) {
				return true
			}
			d := s.f.distance(p, x)
			if d > best || math.IsInf(d, 1) {
				return true
			}
			if !found || d < best || s.f.id(x) < s.f.id(at) {
				best, at, found = d, x, true
			}
			return true
		})
	}
	if !found {
		return Hit{}, false
	}
	s.last, s.reach, s.some = at, best, true
	r := s.f.hoards[at.hoard].row(at.row)
	return Hit{Row: &r, DistanceM: best}, true
}

func (f *Finder) id(at place) string {
	r := f.hoards[at.hoard].row(at.row)
	return r.ID()
}

// first finds some nearest row by the trees alone.
func (f *Finder) first(p orb.Point, limit float64) (at place, best float64, ok bool) {
	best = limit
	for i := range f.hoards {
		h := &f.hoards[i]
		h.nearest(func(b orb.Bound) float64 { return measure.BoundDistance(p, b) },
			func(row uint32) float64 { return f.distance(p, place{i, row}) },
			func(row uint32, d float64) bool {
				if h.gone(row) {
					return true
				}
				if d <= best && !math.IsInf(d, 1) {
					at, best, ok = place{i, row}, d, true
				}
				return false
			})
	}
	return at, best, ok
}

// Within reports whether some row is at most maxM metres from g, inclusive. It
// costs the rows up to the first that is.
func (s *Seeker) Within(g orb.Geometry, maxM float64) bool {
	p, isPoint := g.(orb.Point)
	if isPoint && s.some && s.f.distance(p, s.last) <= maxM {
		return true
	}
	near := false
	box := measure.Pad(g.Bound(), maxM)
	for i := range s.f.hoards {
		h := &s.f.hoards[i]
		h.search(box, func(row uint32) bool {
			switch {
			case h.gone(row):
			case isPoint:
				near = s.f.distance(p, place{i, row}) <= maxM
			default:
				near = predicate.Intersects(g, h.geometry(row)) || measure.Between(g, h.geometry(row)) <= maxM
			}
			if near {
				s.last, s.reach, s.some = place{i, row}, maxM, true
			}
			return !near
		})
		if near {
			return true
		}
	}
	return false
}

func (h *hoard) geometry(row uint32) orb.Geometry {
	if q, ok := h.point(row); ok {
		return q
	}
	return h.shape(row)
}
