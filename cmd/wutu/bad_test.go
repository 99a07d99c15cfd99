package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"wutu/geo/geotest/outside"
)

// Bad input gets a clear error that names what and where, and disturbs nothing:
// the server that runs on the same folder goes on, with everything it had.
func TestBadInputDisturbsNothing(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo")
	before := s.layersOf("")
	undisturbed := func(t *testing.T) {
		t.Helper()
		s.alive()
		after := s.layersOf("")
		for id, l := range before {
			if a := after[id]; a.Count == nil || *a.Count != *l.Count {
				t.Errorf("%s: %v features, were %d", id, a.Count, *l.Count)
			}
		}
	}
	for _, tt := range []struct {
		name string
		test func(*testing.T, *served, string)
	}{
		{"truncated PBF", testTruncatedPBF},
		{"PBF that is none", testNoPBF},
		{"broken JSON", testBrokenJSON},
		{"broken rules", testBrokenRules},
		{"endless feature", testEndlessFeature},
		{"long lines", testLongLines},
		{"no such file", testNoFile},
		{"requests", testBadRequests},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.test(t, s, dir)
			undisturbed(t)
		})
	}
	mustRun(t, "check", "--data", dir)
}

// broken runs an import that must break off, and returns the summary and the one
// line on stderr.
func broken(t *testing.T, args ...string) (importSum, string) {
	t.Helper()
	code, out, errs := run(t, append([]string{"import", "--json"}, args...)...)
	if code != exitBroken || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "wutu: ") {
		t.Fatalf("exit %d, want %d and one line: %s", code, exitBroken, errs)
	}
	var sum importSum
	lastJSON(t, out, &sum)
	if sum.Read != sum.Stored+sum.Rejected {
		t.Errorf("%+v", sum)
	}
	return sum, errs
}

// visible waits until the server shows n features of a layer. How soon that must
// be is the business of TestServeBesideOtherCommands.
func visible(t *testing.T, s *served, layer string, n int) {
	t.Helper()
	eventually(t, patience, fmt.Sprintf("%d features of %s", n, layer), func() bool {
		l, ok := s.layersOf("")[layer]
		return ok && l.Count != nil && *l.Count == n
	})
}

// A PBF file that ends within a block: what was read before is kept and served,
// the message names the offset of the block.
func testTruncatedPBF(t *testing.T, s *served, dir string) {
	whole, err := os.ReadFile(outside.File(t, "osm/liechtenstein-2013-08-03.osm.pbf"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cut.osm.pbf")
	for _, size := range []int{len(whole) - 1, len(whole) / 2} {
		if err := os.WriteFile(file, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		sum, errs := broken(t, file, "--layer", "cut", "--data", dir)
		var offset int
		_, after, _ := strings.Cut(errs, "at byte ")
		if _, err := fmt.Sscanf(after, "%d", &offset); err != nil || offset <= 0 || offset > size || !strings.Contains(errs, "truncated") || !strings.Contains(errs, file) {
			t.Errorf("cut at %d: %s", size, errs)
		}
		if sum.Stored == 0 {
			t.Errorf("nothing is kept of %d bytes: %+v", size, sum)
		}
		for layer, c := range sum.Layers {
			if size == len(whole)-1 { // the second time reads less, and less is updated
				visible(t, s, layer, c.Stored)
			}
		}
	}
}

func testNoPBF(t *testing.T, _ *served, dir string) {
	file := filepath.Join(t.TempDir(), "noise.osm.pbf")
	if err := os.WriteFile(file, bytes.Repeat([]byte{0xff, 0x00, 0x7f}, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if sum, errs := broken(t, file, "--layer", "noise", "--data", dir); sum.Stored != 0 || !strings.Contains(errs, "at byte 0") {
		t.Errorf("%+v %s", sum, errs)
	}
}

// broken JSON at record n: a sequence goes on with the next line, a collection
// breaks off; both name the record and the byte.
func testBrokenJSON(t *testing.T, s *served, dir string) {
	good := func(i int) string {
		return fmt.Sprintf(`{"type":"Feature","id":"j%d","geometry":{"type":"Point","coordinates":[111.29,30.69]},"properties":{"n":%d}}`, i, i)
	}
	bad := `{"type":"Feature","id":"j4","geometry":{"type":"Point","coordinates":[111.29 30.69]},"properties":{"n":4}}`
	records := []string{good(1), good(2), good(3), bad, good(5)}
	create := []string{"--create", "--element", "object", "--data", dir}

	file, report := filepath.Join(t.TempDir(), "seq.geojsonseq"), filepath.Join(t.TempDir(), "report")
	text := strings.Join(records, "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var sum importSum
	lastJSON(t, mustRun(t, append([]string{"import", file, "--layer", "seq", "--json", "--report", report}, create...)...), &sum)
	if sum.Read != 5 || sum.Stored != 4 || sum.Rejected != 1 {
		t.Errorf("%+v", sum)
	}
	r := rejects(t, report)
	if len(r) != 1 || r[0].Record != 4 || r[0].Rule != "syntax" || r[0].At != fmt.Sprintf("byte %d", strings.Index(text, bad)) || r[0].Message == "" {
		t.Errorf("%+v", r)
	}
	visible(t, s, "seq", 4)

	file = filepath.Join(t.TempDir(), "one.geojson")
	text = `{"type":"FeatureCollection","features":[` + strings.Join(records, ",\n") + "]}"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, errs := broken(t, append([]string{file, "--layer", "one"}, create...)...)
	at := strings.Index(text, "111.29 30.69") + len("111.29 ")
	if got.Stored != 3 || !strings.Contains(errs, "feature 4") || !strings.Contains(errs, fmt.Sprintf("byte %d", at)) {
		t.Errorf("%+v, the error is at byte %d: %s", got, at, errs)
	}
	visible(t, s, "one", 3)
}

// reject is a line of the report.
type reject struct {
	Record                                 int
	Field, Rule, Value, Message, Layer, At string
}

func rejects(t *testing.T, file string) (out []reject) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var r reject
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		out = append(out, r)
	}
	return out
}

// Records that break a rule are left out; the report says which, which field and
// which rule, with the value.
func testBrokenRules(t *testing.T, s *served, dir string) {
	ring := func(coordinates string) string {
		return `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[` + coordinates + `]]},"properties":{"n":1}}`
	}
	point := func(coordinates string) string {
		return `{"type":"Feature","geometry":{"type":"Point","coordinates":` + coordinates + `},"properties":{"n":1}}`
	}
	lines := []struct{ text, field, rule, names string }{
		{ring("[111,30],[111.001,30],[111.001,30.001],[111,30]"), "", "", ""},
		{point("[111,95]"), "geometry", "range", "latitude 95"},
		{ring("[111,30],[111.001,30],[111,30]"), "coordinates", "geometry", "3 points"},
		{ring("[111,30],[111.001,30.001],[111.001,30],[111,30.001],[111,30]"), "geometry", "self-crossing", "111.0005"},
		{point("[NaN,30]"), "", "syntax", "'N'"},
		{point("[1e999,30]"), "coordinates", "", "too large"},
		{point("[181,30]"), "geometry", "range", "longitude 181"},
		{point("[111]"), "coordinates", "", ""},
		{`{"type":"Feature","geometry":null,"properties":{"n":1}}`, "", "", ""},
	}
	file, report := filepath.Join(t.TempDir(), "rules.geojsonseq"), filepath.Join(t.TempDir(), "report")
	var text strings.Builder
	bad := 0
	for _, l := range lines {
		text.WriteString(l.text + "\n")
		if l.field+l.rule != "" {
			bad++
		}
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var sum importSum
	lastJSON(t, mustRun(t, "import", file, "--layer", "rules", "--create", "--element", "land", "--json", "--report", report, "--data", dir), &sum)
	if sum.Read != len(lines) || sum.Rejected != bad {
		t.Errorf("%+v, %d are bad", sum, bad)
	}
	got := rejects(t, report)
	i := 0
	for n, l := range lines {
		if l.field+l.rule == "" {
			continue
		}
		if i == len(got) {
			t.Fatalf("no line for %s", l.text)
		}
		r := got[i]
		i++
		if r.Record != n+1 || r.Field != l.field || l.rule != "" && r.Rule != l.rule || r.Rule == "" || !strings.Contains(r.Message+r.Value, l.names) || r.Layer != "rules" || !strings.HasPrefix(r.At, "byte ") {
			t.Errorf("%s: %+v", l.text, r)
		}
	}
	visible(t, s, "rules", len(lines)-bad)

	// The same of a table, where fields are columns.
	table := filepath.Join(t.TempDir(), "rules.csv")
	if err := os.WriteFile(table, []byte("id,lon,lat\na,111,30\nb,111,95\nc,NaN,30\nd,-181,30\ne,,\nf,111,30\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "import", table, "--layer", "rules_table", "--create", "--element", "object", "--id", "id", "--report", report, "--data", dir)
	got = rejects(t, report)
	for i, want := range []reject{{Record: 2, Field: "lat", Rule: "range", Value: "95", At: "line 3"}, {Record: 3, Field: "lon", Rule: "range", Value: "NaN", At: "line 4"},
		{Record: 4, Field: "lon", Rule: "range", Value: "-181", At: "line 5"}} {
		if i >= len(got) {
			t.Fatalf("no line for %+v", want)
		}
		r := got[i]
		if r.Message == "" || r.Record != want.Record || r.Field != want.Field || r.Rule != want.Rule || r.Value != want.Value || r.At != want.At {
			t.Errorf("%+v, want %+v", r, want)
		}
	}
}

// sparse makes a file of text, a hole that reads as zeros, and more text.
func sparse(t *testing.T, name, before string, hole int64, after string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(before); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(int64(len(before)) + hole); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(after); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	goodPoint = `{"type":"Feature","id":"g1","geometry":{"type":"Point","coordinates":[111.29,30.69]},"properties":{"a":"x"}}`
	openText  = `{"type":"Feature","id":"g2","geometry":null,"properties":{"a":"`
)

// A feature of 2 GB is refused at the limit of a record, 64 MiB, and never held
// in memory. A process of its own shows its peak.
func testEndlessFeature(t *testing.T, s *served, dir string) {
	file := sparse(t, "endless.geojson", `{"type":"FeatureCollection","features":[`+goodPoint+","+openText, 2<<30, `"}}]}`)
	cmd := process(t.Context(), "import", file, "--layer", "endless", "--create", "--element", "object", "--data", dir, "--json")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err == nil || cmd.ProcessState.ExitCode() != exitBroken || strings.Count(errs.String(), "\n") != 1 ||
		!strings.Contains(errs.String(), "feature 2") || !strings.Contains(errs.String(), "more than 64 MiB") || !strings.Contains(errs.String(), "byte ") {
		t.Errorf("%v: %s", err, &errs)
	}
	var sum importSum
	lastJSON(t, string(out), &sum)
	if sum.Stored != 1 {
		t.Errorf("%+v", sum)
	}
	visible(t, s, "endless", 1)
	limit := int64(768 << 20)
	if underRace() {
		limit *= 4 // the detector keeps notes on every word
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatalf("%T", cmd.ProcessState.SysUsage())
	}
	if peak := int64(usage.Maxrss) << 10; peak > limit {
		t.Errorf("peak of %d MiB, at most %d", peak>>20, limit>>20)
	}
}

// underRace reports whether the race detector is built in.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}

// Where lines are records, one that is too long is a reject like others, and
// the next is read.
func testLongLines(t *testing.T, s *served, dir string) {
	const long = 65 << 20
	next := strings.Replace(goodPoint, "g1", "g3", 1)
	for name, file := range map[string]string{
		"long_seq":   sparse(t, "long.geojsonseq", goodPoint+"\n"+openText, long, "\"}}\n"+next+"\n"),
		"long_table": sparse(t, "long.csv", "id,lon,lat,a\ng1,111.29,30.69,x\ng2,111.29,30.69,", long, "\ng3,111.29,30.69,y\n"),
	} {
		report := filepath.Join(t.TempDir(), name)
		var sum importSum
		lastJSON(t, mustRun(t, "import", file, "--layer", name, "--create", "--element", "object", "--json", "--report", report, "--data", dir), &sum)
		r := rejects(t, report)
		if sum.Read != 3 || sum.Stored != 2 || len(r) != 1 || r[0].Record != 2 || r[0].Rule != "size" || !strings.Contains(r[0].Message, "64 MiB") {
			t.Errorf("%s: %+v %+v", name, sum, r)
		}
		visible(t, s, name, 2)
	}
}

func testNoFile(t *testing.T, _ *served, dir string) {
	missing := filepath.Join(t.TempDir(), "nothing.csv")
	empty := filepath.Join(t.TempDir(), "empty.csv")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{missing, "--layer", "x"}, {empty, "--layer", "buildings", "--format", "nonsense"}, {empty, "--layer", "BAD NAME", "--create", "--element", "land"},
		{empty, "--layer", "not_there"}, {empty, "--layer", "x", "--create", "--element", "nonsense"}, {empty, "--layer", "x", "--crs", "EPSG:1"},
		{empty, "--layer", "x", "--tz", "Mars/Olympus"},
	} {
		code, _, errs := run(t, append([]string{"import", "--data", dir}, args...)...)
		if code != 1 || strings.Count(errs, "\n") != 1 {
			t.Errorf("import %s: exit %d: %s", strings.Join(args, " "), code, errs)
		}
	}
}

// testBadRequests: what is out of range, malformed or nonsense gets a problem
// that names the parameter or the place in the body.
func testBadRequests(t *testing.T, s *served, _ string) {
	square := `{"type":"Polygon","coordinates":[[[111,30],[111.1,30],[111.1,30.1],[111,30]]]}`
	for _, tt := range []struct {
		path, body string
		status     int
		at         string // parameter or pointer
	}{
		{"/tiles/buildings/3/8/0.mvt", "", 404, ""},
		{"/tiles/buildings/3/0/8.mvt", "", 404, ""},
		{"/tiles/buildings/25/0/0.mvt", "", 404, ""},
		{"/tiles/buildings/hex/0/1/0.mvt", "", 404, ""},
		{"/tiles/nothing/3/1/1.mvt", "", 404, ""},
		{"/tiles/buildings/a/0/0.mvt", "", 400, "z"},
		{"/tiles/buildings/3/1.5/0.mvt", "", 400, "x"},
		{"/tiles/buildings/3/0/99999999999999999999.mvt", "", 404, ""},
		{"/tiles/BAD/3/0/0.mvt", "", 400, "layers"},
		{"/api/v1/near?layer=buildings&lon=111.29&lat=30.69&k=-1", "", 400, "k"},
		{"/api/v1/near?layer=buildings&lon=111.29&lat=30.69&k=1001", "", 400, "k"},
		{"/api/v1/near?layer=buildings&lon=NaN&lat=30.69", "", 400, "lon"},
		{"/api/v1/near?layer=buildings&lon=111.29&lat=95", "", 400, "lat"},
		{"/api/v1/near?layer=buildings&lon=111.29&lat=30.69&radius=-1", "", 400, "radius"},
		{"/api/v1/near?layer=buildings&lon=111.29&lat=30.69&radius=Inf", "", 400, "radius"},
		{"/api/v1/near?layer=buildings&lat=30.69", "", 400, "lon"},
		{"/api/v1/near?layer=nothing&lon=111.29&lat=30.69", "", 404, ""},
		{"/api/v1/near?layer=buildings&lon=111.29&lat=30.69&filter=height%20%3E", "", 400, "filter"},
		{"/api/v1/locate?lon=Infinity&lat=30", "", 400, "lon"},
		{"/api/v1/convert?coords=111,30;x,y&from=wgs84&to=gcj02", "", 400, "coords"},
		{"/ogc/collections/buildings/items?bbox=1,2,3", "", 400, "bbox"},
		{"/ogc/collections/buildings/items?bbox=111,NaN,112,31", "", 400, "bbox"},
		{"/ogc/collections/buildings/items?limit=-5", "", 400, "limit"},
		{"/ogc/collections/buildings/items?nonsense=1", "", 400, "nonsense"},
		{"/ogc/collections/buildings/items/nobody", "", 404, ""},
		{"/api/v1/within", `{"geometry":` + strings.Replace(square, "[111.1,30.1],", "", 1) + `,"layers":["buildings"]}`, 400, "/geometry"},
		{"/api/v1/within", `{"geometry":{"type":"Polygon","coordinates":[[[111,30],[112,31],[112,30],[111,31],[111,30]]]},"layers":["buildings"]}`, 400, "/geometry"},
		{"/api/v1/within", `{"geometry":` + strings.Replace(square, "[111,30]", "[111,95]", 1) + `,"layers":["buildings"]}`, 400, "/geometry"},
		{"/api/v1/within", `{"geometry":` + square + `,"layers":["buildings","nothing"]}`, 404, "/layers/1"},
		{"/api/v1/within", `{"geometry":` + square + `,"buffer":-1}`, 400, "/buffer"},
		{"/api/v1/within", `{"geometry":` + square, 400, ""},
		{"/api/v1/within", `{"geometry":"` + strings.Repeat("x", 32<<20) + `"}`, 413, ""},
		{"/api/v1/stats", `{"layers":["buildings"],"by":"h3:99"}`, 400, "/by"},
		{"/api/v1/events", `{"lon":111.29,"lat":95,"class":"1102"}`, 400, "/lat"},
		{"/api/v1/events", `{"lon":111.29,"lat":30.69,"class":"9999"}`, 400, "/class"},
	} {
		method, body := http.MethodGet, any(nil)
		if tt.body != "" {
			method, body = http.MethodPost, tt.body
		}
		what := fmt.Sprintf("%s %s %.120s", method, tt.path, tt.body)
		a := s.call("", method, tt.path, body)
		if a.status != tt.status {
			t.Errorf("%s: %d, want %d: %.300s", what, a.status, tt.status, a.body)
			continue
		}
		if got := a.header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: content type %s", what, got)
		}
		p := decode[problemDoc](t, a, what, tt.status)
		at := p.Parameter + p.Pointer
		if tt.at != "" && at != tt.at && !strings.HasPrefix(at, tt.at+"/") || p.Detail == "" || p.Status != tt.status || !strings.HasPrefix(p.Type, "/problems/") {
			t.Errorf("%s: %+v, want the fault at %q", what, p, tt.at)
		}
	}
}
