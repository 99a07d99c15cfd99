package render

import (
	"context"
	"iter"

	"wutu/layers"
	"wutu/layers/live"
)

// Source is one state of a city. Every query carries its subject and the source
// applies layers/access to it. Implementations are safe for many goroutines.
type Source interface {
	// Layer returns the definition of a layer.
	Layer(id string) (*layers.Layer, bool)

	// Rows yields the features that match q, in any order. A row is good until the
	// next one.
	Rows(ctx context.Context, q layers.Query) iter.Seq2[layers.Row, error]

	// Cells counts the features that match q per H3 cell of resolution res, with
	// the sums of numeric fields (NaN for none), in order of cell. A feature counts
	// where its point lies (its interior point for lines and polygons), which is a
	// part of its geometry; features without one are left out. Cells that lie wholly
	// in one of q's boxes are counted whole; of others there may be all, a part or
	// nothing.
	Cells(ctx context.Context, q layers.Query, res int, sums []string) ([]Cell, error)
}

// Cell is the count of one H3 cell.
type Cell = live.CellCount

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
