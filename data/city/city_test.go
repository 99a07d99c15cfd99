package city_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/city"
	"wutu/data/gpkg"
	"wutu/layers"
)

var places = &layers.Layer{ID: "places", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{{Name: "n", Type: layers.Integer}}}

func open(t *testing.T, dir string) *gpkg.Store {
	t.Helper()
	s, err := gpkg.Open(t.Context(), city.Path(dir), gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func pair(n int) layers.Batch {
	put := func(key string) layers.Change {
		return layers.Change{Op: layers.Put, Layer: "places", Feature: &layers.Feature{Key: key, Shape: orb.Point{1, 2}, Values: []layers.Value{layers.Int(int64(n))}}}
	}
	return layers.Batch{Changes: []layers.Change{put(fmt.Sprint("a", n)), put(fmt.Sprint("b", n))}}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// makeCity makes a city with some features and photos.
func makeCity(t *testing.T) (string, *gpkg.Store) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{places}}); err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		if _, err := s.Apply(t.Context(), pair(n)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "photos", "2026", "路灯.jpg"), bytes.Repeat([]byte("photo"), 100_000))
	write(t, filepath.Join(dir, "photos", "empty.jpg"), nil)
	write(t, filepath.Join(dir, ".hidden"), []byte("x"))
	write(t, filepath.Join(dir, "keys"), []byte("secret"))
	return dir, s
}

// TestBackupWhileWriting: the copy is of one moment although writers go on, and
// the restored city is sound and whole.
func TestBackupWhileWriting(t *testing.T) {
	dir, s := makeCity(t)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		for n := 20; ctx.Err() == nil; n++ {
			if _, err := s.Apply(t.Context(), pair(n)); err != nil {
				t.Error(err)
				return
			}
			if n == 21 {
				close(started)
			}
		}
	})
	<-started
	archive := filepath.Join(t.TempDir(), "backup")
	sum, err := city.Backup(t.Context(), s, dir, archive, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	cancel()
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "new", "city")
	restored, err := city.Restore(t.Context(), archive, to)
	if err != nil || restored != sum || sum.Files != 4 {
		t.Fatalf("restored %+v of %+v, %v", restored, sum, err)
	}
	for _, name := range []string{"photos/2026/路灯.jpg", "photos/empty.jpg", "keys"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(want), err)
		}
	}
	if _, err := os.Stat(filepath.Join(to, ".hidden")); err == nil {
		t.Error("a hidden file was restored")
	}
	again := open(t, to)
	if problems, err := again.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check: %v, %v", problems, err)
	}
	if seq, err := again.Seq(t.Context()); err != nil || seq != sum.Seq {
		t.Errorf("sequence %d, expected %d, %v", seq, sum.Seq, err)
	}
	n := uint64(0)
	for _, err := range again.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "places"}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n%2 != 0 || n+1 != sum.Seq {
		t.Errorf("%d features at sequence %d: a batch was torn", n, sum.Seq)
	}
}

func TestRestoreRefuses(t *testing.T) {
	dir, s := makeCity(t)
	archive := filepath.Join(t.TempDir(), "backup")
	if _, err := city.Backup(t.Context(), s, dir, archive, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, content []byte, to string, kind layers.Kind) {
		t.Helper()
		damaged := filepath.Join(t.TempDir(), "damaged")
		write(t, damaged, content)
		if _, err := city.Restore(t.Context(), damaged, to); err == nil || layers.KindOf(err) != kind {
			t.Errorf("%s: %v, expected a %s error", what, err, kind)
		}
	}
	refused("a folder that is not empty", whole, dir, layers.Conflict)
	parent := t.TempDir()
	to := filepath.Join(parent, "city")
	refused("an empty file", nil, to, layers.Invalid)
	refused("another file", []byte("hello, hello, hello"), to, layers.Invalid)
	for i := 1; i < 20; i++ {
		refused("a cut archive", whole[:len(whole)*i/20], to, layers.Invalid)
		flipped := bytes.Clone(whole)
		flipped[len(whole)*i/20] ^= 0x10
		refused("a damaged archive", flipped, to, layers.Invalid)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("refused archives left %v, %v", left, err)
	}
	if _, err := city.Restore(t.Context(), filepath.Join(parent, "nothing"), to); layers.KindOf(err) != layers.Unavailable {
		t.Errorf("an archive that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := city.Backup(ctx, s, dir, filepath.Join(parent, "late"), time.Unix(0, 0)); err == nil {
		t.Error("a cancelled backup succeeded")
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("a cancelled backup left %v, %v", left, err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
