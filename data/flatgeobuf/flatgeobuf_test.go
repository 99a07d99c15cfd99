package flatgeobuf_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/flatgeobuf"
	"wutu/data/ingest"
	"wutu/geo/geotest"
	"wutu/geo/geotest/outside"
	"wutu/layers"
)

func layer(g layers.GeometryType) *layers.Layer {
	return &layers.Layer{ID: "things", Title: layers.Title{ZH: "东西", EN: "things"}, Geometry: g, Element: layers.Land, Fields: []layers.Field{
		{Name: "name", Type: layers.String, Title: layers.Title{ZH: "名称"}}, {Name: "n", Type: layers.Integer}, {Name: "x", Type: layers.Number},
		{Name: "yes", Type: layers.Boolean}, {Name: "at", Type: layers.DateTime}, {Name: "secret", Type: layers.String},
	}}
}

func shape(r *rand.Rand, t layers.GeometryType) orb.Geometry {
	point := func() orb.Point { return geotest.Point(r, geotest.China) }
	line := func() orb.LineString {
		out := orb.LineString{}
		for range 2 + r.IntN(4) {
			out = append(out, point())
		}
		return out
	}
	polygon := func() orb.Polygon {
		p := point()
		out := orb.Polygon{}
		for i := range 1 + r.IntN(2) {
			d := .1 / float64(i+1)
			out = append(out, orb.Ring{{p[0] - d, p[1] - d}, {p[0] + d, p[1] - d}, {p[0] + d, p[1] + d}, {p[0] - d, p[1] - d}})
		}
		return out
	}
	many := 1 + r.IntN(3)
	switch t {
	case layers.Point:
		return point()
	case layers.MultiPoint:
		return orb.MultiPoint(line())
	case layers.LineString:
		return line()
	case layers.MultiLineString:
		out := orb.MultiLineString{}
		for range many {
			out = append(out, line())
		}
		return out
	case layers.Polygon:
		return polygon()
	case layers.MultiPolygon:
		out := orb.MultiPolygon{}
		for range many {
			out = append(out, polygon())
		}
		return out
	case layers.NoGeometry:
		return nil
	case layers.AnyGeometry:
	}
	if r.IntN(4) == 0 {
		return orb.Collection{point(), polygon()}
	}
	return shape(r, layers.GeometryType(1+r.IntN(6)))
}

func features(r *rand.Rand, t layers.GeometryType, n int) []*layers.Feature {
	var out []*layers.Feature
	for i := range n {
		f := &layers.Feature{Key: fmt.Sprintf("标识%d", i), Shape: shape(r, t), Values: []layers.Value{
			layers.Text(strings.Repeat("路\"\x00,", r.IntN(3))), layers.Int(r.Int64() - math.MaxInt64/2), layers.Float(r.NormFloat64()),
			layers.Bool(r.IntN(2) == 0), layers.Instant(time.Unix(r.Int64N(2e9), 1000*r.Int64N(1e6))), layers.Text("s"),
		}}
		for k := range f.Values {
			if r.IntN(5) == 0 {
				f.Values[k] = layers.Value{}
			}
		}
		if r.IntN(6) == 0 {
			f.Shape = nil
		}
		out = append(out, f)
	}
	return out
}

// stream and indexed write features to bytes.
func stream(t testing.TB, l *layers.Layer, o flatgeobuf.Options, list []*layers.Feature) []byte {
	t.Helper()
	w := flatgeobuf.NewWriter(l, o)
	b := w.Head(nil)
	var err error
	for _, f := range list {
		if b, err = w.Append(b, f); err != nil {
			t.Fatal(err)
		}
	}
	return w.Tail(b)
}

func indexed(t testing.TB, l *layers.Layer, o flatgeobuf.Options, list []*layers.Feature) []byte {
	t.Helper()
	scratch, err := os.Create(filepath.Join(t.TempDir(), "scratch"))
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close() //nolint:errcheck // read only
	var b bytes.Buffer
	rows := func(yield func(layers.Row, error) bool) {
		for _, f := range list {
			if !yield(f, nil) {
				return
			}
		}
	}
	if n, err := flatgeobuf.WriteIndexed(t.Context(), &b, scratch, l, o, iter.Seq2[layers.Row, error](rows), nil); err != nil || n != int64(len(list)) {
		t.Fatal(n, err)
	}
	return b.Bytes()
}

func source(data []byte) *flatgeobuf.Source {
	return flatgeobuf.NewSource(ingest.File{Name: "x.fgb", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }})
}

func read(t testing.TB, data []byte) map[string]ingest.Raw {
	t.Helper()
	dec, err := source(data).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]ingest.Raw{}
	for {
		r, err := dec.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil || r.Err != nil {
			t.Fatal(err, r.Err)
		}
		out[r.ID] = r
	}
}

var kinds = []layers.GeometryType{layers.NoGeometry, layers.Point, layers.MultiPoint, layers.LineString, layers.MultiLineString, layers.Polygon, layers.MultiPolygon, layers.AnyGeometry}

// What is written is read back, with and without an index.
func TestRoundTrip(t *testing.T) {
	r := geotest.Rand(t)
	for _, kind := range kinds {
		for _, n := range []int{0, 1, 16, 17, 300} {
			l, list := layer(kind), features(r, kind, n)
			o := flatgeobuf.Options{Sights: layers.Sights{0, 0, 0, 0, 0, layers.Hidden}, Count: n}
			for name, data := range map[string][]byte{"streamed": stream(t, l, o, list), "indexed": indexed(t, l, o, list)} {
				got := read(t, data)
				if len(got) != n {
					t.Fatalf("%s %v: %d of %d features", name, kind, len(got), n)
				}
				for _, f := range list {
					back := got[f.Key]
					if !slices.Equal(back.Names, []string{"name", "n", "x", "yes", "at"}) {
						t.Fatalf("%v", back.Names)
					}
					if f.Shape == nil != (back.Shape == nil) || f.Shape != nil && !orb.Equal(f.Shape, back.Shape) {
						t.Fatalf("%s: %v became %v", name, f.Shape, back.Shape)
					}
					for i, v := range back.Values {
						if v != f.Values[i] {
							t.Fatalf("%s: %v became %v", back.Names[i], f.Values[i], v)
						}
					}
				}
			}
		}
	}
}

func TestSystemAndFields(t *testing.T) {
	l := layer(layers.Point)
	list := []*layers.Feature{{Key: "a", Shape: orb.Point{111, 30}, Values: []layers.Value{layers.Text("n"), layers.Int(7)}}}
	o := flatgeobuf.Options{Fields: []int{1}, EPSG: 4547, To: func(p orb.Point) (float64, float64) { return p[0] * 10, p[1] * 100 }}
	data := stream(t, l, o, list)
	if name, err := source(data).CRS(t.Context()); err != nil || name != "EPSG:4547" {
		t.Errorf("%q %v", name, err)
	}
	got := read(t, data)["a"]
	if got.Shape != (orb.Point{1110, 3000}) || !slices.Equal(got.Names, []string{"n"}) || got.Values[0] != layers.Int(7) {
		t.Errorf("%+v", got)
	}
	if name, _ := source(stream(t, l, flatgeobuf.Options{Org: "-", Bare: true}, list)).CRS(t.Context()); name != "" {
		t.Errorf("a file that says nothing of its system says %q", name)
	}
	if got := read(t, stream(t, l, flatgeobuf.Options{Bare: true}, list))["a"]; got.Shape != nil {
		t.Errorf("a bare file has %v", got.Shape)
	}
}

// gdal runs ogr2ogr.
func gdal(t *testing.T, args ...string) {
	t.Helper()
	program := outside.Program(t, "ogr2ogr", "gdal-bin")
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil || len(out) > 0 && !bytes.Contains(out, []byte("-mapFieldType")) {
		t.Fatalf("ogr2ogr %v: %v %s", args, err, out)
	}
}

// GDAL reads what is written: every feature, value and coordinate, and the same box
// through the index as without.
func TestGDALReads(t *testing.T) {
	r := geotest.Rand(t)
	for _, kind := range kinds[1:] {
		l, list := layer(kind), features(r, kind, 200)
		for i, f := range list {
			if f.Shape == nil { // some versions of GDAL refuse features without a place
				list[i].Shape = shape(r, kind)
			}
			if list[i].Values[0].Str() != "" {
				list[i].Values[0] = layers.Text("解放路\"'")
			}
		}
		o := flatgeobuf.Options{Count: len(list)}
		for name, data := range map[string][]byte{"streamed": stream(t, l, o, list), "indexed": indexed(t, l, o, list)} {
			dir := t.TempDir()
			in, out := filepath.Join(dir, "in.fgb"), filepath.Join(dir, "out.geojsonl")
			if err := os.WriteFile(in, data, 0o600); err != nil {
				t.Fatal(err)
			}
			gdal(t, "-f", "GeoJSONSeq", "-lco", "COORDINATE_PRECISION=15", "-lco", "SIGNIFICANT_FIGURES=17", out, in)
			got := map[string]map[string]any{}
			for _, f := range lines(t, out) {
				got[f["properties"].(map[string]any)["id"].(string)] = f
			}
			if len(got) != len(list) {
				t.Fatalf("%v %s: GDAL reads %d of %d", kind, name, len(got), len(list))
			}
			for _, f := range list {
				back := got[f.Key]
				p := back["properties"].(map[string]any)
				if v := f.Values[1]; !v.IsNull() && fmt.Sprint(p["n"]) != v.String() {
					t.Fatalf("%s: %v became %v", name, v, p["n"])
				}
				if v := f.Values[0]; !v.IsNull() && p["name"] != v.Str() {
					t.Fatalf("%s: %v became %v", name, v, p["name"])
				}
				if g, _ := back["geometry"].(map[string]any); g == nil || kind != layers.AnyGeometry && g["type"] != kind.String() {
					t.Fatalf("%s %v: %v became %v", name, kind, f.Shape, back["geometry"])
				}
			}
			if kind != layers.Point {
				continue
			}
			box := orb.Bound{Min: geotest.Point(r, geotest.China)}
			box.Max = orb.Point{box.Min[0] + 8, box.Min[1] + 8}
			some := filepath.Join(dir, "some.geojsonl")
			gdal(t, "-f", "GeoJSONSeq", "-spat", num(box.Min[0]), num(box.Min[1]), num(box.Max[0]), num(box.Max[1]), some, in)
			n := 0
			for _, f := range list {
				if box.Contains(f.Shape.(orb.Point)) {
					n++
				}
			}
			if found := len(lines(t, some)); found != n {
				t.Errorf("%s: GDAL finds %d in the box, %d are there", name, found, n)
			}
		}
	}
}

func num(x float64) string { return fmt.Sprintf("%.9f", x) }

func lines(t *testing.T, path string) []map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for line := range strings.Lines(string(data)) {
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(line, "\x1e")))
		d.UseNumber()
		var f map[string]any
		if err := d.Decode(&f); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// What GDAL writes is read, with its index and without.
func TestReadsGDAL(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.geojson")
	text := `{"type":"FeatureCollection","features":[
	{"type":"Feature","properties":{"a":1,"b":"乙","c":1.5,"d":"2026-01-02T03:04:05Z","e":true},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,0]],[[2,1],[3,1],[3,2],[2,1]]],[[[9,9],[10,9],[10,10],[9,9]]]]}},
	{"type":"Feature","properties":{"a":null,"b":"","c":-2.25,"d":null,"e":false},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}},
	{"type":"Feature","properties":{"a":3},"geometry":{"type":"Point","coordinates":[1,2]}}]}`
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, index := range []string{"YES", "NO"} {
		out := filepath.Join(dir, index+".fgb")
		gdal(t, "-f", "FlatGeobuf", "-lco", "SPATIAL_INDEX="+index, out, in)
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if name, err := source(data).CRS(t.Context()); err != nil || name != "EPSG:4326" {
			t.Errorf("%q %v", name, err)
		}
		dec, err := source(data).Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for {
			r, err := dec.Next(t.Context())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || r.Err != nil {
				t.Fatal(err, r.Err)
			}
			n++
			switch v := r.Values[slices.Index(r.Names, "a")]; {
			case v == layers.Int(1):
				if p, ok := r.Shape.(orb.MultiPolygon); !ok || len(p) != 2 || len(p[0]) != 2 || r.Values[slices.Index(r.Names, "b")] != layers.Text("乙") ||
					r.Values[slices.Index(r.Names, "d")] != layers.Instant(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) {
					t.Errorf("%+v", r)
				}
			case v == layers.Int(3):
				if r.Shape != (orb.Point{1, 2}) {
					t.Errorf("%+v", r)
				}
			case !v.IsNull():
				t.Errorf("%+v", r)
			}
		}
		if n != 3 {
			t.Errorf("%d features", n)
		}
	}
}

// Whatever a file holds, reading ends with features or an error that has a kind.
func FuzzRead(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, kind := range kinds {
		l, list := layer(kind), features(r, kind, 20)
		f.Add(stream(f, l, flatgeobuf.Options{Count: 20}, list))
		f.Add(indexed(f, l, flatgeobuf.Options{}, list))
	}
	lie := stream(f, layer(layers.Point), flatgeobuf.Options{}, nil)
	f.Add(binary.LittleEndian.AppendUint32(lie, 60<<20))
	f.Fuzz(func(t *testing.T, data []byte) {
		dec, err := source(data).Open(context.Background())
		if err != nil {
			if layers.KindOf(err) == layers.Internal {
				t.Fatal(err)
			}
			return
		}
		for n := int64(1); ; n++ {
			raw, err := dec.Next(context.Background())
			if err != nil {
				if !errors.Is(err, io.EOF) && layers.KindOf(err) == layers.Internal {
					t.Fatal(err)
				}
				return
			}
			if raw.Record != n || raw.Err == nil && len(raw.Names) != len(raw.Values) {
				t.Fatalf("record %d: %+v", n, raw)
			}
		}
	})
}
