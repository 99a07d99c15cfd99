package geojson

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/geojson"
)

// Encoder writes features of one layer. The zero value of its options writes
// all fields in lon/lat.
type Encoder struct {
	Layer  *layers.Layer
	Fields []int                          // indexes of the fields written, in this order; nil: all
	Sights layers.Sights                  // hidden fields are left out, masked ones written as they are shown; nil: all whole
	To     func(orb.Point) (x, y float64) // coordinates written for a lon/lat point; nil: lon, lat
	Extra  func(b []byte, i int) []byte   // appends further top-level members, each with a leading comma; nil: none
}

// Append appends the feature object of row, the i-th of its collection.
func (e *Encoder) Append(b []byte, row layers.Row, i int) []byte {
	f := geojson.Format{Sights: e.Sights, Fields: e.Fields, To: e.To}
	if e.Extra != nil {
		f.More = func(b []byte) []byte { return e.Extra(b, i) }
	}
	return geojson.AppendFeature(b, e.Layer, row, f)
}

// AppendString appends s as a JSON string.
func AppendString(b []byte, s string) []byte { return layers.AppendJSONText(b, s) }

// AppendFloat appends the shortest decimal that reads back; null for numbers
// JSON does not have.
func AppendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return layers.Float(f).AppendJSON(b)
}
