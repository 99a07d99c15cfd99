package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers/access"
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

// Ready answers from what is kept.
func (d *drawer) Ready(r *tile.Request, c cache.Conditions) (cache.Response, bool, error) {
	k := key(r)
	return d.cache.Answer(&k, c)
}

// Draw draws the features of the request's layers, or the counts of one by H3 cell.
func (d *drawer) Draw(ctx context.Context, r *tile.Request) (*cache.Entry, error) {
	return d.cache.Get(ctx, key(r), func(ctx context.Context) (cache.Tile, error) {
		ask := render.Request{Subject: r.Subject, Layers: r.Sights.IDs, Tile: r.Tile, Filter: r.Filter, Datetime: r.At}
		if r.Hex {
			b, err := d.render.Hex(live.Noted(ctx), render.FromView(r.View), ask)
			return cache.Tile{Plain: b}, err
		}
		return d.render.Packed(live.Noted(ctx), render.FromView(r.View), ask)
	})
}

// key names all that the tile depends on. Its version is the last change near the
// tile of any of the layers: every later one has a higher sequence, and changes
// elsewhere leave the tile in the cache.
func key(r *tile.Request) cache.Key {
	k := cache.Key{Tile: r.Tile, Hex: r.Hex, Layers: r.Sights.Names, Filter: r.Same, Scope: r.Sights.Scope}
	if !r.At.IsZero() {
		k.Datetime = r.At.UTC().Format(time.RFC3339Nano)
	}
	var releases strings.Builder
	for i := range r.Sights.List {
		s := &r.Sights.List[i]
		if s.Decision.Mode == access.Counts {
			fmt.Fprintf(&releases, "#%d", r.View.ReleaseSeq(s.Layer.ID))
		}
		k.Version = max(k.Version, version(r, s))
	}
	k.Scope += releases.String()
	return k
}

// version is the last change of a layer that the tile may show.
func version(r *tile.Request, s *tile.Sight) uint64 {
	if !r.At.IsZero() { // what is learned of the past later has no place here
		return r.View.VersionOf(&s.Decision, s.Scope, s.Layer.ID, nil)
	}
	return r.View.VersionOf(&s.Decision, s.Scope, s.Layer.ID, func() []orb.Bound {
		if r.Hex {
			return render.HexReach(r.Tile)
		}
		return render.Reach(r.Tile, s.Layer.Geometry)
	})
}
