package gpkg_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/model"
	"wutu/layers/track"
	"wutu/layers/track/tracktest"
)

func TestTracks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	tracktest.Run(t, func(t *testing.T, now func() time.Time, before tracktest.Store) tracktest.Store {
		if before != nil {
			if err := before.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s, err := gpkg.Open(t.Context(), path, gpkg.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Fatalf("%v %v", problems, err)
		}
		return s
	})
}

// trackCity makes a city with three movers, and who takes their fixes.
func trackCity(t *testing.T, s *gpkg.Store) *track.Keeper {
	t.Helper()
	l := model.Lookup(model.Movers)
	b := layers.Batch{Layers: []*layers.Layer{l}}
	for i := range 3 {
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, Feature: mover(i, "first")})
	}
	apply(t, s, b)
	now := trackedStart()
	return track.New(track.Options{Store: s, Now: func() time.Time { now = now.Add(time.Second); return now }, Every: time.Nanosecond,
		Layer: func(string) (*layers.Layer, bool) { return l, true }})
}

func mover(i int, operator string) *layers.Feature {
	l := model.Lookup(model.Movers)
	f := &layers.Feature{Key: fmt.Sprint("m", i), Shape: orb.Point{111, 30}, Values: make([]layers.Value, len(l.Fields))}
	f.Values[l.FieldIndex(model.Operator)] = layers.Text(operator)
	return f
}

func sendTracked(t *testing.T, k *track.Keeper, object, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		f, err := trackedFix(object, n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Add(t.Context(), model.Movers, []track.Sent{{Object: fmt.Sprint("m", object), Fix: f}}); err != nil {
			t.Fatal(err)
		}
	}
}

// However often objects move, the log has one line for their moves and history none;
// what was edited in between is history, and the feeds tell the last of everything.
func TestMovesLeaveNoTrace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := open(t, path)
	k := trackCity(t, s)
	begun, err := s.Seq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for o := range 3 {
		sendTracked(t, k, o, 0, 50)
	}
	edited := mover(1, "second")
	edited.Shape = orb.Point{112, 31}
	apply(t, s, layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: model.Movers, Feature: edited}}})
	sendTracked(t, k, 1, 50, 80)
	apply(t, s, layers.Batch{Changes: []layers.Change{{Op: layers.Delete, Layer: model.Movers, ID: "m2"}}})
	sendTracked(t, k, 2, 50, 60) // its track goes on, nothing moves
	seq, err := s.Seq(t.Context())
	if err != nil || seq != begun+150+1+30+1 {
		t.Errorf("sequence %d after %d: %v", seq, begun, err)
	}
	// m0: first; m1: first, its last move before the edit, the edit; m2: first, its last.
	if n := count(t, path, "SELECT count(*) FROM wutu_history"); n != 6 {
		t.Errorf("%d old versions", n)
	}
	// Definition and three first ones; of m0 a move; of m1 two and the edit; of m2 one and the deletion.
	if n := count(t, path, "SELECT count(*) FROM wutu_changes"); n != 4+1+3+2 {
		t.Errorf("%d lines of the log", n)
	}
	var told []string
	for c, err := range s.Changes(t.Context(), begun) {
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, fmt.Sprintf("%s %s", c.Op, c.ID))
		if c.ID == "m1" && c.Feature.Value(2).Str() != "second" {
			t.Errorf("%v", c.Feature)
		}
	}
	if got := strings.Join(told, ", "); got != "put m0, put m1, delete m2" {
		t.Errorf("%s", got)
	}
	steps := 0
	for x, err := range s.Log(t.Context(), begun, []string{model.Movers}) {
		if err != nil || x.Op == layers.Put && x.Feature == nil {
			t.Fatalf("%v %v", x, err)
		}
		steps++
	}
	if steps != 6 {
		t.Errorf("%d steps", steps)
	}
	if text := problems(t, s); text != "" {
		t.Errorf("%s", text)
	}
	sqlRun(t, path, "DELETE FROM wutu_changes WHERE op = 4 AND seq = (SELECT min(seq) FROM wutu_changes WHERE op = 4)")
	if text := problems(t, s); !strings.Contains(text, "the change log has gaps") {
		t.Errorf("a missing move is not missed: %q", text)
	}
}

// Tracks are sealed where the city has keys, rotation included, and a check names
// what is wrong with them.
func TestTracksAreSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := open(t, path)
	k := trackCity(t, s)
	sendTracked(t, k, 0, 0, 300)
	if err := k.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	sendTracked(t, k, 0, 300, 310)
	closeStore(t, s)

	ring := newRing(t, path, keyring.Standard)
	s = openSealed(t, path, ring)
	if text := problems(t, s); !strings.Contains(text, "hours of tracks are plain") {
		t.Errorf("plain tracks: %q", text)
	}
	whole := func() {
		t.Helper()
		l := model.Lookup(model.Movers)
		k = track.New(track.Options{Store: s, Now: trackedStart, Layer: func(string) (*layers.Layer, bool) { return l, true }})
		got, err := k.Read(t.Context(), l.ID, "m0", trackedStart(), trackedStart().Add(100*time.Hour))
		if err != nil || len(got) != 310 {
			t.Fatalf("%d fixes: %v", len(got), err)
		}
	}
	whole()
	for range 2 {
		done, err := s.Reseal(t.Context(), nil)
		if err != nil || done.Tracks != 2+10 { // two hours, and the blocks that no chunk has
			t.Errorf("%d resealed: %v", done.Tracks, err)
		}
		if text := problems(t, s); text != "" {
			t.Errorf("%s", text)
		}
		for _, table := range []string{"wutu_tracks", "wutu_fixes"} {
			if n := count(t, path, "SELECT count(*) FROM "+table+" WHERE CAST(substr(data, 2, 8) AS TEXT) <> '"+ring.Current()+"'"); n != 0 {
				t.Errorf("%d of %s are not sealed with the key in use", n, table)
			}
		}
		whole()
		if err := errors.Join(ring.Rotate(firstDay, rand.Reader), ring.Save(ring.Path())); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole()
	closeStore(t, s)
	for sql, says := range map[string]string{
		"UPDATE wutu_tracks SET last = last + 1":                       "is stored as",
		"UPDATE wutu_tracks SET hour = hour + 5":                       "was altered, or belongs elsewhere",
		"DELETE FROM wutu_track_boxes":                                 "is not in the index",
		"UPDATE wutu_track_boxes SET x0 = x0 + 20000, x1 = x1 + 20000": "lies outside its entry",
		"DELETE FROM wutu_tracks":                                      "entries too many",
	} {
		copied := copyFile(t, path)
		sqlRun(t, copied, sql)
		other := openSealed(t, copied, ring)
		if text := problems(t, other); !strings.Contains(text, says) {
			t.Errorf("%s: %q, expected %q", sql, text, says)
		}
		closeStore(t, other)
	}
}
