package release

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/layers"
)

// Fields of the test layer.
const (
	fieldSex = iota
	fieldName
	fieldKind
	fieldCare
	fieldMembers
	fieldIncome
	fieldCount
)

func testLayer() *layers.Layer {
	codes := func(values ...string) (out []layers.Code) {
		for _, v := range values {
			out = append(out, layers.Code{Value: v})
		}
		return out
	}
	return &layers.Layer{
		ID: "persons", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess,
		Fields: []layers.Field{
			fieldSex:     {Name: "sex", Type: layers.String, Codes: codes("male", "female")},
			fieldName:    {Name: "name", Type: layers.String, Personal: true},
			fieldKind:    {Name: "kind", Type: layers.String, Codes: codes("registered", "migrant", "foreign")},
			fieldCare:    {Name: "care", Type: layers.String, Codes: codes("alone", "aged"), Personal: true},
			fieldMembers: {Name: "members", Type: layers.Integer, Measure: true},
			fieldIncome:  {Name: "income", Type: layers.Number, Measure: true},
		},
	}
}

type values []layers.Value

func (v values) Value(i int) layers.Value { return v[i] }

// frame is a city of square areas: 2 × 2 areas of a level make one of the next,
// 8 × 8 grids one district.
type frame struct {
	origin orb.Point
	step   float64 // side of a grid, degrees
	side   int     // grids per side, a multiple of 8
}

func (f *frame) owner(p orb.Point) [4]uint32 {
	x, y := math.Floor((p[0]-f.origin[0])/f.step), math.Floor((p[1]-f.origin[1])/f.step)
	if x < 0 || y < 0 || x >= float64(f.side) || y >= float64(f.side) {
		return [4]uint32{NoArea, NoArea, NoArea, NoArea}
	}
	var out [4]uint32
	for level := range out {
		size := 8 >> level
		out[level] = uint32(int(y)/size*(f.side/size) + int(x)/size)
	}
	return out
}

func (f *frame) codes() (out [4][]string) {
	for level := range out {
		n := f.side / (8 >> level)
		for i := range n * n {
			out[level] = append(out[level], strconv.Itoa(level)+"-"+strconv.Itoa(1000000+i))
		}
	}
	return out
}

func (f *frame) bound() orb.Bound {
	d := f.step * float64(f.side)
	return orb.Bound{Min: f.origin, Max: orb.Point{f.origin[0] + d, f.origin[1] + d}}
}

// city is a population whose truth the tests know.
type city struct {
	frame
	r    *rand.Rand
	rows []Row
}

func (c *city) config(k int) Config {
	return Config{Layer: testLayer(), K: k, Owner: c.owner, Codes: c.codes()}
}

func (c *city) seq() iter.Seq[Row] { return slices.Values(c.rows) }

func (c *city) row(p orb.Point, has bool) Row {
	v := make(values, fieldCount)
	pick := func(field int, shares ...float64) {
		x, codes := c.r.Float64(), testLayer().Fields[field].Codes
		for i, s := range shares {
			if x -= s; x < 0 {
				v[field] = layers.Text(codes[i].Value)
				return
			}
		}
	}
	pick(fieldSex, 0.5, 0.49)
	pick(fieldKind, 0.7, 0.28, 0.01)
	v[fieldName] = layers.Text("somebody")
	if c.r.IntN(10) > 0 {
		v[fieldMembers] = layers.Int(int64(1 + c.r.IntN(6)))
	}
	if c.r.IntN(3) == 0 {
		v[fieldIncome] = layers.Float(math.Round(c.r.Float64()*1e6) / 100)
	}
	row := Row{Point: p, Has: has, Values: v}
	if has {
		row.Areas = c.owner(p)
	}
	if has && c.r.IntN(2) == 0 {
		row.Cell = hexgrid.At(p, Resolution)
	}
	return row
}

// somewhere is a place where somebody may live.
func (c *city) somewhere(kind string) (orb.Point, bool) {
	b := c.bound()
	wide := b.Pad(c.step)
	switch kind {
	case "clustered":
		if len(c.rows) > 20 && c.r.IntN(100) > 0 {
			at := c.rows[c.r.IntN(len(c.rows))].Point
			return orb.Point{at[0] + c.r.NormFloat64()*0.0003, at[1] + c.r.NormFloat64()*0.0003}, true
		}
	case "identical":
		if len(c.rows) > 12 && c.r.IntN(50) > 0 {
			return c.rows[c.r.IntN(12)].Point, true
		}
	case "border":
		p := geotest.Point(c.r, b)
		axis := c.r.IntN(2)
		p[axis] = c.origin[axis] + c.step*float64(c.r.IntN(c.side+1)) + math.Copysign(0.00003, c.r.Float64()-0.5) + c.r.NormFloat64()*0.00001
		return p, true
	case "nowhere":
		return orb.Point{}, c.r.IntN(3) > 0
	}
	return geotest.Point(c.r, wide), c.r.IntN(40) > 0
}

var cityKinds = []string{"even", "clustered", "identical", "border", "nowhere"}

func newCity(r *rand.Rand, kind string, n int) *city {
	c := &city{frame: frame{origin: orb.Point{111.28, 30.69}, step: 0.0005 + 0.002*r.Float64(), side: 8 * (1 + r.IntN(2))}, r: r}
	for range n {
		p, has := c.somewhere(kind)
		c.rows = append(c.rows, c.row(p, has))
	}
	return c
}

// publish makes, checks the form of, and adopts the next publication.
func publish(t testing.TB, r *Release) bool {
	t.Helper()
	s, ok := r.Next()
	if !ok {
		return false
	}
	if err := r.Adopt(s); err != nil {
		t.Fatal(err)
	}
	return true
}
