package gpkg_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/live"
)

// said gathers what a catalog says about its snapshot.
type said struct {
	mu   sync.Mutex
	text []string
}

func (s *said) note(text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, fmt.Sprint(text, " ", err))
}

func (s *said) tell() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := strings.Join(s.text, "\n")
	s.text = nil
	return out
}

// resident opens a catalog with a snapshot beside the file.
func resident(t testing.TB, s *gpkg.Store, note func(string, error)) *live.Catalog {
	t.Helper()
	c, err := live.Open(t.Context(), s, live.Options{Snapshot: &live.Snapshot{Path: s.Path() + ".live", Keys: s.Keys(), Random: rand.Reader, Note: note}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// asStored asserts that the catalog holds what the store does, feature by feature.
func asStored(t testing.TB, s *gpkg.Store, v *live.View) {
	t.Helper()
	for _, l := range v.Layers() {
		q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}
		want, got := []string(nil), []string(nil)
		for f, err := range s.Read(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprint(f))
		}
		for r, err := range v.Select(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(r.Feature()))
		}
		if a, b := strings.Join(want, "\n"), strings.Join(got, "\n"); a != b {
			t.Fatalf("layer %s: the store has\n%.600s\nthe catalog\n%.600s", l.ID, a, b)
		}
	}
}

// TestSnapshotNoticesForeignWrites: what another program wrote while nobody looked
// is seen at the next start, and what it wrote while the city was served is not kept.
func TestSnapshotNoticesForeignWrites(t *testing.T) {
	const added = "INSERT INTO places (id, name) VALUES ('qgis', 'x')"
	for what, statements := range map[string][]string{
		"nothing":            {"SELECT 1"},
		"an added row":       {added},
		"an edited row":      {"UPDATE places SET name = 'x' WHERE id = 'b'"},
		"a deleted row":      {"DELETE FROM places WHERE id = 'b'"},
		"a row for another":  {"DELETE FROM places WHERE id = 'b'", added},
		"a replaced row":     {"REPLACE INTO places (id, name) VALUES ('b', 'x')"},
		"a row and its mark": {"UPDATE places SET name = 'x' WHERE id = 'b'", "UPDATE places SET name = 'n' WHERE id = 'b'"},
	} {
		for _, serving := range []bool{false, true} {
			t.Run(fmt.Sprint(what, serving), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "city.gpkg")
				s := open(t, path)
				defer func() { s.Close() }()
				var said said
				if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{places, crashLayer},
					Changes: []layers.Change{place("a", 1), place("b", 2), place("c", 3)}}); err != nil {
					t.Fatal(err)
				}
				resident(t, s, said.note).Close()
				c := resident(t, s, said.note)
				if text := said.tell(); strings.Contains(text, "from the store: another") || strings.Count(text, "is written") != 1 {
					t.Fatal(text)
				}
				if !serving {
					c.Close()
				}
				sqlRun(t, path, statements...)
				if serving {
					if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{place("d", 4), {Op: layers.Delete, Layer: "places", ID: "a"}}}); err != nil {
						t.Fatal(err)
					}
					if err := os.Remove(path + ".live"); err != nil { // so that it is written once more
						t.Fatal(err)
					}
					c.Close()
					if text := said.tell(); strings.Contains(text, "left out") != (what != "nothing") {
						t.Errorf("at the end: %q", text)
					}
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = open(t, path)
				c = resident(t, s, said.note)
				asStored(t, s, c.View())
				c.Close()
				if text := said.tell(); !serving && strings.Contains(text, "places is read from the store: another program") != (what != "nothing") ||
					strings.Contains(text, "things") {
					t.Errorf("at the start: %q", text)
				}
				c = resident(t, s, said.note)
				defer c.Close()
				asStored(t, s, c.View())
				if text := said.tell(); text != "" {
					t.Errorf("at the start after: %q", text)
				}
			})
		}
	}
}

// TestSnapshotIsCompared: what no mark and no number tells is found by the comparison
// that follows the start, and is right after the next one.
func TestSnapshotIsCompared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := open(t, path)
	defer s.Close()
	changes := []layers.Change{place("a", 1), place("b", 2)}
	for i := range 5000 {
		changes = append(changes, place(fmt.Sprintf("c%04d", i), float64(i)))
	}
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{places, crashLayer}, Changes: changes}); err != nil {
		t.Fatal(err)
	}
	var said said
	heard := make(chan string, 100)
	start := func() *live.Catalog {
		c, err := live.Open(t.Context(), s, live.Options{Snapshot: &live.Snapshot{Path: path + ".live", Random: rand.Reader, Pace: time.Millisecond,
			Note: func(text string, err error) {
				said.note(text, err)
				if strings.Contains(text, "compared with the store") {
					heard <- text
				}
			}}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	start().Close()
	said.tell()
	c := start()
	if text := <-heard; !strings.Contains(text, "5002 features") {
		t.Error(text)
	}
	c.Close()
	if text := said.tell(); strings.Contains(text, "is not as") {
		t.Error(text)
	}
	sqlRun(t, path, "DELETE FROM places WHERE id = 'b'",
		"INSERT INTO places (fid, id, name) VALUES (2, 'qgis', 'x')")
	c = start()
	<-heard
	c.Close()
	if text := said.tell(); !strings.Contains(text, "feature b is not as it is in the store") || !strings.Contains(text, "is written") {
		t.Error(text)
	}
	for range 2 {
		c = start()
		asStored(t, s, c.View())
		<-heard
		c.Close()
		if text := said.tell(); strings.Contains(text, "is not as") {
			t.Error(text)
		}
	}
}

// TestSnapshotOfACopy: a copied city has its past, and so takes the snapshot that was
// copied with it, but not one that its original made later, nor does the original
// take one of the copy.
func TestSnapshotOfACopy(t *testing.T) {
	dir := t.TempDir()
	original := open(t, filepath.Join(dir, "city.gpkg"))
	defer original.Close()
	var said said
	if _, err := original.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{places}, Changes: []layers.Change{place("a", 1)}}); err != nil {
		t.Fatal(err)
	}
	resident(t, original, said.note).Close()
	if err := original.Copy(t.Context(), filepath.Join(dir, "copy.gpkg")); err != nil {
		t.Fatal(err)
	}
	move := func(from, to string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, from))
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, to), string(b))
	}
	move("city.gpkg.live", "copy.gpkg.live")
	copied := open(t, filepath.Join(dir, "copy.gpkg"))
	defer copied.Close()
	said.tell()
	start := func(s *gpkg.Store, used bool, more ...layers.Change) {
		t.Helper()
		c := resident(t, s, said.note)
		defer c.Close()
		asStored(t, s, c.View())
		if _, err := c.Apply(t.Context(), layers.Batch{Changes: more}); err != nil {
			t.Fatal(err)
		}
		if text := said.tell(); strings.Contains(text, "is not used") == used {
			t.Errorf("used should be %v: %q", used, text)
		}
		os.Remove(s.Path() + ".live") // so that it is written anew
	}
	start(copied, true, place("copy", 2))
	start(original, true, place("original", 3)) // as many changes as the copy
	said.tell()
	move("city.gpkg.live", "kept")
	move("copy.gpkg.live", "city.gpkg.live")
	start(original, false)
	move("kept", "copy.gpkg.live")
	start(copied, false)
}

// victimSnapshot follows the file with a catalog that writes its snapshot all the
// time.
func victimSnapshot(ctx context.Context, s *gpkg.Store, fail chan<- error) {
	c, err := live.Open(ctx, s, live.Options{Poll: time.Millisecond, Snapshot: &live.Snapshot{Path: s.Path() + ".live",
		Random: rand.Reader, Every: time.Millisecond, Worn: 1, Note: func(text string, err error) {
			if err != nil && !os.IsNotExist(err) {
				fail <- fmt.Errorf("%s: %w", text, err)
			}
		}}})
	if err != nil {
		fail <- err
	}
	_ = c // it lives as long as the process
}

// TestSnapshotKill kills a process that writes features and snapshots: what the next
// start takes from the file is what the store holds.
func TestSnapshotKill(t *testing.T) {
	r := geotest.Rand(t)
	path := filepath.Join(t.TempDir(), "city.gpkg")
	used := 0
	var said said
	t.Setenv(crashSnapshotEnv, "1")
	for range 8 {
		killAfter(t, path, 10+r.IntN(60), time.Duration(r.IntN(30_000))*time.Microsecond)
		s := open(t, path)
		c, err := live.Open(t.Context(), s, live.Options{Snapshot: &live.Snapshot{Path: path + ".live", Note: said.note}})
		if err != nil {
			t.Fatal(err)
		}
		asStored(t, s, c.View())
		if text := said.tell(); text == "" {
			used++
		} else if !strings.Contains(text, "no such file") {
			t.Error(text)
		}
		c.Close()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if used < 4 {
		t.Errorf("of 8 snapshots %d were used", used)
	}
}

// TestSnapshotSealsPersons: neither the snapshot of a city with keys nor what is left of
// an unfinished one holds the values of its layers in the clear.
func TestSnapshotSealsPersons(t *testing.T) {
	keys, err := keyring.New(keyring.Standard, time.Unix(1_750_000_000, 0), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gpkg.Open(t.Context(), filepath.Join(t.TempDir(), "city.gpkg"), gpkg.Options{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	person := &layers.Layer{ID: "persons", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess, Fields: []layers.Field{
		{Name: "name", Type: layers.String, Personal: true, Sealed: true}, {Name: "street", Type: layers.String, Personal: true}}}
	var b layers.Batch
	b.Layers = []*layers.Layer{person}
	for i := range 500 {
		key := fmt.Sprintf("person-%05d", i)
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: "persons", Feature: &layers.Feature{Key: key, Shape: orb.Point{121.123456789, 31.987654321},
			Values: []layers.Value{layers.Text(fmt.Sprint("居民某某", i)), layers.Text("梧桐路")}}})
	}
	if _, err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	var said said
	resident(t, s, said.note).Close()
	said.tell()
	c := resident(t, s, said.note)
	defer c.Close()
	asStored(t, s, c.View())
	file, err := os.ReadFile(s.Path() + ".live")
	if err != nil || strings.Contains(said.tell(), "not used") {
		t.Fatal(err)
	}
	for _, plain := range []string{"居民", "梧桐", "person-0", "persons", "street"} {
		if strings.Contains(string(file), plain) {
			t.Errorf("%q is in the snapshot", plain)
		}
	}
	if info, err := os.Stat(s.Path() + ".live"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the snapshot: %v, %v", info.Mode(), err)
	}
}
