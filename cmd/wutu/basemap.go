package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wutu/data/mbtiles"
	"wutu/server/basemap"
	"wutu/tiles"
	"wutu/tiles/pmtiles"
)

// basemapFlags name archives of tiles that the maps may lie on, further to those in
// the folder basemaps of the city.
type basemapFlags struct{ files []string }

func (f *basemapFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.files, "basemap", nil, "NAME=FILE: a PMTiles or MBTiles archive to be offered as ground of the maps; repeatable. "+
		"Those in DIR/basemaps are offered under the names of their files")
}

// basemapFile is an archive that is to be opened.
type basemapFile struct{ name, path string }

// basemapFolder is where a city's archives lie.
const basemapFolder = "basemaps"

// list finds the archives. Errors: a flag that is no NAME=FILE, a name that cannot be
// or is given twice.
func (f *basemapFlags) list(dir string) ([]basemapFile, error) {
	var out []basemapFile
	for _, text := range f.files {
		name, path, ok := strings.Cut(text, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("--basemap %q is not NAME=FILE", text)
		}
		if err := basemap.CheckName(name); err != nil {
			return nil, fmt.Errorf("--basemap %q: %w", text, err)
		}
		if slices.ContainsFunc(out, func(b basemapFile) bool { return b.name == name }) {
			return nil, fmt.Errorf("--basemap %s is given twice", name)
		}
		out = append(out, basemapFile{name, path})
	}
	given := len(out)
	for _, ending := range []string{".pmtiles", ".mbtiles"} {
		found, err := filepath.Glob(filepath.Join(dir, basemapFolder, "*"+ending))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			name := strings.ToLower(strings.TrimSuffix(filepath.Base(path), ending))
			if !slices.ContainsFunc(out[:given], func(b basemapFile) bool { return b.name == name }) { // what is given goes before
				out = append(out, basemapFile{name, path})
			}
		}
	}
	return out, nil
}

// openBasemaps opens the archives that can be read and says which cannot. close
// closes them.
func openBasemaps(ctx context.Context, files []basemapFile, log *slog.Logger) (list []basemap.Basemap, closeAll func() error) {
	var closers []io.Closer
	for _, f := range files {
		a, c, err := openBasemap(ctx, f)
		if err == nil && slices.ContainsFunc(list, func(b basemap.Basemap) bool { return b.Name == f.name }) {
			err = errors.Join(fmt.Errorf("another file is called %s too", f.name), c.Close())
		}
		if err != nil {
			log.Error("a basemap is not served", "name", f.name, "file", f.path, "error", err)
			continue
		}
		list, closers = append(list, basemap.Basemap{Name: f.name, Archive: a}), append(closers, c)
	}
	return list, func() error {
		var errs []error
		for _, c := range closers {
			errs = append(errs, c.Close())
		}
		return errors.Join(errs...)
	}
}

func openBasemap(ctx context.Context, f basemapFile) (basemap.Archive, io.Closer, error) {
	if err := basemap.CheckName(f.name); err != nil {
		return nil, nil, err
	}
	if strings.EqualFold(filepath.Ext(f.path), ".mbtiles") {
		a, err := mbtiles.Open(ctx, f.path)
		if err != nil {
			return nil, nil, err
		}
		return mbArchive{a}, a, nil
	}
	file, err := os.Open(f.path)
	if err != nil {
		return nil, nil, err
	}
	a, err := openPMTiles(file)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return a, file, nil
}

// mbArchive is an MBTiles file as a basemap.
type mbArchive struct{ file *mbtiles.Archive }

// Info describes the file.
func (a mbArchive) Info() basemap.Info {
	i := &a.file.Info
	out := basemap.Info{Title: i.Name, Description: i.Description, Attribution: i.Attribution, Format: basemap.Format(i.Format),
		MinZoom: tiles.Zoom(i.MinZoom), MaxZoom: tiles.Zoom(i.MaxZoom), Bound: i.Bound}
	if i.Format == mbtiles.Vector {
		out.Format = basemap.MVT
	}
	for _, l := range i.Layers {
		out.Layers = append(out.Layers, tiles.VectorLayer{ID: l.ID, Description: l.Description, MinZoom: tiles.Zoom(l.MinZoom), MaxZoom: tiles.Zoom(l.MaxZoom), Fields: l.Fields})
	}
	return out
}

// Tile reads a tile. Vector tiles are packed, as a rule, which only they themselves
// say.
func (a mbArchive) Tile(ctx context.Context, t tiles.ID) ([]byte, string, error) {
	b, err := a.file.Tile(ctx, uint8(t.Z), t.X, t.Y)
	if a.file.Info.Format == mbtiles.Vector && len(b) > 2 && b[0] == 0x1f && b[1] == 0x8b {
		return b, "gzip", err
	}
	return b, "", err
}

// pmArchive is a PMTiles file as a basemap.
type pmArchive struct {
	file   *pmtiles.Archive
	info   basemap.Info
	coding string
}

func openPMTiles(file *os.File) (*pmArchive, error) {
	stat, err := file.Stat()
	if err != nil {
		return nil, err
	}
	a, err := pmtiles.Open(file, stat.Size())
	if err != nil {
		return nil, err
	}
	about, err := a.About()
	if err != nil {
		return nil, err
	}
	h := &a.Header
	out := &pmArchive{file: a, info: basemap.Info{Title: about.Name, Description: about.Description, Attribution: about.Attribution,
		MinZoom: h.MinZoom, MaxZoom: h.MaxZoom, Bound: h.Bound, Layers: about.Layers}}
	if b := h.Bound; !(b.Min[0] < b.Max[0] && b.Min[1] < b.Max[1]) { // not told
		out.info.Bound = tiles.ID{}.Bound()
	}
	switch h.Type {
	case pmtiles.MVT:
		out.info.Format = basemap.MVT
	case pmtiles.PNG:
		out.info.Format = basemap.PNG
	case pmtiles.JPEG:
		out.info.Format = basemap.JPEG
	case pmtiles.WebP:
		out.info.Format = basemap.WebP
	case pmtiles.UnknownType, pmtiles.AVIF:
		return nil, fmt.Errorf("has tiles of type %d of PMTiles; vector tiles, PNG, JPEG and WebP can be served", h.Type)
	default:
		return nil, fmt.Errorf("has tiles of type %d, which PMTiles does not know", h.Type)
	}
	switch h.Tiles {
	case pmtiles.NoCompression:
	case pmtiles.Gzip:
		out.coding = "gzip"
	case pmtiles.Brotli:
		out.coding = "br"
	case pmtiles.Zstd:
		out.coding = "zstd"
	case pmtiles.UnknownCompression:
		if out.info.Format == basemap.MVT {
			return nil, errors.New("does not say how its tiles are packed")
		}
	default:
		return nil, fmt.Errorf("packs its tiles in a way (%d) that PMTiles does not know", h.Tiles)
	}
	return out, nil
}

// Info describes the file.
func (a *pmArchive) Info() basemap.Info { return a.info }

// Tile reads a tile.
func (a *pmArchive) Tile(ctx context.Context, t tiles.ID) ([]byte, string, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	b, err := a.file.Tile(t)
	return b, a.coding, err
}
