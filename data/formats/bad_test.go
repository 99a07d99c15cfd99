package formats_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"wutu/data/formats"
	"wutu/data/ingest"
	"wutu/layers"
	"wutu/layers/memstore"
)

// text is a file in memory.
func text(name, content string) ingest.File {
	return ingest.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

// run imports a file in memory into a new layer.
func run(t *testing.T, f ingest.File, o ingest.Options) (*memstore.Store, ingest.Summary, []ingest.Reject, error) {
	t.Helper()
	src, err := formats.Open(f, "")
	if err != nil {
		t.Fatal(err)
	}
	store := memstore.New()
	var rejects []ingest.Reject
	o.Layer, o.Create, o.Element = "x", true, layers.Land
	o.Rejected = func(r ingest.Reject) error { rejects = append(rejects, r); return nil }
	sum, err := ingest.Run(context.Background(), store, src, o)
	if sum.Read != sum.Stored+sum.Rejected {
		t.Errorf("%+v does not add up", sum)
	}
	return store, sum, rejects, err
}

const good = `{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[111.29,30.69]}}`

func feature(geometry string) string {
	return `{"type":"Feature","properties":{"a":1},"geometry":` + geometry + `}`
}

func collect(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

// TestBadRecords checks that a wrong record is rejected alone, with the field and
// the reason.
func TestBadRecords(t *testing.T) {
	for _, c := range []struct{ name, file, content, field, rule, message string }{
		{"latitude 95", "a.geojson", collect(good, feature(`{"type":"Point","coordinates":[111,95]}`)), "geometry", "range", "latitude 95"},
		{"latitude 95 in a table", "a.csv", "a,lon,lat\n1,111,30\n2,111,95\n", "lat", "range", "latitude 95"},
		{"longitude no number", "a.csv", "a,lon,lat\n1,111,30\n2,east,30\n", "lon", "type", `"east" is not a number`},
		{"columns missing", "a.csv", "a,lon,lat\n1,111,30\n2,111\n", "", "syntax", "2 columns, the header has 3"},
		{"three points", "a.geojson", collect(good, feature(`{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}`)), "coordinates", "geometry", "3 points, a ring needs 4"},
		{"open ring", "a.geojson", collect(good, feature(`{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1]]]}`)), "coordinates", "geometry", "not closed"},
		{"bow tie", "a.geojson", collect(good, feature(`{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`)), "geometry", "self-crossing", "crosses"},
		{"number too large", "a.geojson", collect(good, feature(`{"type":"Point","coordinates":[1e999,0]}`)), "coordinates", "geometry", "too large"},
		{"text for a number", "a.geojson", collect(good, feature(`{"type":"Point","coordinates":["1",0]}`)), "coordinates", "geometry", "not a number"},
		{"no feature", "a.geojson", collect(good, `17`), "", "syntax", "a feature is an object"},
		{"unknown type", "a.geojson", collect(good, feature(`{"type":"Circle","coordinates":[1,0]}`)), "type", "syntax", "Circle"},
		{"broken line", "a.geojsonl", good + "\n" + `{"type":"Feature","prop` + "\n", "", "syntax", "not valid JSON"},
		{"projected", "a.geojson", collect(good, feature(`{"type":"Point","coordinates":[543210,3398765]}`)), "geometry", "range", "metres"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, sum, rejects, err := run(t, text(c.file, c.content), ingest.Options{})
			if err != nil || sum.Stored != 1 || sum.Rejected != 1 || len(rejects) != 1 {
				t.Fatalf("%+v, %v, %v", sum, rejects, err)
			}
			r := rejects[0]
			if r.Record != 2 || r.Field != c.field || r.Rule != c.rule || !strings.Contains(r.Message, c.message) || r.At == "" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestWrongOfficialCodes checks that a value with a wrong check character is rejected by
// name where the layer's schema names the code system.
func TestWrongOfficialCodes(t *testing.T) {
	schema, err := ingest.ParseSchema([]byte(`{"properties":{"owner":{"type":"string","x-wutu-code-system":"uscc"},"geometry":{"format":"geometry-point","x-ogc-role":"primary-geometry"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, sum, rejects, err := run(t, text("a.csv", "owner,lon,lat\n91350100M000100Y43,111,30\n91350100M000100Y34,111,30\n,111,30\n"), ingest.Options{Schema: schema})
	if err != nil || sum.Stored != 2 || len(rejects) != 1 {
		t.Fatalf("%+v, %v, %v", sum, rejects, err)
	}
	if r := rejects[0]; r.Record != 2 || r.Field != "owner" || r.Rule != "code" || r.Value != "91350100M000100Y34" || !strings.Contains(r.Message, "character 17") {
		t.Errorf("%+v", r)
	}
}

// TestBrokenFiles checks that a file that cannot be read on ends the import, names
// the place, and leaves the features before.
func TestBrokenFiles(t *testing.T) {
	broken := collect(good, good, `{"type":"Feature","geometry":}`)
	place := fmt.Sprintf("feature 3: at byte %d", strings.Index(broken, ":}")+1)
	for _, c := range []struct{ name, file, content, message string }{
		{"broken JSON at record 3", "a.geojson", broken, place},
		{"truncated", "a.geojson", collect(good, good, good)[:300], "ends in the middle"},
		{"trailing text", "a.geojson", collect(good, good) + "x", "after the end"},
		{"missing comma", "a.geojson", collect(good, good+good), "where one of"},
		{"open quote", "a.csv", "a,b\n1,2\n3,4\n5,\"6\n", "at byte 12: the row's quote is never closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, sum, _, err := run(t, text(c.file, c.content), ingest.Options{})
			if layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), c.message) {
				t.Fatalf("%v", err)
			}
			if fs, _ := features(t, store, "x"); sum.Stored < 2 || int64(len(fs)) != sum.Stored {
				t.Errorf("%+v, %d features", sum, len(fs))
			}
		})
	}
}

// endless is a file of head, n times 'a', and tail.
type endless struct {
	head, tail *strings.Reader
	n          int64
}

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); err == nil {
		return n, nil
	}
	if e.n > 0 {
		n := min(int64(len(p)), e.n)
		copy(p, bytes.Repeat([]byte{'a'}, int(n)))
		e.n -= n
		return int(n), nil
	}
	return e.tail.Read(p)
}

// TestHugeRecords checks that a record beyond every limit is refused, and that in
// formats of lines the next one is read again.
func TestHugeRecords(t *testing.T) {
	const size = ingest.MaxRecord + 10
	for _, c := range []struct {
		name, file, head, tail string
		stored                 int64
		stops                  bool
	}{
		{"line", "a.geojsonl", good + "\n" + `{"x":"`, "\"}\n" + good, 2, false},
		{"row", "a.csv", "a,b\n1,2\n3,", "\n5,6\n", 2, false},
		{"feature", "a.geojson", `{"type":"FeatureCollection","features":[` + good + `,{"x":"`, `"}]}`, 1, true},
		{"foreign member", "a.geojson", `{"type":"FeatureCollection","x":"`, `","features":[` + good + `]}`, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := ingest.File{Name: c.file, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(&endless{strings.NewReader(c.head), strings.NewReader(c.tail), size}), nil
			}}
			_, sum, rejects, err := run(t, f, ingest.Options{})
			if sum.Stored != c.stored {
				t.Errorf("%+v %v", sum, err)
			}
			if c.stops && layers.KindOf(err) != layers.TooLarge || !c.stops && err != nil {
				t.Errorf("%v", err)
			}
			if c.stored == 2 && (len(rejects) != 1 || rejects[0].Rule != "size") {
				t.Errorf("%+v", rejects)
			}
		})
	}
}

// TestSystems checks that coordinates of a named system arrive in WGS 84, and that
// a crs member counts wherever it stands.
func TestSystems(t *testing.T) {
	member := `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}`
	point := feature(`{"type":"Point","coordinates":[12388746.1,3590404.3]}`)
	for _, content := range []string{
		`{"type":"FeatureCollection",` + member + `,"features":[` + point + `]}`,
		`{"type":"FeatureCollection","features":[` + point + `],` + member + `}`,
	} {
		store, sum, rejects, err := run(t, text("a.geojson", content), ingest.Options{})
		if err != nil || sum.Stored != 1 {
			t.Fatalf("%+v %v %v", sum, rejects, err)
		}
		fs, _ := features(t, store, "x")
		for _, f := range fs {
			if b := f.Shape.Bound().Min; b[0] < 111.28 || b[0] > 111.30 || b[1] < 30.6 || b[1] > 30.8 {
				t.Errorf("placed at %v", b)
			}
		}
	}
}

func TestRejectReportIsJSONLines(t *testing.T) {
	var b bytes.Buffer
	if err := ingest.Report(&b)(ingest.Reject{Record: 17, Field: "lat", Rule: "range", Value: "95", Message: "latitude 95 is out of range", Layer: "x"}); err != nil {
		t.Fatal(err)
	}
	want := `{"record":17,"field":"lat","rule":"range","value":"95","message":"latitude 95 is out of range","layer":"x"}` + "\n"
	if b.String() != want {
		t.Errorf("got %s", b.String())
	}
}
