package gpkg_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/keyring"
)

// bulkLayer has every type of field, and sealed ones.
var bulkLayer = &layers.Layer{ID: "all", Element: layers.Object, Geometry: layers.AnyGeometry, Fields: []layers.Field{
	{Name: "text", Type: layers.String}, {Name: "secret", Type: layers.String, Sealed: true}, {Name: "whole", Type: layers.Integer},
	{Name: "number", Type: layers.Number}, {Name: "yes", Type: layers.Boolean}, {Name: "at", Type: layers.DateTime},
	{Name: "other secret", Type: layers.String, Sealed: true}}}

// copied keeps what is valid during a call only.
func copied(f *layers.Feature) layers.Feature {
	out := *f
	out.Key = strings.Clone(f.Key)
	out.Values = slices.Clone(f.Values)
	for i, v := range out.Values {
		if v.Type() == layers.String {
			out.Values[i] = layers.Text(strings.Clone(v.Str()))
		}
	}
	return out
}

// inPieces reads a layer piece by piece.
func inPieces(t *testing.T, s *gpkg.Store, layer string, rows int) []layers.Feature {
	t.Helper()
	pieces, err := s.Pieces(t.Context(), layer, rows)
	if err != nil {
		t.Fatal(err)
	}
	var out []layers.Feature
	for i, p := range pieces {
		if i > 0 && p.From != pieces[i-1].To {
			t.Fatalf("piece %v follows %v", p, pieces[i-1])
		}
		n := int64(0)
		if err := s.ReadPiece(t.Context(), layer, p, func(f *layers.Feature) error {
			out = append(out, copied(f))
			n++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n > p.Width() {
			t.Fatalf("%d features in piece %v", n, p)
		}
	}
	slices.SortFunc(out, func(a, b layers.Feature) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// TestPiecesGiveWhatReadGives compares the quick way of reading with the other one:
// all types, sealed values, sizes beyond the room for rows, gaps where features were
// deleted, what other programs wrote, and several goroutines at once.
func TestPiecesGiveWhatReadGives(t *testing.T) {
	r := geotest.Rand(t)
	path := filepath.Join(t.TempDir(), "城 %41?#.gpkg")
	s := openSealed(t, path, newRing(t, path, keyring.Standard))
	t.Cleanup(func() { closeStore(t, s) })
	const n = 3000
	b := layers.Batch{Layers: []*layers.Layer{bulkLayer, {ID: "empty", Element: layers.Object}}}
	for i := range n {
		f := &layers.Feature{Key: fmt.Sprintf("%05d", (i*7919)%n), Values: []layers.Value{ // ids in another order than fids
			layers.Text(strings.Repeat("树a\x00", r.IntN(4))), layers.Text(fmt.Sprint("密", i)), layers.Int(int64(r.Uint64())),
			layers.Float(math.Float64frombits(r.Uint64())), layers.Bool(r.IntN(2) == 0), layers.Instant(time.UnixMicro(r.Int64N(4e15) - 1e15)), layers.Text("")}}
		switch r.IntN(4) {
		case 0:
			f.Shape = geotest.Lattice(r, 9)
			if b, ok := f.Shape.(orb.Bound); ok {
				f.Shape = b.ToPolygon()
			}
		case 1:
			f.Shape = geotest.Polygon(r, geotest.City, 3+r.IntN(400))
		case 2:
			f.Shape = geotest.Point(r, geotest.City)
		}
		if k := r.IntN(2 * len(f.Values)); k < len(f.Values) {
			f.Values[k] = layers.Value{}
		}
		if r.IntN(5) == 0 {
			f.ValidFrom = time.UnixMicro(r.Int64N(2e15))
			f.ValidTo = f.ValidFrom.Add(time.Hour)
		}
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: "all", Feature: f})
	}
	b.Changes[n/2].Feature.Shape = geotest.Line(r, geotest.City, 200_000, 1e-4) // beyond the room for packed rows
	apply(t, s, b)
	var gone layers.Batch
	for i := range 500 {
		gone.Changes = append(gone.Changes, layers.Change{Op: layers.Delete, Layer: "all", ID: fmt.Sprintf("%05d", i)})
	}
	apply(t, s, gone)
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: path}).String())
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range []string{"'5', 7, '2026-11-21 08:00:00'", "NULL, 0, '2026-11-21T08:00:00+08:00'", "'', -3, 86400000000", "'x', NULL, NULL"} {
		if _, err := db.Exec(fmt.Sprintf("INSERT INTO \"all\" (id, text, yes, at) VALUES ('foreign%d', %s)", i, row)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("INSERT INTO \"all\" (fid, id, number, version) VALUES (9000000000, 'far', 3, NULL)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var want []layers.Feature
	for f, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "all"}) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, f)
	}
	if len(want) != n-500+5 {
		t.Fatalf("%d features", len(want))
	}
	for _, rows := range []int{10_000_000, 100, 1} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			t.Parallel()
			got := inPieces(t, s, "all", rows)
			if len(got) != len(want) {
				t.Fatalf("%d features in pieces of %d, not %d", len(got), rows, len(want))
			}
			for i := range got {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Fatalf("feature %d is %+v, not %+v", i, got[i], want[i])
				}
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		for _, id := range []string{"empty", "unknown"} {
			if got := inPieces(t, s, id, 100); got != nil {
				t.Errorf("%d features of %s", len(got), id)
			}
		}
	})
}

// TestPiecesFailAsTheyShould: errors of the receiver, ended contexts and rows that
// cannot be read end a piece, and the connection is given back.
func TestPiecesFailAsTheyShould(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := open(t, path)
	defer closeStore(t, s)
	b := layers.Batch{Layers: []*layers.Layer{{ID: "dots", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{{Name: "n", Type: layers.Integer}}}}}
	for i := range 20 {
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: "dots", Feature: &layers.Feature{Key: fmt.Sprint(i), Shape: orb.Point{1, 2}}})
	}
	apply(t, s, b)
	pieces, err := s.Pieces(t.Context(), "dots", 100)
	if err != nil || len(pieces) != 1 {
		t.Fatal(pieces, err)
	}
	enough := errors.New("enough")
	n := 0
	if err := s.ReadPiece(t.Context(), "dots", pieces[0], func(*layers.Feature) error {
		if n++; n == 5 {
			return enough
		}
		return nil
	}); !errors.Is(err, enough) || n != 5 {
		t.Errorf("after %d features: %v", n, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.ReadPiece(ended, "dots", pieces[0], func(*layers.Feature) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := s.ReadPiece(t.Context(), "cats", pieces[0], func(*layers.Feature) error { return nil }); layers.KindOf(err) != layers.NotFound {
		t.Error(err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, bad := range []string{"n = 'three'", "n = 1.5", "n = x'00'", "n = NULL, geom = 'text'", "geom = x'0011'", "geom = NULL, valid_from = 'soon'"} {
		if _, err := db.Exec("UPDATE dots SET " + bad + " WHERE id = '7'"); err != nil {
			t.Fatal(err)
		}
		err := s.ReadPiece(t.Context(), "dots", pieces[0], func(*layers.Feature) error { return nil })
		var e *layers.Error
		if !errors.As(err, &e) || e.ID != "7" || e.Layer != "dots" || e.Field == "" {
			t.Errorf("with %s: %v", bad, err)
		}
	}
}
