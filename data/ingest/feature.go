package ingest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/geo/valid"
	"wutu/layers"
	"wutu/layers/code"
)

// feature makes the feature of r for d, or says why there is none. size is its
// approximate weight in a batch.
func (im *importer) feature(d *destination, r *Raw) (f *layers.Feature, size int, rej *Reject) {
	if r.Err != nil {
		return nil, 0, rejection(r.Err)
	}
	if len(r.Names) > MaxFields {
		return nil, 0, &Reject{Rule: "size", Message: fmt.Sprintf("%d fields, at most %d", len(r.Names), MaxFields)}
	}
	id, err := im.hash.identify(r, im.o.ID)
	if err != nil {
		return nil, 0, &Reject{Field: im.o.ID, Rule: "id", Message: "the id field is empty"}
	}
	f = &layers.Feature{Key: id, Values: make([]layers.Value, len(d.layer.Fields))}
	if size, rej = im.fill(d, r, f); rej != nil {
		return nil, 0, rej
	}
	if f.Shape, rej = im.shape(r); rej != nil {
		return nil, 0, rej
	}
	if err := f.CheckAgainst(d.layer); err != nil {
		rej := rejection(err)
		if i := d.layer.FieldIndex(rej.Field); i >= 0 {
			rej.Rule, rej.Value = "code", clip(f.Values[i].String())
		}
		return nil, 0, rej
	}
	if err := code.CheckFeature(d.layer, f); err != nil {
		rej := rejection(err)
		rej.Rule, rej.Value = "code", clip(f.Value(d.layer.FieldIndex(rej.Field)).Str())
		return nil, 0, rej
	}
	return f, 96 + len(id) + size + sizeOf(f.Shape), nil
}

// fill converts the values of r into those of f.
func (im *importer) fill(d *destination, r *Raw, f *layers.Feature) (size int, rej *Reject) {
	for i, name := range r.Names {
		v := r.Values[i]
		target, known := d.source[name]
		if !known {
			if !v.IsNull() && name != im.o.ID && name != r.X && name != r.Y {
				im.sum.Ignored[name]++
			}
			continue
		}
		if len(v.Str()) > MaxText {
			return 0, &Reject{Field: name, Rule: "size", Value: clip(v.Str()),
				Message: fmt.Sprintf("%d bytes, at most %d", len(v.Str()), MaxText)}
		}
		out, err := convert(v, d.layer.Fields[target].Type, im.o.Zone)
		if err != nil {
			return 0, &Reject{Field: name, Rule: "type", Value: clip(v.String()), Message: err.Error()}
		}
		f.Values[target] = out
		size += 24 + len(out.Str())
	}
	return size, nil
}

// shape converts the geometry of r to WGS 84 and checks it.
func (im *importer) shape(r *Raw) (orb.Geometry, *Reject) {
	if r.Shape == nil {
		return nil, nil
	}
	if n := vertices(r.Shape); n > MaxVertices {
		return nil, &Reject{Field: "geometry", Rule: "size", Message: fmt.Sprintf("%d positions, at most %d", n, MaxVertices)}
	}
	g, err := crs.Transform(r.Shape, im.system, crs.WGS84)
	if err != nil {
		return nil, offMap(r, err)
	}
	if err := valid.Check(g); err != nil {
		rej := &Reject{Field: "geometry", Rule: "geometry", Message: err.Error()}
		if e, ok := errors.AsType[*valid.Error](err); ok {
			rej.Rule = string(e.Rule)
		}
		return nil, rej
	}
	return g, nil
}

// offMap is the reject of a coordinate outside its system. It names the source
// field where the coordinates are fields.
func offMap(r *Raw, err error) *Reject {
	rej := &Reject{Field: "geometry", Rule: "range", Message: err.Error()}
	ce, ok := errors.AsType[*crs.Error](err)
	if !ok {
		return rej
	}
	rej.Value = strconv.FormatFloat(ce.X, 'f', -1, 64) + " " + strconv.FormatFloat(ce.Y, 'f', -1, 64)
	rej.Message = ce.Reason
	if ce.Hint != "" {
		rej.Message += " (" + ce.Hint + ")"
	}
	field, value := r.X, ce.X
	if strings.HasPrefix(ce.Reason, "latitude") || strings.HasPrefix(ce.Reason, "northing") {
		field, value = r.Y, ce.Y
	}
	if field != "" {
		rej.Field, rej.Value = field, strconv.FormatFloat(value, 'f', -1, 64)
	}
	return rej
}

// rejection turns an error about a record into a line of the report.
func rejection(err error) *Reject {
	rej := &Reject{Rule: "geometry", Message: err.Error()}
	e, ok := errors.AsType[*layers.Error](err)
	if !ok {
		return rej
	}
	rej.Field = e.Field
	rej.Message = e.Kind.String()
	if e.Err != nil {
		rej.Message = e.Err.Error()
	}
	if e.At != "" {
		rej.Message += " at " + e.At
	}
	switch {
	case e.Kind == layers.TooLarge:
		rej.Rule = "size"
	case e.Field == "id":
		rej.Rule = "id"
	case e.Op != "":
		rej.Rule = ruleOf(e)
	}
	return rej
}

// ruleOf tells content that cannot be read from geometry that is wrong.
func ruleOf(e *layers.Error) string {
	switch e.Field {
	case "", "properties", "type":
		return "syntax"
	case "geometry", "coordinates", "geometries":
		return "geometry"
	}
	return "type"
}

// clip keeps report lines short.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// vertices counts the positions of g.
func vertices(g orb.Geometry) int {
	n := 0
	switch g := g.(type) {
	case orb.Point:
		n = 1
	case orb.MultiPoint:
		n = len(g)
	case orb.LineString:
		n = len(g)
	case orb.Ring:
		n = len(g)
	case orb.MultiLineString:
		for _, l := range g {
			n += len(l)
		}
	case orb.Polygon:
		for _, r := range g {
			n += len(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			n += vertices(p)
		}
	case orb.Collection:
		for _, m := range g {
			n += vertices(m)
		}
	}
	return n
}
