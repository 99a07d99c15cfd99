package gpkg_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
)

// sqlRun changes a file behind the store's back.
func sqlRun(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestRefusesOtherFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		kind layers.Kind
		says string
	}{
		{"text", func(t *testing.T, path string) { writeFile(t, path, "hello, this is no database") }, layers.Invalid, "not a GeoPackage"},
		{"short", func(t *testing.T, path string) { writeFile(t, path, "x") }, layers.Invalid, "not a GeoPackage"},
		{"folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, layers.Invalid, "folder"},
		{"database", func(t *testing.T, path string) { sqlRun(t, path, "CREATE TABLE x (y)") }, layers.Invalid, "database of another program"},
		{"geopackage", func(t *testing.T, path string) {
			sqlRun(t, path, "PRAGMA application_id = 0x47504B47", "CREATE TABLE gpkg_contents (table_name TEXT)")
		}, layers.Invalid, "GeoPackage of another program"},
		{"newer", func(t *testing.T, path string) {
			if err := open(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			sqlRun(t, path, "INSERT INTO wutu_migrations (n, name) VALUES (9999, 'future')")
		}, layers.Unsupported, "newer version"},
		{"truncated", func(t *testing.T, path string) { writeFile(t, path, "SQLite format 3\x00"+strings.Repeat("\x01", 200)) }, layers.Internal, "damaged"},
		{"no folder", func(*testing.T, string) {}, layers.Unavailable, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "city.gpkg")
			if c.name == "no folder" {
				path = filepath.Join(path, "city.gpkg")
			}
			c.make(t, path)
			before, _ := os.ReadFile(path) //nolint:errcheck // a folder has no content
			s, err := gpkg.Open(t.Context(), path, gpkg.Options{})
			if err == nil {
				t.Fatal(s.Close(), "the file was opened")
			}
			if layers.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s error: %v", layers.KindOf(err), err)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) { //nolint:errcheck // as above
				t.Error("a refused file was changed")
			}
		})
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func place(key string, x float64) layers.Change {
	return layers.Change{Op: layers.Put, Layer: "places", ID: key, Feature: &layers.Feature{Key: key,
		Shape: orb.LineString{{x, 1}, {2, 3}}, Values: []layers.Value{layers.Text("n"), layers.Text("a")}}}
}

var places = &layers.Layer{ID: "places", Element: layers.Object, Geometry: layers.LineString,
	Fields: []layers.Field{{Name: "name", Type: layers.String}, {Name: "kind", Type: layers.String, Codes: []layers.Code{{Value: "a"}}}}}

// TestCheckFinds breaks a sound city in one way at a time.
func TestCheckFinds(t *testing.T) {
	for what, c := range map[string]struct{ statement, says string }{
		"nothing":            {"SELECT 1", ""},
		"an added row":       {"INSERT INTO places (id, name) VALUES ('qgis', 'x')", "feature qgis: was added by another program"},
		"an edited row":      {"UPDATE places SET name = 'x' WHERE id = 'b'", "was changed by another program"},
		"a deleted row":      {"DELETE FROM places WHERE id = 'b'", "was deleted by another program"},
		"another version":    {"UPDATE places SET version = 99 WHERE id = 'b'", "feature b: its version 99 is no change"},
		"a gap":              {"DELETE FROM wutu_changes WHERE seq = 3", "the change log has gaps"},
		"an unknown code":    {"UPDATE places SET kind = 'z' WHERE id = 'b'", "feature b: field kind"},
		"a wrong type":       {"UPDATE places SET name = x'00' WHERE id = 'b'", "feature b: field name"},
		"a cut geometry":     {"UPDATE places SET geom = substr(geom, 1, length(geom) - 3) WHERE id = 'b'", "feature b: field geometry: the geometry is cut off"},
		"a wrong geometry":   {"UPDATE places SET geom = x'47500001E6100000010100000000000000000000000000000000000000' WHERE id = 'b'", "feature b: field geometry: Point"},
		"a wrong envelope":   {"UPDATE places SET geom = CAST(substr(geom, 1, 8) || x'0000000000000000' || substr(geom, 17) AS BLOB) WHERE id = 'b'", "feature b: the envelope"},
		"no registration":    {"DELETE FROM gpkg_geometry_columns", "gpkg_geometry_columns"},
		"a foreign table":    {"INSERT INTO gpkg_contents (table_name, data_type) VALUES ('other', 'features')", "other: is a table of another program"},
		"a broken history":   {"UPDATE wutu_history SET body = x'FF'", "feature a: old version 2: the body of an old version is damaged"},
		"a changed audit":    {"UPDATE wutu_audit SET actor = 'somebody' WHERE n = 2", "line 2 was changed"},
		"a missing audit":    {"DELETE FROM wutu_audit WHERE n = 1", "line 1 is missing"},
		"a missing column":   {"ALTER TABLE places RENAME COLUMN name TO title", "field name has no column name"},
		"a missing contents": {"DELETE FROM gpkg_contents", "is missing in gpkg_contents"},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "city.gpkg")
			s := open(t, path)
			for _, b := range []layers.Batch{{Layers: []*layers.Layer{places}, Changes: []layers.Change{place("a", 1), place("b", 2), place("c", 3)}},
				{Changes: []layers.Change{place("a", 4), {Op: layers.Delete, Layer: "places", ID: "c"}},
					Audit: []layers.AuditLine{{Actor: "me", Action: "one"}, {Actor: "me", Action: "two"}}}} {
				if _, err := s.Apply(t.Context(), b); err != nil {
					t.Fatal(err)
				}
			}
			sqlRun(t, path, "PRAGMA foreign_keys = OFF", c.statement)
			problems, err := s.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, p := range problems {
				text += p.String() + "\n"
			}
			if c.says == "" && text != "" || !strings.Contains(text, c.says) {
				t.Errorf("check says %q, expected %q", text, c.says)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestCheckFindsWrongCodes: values that their field's code system does not know are
// found, sealed ones too.
func TestCheckFindsWrongCodes(t *testing.T) {
	dir := t.TempDir()
	s := openSealed(t, filepath.Join(dir, "city.gpkg"), newRing(t, filepath.Join(dir, "keys"), keyring.Standard))
	l := &layers.Layer{ID: "firms", Element: layers.Enterprise, Access: layers.PersonalAccess, Fields: []layers.Field{
		{Name: "uscc", Type: layers.String, CodeSystem: layers.USCC}, {Name: "owner", Type: layers.String, CodeSystem: layers.CitizenID, Personal: true, Sealed: true}}}
	firm := func(id, uscc, owner string) layers.Change {
		return layers.Change{Op: layers.Put, Layer: "firms", ID: id, Feature: &layers.Feature{Key: id, Values: []layers.Value{layers.Text(uscc), layers.Text(owner)}}}
	}
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{l}, Changes: []layers.Change{
		firm("good", "91350100M000100Y43", "11010519491231002X"), firm("one", "91350100M000100Y44", "11010519491231002X"), firm("two", "91350100M000100Y43", "110105194912310021")}}); err != nil {
		t.Fatal(err)
	}
	problems, err := s.Check(t.Context())
	if err != nil || len(problems) != 2 || !strings.Contains(problems[0].String(), "feature one: field uscc") || !strings.Contains(problems[1].String(), "feature two: field owner") {
		t.Errorf("%v %v", problems, err)
	}
}

// TestTwoProcesses: two stores on one file see each other's commits, layers and
// sequence.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	a, b := open(t, path), open(t, path)
	apply := func(s *gpkg.Store, batch layers.Batch, want uint64) {
		t.Helper()
		if seq, err := s.Apply(t.Context(), batch); err != nil || seq != want {
			t.Fatalf("sequence %d, %v; expected %d", seq, err, want)
		}
		for _, other := range []*gpkg.Store{a, b} {
			if seq, err := other.Seq(t.Context()); err != nil || seq != want {
				t.Fatalf("sequence %d, %v; expected %d", seq, err, want)
			}
		}
	}
	apply(a, layers.Batch{Layers: []*layers.Layer{places}}, 1)
	apply(b, layers.Batch{Changes: []layers.Change{place("b", 1)}}, 2)
	wide := *places
	wide.Fields = append(wide.Fields[:2:2], layers.Field{Name: "more", Type: layers.Integer})
	apply(b, layers.Batch{Layers: []*layers.Layer{&wide}}, 3)
	f := place("a", 1)
	f.Feature.Values = append(f.Feature.Values[:2:2], layers.Int(7))
	b2 := layers.Batch{Changes: []layers.Change{place("c", 1)}}
	apply(a, b2, 4) // prepared against the old definition
	if _, err := a.Layers(t.Context()); err != nil {
		t.Fatal(err)
	}
	apply(a, layers.Batch{Changes: []layers.Change{f}}, 5)
	for _, s := range []*gpkg.Store{b, a} {
		n := 0
		for f, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "places"}) {
			if err != nil || len(f.Values) != 3 {
				t.Errorf("%+v, %v", f, err)
			}
			n++
		}
		if n != 3 {
			t.Errorf("%d features", n)
		}
		if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("check: %v, %v", problems, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
