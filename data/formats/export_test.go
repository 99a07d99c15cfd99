package formats_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"wutu/data/export"
	"wutu/data/ingest"
	"wutu/geo/crs"
	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/memstore"
)

func query(layer string) layers.Query {
	return layers.Query{Subject: layers.SystemSubject(), Layer: layer}
}

func points(g orb.Geometry) []orb.Point {
	var out []orb.Point
	measure.Vertices(g, func(p orb.Point) bool { out = append(out, p); return true })
	return out
}

// TestExportRoundTrip imports real buildings, exports them in every format and
// two systems, and imports the result: the same features must be there.
func TestExportRoundTrip(t *testing.T) {
	store, _ := load(t, "buildings/suzhou_buildings.geojson", ingest.Options{Layer: "s", Element: layers.Land})
	want, l := features(t, store, "s")
	zone, _ := crs.FromEPSG(4549)
	for _, c := range []struct {
		format, name string
		system       crs.System
		tolerance    float64 // degrees
	}{
		{"geojson", "a.geojson", crs.WGS84, 1e-9}, {"geojsonseq", "a.geojsonseq", crs.WGS84, 1e-9}, {"csv", "a.csv", crs.WGS84, 0},
		{"geojson", "a.geojson", zone, 1e-9}, {"geojson", "a.geojson", crs.GCJ02, 1e-7},
		{"fgb", "a.fgb", crs.WGS84, 0}, {"fgb", "a.fgb", zone, 1e-9},
	} {
		var a, b bytes.Buffer
		o := export.Options{Query: query("s"), Format: c.format, CRS: c.system}
		n, err := export.Write(context.Background(), &a, store, o)
		if err != nil || n != 3076 {
			t.Fatalf("%s: %d, %v", c.format, n, err)
		}
		if _, err := export.Write(context.Background(), &b, store, o); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the second export differs (%v)", c.format, err)
		}
		in := ingest.Options{}
		if c.format == "csv" {
			in.ID = "id"
		}
		back, sum, rejects, err := run(t, text(c.name, a.String()), in)
		if err != nil || sum.Stored != 3076 {
			t.Fatalf("%s %s: %+v %v %v", c.format, c.system, sum.Count, rejects, err)
		}
		got, gl := features(t, back, "x")
		for id, f := range want {
			g, ok := got[id]
			if !ok {
				t.Fatalf("%s: %s is lost", c.format, id)
			}
			p, q := points(f.Shape), points(g.Shape)
			if len(p) != len(q) {
				t.Fatalf("%s: %s has %d points, had %d", c.format, id, len(q), len(p))
			}
			for i := range p {
				if d := max(p[i][0]-q[i][0], q[i][0]-p[i][0], p[i][1]-q[i][1], q[i][1]-p[i][1]); d > c.tolerance {
					t.Fatalf("%s %s: %s moved by %g degrees", c.format, c.system, id, d)
				}
			}
			for i := range l.Fields {
				if w := g.Value(gl.FieldIndex(l.Fields[i].Name)); w.Float() != f.Value(i).Float() {
					t.Fatalf("%s: %s %s: %v became %v", c.format, id, l.Fields[i].Name, f.Value(i), w)
				}
			}
		}
	}
}

// failing breaks off after some bytes.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestExportFails(t *testing.T) {
	store := memstore.New()
	ctx := context.Background()
	l := &layers.Layer{ID: "p", Element: layers.People, Access: layers.PersonalAccess, Geometry: layers.Point}
	far := &layers.Feature{Key: "far", Shape: orb.Point{10, 10}}
	if _, err := store.Apply(ctx, layers.Batch{Layers: []*layers.Layer{l}, Changes: []layers.Change{{Op: layers.Put, Layer: "p", ID: "far", Feature: far}}}); err != nil {
		t.Fatal(err)
	}
	zone, _ := crs.FromEPSG(4546)
	dir := t.TempDir()
	path := filepath.Join(dir, "out.geojson")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		o    export.Options
		kind layers.Kind
	}{
		"unknown format":     {export.Options{Query: query("p"), Format: "doc"}, layers.Invalid},
		"unknown layer":      {export.Options{Query: query("q"), Format: "csv"}, layers.NotFound},
		"outside the system": {export.Options{Query: query("p"), Format: "csv", CRS: zone}, layers.Invalid},
		"no clearance":       {export.Options{Query: layers.Query{Layer: "p", Subject: layers.Subject{Role: layers.Planner}}, Format: "csv"}, layers.Forbidden},
	} {
		if _, err := export.File(ctx, path, store, c.o); layers.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
		entries, err := os.ReadDir(dir)
		if content, _ := os.ReadFile(path); err != nil || len(entries) != 1 || string(content) != "old" {
			t.Errorf("%s leaves %v, %q", name, entries, content)
		}
	}
	if _, err := export.Write(ctx, &failing{10}, store, export.Options{Query: query("p"), Format: "geojson"}); layers.KindOf(err) != layers.Unavailable {
		t.Errorf("full disk: %v", err)
	}
	if n, err := export.File(ctx, path, store, export.Options{Query: query("p"), Format: "geojson"}); n != 1 || err != nil {
		t.Errorf("%d %v", n, err)
	}
}
