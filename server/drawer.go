package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/tile"
	"wutu/tiles/cache"
	"wutu/tiles/render"
)

// drawer draws tiles with tiles/render and keeps them in tiles/cache.
type drawer struct {
	render render.Renderer
	cache  *cache.Cache
}

var _ tile.Drawer = (*drawer)(nil)

func newDrawer(maxBytes int64) *drawer {
	return &drawer{cache: cache.New(cache.Options{MaxBytes: maxBytes})}
}

// Features draws the features of the request's layers.
func (d *drawer) Features(ctx context.Context, r tile.Request) (*cache.Entry, error) {
	return d.cache.Get(ctx, key(&r, false), func(ctx context.Context) ([]byte, error) {
		return d.render.Tile(live.Noted(ctx), render.FromView(r.View), request(&r))
	})
}

// Hexagons draws the counts of the request's layer by H3 cell.
func (d *drawer) Hexagons(ctx context.Context, r tile.Request) (*cache.Entry, error) {
	return d.cache.Get(ctx, key(&r, true), func(ctx context.Context) ([]byte, error) {
		return d.render.Hex(live.Noted(ctx), render.FromView(r.View), request(&r))
	})
}

func request(r *tile.Request) render.Request {
	return render.Request{Subject: r.Subject, Layers: r.Layers, Tile: r.Tile, Filter: r.Filter, Datetime: r.At}
}

// key names all that the tile depends on. Its version is the last change near the
// tile of any of the layers: every later one has a higher sequence, and changes
// elsewhere leave the tile in the cache.
func key(r *tile.Request, hex bool) cache.Key {
	k := cache.Key{Tile: r.Tile, Hex: hex, Layers: strings.Join(r.Layers, ",")}
	if r.Filter != nil {
		k.Filter = cql2.Format(r.Filter)
	}
	if !r.At.IsZero() {
		k.Datetime = r.At.UTC().Format(time.RFC3339Nano)
	}
	var scope strings.Builder
	for _, id := range r.Layers {
		l, ok := r.View.Layer(id)
		if !ok {
			continue
		}
		decision := access.Decide(&r.Subject, l)
		scope.WriteString(decision.Scope())
		if decision.Mode == access.Counts {
			fmt.Fprintf(&scope, "#%d", r.View.ReleaseSeq(id))
		}
		scope.WriteByte('|')
		switch {
		case !r.At.IsZero(): // what is learned of the past later has no place here
			k.Version = max(k.Version, r.View.Version(&decision, id))
		case hex:
			k.Version = max(k.Version, r.View.VersionIn(&decision, id, render.HexReach(r.Tile)))
		default:
			k.Version = max(k.Version, r.View.VersionIn(&decision, id, render.Reach(r.Tile, l.Geometry)))
		}
	}
	k.Scope = scope.String()
	return k
}
