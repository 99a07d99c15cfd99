package release

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"

	"wutu/geo/geotest"
	"wutu/layers"
)

// stored is a state after some life.
func stored(t testing.TB, r *rand.Rand, kind string) (*city, *Release) {
	t.Helper()
	c := newCity(r, kind, 400)
	rel := New(c.config(6), c.seq())
	publish(t, rel)
	for range 3 {
		for _, ch := range c.live(kind, 150) {
			if err := rel.Apply(ch.old, ch.new); err != nil {
				t.Fatal(err)
			}
		}
		publish(t, rel)
	}
	return c, rel
}

// A stored state reads back as itself; no damaged one does.
func TestDecode(t *testing.T) {
	r := geotest.Rand(t)
	for _, kind := range cityKinds {
		_, rel := stored(t, r, kind)
		b := rel.State().Encode()
		s, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if s.Seq() != rel.Seq() || s.Layer() != "persons" || !bytes.Equal(s.Encode(), b) {
			t.Fatal("the state does not read back as itself")
		}
		for range 300 {
			damaged := bytes.Clone(b)
			damaged[r.IntN(len(b))] ^= 1 << r.IntN(8)
			if _, err := Decode(damaged); layers.KindOf(err) != layers.Invalid {
				t.Fatalf("a damaged state is read: %v", err)
			}
			if _, err := Decode(b[:r.IntN(len(b))]); layers.KindOf(err) != layers.Invalid {
				t.Fatalf("half a state is read: %v", err)
			}
		}
	}
}

// A state that contradicts itself is refused, though its checksum fits.
func TestDecodeContradiction(t *testing.T) {
	_, rel := stored(t, rand.New(rand.NewPCG(9, 1)), "even")
	more := *rel.State()
	more.n = slices.Clone(more.n)
	more.n[slices.IndexFunc(more.n, func(n int32) bool { return n > 0 })]++
	small := *rel.State()
	small.blocks = slices.Clone(small.blocks)
	small.blocks[0].n, small.blocks[1].n = small.blocks[0].n+small.blocks[1].n-1, 1
	wide := *rel.State()
	codes := make([]string, MaxCombinations)
	for i := range codes {
		codes[i] = string(rune('A' + i))
	}
	wide.schema = &schema{dims: []dimension{newDimension(0, "sex", codes)}, measures: wide.schema.measures}
	for i, s := range []*State{&more, &small, &wide} {
		if _, err := Decode(s.Encode()); layers.KindOf(err) != layers.Invalid {
			t.Fatalf("contradiction %d is read: %v", i, err)
		}
	}
}

// seal gives a body the checksum it needs to be read at all.
func seal(body []byte) []byte {
	return binary.LittleEndian.AppendUint64(bytes.Clone(body), xxhash.Sum64(body))
}

// Whatever is read is a state one can go on from.
func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, kind := range cityKinds {
		c := newCity(r, kind, 30)
		rel := New(c.config(5), c.seq())
		publish(f, rel)
		b := rel.State().Encode()
		f.Add(b[:len(b)-8])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := Decode(seal(body))
		if err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		b := s.Encode()
		again, err := Decode(b)
		if err != nil || !bytes.Equal(again.Encode(), b) {
			t.Fatalf("what was read cannot be written and read: %v", err)
		}
		if s.layer != "persons" || s.k > 1000 {
			return
		}
		c := newCity(rand.New(rand.NewPCG(5, 6)), "even", 30)
		rel, err := Resume(c.config(5), s, c.seq())
		if err != nil {
			t.Fatal(err)
		}
		publish(t, rel)
		for _, b := range rel.Blocks() {
			if b.N < 5 {
				t.Fatalf("block of %d rows", b.N)
			}
		}
	})
}

// When a dimension becomes personal, a measure too, codes are added in front and
// areas are renamed, the release goes on with what is left, joined and never cut.
func TestResumeOtherLayer(t *testing.T) {
	r := geotest.Rand(t)
	for _, kind := range cityKinds {
		c, rel := stored(t, r, kind)
		config := c.config(6)
		config.Layer.Fields[fieldSex].Personal = true
		config.Layer.Fields[fieldIncome].Personal = true
		config.Layer.Fields[fieldKind].Codes = slices.Insert(config.Layer.Fields[fieldKind].Codes, 0, layers.Code{Value: "visitor"})
		for level := range config.Codes {
			config.Codes[level][0] = "renamed"
		}
		next, err := Resume(config, rel.State(), c.seq())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(next.Dimensions(), []int{fieldKind}) || !slices.Equal(next.Measures(), []int{fieldMembers}) {
			t.Fatalf("dimensions %v, measures %v", next.Dimensions(), next.Measures())
		}
		was, is := rel.Blocks(), next.Blocks()
		if len(was) != len(is) {
			t.Fatalf("%d blocks instead of %d", len(is), len(was))
		}
		for i := range is {
			a, b := &was[i], &is[i]
			if a.Anchor != b.Anchor || a.N != b.N || !slices.Equal(a.Dims[1:], b.Dims) || a.Sums[0] != b.Sums[0] {
				t.Fatalf("%v became %v", a, b)
			}
		}
		publish(t, next)
		total, pending := 0, next.up-next.down
		for _, b := range next.Blocks() {
			total += b.N
		}
		if total+pending != len(c.rows) {
			t.Fatalf("%d rows published, %d waiting, %d in the city", total, pending, len(c.rows))
		}
	}
}

// A higher threshold merges blocks before anybody reads them, the same ones at
// every start, and lasts.
func TestResumeHigherK(t *testing.T) {
	r := geotest.Rand(t)
	for _, kind := range cityKinds {
		c, rel := stored(t, r, kind)
		before := 0
		for _, b := range rel.Blocks() {
			before += b.N
		}
		for _, k := range []int{7, 20, 150, len(c.rows) * 10} {
			next, err := Resume(c.config(k), rel.State(), c.seq())
			if err != nil {
				t.Fatal(err)
			}
			again, err := Resume(c.config(k), rel.State(), c.seq())
			if err != nil || !reflect.DeepEqual(next.Blocks(), again.Blocks()) {
				t.Fatalf("another start shows other blocks: %v", err)
			}
			total := 0
			for _, b := range next.Blocks() {
				if total += b.N; b.N < k {
					t.Fatalf("block of %d rows, k is now %d", b.N, k)
				}
			}
			if k <= before && total != before || k > before && total != 0 {
				t.Fatalf("%d rows in blocks, %d before, k is now %d", total, before, k)
			}
			if total == 0 {
				continue
			}
			if !next.Due() || !publish(t, next) || next.State().k != k {
				t.Fatal("the higher threshold is not stored")
			}
			if _, err := Decode(next.State().Encode()); err != nil {
				t.Fatal(err)
			}
		}
	}
	c, rel := stored(t, r, "even")
	config := c.config(6)
	config.Layer.ID = "households"
	if _, err := Resume(config, rel.State(), c.seq()); layers.KindOf(err) != layers.Conflict {
		t.Fatalf("resumed from another layer's state: %v", err)
	}
}

// Dimensions are the open coded fields as long as there are few combinations.
func TestDimensions(t *testing.T) {
	l := testLayer()
	if d, m := Dimensions(l), Measures(l); !slices.Equal(d, []int{fieldSex, fieldKind}) || !slices.Equal(m, []int{fieldMembers, fieldIncome}) {
		t.Fatalf("dimensions %v, measures %v", d, m)
	}
	for range 20 {
		l.Fields[fieldSex].Codes = append(l.Fields[fieldSex].Codes, layers.Code{Value: string(rune('a' + len(l.Fields[fieldSex].Codes)))})
	}
	if d := Dimensions(l); !slices.Equal(d, []int{fieldSex}) { // 23 × 4 is too many
		t.Fatalf("dimensions %v", d)
	}
	s := newSchema(testLayer(), nil)
	for i := range s.combinations() {
		v := s.values(uint32(i))
		row := make(values, fieldCount)
		row[fieldSex], row[fieldKind] = v[0], v[1]
		if got := s.combination(row); got != uint32(i) {
			t.Fatalf("combination %d reads back as %d", i, got)
		}
	}
}
