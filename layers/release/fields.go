package release

import (
	"math"
	"slices"

	"wutu/layers"
)

// MaxCombinations bounds the combinations of dimension values of one layer, null
// counted as a value. More of them would split the people of a neighbourhood
// into groups that all stay below the threshold, and only blur the map.
const MaxCombinations = 64

// Dimensions lists the fields of l, by position, by which its release may be
// filtered and grouped: strings with a closed list of codes that are not
// personal, in the order of the layer. A field that would bring the combinations
// above MaxCombinations is left out.
func Dimensions(l *layers.Layer) []int {
	var out []int
	combinations := 1
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Type != layers.String || len(f.Codes) == 0 || f.Personal {
			continue
		}
		if values := len(f.Codes) + 1; combinations*values <= MaxCombinations {
			combinations *= values
			out = append(out, i)
		}
	}
	return out
}

// Measures lists the fields of l, by position, whose sums its release carries:
// the numeric ones declared sensible to sum that are not personal.
func Measures(l *layers.Layer) []int {
	var out []int
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Measure && !f.Personal && (f.Type == layers.Integer || f.Type == layers.Number) {
			out = append(out, i)
		}
	}
	return out
}

// dimension is a coded field. The index of a value is its place among the codes
// plus one; 0 stands for null.
type dimension struct {
	field int // position in the layer
	name  string
	codes []string
	index map[string]uint32
}

func newDimension(field int, name string, codes []string) dimension {
	d := dimension{field: field, name: name, codes: codes, index: make(map[string]uint32, len(codes))}
	for i, c := range codes {
		d.index[c] = uint32(i) + 1
	}
	return d
}

func codeValues(codes []layers.Code) []string {
	out := make([]string, len(codes))
	for i := range codes {
		out[i] = codes[i].Value
	}
	return out
}

// measure is a summed field. Sums are kept as whole numbers of units, so that
// they are the same in whatever order rows come, and nothing is left when what
// was added is taken away.
type measure struct {
	field int
	name  string
	scale float64 // units per one: 1 for integers, 10⁶ for numbers
}

// numberScale is the resolution of the sums of Number fields.
const numberScale = 1e6

// measureLimit is the largest magnitude that a sum takes in, in units: thousands
// of rows of it fit an int64.
const measureLimit = 1e15

func newMeasure(field int, f *layers.Field) measure {
	m := measure{field: field, name: f.Name, scale: 1}
	if f.Type == layers.Number {
		m.scale = numberScale
	}
	return m
}

// units is the value in units; ok is false for null and for magnitudes beyond
// measureLimit, which count as having no value.
func (m *measure) units(v layers.Value) (u int64, ok bool) {
	if v.IsNull() {
		return 0, false
	}
	x := math.Round(v.Float() * m.scale)
	if !(math.Abs(x) <= measureLimit) {
		return 0, false
	}
	return int64(x), true
}

// schema is what a release knows of its layer.
type schema struct {
	dims     []dimension
	measures []measure
}

// newSchema takes the dimensions and measures of l; of those, when kept is
// given, only what kept has too, in the order of kept.
func newSchema(l *layers.Layer, kept *schema) schema {
	var s schema
	for _, i := range Dimensions(l) {
		s.dims = append(s.dims, newDimension(i, l.Fields[i].Name, codeValues(l.Fields[i].Codes)))
	}
	for _, i := range Measures(l) {
		s.measures = append(s.measures, newMeasure(i, &l.Fields[i]))
	}
	if kept == nil {
		return s
	}
	var out schema
	for i := range kept.dims {
		if j := slices.IndexFunc(s.dims, func(d dimension) bool { return d.name == kept.dims[i].name }); j >= 0 {
			out.dims = append(out.dims, s.dims[j])
		}
	}
	for i := range kept.measures {
		j := slices.IndexFunc(s.measures, func(m measure) bool {
			return m.name == kept.measures[i].name && m.scale == kept.measures[i].scale
		})
		if j >= 0 {
			out.measures = append(out.measures, s.measures[j])
		}
	}
	return out
}

// combination numbers the dimension values of a row in mixed radix, the first
// dimension most significant. Values that are no code count as null.
func (s *schema) combination(row Values) uint32 {
	n := uint32(0)
	for i := range s.dims {
		d := &s.dims[i]
		n = n*uint32(len(d.codes)+1) + d.index[row.Value(d.field).Str()]
	}
	return n
}

// combinations is how many there are.
func (s *schema) combinations() int {
	n := 1
	for i := range s.dims {
		n *= len(s.dims[i].codes) + 1
	}
	return n
}

// values is the inverse of combination.
func (s *schema) values(combination uint32) []layers.Value {
	out := make([]layers.Value, len(s.dims))
	for i := len(s.dims) - 1; i >= 0; i-- {
		radix := uint32(len(s.dims[i].codes) + 1)
		if v := combination % radix; v > 0 {
			out[i] = layers.Text(s.dims[i].codes[v-1])
		}
		combination /= radix
	}
	return out
}

// translate gives the number in s of what is a combination in from: dimensions
// that s does not have are dropped.
func (s *schema) translate(from *schema, combination uint32) uint32 {
	values := from.values(combination)
	n := uint32(0)
	for i := range s.dims {
		d := &s.dims[i]
		at := slices.IndexFunc(from.dims, func(f dimension) bool { return f.name == d.name })
		n = n*uint32(len(d.codes)+1) + d.index[values[at].Str()]
	}
	return n
}
