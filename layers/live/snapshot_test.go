package live_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/live"
)

// notes gathers what a catalog says about its snapshot.
type notes struct {
	mu   sync.Mutex
	said []string
}

func (n *notes) take(text string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		text += ": " + err.Error()
	}
	n.said = append(n.said, text)
}

// tell returns what was said since the last time.
func (n *notes) tell() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	text := strings.Join(n.said, "\n")
	n.said = nil
	return text
}

func testRing(t testing.TB, suite keyring.Suite) *keyring.Ring {
	t.Helper()
	ring, err := keyring.New(suite, time.Unix(1_750_000_000, 0), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// withSnapshot opens the store with a snapshot file.
func withSnapshot(t testing.TB, store layers.Store, s live.Snapshot) *live.Catalog {
	t.Helper()
	c, err := live.Open(t.Context(), store, live.Options{Snapshot: &s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// whole is every feature of a view with all that is known of it, as text.
func whole(t testing.TB, v *live.View) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "change %d\n", v.Seq())
	for _, l := range v.Layers() {
		definition, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		s := v.Stats(l.ID)
		fmt.Fprintf(&b, "%s %s %d rows at %d %v\n", l.ID, definition, s.Rows, v.LayerSeq(l.ID), s.Updated)
		for r, err := range v.Select(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}) {
			if err != nil {
				t.Fatal(err)
			}
			p, ok := r.Point()
			f := r.Feature()
			fmt.Fprintf(&b, "%s %d %v %v %v %v %v", r.ID(), f.Version, f.ValidFrom, f.ValidTo, f.Shape, p, ok)
			for i := range l.Fields {
				b.WriteByte(' ')
				b.Write(r.AppendJSON(nil, i))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func differs(t testing.TB, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d:\nstore    %.400s\nsnapshot %.400s", i, a[i], b[i])
		}
	}
	t.Fatalf("%d lines, not %d", len(b), len(a))
}

// likeStore asserts that a catalog is as one that reads the store.
func likeStore(t testing.TB, store layers.Store, c *live.Catalog) {
	t.Helper()
	fresh, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	differs(t, whole(t, fresh.View()), whole(t, c.View()))
}

// A catalog that was taken from a file, over and over in a random history, answers
// every kind of question as the store does.
func TestSnapshotOverRandomHistories(t *testing.T) {
	for name, keys := range map[string]*keyring.Ring{"plain": nil, "sealed": testRing(t, keyring.Standard), "gm": testRing(t, keyring.GM)} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			var said notes
			s := live.Snapshot{Path: filepath.Join(t.TempDir(), "s"), Keys: keys, Random: rand.Reader, Note: said.take}
			used, rounds := 0, 24
			if keys != nil { // only what lies on the disk is another
				rounds = 8
			}
			for round := range rounds {
				h.apply(1 + h.rng.IntN(200))
				if h.rng.IntN(3) == 0 {
					h.live.MergeForTest()
				}
				if h.rng.IntN(2) == 0 {
					h.live.KeepSnapshotForTest()
				}
				if round%2 == 0 {
					continue
				}
				h.live.Close()
				said.tell()
				h.live = withSnapshot(t, h.store, s)
				if text := said.tell(); !strings.Contains(text, "not used") {
					used++
				} else if round > 1 {
					t.Fatal(text)
				}
				likeStore(t, h.store, h.live)
				for range 10 {
					h.check()
				}
			}
			if used < rounds/2-1 {
				t.Fatalf("the snapshot was used %d times", used)
			}
		})
	}
}

// snapshotOf makes a harness whose snapshot is written, and returns the bytes.
func snapshotOf(t *testing.T, keys *keyring.Ring) (*harness, live.Snapshot, *notes, []byte) {
	t.Helper()
	h := newHarness(t)
	h.apply(300)
	h.live.MergeForTest()
	h.apply(50)
	said := new(notes)
	s := live.Snapshot{Path: filepath.Join(t.TempDir(), "s"), Keys: keys, Random: rand.Reader, Note: said.take}
	withSnapshot(t, h.store, s).Close()
	said.tell()
	file, err := os.ReadFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	return h, s, said, file
}

// Whatever byte of the file is another, or missing, the answers are the store's.
func TestSnapshotBent(t *testing.T) {
	for name, keys := range map[string]*keyring.Ring{"plain": nil, "sealed": testRing(t, keyring.Standard)} {
		t.Run(name, func(t *testing.T) {
			h, s, said, file := snapshotOf(t, keys)
			fresh, err := live.Open(h.ctx, h.store, live.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer fresh.Close()
			want := whole(t, fresh.View())
			s.Random = nil
			for i := range 160 {
				bent := bytes.Clone(file)
				what := ""
				switch at := h.rng.IntN(len(bent)); i % 4 {
				case 0:
					bent, what = bent[:at], "cut"
				case 1:
					bent, what = append(bent, byte(i)), "grown"
				case 2:
					at %= 64
					fallthrough
				default:
					bent[at] ^= 1 << h.rng.IntN(8)
					what = fmt.Sprint("bit at ", at)
				}
				if err := os.WriteFile(s.Path, bent, 0o600); err != nil {
					t.Fatal(err)
				}
				c := withSnapshot(t, h.store, s)
				if text := said.tell(); !strings.Contains(text, "from the store") {
					t.Fatalf("%s: %q", what, text)
				}
				if i%10 == 0 {
					differs(t, want, whole(t, c.View()))
				} else if n := c.View().Stats("things").Rows; n != h.live.View().Stats("things").Rows {
					t.Fatalf("%s: %d things", what, n)
				}
				c.Close()
			}
		})
	}
}

// A file of another city, of another time of this city or made with other keys is
// not used.
func TestSnapshotOfAnother(t *testing.T) {
	keys := testRing(t, keyring.Standard)
	h, s, said, file := snapshotOf(t, keys)
	refused := func(what string, store layers.Store, s live.Snapshot) {
		t.Helper()
		s.Random = nil
		c := withSnapshot(t, store, s)
		defer c.Close()
		if text := said.tell(); !strings.Contains(text, "not used") {
			t.Errorf("%s: %q", what, text)
		}
		likeStore(t, store, c)
	}
	other := newHarness(t) // the same history, seed and all, but another city
	other.apply(300)
	refused("another city", other.store, s)
	strange := s
	strange.Keys = testRing(t, keyring.Standard)
	refused("other keys", h.store, strange)
	strange.Keys = nil
	refused("no keys", h.store, strange)
	plain := s
	plain.Keys, plain.Path = nil, s.Path+"-plain"
	withSnapshot(t, h.store, plain).Close()
	plain.Keys = keys
	refused("a plain file in a city with keys", h.store, plain)

	// Five more snapshots: the store does not know the first any more.
	for range 5 {
		h.apply(1)
		c := withSnapshot(t, h.store, s)
		c.KeepSnapshotForTest()
		c.Close()
	}
	said.tell()
	if err := os.WriteFile(s.Path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	refused("an old file", h.store, s)
}

// After a rotation the file is used, and written with the new key at once.
func TestSnapshotAfterRotation(t *testing.T) {
	keys := testRing(t, keyring.Standard)
	h, s, said, file := snapshotOf(t, keys)
	if err := keys.Rotate(time.Unix(1_760_000_000, 0), rand.Reader); err != nil {
		t.Fatal(err)
	}
	c := withSnapshot(t, h.store, s)
	likeStore(t, h.store, c)
	c.Close()
	if text := said.tell(); strings.Contains(text, "not used") || !strings.Contains(text, "is written") {
		t.Error(text)
	}
	now, err := os.ReadFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(now, []byte(keys.Current())) || bytes.Contains(file, []byte(keys.Current())) {
		t.Error("the file is not sealed with the current key")
	}
}

// Layers whose definitions have changed are read from the store; so is everything
// when too much has changed.
func TestSnapshotOfOtherDefinitions(t *testing.T) {
	h, s, said, _ := snapshotOf(t, nil)
	changed := *thingsLayer
	changed.Fields = append(slices.Clone(changed.Fields), layers.Field{Name: "more", Type: layers.Integer})
	fresh := &layers.Layer{ID: "fresh", Element: layers.Object, Geometry: layers.Point}
	if _, err := h.live.Apply(h.ctx, layers.Batch{Layers: []*layers.Layer{&changed, fresh}, Changes: []layers.Change{
		{Op: layers.Put, Layer: "things", ID: "one", Feature: &layers.Feature{Key: "one", Values: []layers.Value{5: layers.Int(7)}}},
		{Op: layers.Put, Layer: "fresh", ID: "one", Feature: &layers.Feature{Key: "one", Shape: h.point()}}}}); err != nil {
		t.Fatal(err)
	}
	for _, more := range []int{0, 1, 500} {
		h.apply(more)
		c := withSnapshot(t, h.store, s)
		likeStore(t, h.store, c)
		c.Close()
		if text := said.tell(); strings.Contains(text, "not used") {
			t.Error(text)
		}
	}
}

// Without keys, layers with sealed fields are not in the file.
func TestSnapshotLeavesSealedFieldsOut(t *testing.T) {
	h := newHarness(t)
	secret := &layers.Layer{ID: "secrets", Element: layers.Object, Geometry: layers.NoGeometry,
		Fields: []layers.Field{{Name: "name", Type: layers.String, Personal: true, Sealed: true}}}
	const text = "nobody else is called like this"
	if _, err := h.live.Apply(h.ctx, layers.Batch{Layers: []*layers.Layer{secret}, Changes: []layers.Change{
		{Op: layers.Put, Layer: "secrets", ID: "one", Feature: &layers.Feature{Key: "one", Values: []layers.Value{layers.Text(text)}}},
		{Op: layers.Put, Layer: "things", ID: "open", Feature: &layers.Feature{Key: "open", Values: []layers.Value{layers.Text(text + ", openly")}}}}}); err != nil {
		t.Fatal(err)
	}
	var said notes
	s := live.Snapshot{Path: filepath.Join(t.TempDir(), "s"), Random: rand.Reader, Note: said.take}
	for range 2 {
		c := withSnapshot(t, h.store, s)
		likeStore(t, h.store, c)
		c.Close()
		file, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(file, []byte(text)); n != 1 || bytes.Count(file, []byte(text+", openly")) != 1 {
			t.Errorf("the text is %d times in the plain file", n)
		}
	}
	if text := said.tell(); strings.Count(text, "is written") != 1 {
		t.Errorf("written more than once: %s", text)
	}
	s.Keys, s.Path = testRing(t, keyring.Standard), s.Path+"-sealed"
	withSnapshot(t, h.store, s).Close()
	c := withSnapshot(t, h.store, s)
	likeStore(t, h.store, c)
	file, err := os.ReadFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{text, "lamp", "bench", "things-", "persons", "grid g"} {
		if bytes.Contains(file, []byte(plain)) {
			t.Errorf("%q is in the sealed file", plain)
		}
	}
}

// The comparison with the store finds nothing wrong while somebody writes.
func TestSnapshotIsComparedWhileWriting(t *testing.T) {
	h, s, _, _ := snapshotOf(t, nil)
	c := withSnapshot(t, h.store, s)
	var work sync.WaitGroup
	done := make(chan struct{})
	work.Go(func() {
		defer close(done)
		for range 150 {
			h.apply(5)
		}
	})
	for n := 0; ; n++ {
		for _, layer := range []string{"things", "persons"} {
			if wrong, err := c.VerifyForTest(h.ctx, layer); err != nil || wrong != "" {
				t.Errorf("after %d comparisons: feature %q of %s, %v", n, wrong, layer, err)
				return
			}
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

// A file that is too old is not used, and written anew when the catalog is closed.
func TestSnapshotGrowsOld(t *testing.T) {
	h, s, said, _ := snapshotOf(t, nil)
	s.Worn = 50
	for _, c := range []struct {
		changes int
		written bool
	}{{20, false}, {20, false}, {60, true}, {40, false}} {
		v := withSnapshot(t, h.store, s)
		h.apply(c.changes)
		if err := v.Sync(h.ctx); err != nil {
			t.Fatal(err)
		}
		v.Close()
		if text := said.tell(); strings.Contains(text, "is written") != c.written || strings.Contains(text, "not used") {
			t.Errorf("after %d changes more: %s", c.changes, text)
		}
	}
	var b layers.Batch
	for i := range live.ReplayLeast + 1 {
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: "things", ID: "x", Feature: &layers.Feature{Key: "x", Values: []layers.Value{1: layers.Int(int64(i))}}})
	}
	if _, err := h.store.Apply(h.ctx, b); err != nil {
		t.Fatal(err)
	}
	c := withSnapshot(t, h.store, s)
	defer c.Close()
	likeStore(t, h.store, c)
	if text := said.tell(); !strings.Contains(text, "changes since") {
		t.Error(text)
	}
}
