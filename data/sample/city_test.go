package sample

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"wutu/geo/valid"
	"wutu/layers"
	"wutu/layers/model"
)

func testNow() time.Time { return time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC) }

func testSeed(t testing.TB) uint64 {
	if v := os.Getenv("WUTU_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 1
}

// made is a whole small city, kept for all tests.
type made struct {
	seed     uint64
	features map[string][]layers.Feature
	layers   map[string]*layers.Layer
	byID     map[string]map[string]*layers.Feature
	records  map[string][]byte // by bucket and key
	err      error
}

var smallCity = sync.OnceValue(func() *made {
	m := &made{features: map[string][]layers.Feature{}, layers: map[string]*layers.Layer{}, byID: map[string]map[string]*layers.Feature{},
		records: map[string][]byte{}}
	m.seed = 1
	if n, err := strconv.ParseUint(os.Getenv("WUTU_SEED"), 10, 64); err == nil {
		m.seed = n
	}
	m.err = Generate(context.Background(), Options{Size: Small, Seed: m.seed, Now: testNow()}, func(b Batch) error {
		m.layers[b.Layer.ID] = b.Layer
		m.features[b.Layer.ID] = append(m.features[b.Layer.ID], b.Features...)
		for _, r := range b.Records {
			m.records[r.Bucket+"/"+r.Key] = r.Data
		}
		return nil
	})
	for id, list := range m.features {
		m.byID[id] = make(map[string]*layers.Feature, len(list))
		for i := range list {
			m.byID[id][list[i].Key] = &list[i]
		}
	}
	return m
})

func small(t *testing.T) *made {
	t.Helper()
	m := smallCity()
	if m.err != nil {
		t.Fatal(m.err)
	}
	t.Logf("WUTU_SEED=%d", m.seed)
	return m
}

func (m *made) value(layer string, f *layers.Feature, name string) layers.Value {
	return f.Value(m.layers[layer].FieldIndex(name))
}

func (m *made) str(layer string, f *layers.Feature, name string) string {
	return m.value(layer, f, name).Str()
}

// complaints reports the first few errors of a kind and counts the rest.
type complaints struct {
	t *testing.T
	n int
}

func (c *complaints) add(format string, args ...any) {
	c.t.Helper()
	if c.n++; c.n <= 5 {
		c.t.Errorf(format, args...)
	}
}

func (c *complaints) done() {
	if c.n > 5 {
		c.t.Errorf("… and %d more", c.n-5)
	}
}

func TestEveryFeatureFitsItsLayer(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	for _, l := range model.Layers() {
		list := m.features[l.ID]
		if len(list) == 0 {
			t.Errorf("layer %s is empty", l.ID)
		}
		if len(m.byID[l.ID]) != len(list) {
			t.Errorf("%s: %d ids for %d features", l.ID, len(m.byID[l.ID]), len(list))
		}
		for i := range list {
			f := &list[i]
			if err := f.CheckAgainst(l); err != nil {
				bad.add("%v", err)
			}
			if f.Shape == nil {
				bad.add("%s %s has no place", l.ID, f.Key)
			} else if err := valid.Check(f.Shape); err != nil {
				bad.add("%s %s: %v", l.ID, f.Key, err)
			}
			if i > 0 && list[i-1].Key >= f.Key && l.ID != model.Parcels && l.ID != model.Departments {
				bad.add("%s: %s follows %s", l.ID, f.Key, list[i-1].Key)
			}
		}
	}
	bad.done()
}

func TestReferencesLead(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	for _, l := range model.Layers() {
		for fi, d := range l.Fields {
			if d.Ref == "" {
				continue
			}
			set := 0
			for i := range m.features[l.ID] {
				f := &m.features[l.ID][i]
				v := f.Value(fi)
				if v.IsNull() {
					continue
				}
				set++
				if m.byID[d.Ref][v.Str()] == nil {
					bad.add("%s %s: %s %q is not in %s", l.ID, f.Key, d.Name, v.Str(), d.Ref)
				}
			}
			if set == 0 {
				t.Errorf("%s.%s is never set", l.ID, d.Name)
			}
		}
	}
	for _, x := range []struct{ layer, field string }{{model.Devices, model.MountedOn}, {model.Events, model.ObjectField}} {
		set := 0
		for i := range m.features[x.layer] {
			f := &m.features[x.layer][i]
			ref := m.str(x.layer, f, x.field)
			if ref == "" {
				continue
			}
			set++
			layer, id, _ := strings.Cut(ref, "/")
			o := m.byID[layer][id]
			if o == nil {
				bad.add("%s %s is about %s, which does not exist", x.layer, f.Key, ref)
			} else if layer == model.Components && o.Shape.(orb.Point) != f.Shape.(orb.Point) {
				bad.add("%s %s is not where %s is", x.layer, f.Key, ref)
			}
		}
		if set == 0 {
			t.Errorf("no %s names an object", x.layer)
		}
	}
	bad.done()
}

func TestSizes(t *testing.T) {
	m := small(t)
	total := 0
	for _, list := range m.features {
		total += len(list)
	}
	if total < 50_000 || total > 75_000 {
		t.Errorf("the small city has %d features, about 60,000 were promised", total)
	}
	if testing.Short() {
		return
	}
	total = 0
	largest := 0
	if err := Generate(context.Background(), Options{Size: City, Seed: m.seed, Now: testNow()}, func(b Batch) error {
		total += len(b.Features)
		largest = max(largest, len(b.Features))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if total < 850_000 || total > 1_150_000 || largest > batchSize {
		t.Errorf("the city has %d features in batches of up to %d, about 1,000,000 were promised", total, largest)
	}
}

func digest(t *testing.T, o Options) map[string]uint64 {
	t.Helper()
	sums := map[string]hash.Hash64{}
	err := Generate(context.Background(), o, func(b Batch) error {
		h := sums[b.Layer.ID]
		if h == nil {
			h = xxhash.New()
			sums[b.Layer.ID] = h
		}
		for i := range b.Features {
			f := &b.Features[i]
			shape, err := wkb.Marshal(f.Shape, binary.LittleEndian)
			if err != nil {
				return err
			}
			fmt.Fprint(h, f.Key, f.ValidFrom, f.Values)
			_, _ = h.Write(shape)
		}
		for _, r := range b.Records {
			fmt.Fprintf(h, "%s %s %s", r.Bucket, r.Key, r.Data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]uint64{}
	for id, h := range sums {
		out[id] = h.Sum64()
	}
	return out
}

func TestSameArgumentsSameCity(t *testing.T) {
	o := Options{Size: Small, Seed: testSeed(t), Now: testNow()}
	a, b := digest(t, o), digest(t, o)
	o.Now = o.Now.In(time.FixedZone("elsewhere", 9*3600))
	zoned := digest(t, o)
	o.Seed += 1000
	other := digest(t, o)
	for _, l := range model.Layers() {
		if a[l.ID] != b[l.ID] || a[l.ID] != zoned[l.ID] {
			t.Errorf("%s differs between two runs with the same arguments", l.ID)
		}
		if a[l.ID] == other[l.ID] && l.ID != model.Departments {
			t.Errorf("%s is the same for another seed", l.ID)
		}
	}
}

// Every seed must make a sound city, not only the first.
func TestOtherSeeds(t *testing.T) {
	for seed := testSeed(t) + 1; seed < testSeed(t)+5; seed++ {
		ids := map[string]bool{}
		bad := complaints{t: t}
		if err := Generate(context.Background(), Options{Size: Small, Seed: seed, Now: testNow()}, func(b Batch) error {
			for i := range b.Features {
				f := &b.Features[i]
				if err := f.CheckAgainst(b.Layer); err != nil {
					bad.add("seed %d: %v", seed, err)
				}
				if err := valid.Check(f.Shape); err != nil {
					bad.add("seed %d: %s %s: %v", seed, b.Layer.ID, f.Key, err)
				}
				if id := b.Layer.ID + "/" + f.Key; ids[id] {
					bad.add("seed %d: %s twice", seed, id)
				} else {
					ids[id] = true
				}
			}
			return nil
		}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		bad.done()
	}
}

func TestGenerateStops(t *testing.T) {
	o := Options{Size: Small, Seed: 1, Now: testNow()}
	boom := errors.New("disk full")
	calls := 0
	err := Generate(context.Background(), o, func(Batch) error {
		if calls++; calls == 3 {
			return boom
		}
		return nil
	})
	if !errors.Is(err, boom) || calls != 3 {
		t.Errorf("yield's error: %v after %d calls", err, calls)
	}
	ctx, cancel := context.WithCancel(context.Background())
	calls = 0
	err = Generate(ctx, o, func(Batch) error {
		calls++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("cancelled: %v after %d calls", err, calls)
	}
	for _, bad := range []Options{{}, {Size: Small}, {Size: 9, Now: testNow()}, {Size: City, Now: time.Unix(0, 0)}} {
		if err := Generate(context.Background(), bad, nil); layers.KindOf(err) != layers.Invalid || err == nil {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for _, s := range []Size{Small, City, Prefecture} {
		if got, err := ParseSize(s.String()); err != nil || got != s {
			t.Errorf("%s reads as %v, %v", s, got, err)
		}
	}
	if _, err := ParseSize("village"); layers.KindOf(err) != layers.Invalid {
		t.Errorf("size village: %v", err)
	}
}
