package render

import (
	"context"
	"iter"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/live"
)

// Source is one state of a city. Every query carries its subject and the source
// applies layers/access to it. Implementations are safe for many goroutines.
type Source interface {
	// Layer returns the definition of a layer.
	Layer(id string) (*layers.Layer, bool)

	// Rows yields the features that match q, in any order. A row is good until the
	// next one and may have a method Bound() orb.Bound.
	Rows(ctx context.Context, q layers.Query) iter.Seq2[layers.Row, error]

	// Cells counts the features that match q per H3 cell of resolution res, with
	// the sums of numeric fields (NaN for none), in order of cell. A feature counts
	// where its point lies (its interior point for lines and polygons), which is a
	// part of its geometry; features without one are left out.
	Cells(ctx context.Context, q layers.Query, res int, sums []string) ([]Cell, error)
}

// Cell is the count of one H3 cell.
type Cell struct {
	Cell  hexgrid.Cell
	Count int
	Sums  []float64 // one per field
}

// bounded is what rows that know their box offer.
type bounded interface{ Bound() orb.Bound }

// FromView makes a Source of a snapshot of the resident tables.
func FromView(v *live.View) Source { return view{v} }

type view struct{ *live.View }

func (v view) Rows(ctx context.Context, q layers.Query) iter.Seq2[layers.Row, error] {
	return func(yield func(layers.Row, error) bool) {
		for r, err := range v.Unordered(ctx, q) {
			if !yield(r, err) {
				return
			}
		}
	}
}

func (v view) Cells(ctx context.Context, q layers.Query, res int, sums []string) ([]Cell, error) {
	measures := make([]live.Measure, len(sums))
	for i, f := range sums {
		measures[i] = live.Measure{Op: live.Sum, Field: f}
	}
	groups, err := v.Group(ctx, q, live.By{Cells: true, Res: res}, measures)
	if err != nil {
		return nil, err
	}
	out := make([]Cell, 0, len(groups))
	for _, g := range groups {
		if g.Cell != 0 && g.N > 0 {
			out = append(out, Cell{g.Cell, g.N, g.Measures})
		}
	}
	return out, nil
}
