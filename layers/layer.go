package layers

import (
	"fmt"
	"regexp"
)

// DefaultMinCount is the smallest group size that a subject without clearance
// may learn of a personal layer (standards.md section 8 rule 1: k = 10 inside
// government).
const DefaultMinCount = 10

// MaxFields bounds the fields of one layer; a GeoPackage table of SQLite has at
// most 2,000 columns.
const MaxFields = 1000

// Title is a short text in the two languages of the program. An empty half
// falls back to the other.
type Title struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Code is one permitted value of a coded field, with its name.
type Code struct {
	Value string `json:"value"`
	Title Title  `json:"title"`
}

// Field declares one property of a layer's features.
type Field struct {
	Name     string    // matches [a-zA-Z_][a-zA-Z0-9_]*, or any text for imported data; unique in the layer
	Type     FieldType //
	Title    Title     //
	Unit     string    // UCUM-like: "m", "m2", "km/h"; "" for none
	Codes    []Code    // closed list of values of a String field, in display order; nil for free values
	Personal bool      // never leaves for subjects without clearance
	Ref      string    // layer whose feature ids this field holds, "" for none
	Search   bool      // found by the search box
	Measure  bool      // numeric, sensible to sum; offered in statistics and hexagons
	Mask     Mask      // what a masked value shows
	Sealed   bool      // encrypted in the store's files; needs a String field
	Required bool      // whoever edits a feature gives it a value; imports may leave it out

	CodeSystem CodeSystem // of a String field whose values are official codes: imports and edits refuse wrong ones
}

// Layer declares a set of features. It is immutable once handed to a store; a
// changed definition is a new Layer with the same ID.
type Layer struct {
	ID        string       // [a-z][a-z0-9_]*
	Title     Title        //
	Element   Element      //
	Geometry  GeometryType //
	Access    Access       //
	Owner     string       // department id, "" if nobody's
	CountUnit Title        // what one feature is: 栋, 人, 件
	Level     Level        // set for area layers, whose feature ids are the area codes
	MinCount  int          // suppression threshold; 0 means DefaultMinCount
	Fields    []Field      // in the order of Feature.Values

	TitleField    string // names a feature in cards and search; "" shows the id
	SubtitleField string // second line of a search hit
	KindField     string // classifies features in legends
	HeightField   string // metres; set for layers drawn in 3D
}

// Threshold is the smallest count of this layer that a subject without
// clearance may learn; 0 for layers that are not personal.
func (l *Layer) Threshold() int {
	switch {
	case l.Access != PersonalAccess:
		return 0
	case l.MinCount > 0:
		return l.MinCount
	}
	return DefaultMinCount
}

// FieldIndex returns the position of the field called name, or -1. It costs
// O(fields); callers on hot paths resolve names once.
func (l *Layer) FieldIndex(name string) int {
	for i := range l.Fields {
		if l.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

var layerID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// CheckLayerID reports whether id may name a layer: [a-z][a-z0-9_]*, at most 63
// characters. The error is Invalid.
func CheckLayerID(id string) error {
	if !layerID.MatchString(id) {
		return &Error{Kind: Invalid, Op: "layer", Field: "id",
			Err: fmt.Errorf("%.80q is not a layer id: lower-case letters, digits and _, starting with a letter, at most 63", id)}
	}
	return nil
}

// Check reports the first rule the definition breaks, as an Invalid error that
// names the field.
func (l *Layer) Check() error {
	fail := func(field, format string, args ...any) error {
		return &Error{Kind: Invalid, Op: "layer", Layer: l.ID, Field: field, Err: fmt.Errorf(format, args...)}
	}
	if err := CheckLayerID(l.ID); err != nil {
		return err
	}
	if l.Element < People || l.Element > Event {
		return fail("element", "has no element")
	}
	if l.Geometry > AnyGeometry {
		return fail("geometry", "unknown geometry type %d", l.Geometry)
	}
	if l.Level != NoLevel && l.Geometry.Dimension() != 2 && l.Geometry != AnyGeometry {
		return fail("level", "an area layer needs polygons, not %s", l.Geometry)
	}
	if len(l.Fields) > MaxFields {
		return fail("fields", "%d fields, at most %d", len(l.Fields), MaxFields)
	}
	seen := make(map[string]bool, len(l.Fields))
	for i := range l.Fields {
		f := &l.Fields[i]
		switch {
		case f.Name == "" || len(f.Name) > 200:
			return fail(f.Name, "field %d has no usable name", i)
		case seen[f.Name]:
			return fail(f.Name, "declared twice")
		case f.Type < String || f.Type > DateTime:
			return fail(f.Name, "has no type")
		case len(f.Codes) > 0 && f.Type != String:
			return fail(f.Name, "codes need a string field")
		case f.CodeSystem != "" && f.Type != String:
			return fail(f.Name, "a code system needs a string field")
		case !f.CodeSystem.Known():
			return fail(f.Name, "%.80q is no code system", f.CodeSystem)
		case f.Measure && f.Type != Integer && f.Type != Number:
			return fail(f.Name, "a measure needs a numeric field")
		}
		if err := f.checkMask(); err != nil {
			return fail(f.Name, "%v", err)
		}
		seen[f.Name] = true
	}
	for _, name := range []string{l.TitleField, l.SubtitleField, l.KindField, l.HeightField} {
		if name != "" && !seen[name] {
			return fail(name, "is named by the layer but not declared")
		}
	}
	return nil
}
