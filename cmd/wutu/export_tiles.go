package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/tiles"
	"wutu/tiles/pmtiles"
	"wutu/tiles/pyramid"
	"wutu/tiles/render"
)

// tilesFormat is the export format that is a pyramid of tiles, not features.
const tilesFormat = "pmtiles"

// parseZooms reads "0-16" or "14".
func parseZooms(s string) (low, high tiles.Zoom, err error) {
	from, to, ranged := strings.Cut(s, "-")
	if !ranged {
		to = from
	}
	a, err1 := strconv.ParseUint(from, 10, 8)
	b, err2 := strconv.ParseUint(to, 10, 8)
	if err1 != nil || err2 != nil || a > b || b > uint64(tiles.MaxZoom) {
		return 0, 0, fmt.Errorf("--zoom %q is not a range of zooms such as 0-16, at most %d", s, tiles.MaxZoom)
	}
	return tiles.Zoom(a), tiles.Zoom(b), nil
}

// exportTiles writes the tiles of layers as a PMTiles archive. The file appears
// when it is complete.
func (p *program) exportTiles(ctx context.Context, out string, r pyramid.Request) (err error) {
	store, err := p.open(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	city, err := live.Open(ctx, store, live.Options{Only: r.Layers})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, city.Close()) }()
	view := city.View()
	for _, id := range r.Layers {
		l, ok := view.Layer(id)
		if !ok {
			return &layers.Error{Kind: layers.NotFound, Op: "export", Layer: id, Err: errors.New("no such layer")}
		}
		if err := access.MayList(&r.Subject, l); err != nil {
			return err
		}
	}
	spool, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, spool.Close(), os.Remove(spool.Name())) }()
	bar := p.newProgress(strings.Join(r.Layers, ","), 0)
	buffered := bufio.NewWriterSize(spool, 1<<20)
	w := pmtiles.NewWriter(buffered)
	source := render.FromView(view)
	n := 0
	err = pyramid.Draw(ctx, source, r, func(t tiles.ID, packed []byte) error { n++; return w.Add(t, packed) },
		func(done, _ int) { bar.set(int64(done)) })
	bar.finish()
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("nothing of %s is to be seen at zooms %d to %d", strings.Join(r.Layers, ","), r.Min, r.Max)
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := p.finishTiles(ctx, out, source, view, r, w, spool); err != nil {
		return err
	}
	if p.asJSON {
		return p.printJSON(map[string]any{"file": out, "tiles": n})
	}
	p.say("%s: %d tiles", out, n)
	return nil
}

// finishTiles puts header, directories and the spooled tiles together.
func (p *program) finishTiles(ctx context.Context, out string, source render.Source, view *live.View, r pyramid.Request, w *pmtiles.Writer, spool *os.File) error {
	bound, _, err := pyramid.Bound(ctx, source, r)
	if err != nil {
		return err
	}
	var list []tiles.VectorLayer
	for _, id := range r.Layers {
		l, _ := view.Layer(id)
		d := render.Describe(l)
		d.MinZoom, d.MaxZoom = r.Min, r.Max
		list = append(list, d)
	}
	metadata, err := json.Marshal(map[string]any{"name": strings.Join(r.Layers, ","), "vector_layers": list})
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return err
	}
	h := pmtiles.Header{Tiles: pmtiles.Gzip, Type: pmtiles.MVT, Bound: bound, Center: bound.Center(), CenterZoom: r.Min + (r.Max-r.Min)/2}
	for _, step := range []func() error{
		func() error { return w.Finish(f, h, metadata, spool) }, func() error { return f.Chmod(0o644) }, f.Sync, f.Close,
		func() error { return os.Rename(f.Name(), out) },
	} {
		if err := step(); err != nil {
			_ = f.Close() // what failed is said, what is left is removed
			return errors.Join(err, os.Remove(f.Name()))
		}
	}
	return nil
}
