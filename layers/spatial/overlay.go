package spatial

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/overlay"
	"wutu/layers"
	"wutu/layers/live"
)

// Overlay asks how much of one layer's ground another takes, or a drawn shape.
type Overlay struct {
	A     Part
	ByA   string       // field of A whose values are told apart; "" none
	B     Part         // when Drawn is nil
	ByB   string       // field of B; "" none
	Drawn orb.Geometry // instead of B
}

// Shared is the ground that features of A and B with a pair of values have in
// common: the sum over pairs of features, so what two features of B both take counts
// twice.
type Shared struct {
	A, B    string // values as text, "" for null and where nothing is told apart
	Pairs   int    // of features with common ground
	SquareM float64
}

// Ground is the ground of the features of A with one value. Whole is Covered plus
// Rest; the shares add up to Covered when no two features of B overlap.
type Ground struct {
	A                    string
	Features             int
	Whole, Covered, Rest float64 // square metres
}

// Overlaid is the answer of an overlay, in order of values.
type Overlaid struct {
	Shared []Shared
	Ground []Ground
}

// Run lays B over A. Features without polygons have no ground. Errors: those of
// View.Select and View.Probe for either side, Forbidden for fields the subject does
// not see whole, TooLarge for more than most pairs of values. It costs the edges of
// the features of A and those of B near them, spread over the processors.
func (o *Overlay) Run(ctx context.Context, v *live.View, most int) (*Overlaid, error) {
	x, by, err := o.begin(ctx, v)
	if err != nil {
		return nil, err
	}
	var drawn *overlay.Area
	if o.Drawn != nil {
		drawn = overlay.New(o.Drawn)
	}
	sum := &ledger{shared: map[[2]string]*Shared{}, ground: map[string]*Ground{}, most: most}
	for l, err := range inRuns(ctx, x, nil, func(k *linker, left *live.Row) laid { return k.lay(left, by, drawn) }) {
		if err == nil {
			err = sum.add(&l)
		}
		if err != nil {
			return nil, err
		}
	}
	return sum.answer(), nil
}

func (o *Overlay) begin(ctx context.Context, v *live.View) (*joining, [2]int, error) {
	j := &Join{Left: o.A, Right: o.B}
	by := [2]int{-1, -1}
	probe, err := v.Probe(ctx, o.A.Query)
	if err != nil {
		return nil, by, err
	}
	if o.ByA != "" {
		if by[0], err = groupField(probe, o.ByA); err != nil {
			return nil, by, err
		}
	}
	x := &joining{j: j}
	if o.Drawn != nil {
		if o.ByB != "" {
			return nil, by, layers.Invalidf("overlay", "by", "a drawn shape has no fields")
		}
		q := o.A.Query
		q.IDs, q.Sort, q.After, q.Offset, q.Limit = nil, nil, nil, 0, 0
		x.left = v.Select(ctx, q)
		return x, by, nil
	}
	if x, err = j.begin(ctx, v); err != nil {
		return nil, by, err
	}
	if o.ByB != "" {
		by[1], err = groupField(x.probe, o.ByB)
	}
	return x, by, err
}

// laid is the ground of one feature of A.
type laid struct {
	key            string
	whole, covered float64
	shared         map[string]*Shared // by the value of B
	some           bool               // it has ground
}

// lay lays what is near over one feature.
func (k *linker) lay(left *live.Row, by [2]int, drawn *overlay.Area) laid {
	out := laid{}
	if by[0] >= 0 {
		out.key = left.Value(by[0]).String()
	}
	g := left.Geometry()
	if !hasGround(g) {
		return out
	}
	a := overlay.New(g)
	out.whole, out.some = a.SquareM(), true
	var over []*overlay.Area
	var keys []string
	if drawn != nil {
		over, keys = append(over, drawn), append(keys, "")
	} else {
		k.x.probe.Search(g.Bound(), func(r *live.Row) bool {
			if h := r.Geometry(); hasGround(h) && h.Bound().Intersects(g.Bound()) && k.x.j.Right.takes(r) {
				key := ""
				if by[1] >= 0 {
					key = r.Value(by[1]).String()
				}
				over, keys = append(over, k.area(r, h)), append(keys, key)
			}
			return true
		})
	}
	l := a.Lay(over)
	out.covered = l.Covered
	for i, m2 := range l.Parts {
		if m2 == 0 {
			continue
		}
		s := out.shared[keys[i]]
		if s == nil {
			if out.shared == nil {
				out.shared = make(map[string]*Shared)
			}
			s = &Shared{A: out.key, B: keys[i]}
			out.shared[keys[i]] = s
		}
		s.Pairs++
		s.SquareM += m2
	}
	return out
}

// hasGround reports whether a geometry may hold polygons.
func hasGround(g orb.Geometry) bool {
	switch g.(type) {
	case orb.Polygon, orb.MultiPolygon, orb.Ring, orb.Bound, orb.Collection:
		return true
	}
	return false
}

// area returns a right shape, made ready once.
func (k *linker) area(r *live.Row, g orb.Geometry) *overlay.Area {
	id := r.ID()
	if a, ok := k.areas[id]; ok {
		return a
	}
	if k.areas == nil || len(k.areas) == maxShapes {
		k.areas = make(map[string]*overlay.Area)
	}
	a := overlay.New(g)
	k.areas[id] = a
	return a
}

// ledger adds up the grounds of features, in order.
type ledger struct {
	shared map[[2]string]*Shared
	ground map[string]*Ground
	most   int
}

func (s *ledger) add(l *laid) error {
	if !l.some {
		return nil
	}
	g := s.ground[l.key]
	if g == nil {
		g = &Ground{A: l.key}
		s.ground[l.key] = g
	}
	g.Features++
	g.Whole += l.whole
	g.Covered += l.covered
	g.Rest += l.whole - l.covered
	for b, part := range l.shared {
		sum := s.shared[[2]string{l.key, b}]
		if sum == nil {
			sum = &Shared{A: part.A, B: b}
			s.shared[[2]string{l.key, b}] = sum
		}
		sum.Pairs += part.Pairs
		sum.SquareM += part.SquareM
	}
	if len(s.shared) > s.most || len(s.ground) > s.most {
		return &layers.Error{Kind: layers.TooLarge, Op: "overlay", Field: "by", Err: fmt.Errorf("makes more than %d groups", s.most)}
	}
	return nil
}

func (s *ledger) answer() *Overlaid {
	out := &Overlaid{Shared: []Shared{}, Ground: []Ground{}}
	for _, x := range s.shared {
		x.A, x.B = strings.Clone(x.A), strings.Clone(x.B)
		out.Shared = append(out.Shared, *x)
	}
	for _, x := range s.ground {
		x.A = strings.Clone(x.A)
		out.Ground = append(out.Ground, *x)
	}
	slices.SortFunc(out.Shared, func(a, b Shared) int { return cmp.Or(strings.Compare(a.A, b.A), strings.Compare(a.B, b.B)) })
	slices.SortFunc(out.Ground, func(a, b Ground) int { return strings.Compare(a.A, b.A) })
	return out
}
