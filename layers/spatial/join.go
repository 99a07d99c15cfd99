package spatial

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/overlay"
	"wutu/geo/proximity"
	"wutu/layers"
	"wutu/layers/live"
)

// Part is a layer of a join: which of its features take part.
type Part struct {
	Query  layers.Query                  // IDs, Sort, After, Offset and Limit do not matter
	During func(from, to time.Time) bool // of the validity; nil: whenever
}

func (p *Part) takes(r *live.Row) bool { return p.During == nil || p.During(r.Validity()) }

// Join links the features of two layers.
type Join struct {
	Left, Right Part
	Link        Link
	After       string // only left features with ids behind this one
}

// Pair is a feature of the right layer linked to one of the left.
type Pair struct {
	Row       *live.Row
	DistanceM float64 // with DWithin; otherwise 0
}

// Linked is a feature of the left layer with what it is linked to.
type Linked struct {
	Left  *live.Row
	Pairs []Pair // in order of id
}

// maxPairs bounds what one feature may be linked to when the pairs are asked for,
// and the pairs that are held at a time.
const maxPairs = 1_000_000

// load counts what a run of work holds. The nil load is never too much.
type load struct {
	n    atomic.Int64
	most int64
}

// add counts one more; it is false when that is too much.
func (l *load) add() bool { return l.n.Add(1) <= l.most }

func (l *load) tooMuch() bool { return l != nil && l.n.Load() > l.most }

// pace is the size of the next run after one of a size: twice as many rows while what
// they hold is far from too much.
func (l *load) pace(size, most int) int {
	if l != nil && l.n.Swap(0) > l.most/16 {
		return max(1, size/2)
	}
	return min(2*size, most)
}

// Pairs yields the left features in order of id, each with its right ones; those
// without any too. A feature linked to itself, where both layers are the same, is a
// pair. Rows stay valid as long as the View. Errors: those of View.Select and
// View.Probe for either side, Invalid for links that are none, TooLarge. It costs
// the candidates the index proposes, spread over the processors; little more than
// what is taken when the caller stops early.
func (j *Join) Pairs(ctx context.Context, v *live.View) iter.Seq2[Linked, error] {
	return func(yield func(Linked, error) bool) {
		x, err := j.begin(ctx, v)
		if err != nil {
			yield(Linked{}, err)
			return
		}
		load := &load{most: maxPairs}
		find := func(link *linker, left *live.Row) Linked {
			out := Linked{Left: left}
			link.each(left.Geometry(), func(r *live.Row) bool {
				kept := *r
				out.Pairs = append(out.Pairs, Pair{Row: &kept})
				return load.add()
			})
			slices.SortFunc(out.Pairs, func(a, b Pair) int { return strings.Compare(a.Row.ID(), b.Row.ID()) })
			if j.Link.Relation == DWithin {
				for i := range out.Pairs {
					out.Pairs[i].DistanceM = link.distance(left.Geometry(), out.Pairs[i].Row.Geometry())
				}
			}
			return out
		}
		for l, err := range inRuns(ctx, x, load, find) {
			if err != nil {
				yield(Linked{}, err)
				return
			}
			x.probe.Took(len(l.Pairs))
			if !yield(l, nil) {
				return
			}
		}
	}
}

// Tallied is a feature of the left layer with the number of right features it is
// linked to, and their measures, NaN where none has a value.
type Tallied struct {
	Left     *live.Row
	Count    live.Count
	Measures []float64
}

// Counts yields the left features in order of id with the number and the measures
// of their right ones: sums, averages, least and greatest values of numeric fields.
// A right layer that may only be counted is counted from its release, for the
// relations Intersects, Contains and DWithin. Errors as Pairs; Forbidden for fields
// the subject does not see whole.
func (j *Join) Counts(ctx context.Context, v *live.View, measures []live.Measure) iter.Seq2[Tallied, error] {
	return func(yield func(Tallied, error) bool) {
		x, err := j.begin(ctx, v)
		if layers.KindOf(err) == layers.Forbidden && err != nil && j.counted() {
			j.released(ctx, v, measures, yield)
			return
		}
		fields := []int(nil)
		if err == nil {
			fields, err = measured(x.probe, measures)
		}
		if err != nil {
			yield(Tallied{}, err)
			return
		}
		count := func(link *linker, left *live.Row) Tallied {
			t := newTotals(len(measures))
			link.each(left.Geometry(), func(r *live.Row) bool {
				t.add(r, fields)
				return true
			})
			return Tallied{Left: left, Count: live.Count{N: t.n}, Measures: t.results(measures)}
		}
		for l, err := range inRuns(ctx, x, nil, count) {
			if err != nil {
				yield(Tallied{}, err)
				return
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// counted reports whether the link is one that a release can answer.
func (j *Join) counted() bool {
	return j.Right.During == nil && (j.Link.Relation == Intersects || j.Link.Relation == Contains || j.Link.Relation == DWithin)
}

// released counts the right layer, which the subject may not list, by a question
// for each left feature.
func (j *Join) released(ctx context.Context, v *live.View, measures []live.Measure, yield func(Tallied, error) bool) {
	q := j.Left.Query
	q.IDs, q.Sort, q.Offset, q.Limit, q.After = nil, nil, 0, 0, nil
	if j.After != "" {
		q.After = &layers.Cursor{ID: j.After}
	}
	for r, err := range v.Select(ctx, q) {
		if err != nil {
			yield(Tallied{}, err)
			return
		}
		if !j.Left.takes(r) {
			continue
		}
		left := *r
		t := Tallied{Left: &left}
		right := j.Right.Query
		g := left.Geometry()
		if right.Region != nil {
			yield(Tallied{}, layers.Invalidf("join", "within", "a layer that is given as counts only takes no region beside the link"))
			return
		}
		if g == nil {
			g = orb.MultiPoint{}
		}
		right.Region = &layers.Region{Geometry: g, BufferM: j.Link.DistM, Within: j.Link.Relation == Contains}
		groups, err := v.Group(ctx, right, live.By{}, measures)
		if err != nil {
			yield(Tallied{}, err)
			return
		}
		for i := range groups {
			t.Count, t.Measures = groups[i].Count, groups[i].Measures
		}
		if !yield(t, nil) {
			return
		}
	}
}

// joining is a join under way.
type joining struct {
	j     *Join
	probe *live.Probe
	left  iter.Seq2[*live.Row, error]
}

func (j *Join) begin(ctx context.Context, v *live.View) (*joining, error) {
	if err := j.Link.Check(); err != nil {
		return nil, err
	}
	probe, err := v.Probe(ctx, j.Right.Query)
	if err != nil {
		return nil, err
	}
	q := j.Left.Query
	q.IDs, q.Sort, q.Offset, q.Limit, q.After = nil, nil, 0, 0, nil
	if j.After != "" {
		q.After = &layers.Cursor{ID: j.After}
	}
	return &joining{j: j, probe: probe, left: v.Select(ctx, q)}, nil
}

// linker finds what belongs to one geometry after another. For one goroutine.
type linker struct {
	x      *joining
	shapes map[string]func(orb.Geometry) bool // of right polygons, asked about points again and again
	areas  map[string]*overlay.Area           // of right polygons, laid over others
}

// maxShapes bounds the shapes a linker keeps ready.
const maxShapes = 4096

// each calls fn for every right row linked to g, until it returns false.
func (k *linker) each(g orb.Geometry, fn func(*live.Row) bool) {
	if g == nil {
		return
	}
	link := k.x.j.Link
	p, isPoint := g.(orb.Point)
	fromPoint := isPoint && link.Relation <= Within
	test := link.from(g)
	k.x.probe.Search(link.box(g.Bound()), func(r *live.Row) bool {
		other := r.Geometry()
		if other == nil || !k.x.j.Right.takes(r) {
			return true
		}
		if _, also := other.(orb.Point); fromPoint && !also {
			if !k.ready(r, other)(p) {
				return true
			}
		} else if !test(other) {
			return true
		}
		return fn(r)
	})
}

// ready returns the test of points against a right shape, prepared once.
func (k *linker) ready(r *live.Row, g orb.Geometry) func(orb.Geometry) bool {
	id := r.ID()
	if f, ok := k.shapes[id]; ok {
		return f
	}
	if k.shapes == nil || len(k.shapes) == maxShapes {
		k.shapes = make(map[string]func(orb.Geometry) bool)
	}
	back := Link{Relation: Intersects} // the link seen from the right
	if k.x.j.Link.Relation == Within {
		back.Relation = Contains
	}
	f := back.from(g)
	k.shapes[id] = f
	return f
}

// distance is the metres between two linked geometries.
func (k *linker) distance(a, b orb.Geometry) float64 {
	if p, ok := a.(orb.Point); ok {
		return measure.DistanceTo(p, b)
	}
	if q, ok := b.(orb.Point); ok {
		return measure.DistanceTo(q, a)
	}
	return proximity.New(a).Distance(b)
}

// inRuns does the work of one left row after another on all processors, and yields
// the results in order. The rows are copies. Runs grow, so that who takes little pays
// little; one that is too much for load, which may be nil, is done again in halves.
// The error is TooLarge when a single row is too much.
func inRuns[T any](ctx context.Context, x *joining, load *load, work func(*linker, *live.Row) T) iter.Seq2[T, error] {
	const first, most = 64, 8192
	return func(yield func(T, error) bool) {
		var zero T
		size := first
		var do func(rows []live.Row) bool
		do = func(rows []live.Row) bool {
			out := make([]T, len(rows))
			err := spread(ctx, len(rows), func() func(int) {
				k := &linker{x: x}
				return func(i int) {
					if !load.tooMuch() {
						out[i] = work(k, &rows[i])
					}
				}
			})
			if err == nil && load.tooMuch() {
				load.n.Store(0)
				if n := len(rows) / 2; n > 0 {
					out = nil
					size = max(1, size/4)
					return do(rows[:n]) && do(rows[n:])
				}
				err = &layers.Error{Kind: layers.TooLarge, Op: "join", Layer: x.j.Left.Query.Layer, Err: fmt.Errorf("a feature is linked to more than %d others: ask for counts", load.most)}
			}
			if err != nil {
				yield(zero, err)
				return false
			}
			size = load.pace(size, most)
			for i := range out {
				if !yield(out[i], nil) {
					return false
				}
			}
			return true
		}
		rows := make([]live.Row, 0, first)
		for r, err := range x.left {
			if err != nil {
				yield(zero, err)
				return
			}
			if !x.j.Left.takes(r) {
				continue
			}
			if rows = append(rows, *r); len(rows) < size {
				continue
			}
			if !do(rows) {
				return
			}
			rows = make([]live.Row, 0, size)
		}
		do(rows)
	}
}
