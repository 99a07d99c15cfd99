package server_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
)

// thing is a feature of the leakage test, in plain values: what the oracle reads.
type thing struct {
	layer, id string
	at        orb.Point // middle
	half      float64   // half the side of its square in degrees, 0 for a point
	placeless bool
	values    map[string]any
	from      time.Time // when it became true, zero: always
}

func (th *thing) change() layers.Change {
	var g orb.Geometry
	w, s, e, n := th.at[0]-th.half, th.at[1]-th.half, th.at[0]+th.half, th.at[1]+th.half
	ring := orb.Ring{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}
	switch l := model.Lookup(th.layer); {
	case th.placeless:
	case l.Geometry == layers.Point:
		g = th.at
	case l.Geometry == layers.LineString:
		g = orb.LineString{{w, s}, {e, n}}
	case l.Geometry == layers.Polygon:
		g = orb.Polygon{ring}
	default:
		g = orb.MultiPolygon{{ring}}
	}
	c := feature(th.layer, th.id, g, th.values)
	c.Feature.ValidFrom = th.from
	return c
}

func (th *thing) clone() *thing {
	c := *th
	c.values = maps.Clone(th.values)
	return &c
}

// population is how many features of each layer a city of the leakage test has.
// The areas come from frame; they are the same in every world, see oracle.
var population = []struct {
	layer string
	n     int
	half  float64
}{
	{"addresses", 20, 0}, {"buildings", 14, .0008}, {"cameras", 6, 0}, {"components", 30, 0}, {"departments", 5, .006}, {"devices", 8, 0},
	{"enterprises", 18, 0}, {"events", 20, 0}, {"green", 3, .001}, {"households", 14, 0}, {"movers", 9, 0}, {"parcels", 8, .001},
	{"persons", 45, 0}, {"plan_zones", 3, .002}, {"roads", 5, .004}, {"sites", 8, 0}, {"water", 2, .002},
}

// words are the texts of a city: few, so that filters and searches meet several
// features, forbidden ones among them.
var words = []string{"滨江花园", "滨江大道1号", "江城科技", "路灯", "井盖", "张三", "李四丰", "欧阳明月", "13800138000", "13911112222", "dep-0", "1102", "0301", "路"}

// founder makes the things of a city.
type founder struct {
	*rand.Rand
	serial int
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (f *founder) chance(p float64) bool { return f.Float64() < p }

// spot is a place in the city, seldom outside, never on a border of a grid.
func (f *founder) spot() orb.Point {
	p := at(f.IntN(16), .02+.96*f.Float64(), .02+.96*f.Float64())
	if f.chance(.03) {
		p[0] -= 4.5 * cellDeg
	}
	return p
}

// thing makes a feature of a layer of population.
func (f *founder) thing(i int) *thing {
	f.serial++
	p := &population[i]
	th := &thing{layer: p.layer, id: fmt.Sprintf("%s-%03d", p.layer, f.serial), at: f.spot(), half: p.half * (.5 + f.Float64()/2),
		placeless: p.half == 0 && f.chance(.02), values: map[string]any{}}
	if f.chance(.6) {
		th.from = now().Add(-time.Duration(f.IntN(60*24)) * time.Hour)
	}
	for _, field := range model.Lookup(p.layer).Fields {
		f.fill(th, &field)
	}
	switch p.layer {
	case "departments":
		th.id = fmt.Sprintf("dep-%d", f.serial%7)
		th.values["code"], th.values["duties"] = th.id, "1102 0301 lamp"
	case "events":
		th.id = fmt.Sprintf("20261115%09d", f.serial)
		th.values["class"], th.values["state"] = pick(f.Rand, []string{"1102", "0301", "0302"}), pick(f.Rand, []string{"filed", "handling", "closed"})
	case "cameras":
		th.values["range"] = 300.0
	case "movers":
		th.values["kind"] = pick(f.Rand, []string{"worker", "worker", "patrol", "police"})
	}
	return th
}

// fill gives a field a random value.
func (f *founder) fill(th *thing, field *layers.Field) {
	switch {
	case f.chance(.12):
		delete(th.values, field.Name)
	case field.Codes != nil:
		th.values[field.Name] = pick(f.Rand, field.Codes[:min(3, len(field.Codes))]).Value
	case field.Ref == "grids":
		th.values[field.Name] = gridID(f.IntN(16))
	case field.Name == "department":
		th.values[field.Name] = fmt.Sprintf("dep-%d", f.IntN(7))
	case field.Ref == "buildings", field.Ref == "addresses", field.Ref == "households":
		th.values[field.Name] = fmt.Sprintf("%s-%03d", field.Ref, f.IntN(240))
	case field.Name == "object":
		th.values[field.Name] = fmt.Sprintf("components/components-%03d", f.IntN(240))
	case field.Type == layers.String:
		th.values[field.Name] = pick(f.Rand, words)
	case field.Type == layers.Integer:
		th.values[field.Name] = 1 + f.IntN(9)
	case field.Type == layers.Number:
		th.values[field.Name] = math.Round(1 + 999*f.Float64())
	case field.Type == layers.DateTime:
		th.values[field.Name] = now().Add(-time.Duration(f.IntN(1000)) * time.Hour)
	}
}

// things makes a city, each id once.
func (f *founder) things() []*thing {
	var out []*thing
	seen := map[string]bool{}
	for i, p := range population {
		for range p.n {
			if th := f.thing(i); !seen[th.layer+"/"+th.id] {
				seen[th.layer+"/"+th.id] = true
				out = append(out, th)
			}
		}
	}
	return out
}

func populationOf(layer string) int {
	for i := range population {
		if population[i].layer == layer {
			return i
		}
	}
	return -1
}

// rectangle is the extent of an area of the test city by its code.
func rectangle(code string) (b orb.Bound, ok bool) {
	var n, d, q int
	box := func(x, y, w, h int) (orb.Bound, bool) {
		return square(float64(x), float64(y), float64(w), float64(h)).Bound(), true
	}
	switch len(code) {
	case 15:
		if _, err := fmt.Sscanf(code, "4205020010100%02d", &n); err == nil {
			return box(n%4, n/4, 1, 1)
		}
	case 11:
		if _, err := fmt.Sscanf(code, "42050%1d0010%1d", &d, &q); err == nil {
			return box(2*(d-2), 2*(q-1), 2, 2)
		}
	case 9, 6:
		if _, err := fmt.Sscanf(code, "42050%1d", &d); err == nil {
			return box(2*(d-2), 0, 2, 4)
		}
	}
	return b, false
}

// areaCodes are some areas of every level.
var areaCodes = slices.Concat([]string{"420502", "420503", "420502001", "42050200101", "42050200102", "42050300101"},
	[]string{gridID(0), gridID(5), gridID(10), gridID(15)})
