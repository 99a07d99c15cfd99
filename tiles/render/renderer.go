package render

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/tiles"
	"wutu/tiles/cache"
	"wutu/tiles/mvt"
)

// Limits of a request and of a tile.
const (
	MaxLayers   = 32      // layers in one tile
	MaxFeatures = 10_000  // features of one layer in one tile
	MaxBytes    = 500_000 // of one tile, compressed; the limit map clients and tile hosts agree on
)

// Request asks for a tile.
type Request struct {
	Subject  layers.Subject
	Layers   []string // ids, in drawing order; one for Hex
	Tile     tiles.ID
	Filter   layers.Expr // applied to each layer
	Datetime time.Time   // state as of; zero: current
}

// Renderer makes tiles. It is safe for many goroutines; its memory is a bounded
// number of label points. The zero Renderer is ready.
type Renderer struct {
	labels   labelCache
	writers  sync.Pool // of *mvt.Writer
	pictures sync.Pool // of *picture
	packer   cache.Packer
}

// Tile returns the bytes of the vector tile of r's layers from s; none when
// nothing is to be seen. The same rows give the same bytes in whatever order s
// yields them. The caller owns the result. Errors: Invalid for an impossible
// request (no layers, too many, one twice, a tile outside the matrix set),
// NotFound for layers unknown or hidden, Forbidden for layers the subject may
// only count, and those of s. It costs the rows near the tile.
func (d *Renderer) Tile(ctx context.Context, s Source, r Request) ([]byte, error) {
	t, err := d.Packed(ctx, s, r)
	return t.Plain, err
}

// Packed is Tile with the packed bytes too, when their number decided about the
// tile, so that nobody needs to pack them again.
func (d *Renderer) Packed(ctx context.Context, s Source, r Request) (cache.Tile, error) {
	defs, err := check(s, &r, access.List)
	if err != nil {
		return cache.Tile{}, err
	}
	drawn, err := d.drawn(ctx, s, &r, defs)
	defer func() {
		for _, p := range drawn {
			if p != nil {
				d.putBack(p)
			}
		}
	}()
	if err != nil {
		return cache.Tile{}, err
	}
	w := d.writer()
	defer d.writers.Put(w)
	for cut := 0; ; cut++ {
		w.Reset()
		for _, p := range drawn {
			if err := p.write(w, cut, r.Layers); err != nil {
				return cache.Tile{}, err
			}
		}
		t, fits := cache.Tile{Plain: w.Bytes()}, true
		if len(t.Plain) > MaxBytes-MaxBytes/100 { // packing never adds as much
			most := MaxBytes
			if cut == lastCut {
				most = math.MaxInt
			}
			if t.Packed, fits, err = d.packer.PackWithin(t.Plain, most); err != nil {
				return cache.Tile{}, err
			}
		}
		if fits {
			t.Plain = slices.Clone(t.Plain)
			return t, nil
		}
	}
}

// drawn gathers what each of some layers shows, several layers at once: who waits for
// a tile of many waits for the slowest of them. Of errors it is that of the first layer
// which has one, and some pictures may be there.
func (d *Renderer) drawn(ctx context.Context, s Source, r *Request, defs []*layers.Layer) ([]*picture, error) {
	pictures, errs := make([]*picture, len(defs)), make([]error, len(defs))
	if len(defs) == 1 {
		pictures[0], errs[0] = d.collect(ctx, s, r, defs[0])
		return pictures, errs[0]
	}
	var work sync.WaitGroup
	for i, l := range defs {
		work.Go(func() {
			defer func() {
				if p := recover(); p != nil { // here nobody else would, and the process would end
					errs[i] = &layers.Error{Kind: layers.Internal, Op: "tile", Layer: l.ID, Err: fmt.Errorf("draw: %v\n%s", p, debug.Stack())}
				}
			}()
			pictures[i], errs[i] = d.collect(ctx, s, r, l)
		})
	}
	work.Wait()
	return pictures, cmp.Or(errs...)
}

func (d *Renderer) writer() *mvt.Writer {
	if w, ok := d.writers.Get().(*mvt.Writer); ok {
		return w
	}
	return new(mvt.Writer)
}

// check finds the definitions of the layers asked for, of which the subject must
// be given least at least.
func check(s Source, r *Request, least access.Mode) ([]*layers.Layer, error) {
	fail := func(field, message string) ([]*layers.Layer, error) {
		return nil, layers.Invalidf("tile", field, message)
	}
	switch {
	case !r.Tile.Valid():
		return fail("tile", r.Tile.String()+" is outside the matrix set")
	case len(r.Layers) == 0:
		return fail("layers", "names no layer")
	case len(r.Layers) > MaxLayers:
		return fail("layers", fmt.Sprintf("names %d layers, at most %d", len(r.Layers), MaxLayers))
	}
	defs := make([]*layers.Layer, 0, len(r.Layers))
	for i, id := range r.Layers {
		if slices.Contains(r.Layers[:i], id) {
			return fail("layers", fmt.Sprintf("names %.80q twice", id))
		}
		l, ok := s.Layer(id)
		if !ok {
			return nil, &layers.Error{Kind: layers.NotFound, Op: "tile", Layer: id, Err: fmt.Errorf("no such layer")}
		}
		if d := access.Decide(&r.Subject, l); d.Mode < least {
			return nil, d.MayList(&r.Subject, l)
		}
		defs = append(defs, l)
	}
	return defs, nil
}
