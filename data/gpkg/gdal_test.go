package gpkg_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest/outside"
	"wutu/layers"
)

func tool(t *testing.T, name string, args ...string) (stdout, stderr string) {
	t.Helper()
	path := outside.Program(t, name, "gdal-bin")
	var out, errs strings.Builder
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, errs.String())
	}
	return out.String(), errs.String()
}

// TestGDAL: an independent reader lists the city's layers and nothing else, with
// typed columns, counts and values, and has nothing to complain about.
func TestGDAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := open(t, path)
	all := []layers.Field{{Name: "name", Type: layers.String}, {Name: "Name", Type: layers.String}, {Name: "id", Type: layers.Integer},
		{Name: "weight", Type: layers.Number}, {Name: "works", Type: layers.Boolean}, {Name: "made", Type: layers.DateTime}}
	values := []layers.Value{layers.Text("路灯𠀀"), layers.Text("b"), layers.Int(1<<53 + 1), layers.Float(0.1), layers.Bool(true),
		layers.Instant(time.Date(2026, 11, 21, 4, 5, 6, 789000000, time.UTC))}
	ring := orb.Ring{{111, 30}, {112, 30}, {112, 31}, {111, 30}}
	shapes := map[layers.GeometryType][]orb.Geometry{
		layers.NoGeometry: {nil}, layers.Point: {orb.Point{111.5, 30.5}, nil}, layers.LineString: {orb.LineString{{111, 30}, {112, 31}}},
		layers.Polygon: {orb.Polygon{ring}}, layers.MultiPoint: {orb.Point{1, 2}, orb.MultiPoint{{3, 4}, {5, 6}}},
		layers.MultiLineString: {orb.LineString{{0, 0}, {1, 1}}}, layers.MultiPolygon: {orb.Polygon{ring}, orb.MultiPolygon{{ring}, {ring}}},
		layers.AnyGeometry: {orb.Point{1, 2}, orb.Collection{orb.Point{1, 2}}, orb.LineString{}},
	}
	names := make(map[string]layers.GeometryType)
	for g := layers.NoGeometry; g <= layers.AnyGeometry; g++ {
		l := &layers.Layer{ID: "layer_" + strings.ToLower(g.String()), Title: layers.Title{ZH: "层", EN: "It's"}, Element: layers.Object, Geometry: g, Fields: all}
		names[l.ID] = g
		b := layers.Batch{Layers: []*layers.Layer{l}}
		for i, shape := range shapes[g] {
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, Feature: &layers.Feature{Key: fmt.Sprint("f", i), Shape: shape, Values: values,
				ValidFrom: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}})
		}
		if _, err := s.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	wide := &layers.Layer{ID: "layer_point", Title: layers.Title{ZH: "层", EN: "It's"}, Element: layers.Object, Geometry: layers.Point,
		Fields: append(all[:len(all):len(all)], layers.Field{Name: "added", Type: layers.Number})}
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{wide}}); err != nil {
		t.Fatal(err)
	}
	// The reader works while the store is open.
	summary, complaints := tool(t, "ogrinfo", "-so", "-al", path)
	if complaints != "" {
		t.Errorf("ogrinfo complains: %s", complaints)
	}
	found := strings.Split(summary, "Layer name: ")[1:]
	if len(found) != len(names) {
		t.Errorf("ogrinfo lists %d layers, the city has %d:\n%s", len(found), len(names), summary)
	}
	for _, text := range found {
		id, _, _ := strings.Cut(text, "\n")
		g, ours := names[id]
		if !ours {
			t.Errorf("ogrinfo lists %s", id)
			continue
		}
		kind := map[layers.GeometryType]string{layers.NoGeometry: "None", layers.LineString: "Line String", layers.MultiPoint: "Multi Point",
			layers.MultiLineString: "Multi Line String", layers.MultiPolygon: "Multi Polygon", layers.AnyGeometry: "Unknown (any)"}[g]
		if kind == "" {
			kind = g.String()
		}
		want := []string{"Geometry: " + kind, fmt.Sprintf("Feature Count: %d\n", len(shapes[g])), "FID Column = fid", "id: String (0.0) UNIQUE NOT NULL",
			"version: Integer64", "valid_from: DateTime", "name: String", "Name_: String", "id_: Integer64", "weight: Real", "works: Integer(Boolean)", "made: DateTime"}
		if g == layers.Point {
			want = append(want, "added: Real", "Extent: (111.500000, 30.500000) - (111.500000, 30.500000)")
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: ogrinfo does not say %q:\n%s", id, w, text)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for id, g := range names {
		out, complaints := tool(t, "ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=NO", "/vsistdout/", path, id)
		if complaints != "" {
			t.Errorf("%s: ogr2ogr complains: %s", id, complaints)
		}
		var doc struct {
			Features []struct {
				Geometry   *struct{ Type string }
				Properties map[string]any
			}
		}
		if err := json.Unmarshal([]byte(out), &doc); err != nil || len(doc.Features) != len(shapes[g]) {
			t.Fatalf("%s: %v\n%s", id, err, out)
		}
		for i, f := range doc.Features {
			if f.Properties["name"] != "路灯𠀀" || f.Properties["weight"] != 0.1 || f.Properties["works"] != true || !strings.HasPrefix(fmt.Sprint(f.Properties["made"]), "2026-11-21T04:05:06.789") {
				t.Errorf("%s: properties %v", id, f.Properties)
			}
			if shape := shapes[g][i]; shape == nil != (f.Geometry == nil) {
				t.Errorf("%s: geometry %v for %v", id, f.Geometry, shape)
			} else if multi := strings.HasPrefix(g.String(), "Multi"); multi && f.Geometry.Type != g.String() {
				t.Errorf("%s: a %s in a table of %s", id, f.Geometry.Type, g)
			}
		}
	}
}
