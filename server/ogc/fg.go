package ogc

import (
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"

	"wutu/layers"
	"wutu/layers/geojson"
	"wutu/server/param"
)

// JSON-FG (OGC 21-045r1) is GeoJSON with the time of a feature, its type, and its
// place in another system than WGS 84 lon/lat.

// declare appends what is said once of a document.
func (p *page) declare(b []byte) []byte {
	b = append(b, `"conformsTo":["http://www.opengis.net/spec/json-fg-1/1.0/conf/core","http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas"],"featureType":`...)
	b = layers.AppendJSONText(b, p.q.layer.ID)
	if system := p.q.system; system.URI != param.CRS84 {
		b = append(b, `,"coordRefSys":`...)
		b = layers.AppendJSONText(b, system.URI)
	}
	return append(b, ',')
}

// featureFG returns how a feature is appended in JSON-FG.
func (p *page) featureFG(to func(orb.Point) (x, y float64), more func([]byte) []byte) func([]byte, layers.Row) []byte {
	return func(b []byte, row layers.Row) []byte {
		f := geojson.Format{Sights: p.q.decision.Sights, Fields: p.q.fields, More: func(b []byte) []byte {
			if p.alone {
				b = p.declare(append(b, ','))
				b = b[:len(b)-1]
			}
			b = append(b, `,"place":`...)
			if to == nil {
				b = append(b, "null"...)
			} else {
				b = geojson.AppendGeometry(b, moved(p.bare(row).Geometry(), to))
			}
			b = appendTime(append(b, `,"time":`...), row)
			if more != nil {
				b = more(b)
			}
			return b
		}}
		if to != nil { // the place says where, in the system that was asked for
			return geojson.AppendFeature(b, p.q.layer, placeless{row}, f)
		}
		return geojson.AppendFeature(b, p.q.layer, p.bare(row), f)
	}
}

// moved is a copy of g with other coordinates, nil for nil.
func moved(g orb.Geometry, to func(orb.Point) (x, y float64)) orb.Geometry {
	if g == nil {
		return nil
	}
	return project.Geometry(orb.Clone(g), func(p orb.Point) orb.Point {
		x, y := to(p)
		return orb.Point{x, y}
	})
}

// appendTime appends the interval in which the feature is true, null without one.
func appendTime(b []byte, row layers.Row) []byte {
	var from, to time.Time
	switch r := row.(type) {
	case interface{ Validity() (from, to time.Time) }:
		from, to = r.Validity()
	case *layers.Feature:
		from, to = r.ValidFrom, r.ValidTo
	}
	if from.IsZero() && to.IsZero() {
		return append(b, "null"...)
	}
	end := func(b []byte, t time.Time) []byte {
		if t.IsZero() {
			return append(b, `".."`...)
		}
		b = append(b, '"')
		b = t.UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z07:00")
		return append(b, '"')
	}
	b = end(append(b, `{"interval":[`...), from)
	b = end(append(b, ','), to)
	return append(b, "]}"...)
}
