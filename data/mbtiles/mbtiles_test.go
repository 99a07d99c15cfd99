package mbtiles_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
	"github.com/paulmach/orb"

	"wutu/data/mbtiles"
	"wutu/geo/geotest/outside"
	"wutu/layers"
)

func random(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// file makes a file by a script.
func file(t testing.TB, script string, args ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mbtiles")
	c, err := (&sqlite3.SQLiteDriver{}).Open("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	run(t, c, script, args...)
	return path
}

func run(t testing.TB, c driver.Conn, script string, args ...any) {
	t.Helper()
	values := make([]driver.Value, len(args))
	for i, a := range args {
		values[i] = a
	}
	if _, err := c.(*sqlite3.SQLiteConn).Exec(script, values); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}

const (
	tables = `CREATE TABLE metadata (name text, value text); CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);`
	index  = `CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);`
	// The schema of files that hold equal tiles once, as the specification allows.
	shared = `CREATE TABLE metadata (name text, value text); CREATE TABLE map (zoom_level integer, tile_column integer, tile_row integer, tile_id text);
		CREATE TABLE images (tile_id text, tile_data blob); CREATE UNIQUE INDEX map_index ON map (zoom_level, tile_column, tile_row); CREATE UNIQUE INDEX images_id ON images (tile_id);
		CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column, map.tile_row AS tile_row, images.tile_data AS tile_data FROM map JOIN images ON images.tile_id = map.tile_id;`
)

func meta(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "INSERT INTO metadata VALUES ('%s', '%s');", pairs[i], strings.ReplaceAll(pairs[i+1], "'", "''"))
	}
	return b.String()
}

type address struct {
	z    uint8
	x, y uint32
}

// Random tiles come back under the rows of web maps, from tables and from views, to
// many who ask at once, and others are not there.
func TestTilesComeBack(t *testing.T) {
	r := random(t)
	for name, schema := range map[string]string{"table": tables + index, "view": shared} {
		t.Run(name, func(t *testing.T) {
			want := map[address][]byte{}
			var script strings.Builder
			script.WriteString(schema + "BEGIN;" + meta("format", "pbf", "name", "底图", "attribution", "© 示例"))
			for range 300 {
				z := uint8(r.IntN(25))
				a := address{z, r.Uint32N(1 << z), r.Uint32N(1 << z)}
				b := fmt.Appendf(nil, "tile %d", r.IntN(50))
				row := uint32(1)<<z - 1 - a.y
				if _, ok := want[a]; ok {
					continue
				}
				want[a] = b
				if name == "table" {
					fmt.Fprintf(&script, "INSERT INTO tiles VALUES (%d, %d, %d, x'%x');", z, a.x, row, b)
				} else {
					fmt.Fprintf(&script, "INSERT OR IGNORE INTO images VALUES ('%s', x'%x'); INSERT INTO map VALUES (%d, %d, %d, '%s');", b, b, z, a.x, row, b)
				}
			}
			script.WriteString("COMMIT")
			a, err := mbtiles.Open(t.Context(), file(t, script.String()))
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			if a.Info.Name != "底图" || a.Info.Attribution != "© 示例" || a.Info.Format != mbtiles.Vector {
				t.Errorf("%+v", a.Info)
			}
			low, high := uint8(24), uint8(0)
			var work sync.WaitGroup
			for at, b := range want {
				low, high = min(low, at.z), max(high, at.z)
				work.Go(func() {
					if got, err := a.Tile(t.Context(), at.z, at.x, at.y); err != nil || !bytes.Equal(got, b) {
						t.Errorf("%v: %q %v, want %q", at, got, err, b)
					}
				})
			}
			work.Wait()
			if a.Info.MinZoom != low || a.Info.MaxZoom != high {
				t.Errorf("zooms %d to %d, want %d to %d", a.Info.MinZoom, a.Info.MaxZoom, low, high)
			}
			for range 500 {
				z := uint8(r.IntN(27))
				at := address{z, r.Uint32N(1 << min(z, 31)), r.Uint32()}
				if _, ok := want[at]; ok {
					continue
				}
				if got, err := a.Tile(t.Context(), at.z, at.x, at.y); err != nil || got != nil {
					t.Errorf("%v is not there: %q %v", at, got, err)
				}
			}
		})
	}
}

func TestWhatAFileSaysOfItself(t *testing.T) {
	doc := `{"vector_layers":[{"id":"water","fields":{"depth":"Number"}},{"id":"land","minzoom":3,"maxzoom":5,"description":"ground"}]}`
	a, err := mbtiles.Open(t.Context(), file(t, tables+index+meta("format", "pbf", "minzoom", "2", "maxzoom", "9", "bounds", "111.1, 30.5,111.6,31", "json", doc)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	i := a.Info
	if i.MinZoom != 2 || i.MaxZoom != 9 || i.Bound != (orb.Bound{Min: orb.Point{111.1, 30.5}, Max: orb.Point{111.6, 31}}) || len(i.Layers) != 2 ||
		i.Layers[0].ID != "land" || i.Layers[0].MaxZoom != 5 || i.Layers[1].MinZoom != 2 || i.Layers[1].Fields["depth"] != "Number" {
		t.Errorf("%+v", i)
	}
}

// What cannot be served is refused with the reason, and harms nobody.
func TestBadFiles(t *testing.T) {
	tile := "INSERT INTO tiles VALUES (0, 0, 0, x'00');"
	for name, c := range map[string]struct{ script, says string }{
		"no tables":              {"CREATE TABLE x (y)", "no such table"},
		"no tiles":               {tables + meta("format", "pbf"), "no tiles"},
		"no format":              {tables + tile, "format"},
		"unknown format":         {tables + tile + meta("format", "tiff"), "tiff"},
		"a zoom that is none":    {tables + meta("format", "pbf", "minzoom", "-1"), "minzoom"},
		"a zoom too deep":        {tables + meta("format", "pbf", "minzoom", "0", "maxzoom", "31"), "maxzoom"},
		"zooms upside down":      {tables + meta("format", "pbf", "minzoom", "3", "maxzoom", "2"), "zooms from 3 to 2"},
		"bounds":                 {tables + tile + meta("format", "pbf", "bounds", "1,2,3"), "bounds"},
		"bounds of nowhere":      {tables + tile + meta("format", "pbf", "bounds", "NaN,0,1,1"), "bounds"},
		"bounds turned":          {tables + tile + meta("format", "pbf", "bounds", "10,0,1,1"), "bounds"},
		"no JSON":                {tables + tile + meta("format", "pbf", "json", "{"), "JSON"},
		"a layer without a name": {tables + tile + meta("format", "pbf", "json", `{"vector_layers":[{}]}`), "without an id"},
		"one layer twice":        {tables + tile + meta("format", "pbf", "json", `{"vector_layers":[{"id":"a"},{"id":"a"}]}`), "two layers"},
		"metadata without end":   {tables + tile + "INSERT INTO metadata VALUES ('json', printf('%*c', 5000000, 'x'))", "metadata"},
		"too large for a scan": {tables + meta("format", "pbf", "minzoom", "0", "maxzoom", "1") +
			"WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO tiles SELECT 9, i, i, zeroblob(1000000) FROM n", "no index"},
	} {
		a, err := mbtiles.Open(t.Context(), file(t, c.script))
		if layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if a != nil {
			a.Close()
		}
	}
	text := filepath.Join(t.TempDir(), "text.mbtiles")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := mbtiles.Open(t.Context(), text); layers.KindOf(err) != layers.Invalid {
		t.Errorf("a text: %v", err)
	}
	if _, err := mbtiles.Open(t.Context(), text+".gone"); layers.KindOf(err) != layers.NotFound {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(text + ".gone"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the missing file was made: %v", err)
	}
	written := file(t, tables+tile+meta("format", "pbf"))
	if err := os.WriteFile(written+"-wal", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := mbtiles.Open(t.Context(), written); layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), "being written") {
		t.Errorf("a file that is being written: %v", err)
	}
}

// Tiles that are too large, no bytes, or worked out for ever end with an error.
func TestBadTiles(t *testing.T) {
	head := tables + index + meta("format", "pbf", "minzoom", "0", "maxzoom", "3")
	a, err := mbtiles.Open(t.Context(), file(t, head+fmt.Sprintf("INSERT INTO tiles VALUES (0, 0, 0, zeroblob(%d)), (1, 0, 1, 'text'), (2, 0, 3, NULL), (3, 0, 7, x'01')", mbtiles.MaxTile+1)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for _, z := range []uint8{0, 1} {
		if b, err := a.Tile(t.Context(), z, 0, 0); layers.KindOf(err) != layers.Invalid {
			t.Errorf("zoom %d: %d bytes, %v", z, len(b), err)
		}
	}
	if b, err := a.Tile(t.Context(), 2, 0, 0); err != nil || b != nil {
		t.Errorf("no value: %v %v", b, err)
	}
	if b, err := a.Tile(t.Context(), 3, 0, 0); err != nil || len(b) != 1 {
		t.Errorf("a good one among bad ones: %v %v", b, err)
	}
	endless, err := mbtiles.Open(t.Context(), file(t, `CREATE TABLE metadata (name text, value text);`+meta("format", "pbf", "minzoom", "0", "maxzoom", "3")+
		`CREATE VIEW tiles AS WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT 0 AS zoom_level, 0 AS tile_column, 0 AS tile_row, x'00' AS tile_data FROM n WHERE i < 0`))
	if err != nil {
		t.Fatal(err)
	}
	defer endless.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := endless.Tile(ctx, 0, 0, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a view without end: %v", err)
	}
}

func gdal(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(outside.Program(t, name, "gdal-bin"), args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, errs.String())
	}
	return string(out)
}

// A tile of an archive that GDAL wrote is, read by GDAL alone, what GDAL reads of
// the archive at that zoom.
func TestVectorsOfGDAL(t *testing.T) {
	dir := t.TempDir()
	source, path := filepath.Join(dir, "in.geojson"), filepath.Join(dir, "out.mbtiles")
	if err := os.WriteFile(source, []byte(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"name":"甲","n":1},"geometry":{"type":"Point","coordinates":[111.29,30.69]}},
		{"type":"Feature","properties":{"name":"乙","n":2},"geometry":{"type":"Polygon","coordinates":[[[111.2,30.6],[111.4,30.6],[111.4,30.7],[111.2,30.7],[111.2,30.6]]]}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	gdal(t, "ogr2ogr", "-f", "MBTiles", path, source, "-nln", "land", "-dsco", "MINZOOM=5", "-dsco", "MAXZOOM=7")
	a, err := mbtiles.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.Info.Format != mbtiles.Vector || a.Info.MinZoom != 5 || a.Info.MaxZoom != 7 || len(a.Info.Layers) != 1 || a.Info.Layers[0].ID != "land" || !a.Info.Bound.Contains(orb.Point{111.29, 30.65}) {
		t.Errorf("%+v", a.Info)
	}
	for _, at := range []address{{5, 25, 13}, {6, 51, 26}, {7, 103, 52}} {
		b, err := a.Tile(t.Context(), at.z, at.x, at.y)
		if err != nil || b == nil {
			t.Fatalf("%v: %d bytes, %v", at, len(b), err)
		}
		one := filepath.Join(dir, strconv.Itoa(int(at.z)), strconv.Itoa(int(at.x)), strconv.Itoa(int(at.y))+".pbf")
		if err := os.MkdirAll(filepath.Dir(one), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(one, b, 0o600); err != nil {
			t.Fatal(err)
		}
		show := []string{"-f", "CSV", "/vsistdout/", "-t_srs", "EPSG:4326", "-lco", "GEOMETRY=AS_WKT", "-select", "name,n", "-nlt", "PROMOTE_TO_MULTI"}
		plain := strings.NewReplacer(`"1"`, "1", `"2"`, "2") // a tile alone does not say that n is a number
		whole := plain.Replace(gdal(t, "ogr2ogr", append(show, path, "-oo", "ZOOM_LEVEL="+strconv.Itoa(int(at.z)))...))
		alone := plain.Replace(gdal(t, "ogr2ogr", append(show, one)...))
		if whole != alone || strings.Count(alone, "\n") != 3 {
			t.Errorf("%v: the tile alone is\n%s\nand in the archive\n%s", at, alone, whole)
		}
	}
}

// Pictures that GDAL cut into tiles are put together again, equal to the picture and
// to what GDAL reads.
func TestPicturesOfGDAL(t *testing.T) {
	const side = 512
	r := random(t)
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := 0; i < side*side; i++ {
		picture.SetNRGBA(i%side, i/side, color.NRGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255})
	}
	dir := t.TempDir()
	source, path, back := filepath.Join(dir, "in.png"), filepath.Join(dir, "out.mbtiles"), filepath.Join(dir, "back.png")
	save(t, source, picture)
	const half, z, x, y = 20037508.342789244, 3, 5, 3 // four tiles from there on
	tile := 2 * half / (1 << z)
	west, north := x*tile-half, half-y*tile
	gdal(t, "gdal_translate", "-q", "-of", "MBTiles", "-co", "TILE_FORMAT=PNG", "-a_srs", "EPSG:3857",
		"-a_ullr", fmt.Sprint(west), fmt.Sprint(north), fmt.Sprint(west+2*tile), fmt.Sprint(north-2*tile), source, path)
	a, err := mbtiles.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.Info.Format != mbtiles.PNG || a.Info.MinZoom != z || a.Info.MaxZoom != z {
		t.Fatalf("%+v", a.Info)
	}
	got := image.NewNRGBA(picture.Rect)
	for i := range uint32(4) {
		b, err := a.Tile(t.Context(), z, x+i%2, y+i/2)
		if err != nil {
			t.Fatal(err)
		}
		part, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		corner := image.Pt(int(i%2)*256, int(i/2)*256)
		draw.Draw(got, image.Rectangle{corner, corner.Add(image.Pt(256, 256))}, part, part.Bounds().Min, draw.Src)
	}
	gdal(t, "gdal_translate", "-q", "-of", "PNG", path, back)
	f, err := os.Open(back)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	theirs := image.NewNRGBA(picture.Rect)
	draw.Draw(theirs, theirs.Rect, read, read.Bounds().Min, draw.Src)
	if !bytes.Equal(got.Pix, picture.Pix) || !bytes.Equal(theirs.Pix, picture.Pix) {
		t.Error("the tiles are not the picture")
	}
}

func save(t *testing.T, path string, i image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, i); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// bent asks a file of whatever content for some tiles.
func bent(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second) // a schema may ask for endless work
	defer cancel()
	a, err := mbtiles.Open(ctx, path)
	if err != nil {
		if layers.KindOf(err) != layers.Invalid && ctx.Err() == nil {
			t.Fatal(err)
		}
		return
	}
	defer a.Close()
	for z := range uint8(4) {
		if b, err := a.Tile(ctx, z, 0, 0); err != nil && layers.KindOf(err) != layers.Invalid && ctx.Err() == nil || len(b) > mbtiles.MaxTile {
			t.Fatalf("zoom %d: %d bytes, %v", z, len(b), err)
		}
	}
}

func samples(t testing.TB) (out [][]byte) {
	for _, script := range []string{tables + index + meta("format", "pbf") + "INSERT INTO tiles VALUES (0, 0, 0, x'00')", shared + meta("format", "png", "minzoom", "0", "maxzoom", "1")} {
		b, err := os.ReadFile(file(t, script))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// Files with a few bytes changed are refused or answer something; the error is
// Invalid.
func TestBentFiles(t *testing.T) {
	r, path := random(t), filepath.Join(t.TempDir(), "a.mbtiles")
	for _, b := range samples(t) {
		for range 400 {
			c := bytes.Clone(b)
			for range 1 + r.IntN(6) {
				c[r.IntN(len(c))] = byte(r.Uint32())
			}
			bent(t, path, c[:len(c)-r.IntN(2)*r.IntN(len(c))])
		}
	}
}

// FuzzOpen is TestBentFiles with better changes (-fuzzminimizetime 1x: files are
// large).
func FuzzOpen(f *testing.F) {
	for _, b := range samples(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { bent(t, filepath.Join(t.TempDir(), "a.mbtiles"), b) })
}
