package gpkg_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/cql2"
	"wutu/layers/keyring"
	"wutu/layers/storetest"
)

var firstDay = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

// newRing makes a ring that lies in a file beside the city at path.
func newRing(t testing.TB, path string, suite keyring.Suite) *keyring.Ring {
	t.Helper()
	ring, err := keyring.New(suite, firstDay, rand.Reader)
	if err == nil {
		err = ring.Save(path + ".keys")
	}
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func openSealed(t testing.TB, path string, ring *keyring.Ring) *gpkg.Store {
	t.Helper()
	s, err := gpkg.Open(context.Background(), path, gpkg.Options{Keys: ring})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func apply(t testing.TB, s *gpkg.Store, b layers.Batch) {
	t.Helper()
	if _, err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func closeStore(t testing.TB, s *gpkg.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSealedStore runs the suite of every store with all texts and records
// sealed.
func TestSealedStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (layers.Store, func() layers.Store) {
		path := filepath.Join(t.TempDir(), "city.gpkg")
		ring := newRing(t, path, keyring.GM)
		again := func() layers.Store {
			s, err := gpkg.Open(t.Context(), path, gpkg.SealTexts(gpkg.Options{Keys: ring}))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return again(), again
	})
}

func personLayer(sealed bool) *layers.Layer {
	return &layers.Layer{ID: "people", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess, Fields: []layers.Field{
		{Name: "name", Type: layers.String},
		{Name: "citizen/id", Type: layers.String, Personal: true, Sealed: sealed},
		{Name: "phone", Type: layers.String, Personal: true, Sealed: sealed},
		{Name: "age", Type: layers.Integer}}}
}

// secretOf are values that occur nowhere else in a file.
func citizenOf(n int) string { return fmt.Sprintf("42050219900101%04d", n) }
func phoneOf(n int) string   { return fmt.Sprintf("139%08d", n*7919+11) }

func person(n int) layers.Change {
	f := &layers.Feature{Key: fmt.Sprintf("p%05d", n), Shape: orb.Point{111, 30},
		Values: []layers.Value{layers.Text(fmt.Sprint("name ", n)), layers.Text(citizenOf(n)), layers.Text(phoneOf(n)), layers.Int(int64(n % 90))}}
	if n%5 == 4 {
		f.Values[2] = layers.Value{}
	}
	return layers.Change{Op: layers.Put, Layer: "people", ID: f.Key, Feature: f}
}

func persons(from, to int) []layers.Change {
	var out []layers.Change
	for n := from; n < to; n++ {
		out = append(out, person(n))
	}
	return out
}

// fill makes a city with people, replaced and deleted ones, and records with
// their telephone numbers.
func fill(t testing.TB, s *gpkg.Store, n int, sealed bool) {
	t.Helper()
	apply(t, s, layers.Batch{Layers: []*layers.Layer{personLayer(sealed)}, Changes: persons(0, n)})
	again := persons(0, n/4)
	for i := range again {
		again[i].Feature.Values[2] = layers.Text(phoneOf(n + i))
	}
	b := layers.Batch{Changes: again}
	for i := n / 2; i < n/2+n/8; i++ {
		b.Changes = append(b.Changes, layers.Change{Op: layers.Delete, Layer: "people", ID: fmt.Sprintf("p%05d", i)})
		b.Records = append(b.Records, layers.Record{Bucket: "event/history", Key: fmt.Sprintf("k/%d", i), Data: []byte(`{"phone":"` + phoneOf(i) + `"}`)})
	}
	for i := range n / 8 {
		b.Audit = append(b.Audit, layers.AuditLine{Actor: "me", Action: "test", Object: "people", Detail: `{"filter":"phone = '` + phoneOf(i) + `'"}`})
	}
	apply(t, s, b)
}

// secrets are all values that fill has written for n people.
func secrets(n int) map[string]bool {
	out := make(map[string]bool)
	for i := range n + n/4 {
		out[citizenOf(i)], out[phoneOf(i)] = true, true
	}
	return out
}

// findPlain returns the files of a folder that hold one of the secrets, which
// are numbers of 11 and 18 digits.
func findPlain(t testing.TB, dir string, secrets map[string]bool) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		digits := 0
		for i, c := range b {
			if c < '0' || c > '9' {
				digits = 0
				continue
			}
			digits++
			for _, n := range []int{11, 18} {
				if digits >= n && secrets[string(b[i+1-n:i+1])] {
					out = append(out, fmt.Sprintf("%s holds %s", path, b[i+1-n:i+1]))
					return nil
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readAll returns what a store holds in a form that can be compared: features,
// the past, records.
func readAll(t testing.TB, s *gpkg.Store) string {
	t.Helper()
	var b strings.Builder
	line := func(f layers.Feature, err error) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, f.Key, f.Version, f.Values)
	}
	for f, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "people"}) {
		line(f, err)
	}
	for f, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "people", At: firstDay.AddDate(-20, 0, 0)}) {
		line(f, err)
	}
	for r, err := range s.Records(t.Context(), "event/history", "") {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%+v\n", r)
	}
	for a, err := range s.Audit(t.Context(), audit.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, a.Actor, a.Action, a.Detail)
	}
	for c, err := range s.Changes(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Feature != nil {
			fmt.Fprintln(&b, c.Seq, c.ID, c.Feature.Values)
		}
	}
	return b.String()
}

func problems(t testing.TB, s *gpkg.Store) string {
	t.Helper()
	found, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, p := range found {
		text += p.String() + "\n"
	}
	return text
}

// TestNoPlainValueInAnyFile: neither tables nor history, records, log or a
// backup hold a sealed value as it is.
func TestNoPlainValueInAnyFile(t *testing.T) {
	for _, suite := range keyring.Suites() {
		t.Run(string(suite), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "city.gpkg")
			s := openSealed(t, path, newRing(t, filepath.Join(t.TempDir(), "x"), suite))
			fill(t, s, 400, true)
			if err := s.Copy(t.Context(), filepath.Join(dir, "backup.gpkg")); err != nil {
				t.Fatal(err)
			}
			if found := findPlain(t, dir, secrets(400)); found != nil {
				t.Error(found)
			}
			if text := readAll(t, s); !strings.Contains(text, citizenOf(399)) || !strings.Contains(text, phoneOf(205)) {
				t.Error("the values are not read back")
			}
			if text := problems(t, s); text != "" {
				t.Error(text)
			}
			closeStore(t, s)
			if found := findPlain(t, dir, secrets(400)); found != nil {
				t.Error(found)
			}
		})
	}
}

// TestSwappedValueIsNamed: a sealed text opens in its own row and field only.
func TestSwappedValueIsNamed(t *testing.T) {
	for what, c := range map[string]struct{ statement, field string }{
		"rows":   {`UPDATE people SET "citizen/id" = (SELECT "citizen/id" FROM people WHERE id = 'p00008') WHERE id = 'p00007'`, "citizen/id"},
		"fields": {`UPDATE people SET phone = "citizen/id" WHERE id = 'p00007'`, "phone"},
		"cut":    {`UPDATE people SET phone = substr(phone, 1, 60) WHERE id = 'p00007'`, "phone"},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "city.gpkg")
			ring := newRing(t, path, keyring.Standard)
			s := openSealed(t, path, ring)
			fill(t, s, 20, true)
			sqlRun(t, path, c.statement)
			var last error
			for _, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "people"}) {
				last = err
			}
			for _, part := range []string{"layer people", "feature p00007", "field " + c.field} {
				if last == nil || !strings.Contains(last.Error(), part) {
					t.Errorf("the error %v does not say %q", last, part)
				}
			}
			if text := problems(t, s); !strings.Contains(text, "feature p00007: field "+c.field) {
				t.Errorf("check says %q", text)
			}
			closeStore(t, s)
		})
	}
}

func TestWrongKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	ring := newRing(t, path, keyring.Standard)
	s := openSealed(t, path, ring)
	fill(t, s, 10, true)
	closeStore(t, s)
	if ids, err := gpkg.SealedWith(path); err != nil || !slices.Equal(ids, []string{ring.Current()}) {
		t.Errorf("%v, %v", ids, err)
	}
	elsewhere := filepath.Join(t.TempDir(), "other")
	other := newRing(t, elsewhere, keyring.Standard)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range []*keyring.Ring{nil, other} {
		_, err := gpkg.Open(t.Context(), path, gpkg.Options{Keys: keys})
		if layers.KindOf(err) != layers.Unavailable || !strings.Contains(err.Error(), "key file") || !strings.Contains(err.Error(), ring.Current()) ||
			keys != nil && !strings.Contains(err.Error(), elsewhere+".keys") {
			t.Errorf("error %v", err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a refused file was changed: %v", err)
	}
	if ids, err := gpkg.SealedWith(filepath.Join(t.TempDir(), "none")); err != nil || ids != nil {
		t.Errorf("%v, %v", ids, err)
	}
}

// TestNoKeysNoSealedFields: without keys nothing is written plain by mistake.
func TestNoKeysNoSealedFields(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "city.gpkg"))
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{personLayer(true)}}); layers.KindOf(err) != layers.Unavailable {
		t.Errorf("%v", err)
	}
	if _, err := s.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{personLayer(true)}, Changes: persons(0, 1)}); layers.KindOf(err) != layers.Unavailable ||
		!strings.Contains(err.Error(), "citizen/id") {
		t.Errorf("%v", err)
	}
	closeStore(t, s)
}

// TestExactSearch compares reads by hash with a filter on what was written, and
// shows that the hash decides.
func TestExactSearch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := openSealed(t, path, newRing(t, path, keyring.GM))
	fill(t, s, 200, true)
	all := map[string][]layers.Value{}
	for f, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "people"}) {
		if err != nil {
			t.Fatal(err)
		}
		all[f.Key] = f.Values
	}
	find := func(filter string, q layers.Query) (ids []string) {
		t.Helper()
		e, err := cql2.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		q.Subject, q.Layer, q.Filter = layers.SystemSubject(), "people", e
		for f, err := range s.Read(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, f.Key)
		}
		return ids
	}
	for n := range 260 {
		var want []string
		for id, v := range all {
			if v[2].Str() == phoneOf(n) {
				want = append(want, id)
			}
		}
		for _, filter := range []string{"phone = '%s'", "'%s' = phone", "age >= 0 AND phone IN ('%s')", "phone IN ('0', '%s')"} {
			if got := find(fmt.Sprintf(filter, phoneOf(n)), layers.Query{}); !slices.Equal(got, want) {
				t.Fatalf(filter+": %v, expected %v", phoneOf(n), got, want)
			}
		}
	}
	both := fmt.Sprintf("phone IN ('%s', '%s')", phoneOf(201), phoneOf(60))
	if got := find(both, layers.Query{}); !slices.Equal(got, []string{"p00001", "p00060"}) {
		t.Error(got)
	}
	if got := find(both, layers.Query{After: &layers.Cursor{ID: "p00001"}}); !slices.Equal(got, []string{"p00060"}) {
		t.Error(got)
	}
	if got := find(both, layers.Query{IDs: []string{"p00060", "p00061"}}); !slices.Equal(got, []string{"p00060"}) {
		t.Error(got)
	}
	if got := find("phone = '"+phoneOf(60)+"' OR age = 61", layers.Query{}); !slices.Contains(got, "p00061") {
		t.Error(got)
	}
	sqlRun(t, path, "UPDATE people SET wutu_blind_phone = x'00112233445566778899AABBCCDDEEFF' WHERE id = 'p00060'")
	if got := find("phone = '"+phoneOf(60)+"'", layers.Query{}); got != nil {
		t.Errorf("the row was found without its hash: %v", got)
	}
	if text := problems(t, s); !strings.Contains(text, "feature p00060: the hash beside field phone is not that of its value") {
		t.Errorf("check says %q", text)
	}
	closeStore(t, s)
}

// count asks the file itself.
func count(t testing.TB, path, query string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// indexes counts the indexes of hashes.
func indexes(t testing.TB, path string) int {
	t.Helper()
	return count(t, path, "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name LIKE 'wutu_blind_%'")
}

// TestReadingAheadEnds: whoever stops a read early, at whatever row or by
// cancelling, leaves nothing behind that keeps the store from closing.
func TestReadingAheadEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := openSealed(t, path, newRing(t, path, keyring.Standard))
	apply(t, s, layers.Batch{Layers: []*layers.Layer{personLayer(true)}, Changes: persons(0, 2000)})
	for _, stop := range []int{1, 2, 255, 256, 257, 512, 1024, 1999, 2000, 3000} {
		n := 0
		for f, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "people"}) {
			if err != nil || f.Values[1].Str() != citizenOf(n) {
				t.Fatalf("row %d is %v, %v", n, f, err)
			}
			if n++; n == stop {
				break
			}
		}
		if n != min(stop, 2000) {
			t.Errorf("%d rows, expected %d", n, min(stop, 2000))
		}
		ctx, cancel := context.WithCancel(t.Context())
		n = 0
		var last error
		for _, err := range s.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: "people"}) {
			if last = err; err == nil {
				n++
			}
			if n == stop {
				cancel()
			}
		}
		cancel()
		if stop < 500 && !errors.Is(last, context.Canceled) || stop > 2000 && last != nil {
			t.Errorf("cancelled at row %d: %d rows, %v", stop, n, last)
		}
	}
	closeStore(t, s)
}
