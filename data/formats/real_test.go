package formats_test

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/formats"
	"wutu/data/ingest"
	"wutu/geo/geotest/outside"
	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/memstore"
)

// load imports a real file and checks that every record is accounted for.
func load(t *testing.T, path string, o ingest.Options) (*memstore.Store, ingest.Summary) {
	t.Helper()
	f, err := ingest.OpenPath(outside.File(t, path), "")
	if err != nil {
		t.Fatal(err)
	}
	src, err := formats.Open(f, "")
	if err != nil {
		t.Fatal(err)
	}
	store := memstore.New()
	o.Create = true
	var reported, committed int64
	o.Rejected = func(r ingest.Reject) error {
		reported++
		if r.Record < 1 || r.Rule == "" || r.Message == "" || r.Layer == "" {
			t.Errorf("a reject without a reason: %+v", r)
		}
		return nil
	}
	o.Committed = func(n int64) { committed = n }
	sum, err := ingest.Run(context.Background(), store, src, o)
	if err != nil {
		t.Fatal(err)
	}
	var layersSum ingest.Count
	for id, c := range sum.Layers {
		if c.Read != c.Stored+c.Rejected {
			t.Errorf("%s: %+v", id, c)
		}
		layersSum.Read += c.Read
		layersSum.Stored += c.Stored
		layersSum.Rejected += c.Rejected
	}
	if layersSum != sum.Count || reported != sum.Rejected || committed != sum.Stored {
		t.Errorf("sums differ: %+v, reported %d, committed %d", sum, reported, committed)
	}
	return store, sum
}

// features returns all features of a layer by id, and its definition.
func features(t *testing.T, s *memstore.Store, layer string) (map[string]layers.Feature, *layers.Layer) {
	t.Helper()
	out := map[string]layers.Feature{}
	for f, err := range s.Read(context.Background(), layers.Query{Subject: layers.SystemSubject(), Layer: layer}) {
		if err != nil {
			t.Fatal(err)
		}
		out[f.Key] = f
	}
	ls, err := s.Layers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		if l.ID == layer {
			return out, l
		}
	}
	t.Fatalf("no layer %s", layer)
	return nil, nil
}

func TestSuzhouBuildings(t *testing.T) {
	store, sum := load(t, "buildings/suzhou_buildings.geojson", ingest.Options{Layer: "suzhou", Element: layers.Land})
	fs, l := features(t, store, "suzhou")
	if sum.Read != 3076 || len(fs) != 3076 {
		t.Errorf("read %d, %d different features; 3,076 are in the file", sum.Read, len(fs))
	}
	if l.HeightField != "height" || l.Geometry.Dimension() != 2 {
		t.Errorf("inferred %+v", l)
	}
	floor, height := l.FieldIndex("Floor"), l.FieldIndex("height")
	lowest, highest, tallest := int64(99), int64(0), 0.0
	for _, f := range fs {
		lowest, highest = min(lowest, f.Value(floor).Int()), max(highest, f.Value(floor).Int())
		tallest = max(tallest, f.Value(height).Float())
	}
	if lowest != 1 || highest != 28 || tallest != 84 {
		t.Errorf("floors %d to %d, up to %v m; the index says 1 to 28 and 84", lowest, highest, tallest)
	}
}

func TestBostonRequests(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	store, sum := load(t, "events/boston_311_2015_jan_aug.csv.gz", ingest.Options{Layer: "boston", Element: layers.Event, Zone: zone, ID: "CASE_ENQUIRY_ID"})
	if sum.Read != 81408 || sum.Rejected != 0 {
		t.Errorf("%+v; 81,408 rows are in the file", sum)
	}
	fs, l := features(t, store, "boston")
	onTime, status := map[string]int{}, map[string]int{}
	for _, f := range fs {
		onTime[f.Value(l.FieldIndex("OnTime_Status")).Str()]++
		status[f.Value(l.FieldIndex("CASE_STATUS")).Str()]++
	}
	if len(fs) != 81408 || onTime["ONTIME"] != 59837 || onTime["OVERDUE"] != 21427 || onTime[""] != 144 {
		t.Errorf("%d features, on time %v", len(fs), onTime)
	}
	if status["Closed"] != 69312 || status["Open"] != 12096 {
		t.Errorf("status %v", status)
	}
	f := fs["101001242404"]
	if at := f.Value(l.FieldIndex("OPEN_DT")).Time(); at.Format(time.RFC3339) != "2015-01-05T17:40:41Z" {
		t.Errorf("opened %v (%s); 12:40:41 PM in Boston's winter is 17:40:41 UTC", at, l.Fields[l.FieldIndex("OPEN_DT")].Type)
	}
	if b := f.Shape.Bound(); math.Abs(b.Min[0]+71.0867) > 1e-9 || math.Abs(b.Min[1]-42.3504) > 1e-9 {
		t.Errorf("placed at %v", b)
	}
	for name, want := range map[string]layers.FieldType{"ward": layers.String, "LATITUDE": layers.Number, "CLOSED_DT": layers.DateTime} {
		if got := l.Fields[l.FieldIndex(name)].Type; got != want {
			t.Errorf("%s is a %s, not a %s", name, got, want)
		}
	}
}

func TestVillagesKeepTheirCodes(t *testing.T) {
	store, sum := load(t, "registers/china_streets.csv.gz", ingest.Options{Layer: "streets_cn", Element: layers.Government, ID: "code"})
	fs, l := features(t, store, "streets_cn")
	if sum.Read != 41352 || len(fs) != 41352 || l.Geometry != layers.NoGeometry {
		t.Errorf("%+v, %d features, geometry %s", sum, len(fs), l.Geometry)
	}
}

// TestOpenStreetMap compares with the counts of osmium that the index of the real
// files gives.
func TestOpenStreetMap(t *testing.T) {
	for _, c := range []struct {
		file                  string
		nodes, ways, rels     int64
		roads, buildings, poi int64 // ways, ways, nodes; −1: not given
	}{
		{"delaware-latest", 723870, 73144, 1644, 52585, 8252, -1},
		{"reisterstown", 375263, 37292, 198, 7096, 27527, -1},
		{"liechtenstein-latest", 295005, 29874, 884, -1, 15809, -1},
		{"liechtenstein-2013-08-03", 65733, 7121, 113, -1, 3722, -1},
		{"porto", 85149, 22606, 344, 4656, 11353, 3027},
	} {
		t.Run(c.file, func(t *testing.T) {
			store, sum := load(t, "osm/"+c.file+".osm.pbf", ingest.Options{Layer: "o"})
			got := sum.Objects
			if got["node"] != c.nodes || got["way"] != c.ways || got["relation"] != c.rels {
				t.Errorf("objects %v", got)
			}
			if c.roads >= 0 && sum.Layers["o_roads"].Read != c.roads {
				t.Errorf("%d roads read, osmium counts %d", sum.Layers["o_roads"].Read, c.roads)
			}
			buildings, l := features(t, store, "o_buildings")
			ways := int64(0)
			for id, f := range buildings {
				if id[0] == 'w' && !f.Value(l.FieldIndex("part")).Bool() {
					ways++
				}
			}
			if ways > c.buildings || ways < c.buildings-c.buildings/100 {
				t.Errorf("%d building ways stored, osmium counts %d", ways, c.buildings)
			}
			if c.poi >= 0 {
				pois, _ := features(t, store, "o_pois")
				nodes := int64(0)
				for id := range pois {
					if id[0] == 'n' {
						nodes++
					}
				}
				if nodes != c.poi {
					t.Errorf("%d places from nodes, osmium counts %d", nodes, c.poi)
				}
			}
		})
	}
}

// TestNewCastleCounty compares a boundary of many ways with GDAL's OSM driver:
//
//	ogrinfo -dialect SQLite -sql "SELECT ST_Area(geometry, 1), ST_NPoints(geometry) FROM
//	  multipolygons WHERE name = 'New Castle County'" delaware-latest.osm.pbf
//	→ 1279004267.14623, 863
func TestNewCastleCounty(t *testing.T) {
	store, _ := load(t, "osm/delaware-latest.osm.pbf", ingest.Options{Layer: "d"})
	fs, l := features(t, store, "d_boundaries")
	county, ok := fs["r1245077"]
	if !ok || county.Value(l.FieldIndex("name")).Str() != "New Castle County" {
		t.Fatalf("the county is missing: %+v", county)
	}
	if area := measure.Area(county.Shape); math.Abs(area/1279004267.14623-1) > 1e-4 {
		t.Errorf("%.0f m², GDAL finds 1,279,004,267", area)
	}
	n := 0
	measure.Vertices(county.Shape, func(orb.Point) bool { n++; return true })
	if n != 863 {
		t.Errorf("%d vertices, GDAL finds 863", n)
	}
}

func TestLZ4IsRefusedByName(t *testing.T) {
	f, err := ingest.OpenPath(outside.File(t, "osm/monaco-latest.lz4.osm.pbf"), "")
	if err != nil {
		t.Fatal(err)
	}
	src, err := formats.Open(f, "")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := ingest.Run(context.Background(), memstore.New(), src, ingest.Options{Layer: "m", Create: true})
	if layers.KindOf(err) != layers.Unsupported || !strings.Contains(err.Error(), "LZ4") || sum.Read != 0 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// TestTruncatedFiles cuts real files: what was before the cut stays, the error
// says where the file ends.
func TestTruncatedFiles(t *testing.T) {
	for path, o := range map[string]ingest.Options{
		"osm/porto.osm.pbf":                     {Layer: "o"},
		"buildings/suzhou_buildings.geojson":    {Layer: "s", Element: layers.Land},
		"events/boston_311_2015_jan_aug.csv.gz": {Layer: "b", Element: layers.Event},
	} {
		data, err := os.ReadFile(outside.File(t, path))
		if err != nil {
			t.Fatal(err)
		}
		cut := data[:len(data)/3]
		f := ingest.File{Name: path, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(cut)), nil }}
		src, err := formats.Open(f, "")
		if err != nil {
			t.Fatal(err)
		}
		store := memstore.New()
		o.Create, o.BatchFeatures = true, 500
		sum, err := ingest.Run(context.Background(), store, src, o)
		if layers.KindOf(err) != layers.Invalid || sum.Stored == 0 || sum.Read != sum.Stored+sum.Rejected {
			t.Errorf("%s: %+v, %v", path, sum.Count, err)
		}
		t.Logf("%s: %v", path, err)
		stored := int64(0)
		for id := range sum.Layers {
			fs, _ := features(t, store, id)
			stored += int64(len(fs))
		}
		if stored != sum.Stored {
			t.Errorf("%s: %d features are there, %d were counted", path, stored, sum.Stored)
		}
	}
}
