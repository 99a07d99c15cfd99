package live_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// pieceStore is a store that hands out layers in pieces of row numbers, as files do:
// a feature keeps its number until it is deleted, and comes back with a new one.
// Before every piece somebody changes the layer.
type pieceStore struct {
	*memstore.Store
	change func()

	mu   sync.Mutex
	next int64
	rows map[string]int64
}

func (s *pieceStore) put(t *testing.T, changes ...layers.Change) {
	t.Helper()
	for _, c := range changes {
		if _, known := s.rows[c.ID]; c.Op == layers.Delete {
			delete(s.rows, c.ID)
		} else if !known {
			s.rows[c.ID] = s.next
			s.next++
		}
	}
	if _, err := s.Apply(context.Background(), layers.Batch{Changes: changes}); err != nil {
		t.Error(err)
	}
}

func (s *pieceStore) Pieces(_ context.Context, layer string, _ int) ([]layers.Piece, error) {
	if layer != "things" {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []layers.Piece
	for from := int64(0); from < s.next; from += 100 {
		out = append(out, layers.Piece{From: from, To: from + 100})
	}
	out[len(out)-1].To = 1 << 62 // so that rows that come back are seen in a piece
	return out, nil
}

// Changes folds the changes of a feature into the last, as stores may.
func (s *pieceStore) Changes(ctx context.Context, since uint64) iter.Seq2[layers.Change, error] {
	return func(yield func(layers.Change, error) bool) {
		last := make(map[string]uint64)
		for c, err := range s.Store.Changes(ctx, since) {
			if err != nil {
				yield(c, err)
				return
			}
			last[c.ID] = c.Seq
		}
		for c, err := range s.Store.Changes(ctx, since) {
			if last[c.ID] == c.Seq && !yield(c, err) {
				return
			}
		}
	}
}

func (s *pieceStore) ReadPiece(ctx context.Context, layer string, p layers.Piece, fn func(*layers.Feature) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change()
	shared := []byte("................................") // a text is valid for the moment
	for f, err := range s.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: layer}) {
		if err != nil {
			return err
		}
		if row := s.rows[f.Key]; row < p.From || row >= p.To {
			continue
		}
		for i, v := range f.Values {
			if v.Type() == layers.String {
				f.Values[i] = layers.Text(borrowed(shared, v.Str()))
			}
		}
		if err := fn(&f); err != nil {
			return err
		}
		copy(shared, "is not what it was any more ......")
	}
	return nil
}

// borrowed is s in memory that is used again.
func borrowed(memory []byte, s string) string {
	return unsafe.String(&memory[0], copy(memory, s))
}

// TestPiecesOfDifferentMoments loads a layer whose rows are changed, deleted and put
// again while its pieces are read: afterwards the city is what the store is.
func TestPiecesOfDifferentMoments(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 5))
	s := &pieceStore{Store: memstore.New(), rows: make(map[string]int64)}
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{thingsLayer}}); err != nil {
		t.Fatal(err)
	}
	put := func(i int) layers.Change {
		id := fmt.Sprintf("t%04d", i)
		return layers.Change{Op: layers.Put, Layer: "things", ID: id, Feature: &layers.Feature{Key: id, Shape: orb.Point{rng.Float64(), rng.Float64()},
			Values: []layers.Value{layers.Text(fmt.Sprint("kind ", rng.IntN(9))), layers.Int(int64(rng.IntN(1000))), layers.Float(float64(rng.IntN(100)) / 8), {}, {}}}}
	}
	const n = 1000
	for i := range n {
		s.put(t, put(i))
	}
	s.change = func() {
		for range 40 {
			i := rng.IntN(n)
			switch gone := (layers.Change{Op: layers.Delete, Layer: "things", ID: fmt.Sprintf("t%04d", i)}); rng.IntN(3) {
			case 0:
				s.put(t, put(i))
			case 1:
				s.put(t, gone)
			case 2:
				s.put(t, gone)
				s.put(t, put(i))
			}
		}
	}
	c, err := live.Open(t.Context(), s, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: "things"}
	var want []layers.Feature
	for f, err := range s.Read(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, f)
	}
	var got []layers.Feature
	for r, err := range c.View().Select(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Feature())
	}
	if !slices.EqualFunc(got, want, func(a, b layers.Feature) bool { return reflect.DeepEqual(a, b) }) {
		t.Fatalf("%d features are resident and %d stored, or they differ", len(got), len(want))
	}
	if stats := c.View().Stats("things"); stats.Rows != len(want) {
		t.Fatalf("%d rows, not %d", stats.Rows, len(want))
	}
}
