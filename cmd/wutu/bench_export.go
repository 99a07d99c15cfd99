package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/pmtiles"
)

func exportSuite() *benchSuite {
	return &benchSuite{name: "export", short: "Measure archives of all tiles of a million points and of 200,000 polygons",
		long: "Writes zooms 0 to 16 as PMTiles with `wutu export`, the city's loading included: time, processor time, memory and\n" +
			"size, and how much of the features the archive has.",
		round: func(ctx context.Context, r *suiteRun, round int) error {
			for _, e := range []exportCase{
				{layer: "points", what: "points", note: "tippecanoe, --drop-densest-as-needed: 44.8 s of time, 41 s of processor, 160 MB"},
				{layer: "blocks", what: "buildings", note: "tippecanoe, --coalesce-densest-as-needed: 44.0 s, 211 MB, 36.6 MB of archive"},
			} {
				if err := e.measure(ctx, r, round == r.rounds-1); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// exportCase is an archive to be written.
type exportCase struct{ layer, what, note string }

const exportZoom = 16

// measure writes the archive; last says that what is in it is to be counted too.
func (e *exportCase) measure(ctx context.Context, r *suiteRun, last bool) error {
	file := filepath.Join(r.out, "export-"+e.layer+".pmtiles")
	defer os.Remove(file)
	c, err := runMeasured(ctx, r.self, "export", e.layer, "--data", r.dir, "--format", "pmtiles", "--zoom", fmt.Sprintf("0-%d", exportZoom), "-o", file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	all := r.city.npoints
	if e.layer == "blocks" {
		all = r.city.nbuilding
	}
	prefix := fmt.Sprintf("%d %s to PMTiles z0–%d", all, e.what, exportZoom)
	line := r.s.line(prefix, "s", want(20, 0, true))
	line.Ours.add(c.wall.Seconds())
	line.Note = e.note
	least := func(l *suiteLine) { l.Least = true }
	r.s.line(prefix+", processor time", "s", least).Ours.add(c.processor.Seconds())
	r.s.line(prefix+", memory at most", "MiB", want(512, 0, true)).Ours.add(float64(c.peak) / (1 << 20))
	r.s.line(prefix+", archive", "MB", least).Ours.add(float64(info.Size()) / 1e6)
	if !last {
		return nil
	}
	zooms := []tiles.Zoom{10, 12, 14, exportZoom}
	kept, err := countArchive(ctx, file, zooms)
	if err != nil {
		return err
	}
	for _, z := range zooms {
		l := r.s.line(fmt.Sprintf("%s of the archive drawn one by one at z%d", e.what, z), "%", nil)
		l.Ours.add(100 * float64(len(kept[z].ids)) / float64(all))
		if e.layer == "points" { // the others are in the counts of points that stand for several
			r.s.line(fmt.Sprintf("points of the archive drawn or counted at z%d", z), "%", want(100, 0, false)).Ours.add(100 * kept[z].counted / float64(all))
		}
	}
	return nil
}

// archived is what an archive has of a zoom.
type archived struct {
	ids     map[string]bool // of features drawn by themselves
	counted float64         // features drawn, and those that points of several stand for
}

// countArchive reads the tiles of some zooms of an archive of the box.
func countArchive(ctx context.Context, file string, zooms []tiles.Zoom) (map[tiles.Zoom]*archived, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	a, err := pmtiles.Open(f, info.Size())
	if err != nil {
		return nil, err
	}
	out := map[tiles.Zoom]*archived{}
	for _, z := range zooms {
		kept := &archived{ids: map[string]bool{}}
		out[z] = kept
		lo, hi := benchTile(int(z), benchWest, benchSouth+benchHigh), benchTile(int(z), benchWest+benchWidth, benchSouth)
		for x := lo.x - 1; x <= hi.x+1; x++ { // buildings at the edge reach beyond the box
			for y := lo.y - 1; y <= hi.y+1; y++ {
				packed, err := a.Tile(tiles.ID{Z: z, X: uint32(x), Y: uint32(y)})
				if err == nil && packed != nil {
					err = kept.add(packed)
				}
				if err != nil {
					return nil, fmt.Errorf("tile %d/%d/%d: %w", z, x, y, err)
				}
			}
		}
	}
	return out, ctx.Err()
}

// add counts what a tile has.
func (k *archived) add(packed []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return err
	}
	decoded, err := mvt.Decode(b)
	if err != nil {
		return err
	}
	for i := range decoded {
		for j := range decoded[i].Features {
			f := &decoded[i].Features[j]
			if n, ok := f.Get("point_count").Any().(int64); ok {
				k.counted += float64(n)
				continue
			}
			if id, ok := f.Get("id").Any().(string); ok {
				k.ids[id] = true
				k.counted++
			}
		}
	}
	return nil
}
