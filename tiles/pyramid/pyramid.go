package pyramid

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/tiles"
	"wutu/tiles/cache"
	"wutu/tiles/render"
)

// Request says what is drawn.
type Request struct {
	Subject layers.Subject
	Layers  []string    // ids, in drawing order
	Filter  layers.Expr // applied to each layer
	Min     tiles.Zoom  // inclusive
	Max     tiles.Zoom  // inclusive, at most tiles.MaxZoom
	Workers int         // that draw; 0: one for each processor
}

// Draw draws the tiles of r from s and calls emit with each that is not empty, in
// ascending order of their numbers, packed with gzip; emit must not change the
// bytes and may keep them. It is called by one goroutine. Progress, when not nil,
// is told how many tiles of how many are done. Errors: Invalid for zooms out of
// range, those of render and of ctx, and that of emit, which ends the drawing.
func Draw(ctx context.Context, s render.Source, r Request, emit func(t tiles.ID, packed []byte) error, progress func(done, of int)) error {
	if r.Min > r.Max || r.Max > tiles.MaxZoom {
		return layers.Invalidf("pyramid", "zoom", fmt.Sprintf("zooms %d to %d are not between 0 and %d, the least first", r.Min, r.Max, tiles.MaxZoom))
	}
	list, err := find(ctx, s, &r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := r.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	type drawn struct {
		packed []byte
		err    error
	}
	var renderer render.Renderer
	packer := cache.Packer{Small: true}
	// A place in line for each tile under way: the channel holds results in order,
	// and its room bounds how far the fastest worker runs ahead.
	line := make(chan chan drawn, 4*workers)
	slots := make(chan struct{}, workers)
	go func() {
		defer close(line)
		for _, t := range list {
			result := make(chan drawn, 1)
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			go func() {
				defer func() { <-slots }()
				packed, err := draw(ctx, &renderer, &packer, s, &r, t)
				result <- drawn{packed, err}
			}()
			select {
			case line <- result:
			case <-ctx.Done():
				return
			}
		}
	}()
	for i, t := range list {
		result, ok := <-line
		if !ok {
			return ctx.Err()
		}
		d := <-result
		if d.err == nil && len(d.packed) > 0 {
			d.err = emit(t, d.packed)
		}
		if d.err != nil {
			return d.err
		}
		if progress != nil {
			progress(i+1, len(list))
		}
	}
	return nil
}

func draw(ctx context.Context, d *render.Renderer, packer *cache.Packer, s render.Source, r *Request, t tiles.ID) ([]byte, error) {
	b, err := d.Tile(ctx, s, render.Request{Subject: r.Subject, Layers: r.Layers, Tile: t, Filter: r.Filter})
	if err != nil {
		return nil, err
	}
	return packer.Pack(b)
}

// find lists the tiles near which features lie, in order of their numbers.
func find(ctx context.Context, s render.Source, r *Request) ([]tiles.ID, error) {
	var out []tiles.ID
	level := []tiles.ID{{}}
	for z := tiles.Zoom(0); z <= r.Max; z++ {
		var kept []tiles.ID
		for _, t := range level {
			some, err := near(ctx, s, r, t)
			if err != nil {
				return nil, err
			}
			if some {
				kept = append(kept, t)
			}
		}
		slices.SortFunc(kept, func(a, b tiles.ID) int {
			if a.Number() < b.Number() {
				return -1
			}
			return 1
		})
		if z >= r.Min {
			out = append(out, kept...)
		}
		level = level[:0]
		for _, t := range kept {
			if children, ok := t.Children(); ok {
				level = append(level, children[:]...)
			}
		}
	}
	return out, nil
}

// near reports whether a feature of any layer may show in the tile.
func near(ctx context.Context, s render.Source, r *Request, t tiles.ID) (bool, error) {
	for _, id := range r.Layers {
		l, ok := s.Layer(id)
		if !ok {
			return false, &layers.Error{Kind: layers.NotFound, Op: "pyramid", Layer: id, Err: fmt.Errorf("no such layer")}
		}
		q := layers.Query{Subject: r.Subject, Layer: id, Filter: r.Filter, Boxes: render.Reach(t, l.Geometry)}
		for _, err := range s.Rows(ctx, q) {
			return err == nil, err
		}
	}
	return false, ctx.Err()
}

// Bound is the box of what is drawn (lon/lat degrees); ok is false when nothing
// is.
func Bound(ctx context.Context, s render.Source, r Request) (b orb.Bound, ok bool, err error) {
	for _, id := range r.Layers {
		for row, err := range s.Rows(ctx, layers.Query{Subject: r.Subject, Layer: id, Filter: r.Filter}) {
			if err != nil {
				return b, false, err
			}
			g := row.Geometry()
			switch {
			case g == nil || g.Bound().IsEmpty():
			case !ok:
				b, ok = g.Bound(), true
			default:
				b = b.Union(g.Bound())
			}
		}
	}
	return b, ok, nil
}
