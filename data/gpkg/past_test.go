package gpkg_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/storetest"
)

// story makes a city with much history.
func story(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "city.gpkg")
	s := open(t, path)
	r := geotest.Rand(t)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	b := layers.Batch{Layers: storetest.Layers()}
	for range 60 {
		for range 10 {
			b.Changes = append(b.Changes, storetest.Story(r))
		}
		b.At = start.AddDate(0, 0, r.IntN(60))
		if _, err := s.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		b = layers.Batch{}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func checked(t *testing.T, path string) string {
	t.Helper()
	s := open(t, path)
	defer s.Close()
	list, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range list {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

// TestPastIsChecked: check works out anew when each old version was the truth,
// and finds nothing wrong with what the writer kept up; whatever is damaged by
// hand it names.
func TestPastIsChecked(t *testing.T) {
	path := story(t)
	if got := checked(t, path); got != "" {
		t.Fatalf("a city that only the program wrote:\n%s", got)
	}
	for says, sql := range map[string]string{
		"it is the truth outside the time":      "UPDATE wutu_history SET since = since + 1 WHERE n = (SELECT min(n) FROM wutu_history WHERE since < till - 1 AND gaps = 0)",
		"it is never the truth":                 "UPDATE wutu_history SET since = 1, till = 2 WHERE n = (SELECT min(n) FROM wutu_history WHERE since = till AND valid_from IS NULL)",
		"entries, expected":                     "DELETE FROM wutu_past WHERE n = (SELECT max(n) FROM wutu_past)",
		"is indexed at":                         "UPDATE wutu_past SET t1 = t1 + 1 WHERE n = (SELECT max(n) FROM wutu_past)",
		"index of old versions is damaged":      "DELETE FROM wutu_past_rowid WHERE rowid = (SELECT max(rowid) FROM wutu_past_rowid)",
		"it is the truth for less than the tim": "UPDATE wutu_history SET gaps = 0",
	} {
		broken := filepath.Join(t.TempDir(), "broken.gpkg")
		sqlRun(t, path, "VACUUM INTO '"+broken+"'")
		sqlRun(t, broken, sql)
		if got := checked(t, broken); !strings.Contains(got, says) {
			t.Errorf("after %s: check says %q, expected %q", sql, got, says)
		}
	}
}

// TestPastIsMigrated: a file from before the index gets the same answers.
func TestPastIsMigrated(t *testing.T) {
	path := story(t)
	before := filepath.Join(t.TempDir(), "before.gpkg")
	sqlRun(t, path, "VACUUM INTO '"+before+"'")
	sqlRun(t, before, "DROP TABLE wutu_past", "ALTER TABLE wutu_history DROP COLUMN since", "ALTER TABLE wutu_history DROP COLUMN till",
		"ALTER TABLE wutu_history DROP COLUMN gaps", "DROP INDEX wutu_history_made", "DROP INDEX wutu_history_ended", "DELETE FROM wutu_migrations WHERE n >= 4",
		"DELETE FROM gpkg_extensions WHERE table_name LIKE 'wutu\\_past%' ESCAPE '\\'",
		"DROP TABLE wutu_fixes", "DROP TABLE wutu_tracks", "DROP TABLE wutu_track_boxes", "DROP TABLE wutu_moves",
		"DELETE FROM gpkg_extensions WHERE table_name LIKE 'wutu\\_track%' ESCAPE '\\' OR table_name IN ('wutu_fixes', 'wutu_moves')")
	if got := checked(t, before); got != "" {
		t.Fatalf("a migrated city:\n%s", got)
	}
	old, fresh := open(t, before), open(t, path)
	defer old.Close()
	defer fresh.Close()
	for _, layer := range storetest.Layers() {
		for day := range 110 {
			q := layers.Query{Subject: layers.SystemSubject(), Layer: layer.ID, At: time.Date(2026, 1, 1+day, 0, 0, 0, 0, time.UTC)}
			var a, b []layers.Feature
			for f, err := range old.Read(t.Context(), q) {
				if err != nil {
					t.Fatal(err)
				}
				a = append(a, f)
			}
			for f, err := range fresh.Read(t.Context(), q) {
				if err != nil {
					t.Fatal(err)
				}
				b = append(b, f)
			}
			if len(a) != len(b) {
				t.Fatalf("%s on day %d: %d features, expected %d", layer.ID, day, len(a), len(b))
			}
			for i := range a {
				if a[i].Key != b[i].Key || a[i].Version != b[i].Version {
					t.Fatalf("%s on day %d: %s version %d, expected %s version %d", layer.ID, day, a[i].Key, a[i].Version, b[i].Key, b[i].Version)
				}
			}
		}
	}
}

func TestPastLive(t *testing.T) { storetest.Live(t, open(t, filepath.Join(t.TempDir(), "city.gpkg"))) }
