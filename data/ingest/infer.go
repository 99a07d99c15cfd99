package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"wutu/layers"
)

// kindLimit is the number of different values up to which a field called kind,
// type or class is taken to classify features: more make no legend.
const kindLimit = 64

// maxIntegerDigits is the longest run of digits in a CSV file that is taken as a
// number; longer ones are identifiers (a 16-digit component code, an 18-digit
// identity number) that would lose meaning.
const maxIntegerDigits = 15

// candidate collects what is known of a source field.
type candidate struct {
	name   string
	seen   bool // has a value at all
	types  [layers.DateTime + 1]bool
	values map[string]struct{} // different texts, nil once there are too many
}

// Infer reads a whole file and returns the definition of a layer that holds its
// records: types are widened from integer to number to string, times and
// truth values are recognised when every value is one, the geometry type is the
// union of those met, and fields that name, classify or raise features are
// recognised by their names. Codes are never inferred. A file that breaks off
// gives the layer of the records before.
func Infer(ctx context.Context, src Source, o Options) (*layers.Layer, error) {
	dec, err := src.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer dec.Close() //nolint:errcheck // nothing was written
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := survey{zone: o.Zone, index: map[string]int{}}
	for {
		r, err := dec.Next(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			if errors.Is(err, io.EOF) || s.records > 0 {
				break
			}
			return nil, err
		}
		if err := s.add(&r); err != nil {
			return nil, err
		}
	}
	return s.layer(o)
}

type survey struct {
	zone    *time.Location
	fields  []*candidate
	index   map[string]int
	shapes  [layers.AnyGeometry + 1]bool
	records int64
}

func (s *survey) add(r *Raw) error {
	s.records++
	if r.Err != nil {
		return nil
	}
	if r.Shape != nil {
		if t, err := layers.ParseGeometryType(r.Shape.GeoJSONType()); err == nil {
			s.shapes[t] = true
		} else {
			s.shapes[layers.AnyGeometry] = true
		}
	}
	for i, name := range r.Names {
		j, ok := s.index[name]
		if !ok {
			if len(s.fields) == MaxFields {
				return &layers.Error{Kind: layers.TooLarge, Op: "infer", ID: strconv.FormatInt(r.Record, 10), Field: name,
					Err: fmt.Errorf("more than %d different fields", MaxFields)}
			}
			j = len(s.fields)
			s.index[name] = j
			s.fields = append(s.fields, &candidate{name: name, values: map[string]struct{}{}})
		}
		s.fields[j].add(r.Values[i], r.Untyped, s.zone)
	}
	return nil
}

func (c *candidate) add(v layers.Value, untyped bool, zone *time.Location) {
	if v.IsNull() || v.Type() == layers.String && strings.TrimSpace(v.Str()) == "" {
		return
	}
	c.seen = true
	if c.values != nil {
		if c.values[v.String()] = struct{}{}; len(c.values) > kindLimit {
			c.values = nil
		}
	}
	if c.types[layers.String] {
		return
	}
	c.types[textType(v, untyped, zone)] = true
}

var (
	integerText = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	numberText  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)?\.?[0-9]+([eE][-+]?[0-9]+)?$`)
)

// textType is the narrowest type a value can have. Digits with a leading zero
// are a code, not a number.
func textType(v layers.Value, untyped bool, zone *time.Location) layers.FieldType {
	if v.Type() != layers.String {
		return v.Type()
	}
	s := strings.TrimSpace(v.Str())
	if untyped {
		switch {
		case integerText.MatchString(s) && len(s) <= maxIntegerDigits:
			return layers.Integer
		case numberText.MatchString(s) && strings.ContainsAny(s, ".eE") && (s[0] != '0' || len(s) < 2 || s[1] == '.'):
			return layers.Number
		case strings.EqualFold(s, "true") || strings.EqualFold(s, "false"):
			return layers.Boolean
		}
	}
	if len(s) >= 8 && len(s) <= 40 && s[0] >= '0' && s[0] <= '9' {
		if _, err := ParseTime(s, zone); err == nil {
			return layers.DateTime
		}
	}
	return layers.String
}

func (c *candidate) fieldType() layers.FieldType {
	var found []layers.FieldType
	for t := layers.String; t <= layers.DateTime; t++ {
		if c.types[t] {
			found = append(found, t)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) == 2 && found[0] == layers.Integer && found[1] == layers.Number:
		return layers.Number
	}
	return layers.String
}

// geometry is the narrowest type that admits what was met.
func (s *survey) geometry() layers.GeometryType {
	var met []layers.GeometryType
	for t := layers.Point; t <= layers.AnyGeometry; t++ {
		if s.shapes[t] {
			met = append(met, t)
		}
	}
	switch {
	case len(met) == 0:
		return layers.NoGeometry
	case len(met) == 1:
		return met[0]
	case len(met) == 2 && met[0].Dimension() == met[1].Dimension() && met[1].Dimension() >= 0:
		return met[1] // the multi-geometry of the single one
	}
	return layers.AnyGeometry
}

func (s *survey) layer(o Options) (*layers.Layer, error) {
	l := &layers.Layer{ID: o.Layer, Title: o.Title, Element: o.Element, Geometry: s.geometry(),
		Access: layers.InternalAccess, CountUnit: layers.Title{ZH: "个", EN: "features"}}
	if l.Title == (layers.Title{}) {
		l.Title = layers.Title{ZH: o.Layer, EN: o.Layer}
	}
	named := reverse(o.Mapping)
	for _, c := range s.fields {
		name := c.name
		if o.Mapping != nil {
			if name = named[c.name]; name == "" {
				continue
			}
		}
		l.Fields = append(l.Fields, layers.Field{Name: name, Type: c.fieldType(), Title: layers.Title{ZH: name, EN: name}})
		s.recognise(l, c)
	}
	if err := l.Check(); err != nil {
		return nil, err
	}
	return l, nil
}

// recognise gives the last field of l its meaning, if its name tells one.
func (s *survey) recognise(l *layers.Layer, c *candidate) {
	f := &l.Fields[len(l.Fields)-1]
	numeric := f.Type == layers.Integer || f.Type == layers.Number
	switch strings.ToLower(f.Name) {
	case "height", "building_height", "bldg_height", "h", "高度", "楼高", "建筑高度":
		if numeric && l.HeightField == "" {
			l.HeightField, f.Unit, f.Measure = f.Name, "m", true
		}
	case "floor", "floors", "levels", "area", "面积", "层数", "楼层", "population", "人口":
		f.Measure = numeric
	case "name", "title", "case_title", "名称", "标题", "text", "address", "地址":
		if f.Type == layers.String {
			f.Search = true
			if l.TitleField == "" {
				l.TitleField = f.Name
			}
		}
	case "kind", "type", "class", "category", "subject", "类型", "类别", "分类", "种类":
		if f.Type == layers.String && c.seen && c.values != nil && l.KindField == "" {
			l.KindField = f.Name
		}
	}
}

func reverse(mapping map[string]string) map[string]string {
	out := make(map[string]string, len(mapping))
	for target, source := range mapping {
		out[source] = target
	}
	return out
}
