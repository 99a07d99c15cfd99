package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wutu/geo/geotest/outside"
)

// importSum is the last line of `wutu import --json`.
type importSum struct {
	Import                 string
	Read, Stored, Rejected int
	Layers                 map[string]struct{ Read, Stored, Rejected int }
	Objects                map[string]int
}

// importReal imports into dir and checks what every import must keep: read =
// stored + rejected in total and per layer, and one line in the report per
// reject.
func importReal(t *testing.T, dir, file string, args ...string) importSum {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report.jsonl")
	var sum importSum
	lastJSON(t, mustRun(t, append([]string{"import", file, "--data", dir, "--json", "--report", report}, args...)...), &sum)
	read, stored, rejected := 0, 0, 0
	for id, c := range sum.Layers {
		if c.Read != c.Stored+c.Rejected {
			t.Errorf("%s: %+v", id, c)
		}
		read, stored, rejected = read+c.Read, stored+c.Stored, rejected+c.Rejected
	}
	if sum.Read != sum.Stored+sum.Rejected || read != sum.Read || stored != sum.Stored || rejected != sum.Rejected || sum.Read == 0 {
		t.Errorf("%s: %+v", sum.Import, sum)
	}
	b, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "\n"); n != sum.Rejected {
		t.Errorf("%s: %d lines in the report, %d rejected", sum.Import, n, sum.Rejected)
	}
	return sum
}

// The real files of the first slice in one city: what the import says, and what
// the server then shows. The figures are those osmium and GDAL gave.
func TestRealFiles(t *testing.T) {
	delaware, reisterstown := outside.File(t, "osm/delaware-latest.osm.pbf"), outside.File(t, "osm/reisterstown.osm.pbf")
	suzhou, boston := outside.File(t, "buildings/suzhou_buildings.geojson"), outside.File(t, "events/boston_311_2015_jan_aug.csv.gz")
	dir := filepath.Join(t.TempDir(), "city")

	de := importReal(t, dir, delaware, "--layer", "delaware")
	wantObjects(t, de, 723_870, 73_144, 1_644)
	if n := de.Layers["delaware_buildings"]; n.Read < 8_252+16 { // building:part besides
		t.Errorf("delaware_buildings: %+v: 8,252 ways and 16 relations are buildings", n)
	}
	if n := de.Layers["delaware_roads"].Read; n != 52_585 {
		t.Errorf("delaware_roads: %d read, 52,585 ways are highways", n)
	}
	re := importReal(t, dir, reisterstown, "--layer", "reisterstown")
	wantObjects(t, re, 375_263, 37_292, 198)
	if n := re.Layers["reisterstown_buildings"].Read; n < 27_527 {
		t.Errorf("reisterstown_buildings: %d read, 27,527 ways are buildings", n)
	}
	if n := re.Layers["reisterstown_roads"].Read; n != 7_096 {
		t.Errorf("reisterstown_roads: %d read, 7,096 ways are highways", n)
	}
	if n := re.Layers["reisterstown_addresses"].Read; n < 15_747 {
		t.Errorf("reisterstown_addresses: %d read, 15,747 objects have house numbers", n)
	}
	for range 2 { // the second time updates what the first stored
		su := importReal(t, dir, suzhou, "--layer", "suzhou", "--create", "--element", "land")
		if su.Read != 3_076 || su.Rejected != 0 {
			t.Errorf("Suzhou: %+v", su)
		}
	}
	bo := importReal(t, dir, boston, "--layer", "boston", "--create", "--element", "event", "--tz", "America/New_York", "--id", "CASE_ENQUIRY_ID")
	if bo.Read != 81_408 || bo.Rejected != 0 {
		t.Errorf("Boston: %+v", bo)
	}

	s := serve(t, dir, "--demo")
	known := s.layersOf("")
	t.Run("counts", func(t *testing.T) {
		want := map[string]int{"suzhou": 3_076, "boston": 81_408}
		for _, sum := range []importSum{de, re} {
			for id, c := range sum.Layers {
				want[id] = c.Stored
			}
		}
		for id, n := range want {
			if l := known[id]; l.Count == nil || *l.Count != n {
				t.Errorf("%s: %v features, want %d", id, l.Count, n)
			}
		}
		if len(known) != len(want) {
			t.Errorf("layers: %v", slices.Sorted(maps.Keys(known)))
		}
		ids := map[string]bool{}
		for _, f := range s.all("", "suzhou", "") {
			ids[f.ID] = true
		}
		if len(ids) != 3_076 {
			t.Errorf("%d distinct buildings in Suzhou", len(ids))
		}
	})
	t.Run("extents", func(t *testing.T) {
		for id, want := range map[string]struct {
			box  [4]float64
			near float64 // degrees
		}{
			"suzhou":                 {[4]float64{120.596874, 31.290112, 120.617465, 31.310409}, 1e-6},
			"delaware_buildings":     {[4]float64{-75.79, 38.45, -75.05, 39.84}, 0.01}, // the state
			"reisterstown_buildings": {[4]float64{-76.817, 39.367, -76.641, 39.437}, 0.001},
			"boston":                 {[4]float64{-71.19, 42.23, -70.99, 42.40}, 0.01},
		} {
			got := known[id].Extent
			if got == nil {
				t.Errorf("%s has no extent", id)
				continue
			}
			for i := range got {
				if math.Abs(got[i]-want.box[i]) > want.near {
					t.Errorf("%s: extent %v, want about %v", id, *got, want.box)
					break
				}
			}
		}
	})
	t.Run("heights", func(t *testing.T) { testRealHeights(t, s, known, suzhou) })
	t.Run("status of requests", func(t *testing.T) {
		for field, want := range map[string]map[string]int{
			"OnTime_Status": {"ONTIME": 59_837, "OVERDUE": 21_427, "": 144},
			"CASE_STATUS":   {"Closed": 69_312, "Open": 12_096},
		} {
			got := map[string]int{}
			for _, g := range post[statsDoc](s, "", "/api/v1/stats", map[string]any{"layers": []string{"boston"}, "by": "field:" + field}).Groups {
				got[g.Key] = *g.Count
			}
			if !maps.Equal(got, want) {
				t.Errorf("%s: %v, want %v", field, got, want)
			}
		}
		// A local time of New York, in winter.
		f := get[featureDoc](s, "", "/ogc/collections/boston/items/101001242404")
		if f.Properties["OPEN_DT"] != "2015-01-05T17:40:41Z" || string(f.Geometry.Coordinates) != "[-71.0867,42.3504]" {
			t.Errorf("the first request: %+v", f)
		}
	})
	t.Run("within New Castle County", func(t *testing.T) { testCounty(t, s, delaware) })
}

func wantObjects(t *testing.T, sum importSum, nodes, ways, relations int) {
	t.Helper()
	if o := sum.Objects; o["node"] != nodes || o["way"] != ways || o["relation"] != relations {
		t.Errorf("%s: objects %v, want %d nodes, %d ways, %d relations", sum.Import, o, nodes, ways, relations)
	}
}

// testRealHeights: buildings have heights where the data has them, equal to
// what the file says, and the layer declares the field for the map in 3D.
func testRealHeights(t *testing.T, s *served, known map[string]layerDoc, suzhou string) {
	for _, id := range []string{"suzhou", "delaware_buildings", "reisterstown_buildings"} {
		if known[id].Schema.HeightField != "height" {
			t.Errorf("%s: height field %q", id, known[id].Schema.HeightField)
		}
	}
	b, err := os.ReadFile(suzhou)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []struct {
			Properties struct{ Floor, Height float64 }
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	want, got := map[[2]float64]int{}, map[[2]float64]int{}
	for _, f := range file.Features {
		want[[2]float64{f.Properties.Floor, f.Properties.Height}]++
	}
	for _, f := range s.all("", "suzhou", "") {
		floor, _ := f.Properties["Floor"].(float64)
		height, _ := f.Properties["height"].(float64)
		got[[2]float64{floor, height}]++
	}
	if !maps.Equal(got, want) || len(want) < 10 {
		t.Errorf("floors and heights of Suzhou: %v, the file has %v", got, want)
	}
	// osmium tags-filter -R FILE wr/building:levels finds 753 and 62 buildings,
	// wr/height none.
	for layer, want := range map[string]int{"delaware_buildings": 753, "reisterstown_buildings": 62} {
		for filter, n := range map[string]int{"floors > 0": want, "height > 0": 0} {
			got := get[collectionDoc](s, "", "/ogc/collections/"+layer+"/items?limit=1&filter="+url.QueryEscape(filter))
			if got.NumberMatched != n {
				t.Errorf("%s: %d with %s, want %d", layer, got.NumberMatched, filter, n)
			}
		}
	}
}

// testCounty compares the buildings of Delaware that intersect New Castle
// County with GDAL's answer from the same file, county and buildings assembled
// by GDAL. Both leave out some objects of their own (building parts, rings that
// cross themselves, old-style multipolygons), so the ids that both have count,
// which must be nearly all.
func testCounty(t *testing.T, s *served, pbf string) {
	outside.Program(t, "ogr2ogr", "gdal-bin")
	counties := get[collectionDoc](s, "", "/ogc/collections/delaware_boundaries/items?filter="+url.QueryEscape("name = 'New Castle County'"))
	if len(counties.Features) != 1 {
		t.Fatalf("%d counties called New Castle", len(counties.Features))
	}
	county := counties.Features[0]
	question := map[string]any{"geometry": county.Geometry, "layers": []string{"delaware_buildings"}}
	count := post[struct{ Counts map[string]int }](s, "", "/api/v1/within", question).Counts["delaware_buildings"]
	question["result"], question["limit"] = "features", 10_000
	found := post[struct {
		Features map[string]collectionDoc
	}](s, "", "/api/v1/within", question).Features["delaware_buildings"]
	ours, oursIn := map[string]bool{}, map[string]bool{}
	for _, f := range s.all("", "delaware_buildings", "") {
		ours[f.ID] = true
	}
	for _, f := range found.Features {
		oursIn[f.ID] = true
	}
	if len(oursIn) != count || found.NumberMatched != count {
		t.Errorf("the count is %d, %d features are listed, %d matched", count, len(oursIn), found.NumberMatched)
	}

	theirs, theirsIn := gdalBuildings(t, pbf, county.ID)
	common := 0
	for id := range ours {
		if !theirs[id] {
			continue
		}
		common++
		if oursIn[id] != theirsIn[id] {
			t.Errorf("building %s: in the county %v, GDAL says %v", id, oursIn[id], theirsIn[id])
		}
	}
	t.Logf("%d buildings, %d in the county; GDAL %d and %d; %d in both", len(ours), count, len(theirs), len(theirsIn), common)
	if share := 0.995; float64(common) < share*float64(len(ours)) || float64(common) < share*float64(len(theirs)) {
		t.Errorf("only %d of %d and %d buildings are in both", common, len(ours), len(theirs))
	}
	if count == 0 || count == len(ours) {
		t.Errorf("%d of %d buildings in the county: no comparison", count, len(ours))
	}
}

// gdalBuildings returns the ids of the buildings GDAL reads from an OSM file,
// and of those that intersect a boundary, which has an id such as r123.
func gdalBuildings(t *testing.T, pbf, boundary string) (all, in map[string]bool) {
	t.Helper()
	dir := t.TempDir()
	command := func(args ...string) {
		cmd := exec.CommandContext(t.Context(), "ogr2ogr", args...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("ogr2ogr %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	areas := filepath.Join(dir, "areas.gpkg")
	relation := strings.TrimPrefix(boundary, "r")
	command("-f", "GPKG", areas, pbf, "multipolygons", "-where", fmt.Sprintf("building IS NOT NULL OR osm_id = '%s'", relation))
	read := func(name, from string) map[string]bool {
		file := filepath.Join(dir, name+".csv")
		command("-f", "CSV", file, areas, "-dialect", "SQLite", "-sql",
			"SELECT b.osm_id AS relation, b.osm_way_id AS way FROM "+from)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		for _, row := range rows[1:] {
			if row[0] != "" {
				ids["r"+row[0]] = true
			} else {
				ids["w"+row[1]] = true
			}
		}
		return ids
	}
	all = read("all", "multipolygons b WHERE b.building IS NOT NULL")
	in = read("in", fmt.Sprintf("multipolygons b, (SELECT geom FROM multipolygons WHERE osm_id = '%s') c "+
		"WHERE b.building IS NOT NULL AND ST_Intersects(b.geom, c.geom)", relation))
	return all, in
}
