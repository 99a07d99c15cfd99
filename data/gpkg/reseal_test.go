package gpkg_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
)

// TestSealAnOldCity: a city of plain values opens with and without keys, and
// holds no plain value in any byte once it has been sealed.
func TestSealAnOldCity(t *testing.T) {
	const n = 3000
	dir := t.TempDir()
	path := filepath.Join(dir, "city.gpkg")
	s := open(t, path)
	fill(t, s, n, false)
	want := readAll(t, s)
	closeStore(t, s)
	if findPlain(t, dir, secrets(n)) == nil {
		t.Fatal("the scan finds nothing in a plain city")
	}

	ring := newRing(t, filepath.Join(t.TempDir(), "x"), keyring.Standard)
	s = openSealed(t, path, ring)
	if text := readAll(t, s); text != want {
		t.Error("the keys changed what is read")
	}
	apply(t, s, layers.Batch{Layers: []*layers.Layer{personLayer(true)}})
	if text := readAll(t, s); text != want {
		t.Error("declaring fields as sealed changed what is read")
	}
	for _, says := range []string{"values of the sealed field citizen/id are plain: run", "values of the sealed field phone are plain in old versions", "375 records of event/history are plain", "the filters or details of 375 lines"} {
		if text := problems(t, s); !strings.Contains(text, says) {
			t.Errorf("check says %q, expected %q", text, says)
		}
	}
	// New rows are sealed at once, and found although the old ones are plain.
	apply(t, s, layers.Batch{Changes: persons(5*n, 5*n+1)})
	for _, who := range []int{5 * n, n - 4} {
		q := layers.Query{Subject: layers.SystemSubject(), Layer: "people", Filter: layers.Compare{Op: layers.Eq,
			Left: layers.Property{Name: "citizen/id"}, Right: layers.Literal{Value: layers.Text(citizenOf(who))}}}
		found := 0
		for f, err := range s.Read(t.Context(), q) {
			if err != nil || f.Key != fmt.Sprintf("p%05d", who) {
				t.Errorf("%v, %v", f, err)
			}
			found++
		}
		if found != 1 {
			t.Errorf("person %d is found %d times", who, found)
		}
	}
	apply(t, s, layers.Batch{Changes: []layers.Change{{Op: layers.Delete, Layer: "people", ID: fmt.Sprintf("p%05d", 5*n)}}})
	want = readAll(t, s)
	state, err := s.SealState(t.Context())
	if err != nil || len(state.Plain) != 2 || state.Rotating {
		t.Errorf("%+v, %v", state, err)
	}

	done, err := s.Reseal(t.Context(), nil)
	if err != nil || done.Features < n/2 || done.Versions < n/4 || done.Records != n/8 || done.Lines != n/8 {
		t.Errorf("%+v, %v", done, err)
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := readAll(t, s); text != want {
		t.Error("sealing changed what is read")
	}
	if text := problems(t, s); text != "" {
		t.Error(text)
	}
	gone := secrets(n)
	gone[citizenOf(5*n)] = true
	if found := findPlain(t, dir, gone); found != nil {
		t.Error(found)
	}
	if state, err := s.SealState(t.Context()); err != nil || len(state.Plain) != 0 {
		t.Errorf("%+v, %v", state, err)
	}
	if done, err := s.Reseal(t.Context(), nil); err != nil || done != (gpkg.Resealed{}) {
		t.Errorf("a second run does something: %+v, %v", done, err)
	}
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{personLayer(false)}}); layers.KindOf(err) != layers.Conflict {
		t.Errorf("a sealed field was opened: %v", err)
	}
	closeStore(t, s)
}

// TestRotationWhileOthersWork interrupts rotations at random places, with a
// second store that writes and reads meanwhile and learns of the new key by
// itself.
func TestRotationWhileOthersWork(t *testing.T) {
	const n = 5000
	path := filepath.Join(t.TempDir(), "city.gpkg")
	ring := newRing(t, path, keyring.Standard)
	s := openSealed(t, path, ring)
	fill(t, s, n, true)
	other, err := keyring.Load(ring.Path())
	if err != nil {
		t.Fatal(err)
	}
	server := openSealed(t, path, other)

	first := ring.Current()
	if err := errors.Join(ring.Rotate(firstDay, rand.Reader), ring.Save(ring.Path())); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	written := 0
	_, err = s.Reseal(ctx, func(rows int64) {
		// The key is in use: whatever the other process writes from now on, its
		// first write included, is sealed with it.
		apply(t, server, layers.Batch{Changes: persons(2*n+written, 2*n+written+1),
			Records: []layers.Record{{Bucket: "b", Key: fmt.Sprint(written), Data: []byte("x")}}})
		if written++; written == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if n := count(t, path, fmt.Sprintf("SELECT count(*) FROM people WHERE id >= 'p%05d' AND substr(phone, 1, 15) <> '%s'", 2*n, keyring.Prefix(ring.Current()))); n != 0 {
		t.Errorf("%d values were sealed with the old key after the new one was in use", n)
	}
	if other.Current() != ring.Current() {
		t.Error("the other process does not use the new key")
	}
	state, err := server.SealState(t.Context())
	if err != nil || !state.Rotating || state.Keys[len(state.Keys)-1] != ring.Current() {
		t.Errorf("%+v, %v", state, err)
	}
	if text := problems(t, s); !strings.Contains(text, "is not finished") || strings.Count(text, "\n") != 1 {
		t.Errorf("check says %q", text)
	}
	want := readAll(t, s)
	if text := readAll(t, server); text != want {
		t.Error("the two stores read different things")
	}
	closeStore(t, s)

	s = openSealed(t, path, ring) // another run goes on
	done, err := s.Reseal(t.Context(), nil)
	if err != nil || done.Features == 0 || done.Features > n-1000 {
		t.Errorf("the second run rewrote %+v, %v", done, err)
	}
	if text := readAll(t, server); text != want {
		t.Error("the rotation changed what is read")
	}
	if text := problems(t, server); text != "" {
		t.Error(text)
	}
	closeStore(t, server)
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if left := bytes.Count(b, []byte(keyring.Prefix(first))); left != 1 { // its probe
		t.Errorf("%d values of the first key are left", left)
	}
}

// TestWriterWithOldKey: a store whose ring cannot learn of the new key does not
// write with the old one.
func TestWriterWithOldKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	ring := newRing(t, path, keyring.Standard)
	s := openSealed(t, path, ring)
	fill(t, s, 10, true)
	other, err := keyring.Load(ring.Path())
	if err != nil {
		t.Fatal(err)
	}
	server := openSealed(t, path, other)
	if err := ring.Rotate(firstDay, rand.Reader); err != nil { // not saved
		t.Fatal(err)
	}
	if _, err := s.Reseal(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	_, err = server.Apply(t.Context(), layers.Batch{Changes: persons(100, 101)})
	if layers.KindOf(err) != layers.Unavailable || !strings.Contains(err.Error(), ring.Path()) || !strings.Contains(err.Error(), ring.Current()) {
		t.Errorf("%v", err)
	}
	if err := ring.Save(ring.Path()); err != nil {
		t.Fatal(err)
	}
	apply(t, server, layers.Batch{Changes: persons(100, 101)})
	closeStore(t, s)
	closeStore(t, server)
}

// TestBulkMakesIndexes: a bulk load leaves the indexes of hashes for the end, and
// the next to open makes those of one that died.
func TestBulkMakesIndexes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	ring := newRing(t, path, keyring.Standard)
	s, err := gpkg.Open(t.Context(), path, gpkg.Options{Keys: ring, Bulk: true})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 20, true)
	if n := indexes(t, path); n != 0 {
		t.Errorf("%d indexes during the load", n)
	}
	closeStore(t, openSealed(t, path, ring))
	if n := indexes(t, path); n != 2 {
		t.Errorf("%d indexes after another store was opened", n)
	}
	sqlRun(t, path, "DROP INDEX wutu_blind_people_phone")
	closeStore(t, s)
	if n := indexes(t, path); n != 2 {
		t.Errorf("%d indexes after the load", n)
	}
}
