package server

import (
	"context"
	"errors"

	"wutu/layers"
	"wutu/server/tile"
)

// drawer draws tiles with tiles/render and keeps them in tiles/cache.
type drawer struct{}

func newDrawer(int64) tile.Drawer { return drawer{} }

func (drawer) Features(context.Context, tile.Request) (tile.Body, error) {
	return tile.Body{}, &layers.Error{Kind: layers.Unsupported, Op: "tile", Err: errors.New("tiles are not drawn yet")}
}

func (d drawer) Hexagons(ctx context.Context, r tile.Request) (tile.Body, error) {
	return d.Features(ctx, r)
}
