package track

import (
	"math"
	"strconv"
	"time"

	"wutu/layers/track"
	"wutu/server/geojson"
)

// writer writes one track.
type writer struct {
	id, layer string
	parts     [][]track.Fix
	fixes     int     // of the track before it was simplified
	lengthM   float64 // of it
}

// appendPosition writes [lon,lat] with the digits that are kept.
func appendPosition(b []byte, f track.Fix) []byte {
	b = append(b, '[')
	b = appendDegrees(b, f.X)
	b = append(b, ',')
	b = appendDegrees(b, f.Y)
	return append(b, ']')
}

// appendDegrees writes a number of 10^-7 degrees as degrees.
func appendDegrees(b []byte, n int32) []byte {
	v := int64(n)
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	b = strconv.AppendInt(b, v/1e7, 10)
	rest := v % 1e7
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int64(1e6); rest > 0; unit /= 10 {
		b = append(b, byte('0'+rest/unit))
		rest %= unit
	}
	return b
}

// appendTime writes the time in RFC 3339 between quotes, with milliseconds where there
// are any. A long track has a quarter of a million times: this costs a tenth of what
// time.Format does.
func appendTime(b []byte, f track.Fix) []byte {
	b = append(b, '"')
	b = appendInstant(b, f)
	return append(b, '"')
}

func appendInstant(b []byte, f track.Fix) []byte {
	const dayMs = 24 * track.HourMs
	ms := f.T % dayMs
	if ms < 0 {
		ms += dayMs
	}
	year, month, day := time.UnixMilli(f.T - ms).UTC().Date()
	pair := func(n int64, before byte) {
		b = append(b, before, byte('0'+n/10), byte('0'+n%10))
	}
	b = strconv.AppendInt(b, int64(year), 10)
	pair(int64(month), '-')
	pair(int64(day), '-')
	pair(ms/track.HourMs, 'T')
	pair(ms/60_000%60, ':')
	pair(ms/1000%60, ':')
	if ms %= 1000; ms > 0 {
		b = append(b, '.', byte('0'+ms/100))
		if ms%100 > 0 {
			b = append(b, byte('0'+ms/10%10))
		}
		if ms%10 > 0 {
			b = append(b, byte('0'+ms%10))
		}
	}
	return append(b, 'Z')
}

// count is how many fixes are written.
func (w *writer) count() int {
	n := 0
	for _, part := range w.parts {
		n += len(part)
	}
	return n
}

// list writes one item of each fix of a part between brackets. A part of one fix has it
// twice where a line needs two.
func list(b []byte, part []track.Fix, twice bool, item func([]byte, track.Fix) []byte) []byte {
	b = append(b, '[')
	for i, f := range part {
		if i > 0 {
			b = append(b, ',')
		}
		b = item(b, f)
	}
	if twice && len(part) == 1 {
		b = item(append(b, ','), part[0])
	}
	return append(b, ']')
}

// lines writes something of every fix in the shape of the geometry's coordinates.
func (w *writer) lines(b []byte, item func([]byte, track.Fix) []byte) []byte {
	switch {
	case len(w.parts) == 0:
		return append(b, "[]"...)
	case len(w.parts) == 1 && len(w.parts[0]) > 1:
		return list(b, w.parts[0], false, item)
	}
	b = append(b, '[')
	for i, part := range w.parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = list(b, part, true, item)
	}
	return append(b, ']')
}

// geometry writes a LineString, or a MultiLineString when the track is cut or has but
// one fix, which stands twice then; null for none.
func (w *writer) geometry(b []byte) []byte {
	switch {
	case len(w.parts) == 0:
		return append(b, "null"...)
	case len(w.parts) == 1 && len(w.parts[0]) > 1:
		b = append(b, `{"type":"LineString","coordinates":`...)
	default:
		b = append(b, `{"type":"MultiLineString","coordinates":`...)
	}
	return append(w.lines(b, appendPosition), '}')
}

func tenths(of func(track.Fix) (float64, bool)) func([]byte, track.Fix) []byte {
	return func(b []byte, f track.Fix) []byte {
		x, ok := of(f)
		if !ok {
			return append(b, "null"...)
		}
		return strconv.AppendFloat(b, math.Round(x*10)/10, 'f', -1, 64)
	}
}

// geojson writes a Feature whose coordinateProperties say of every position the time
// and what the receiver knew.
func (w *writer) geojson() []byte {
	b := make([]byte, 0, 256+64*w.count())
	b = append(b, `{"type":"Feature","id":`...)
	b = geojson.AppendString(b, w.id)
	b = append(b, `,"geometry":`...)
	b = w.geometry(b)
	b = append(b, `,"properties":{"layer":`...)
	b = geojson.AppendString(b, w.layer)
	b = append(b, `,"fixes":`...)
	b = strconv.AppendInt(b, int64(w.fixes), 10)
	b = append(b, `,"length_m":`...)
	b = strconv.AppendFloat(b, math.Round(w.lengthM*100)/100, 'f', -1, 64)
	b = append(b, `,"coordinateProperties":{"times":`...)
	b = w.lines(b, appendTime)
	for _, p := range [...]struct {
		name string
		of   func(track.Fix) (float64, bool)
	}{{"accuracy", track.Fix.AccuracyM}, {"speed", track.Fix.SpeedKmh}, {"heading", track.Fix.HeadingDeg}} {
		if !w.some(p.of) {
			continue
		}
		b = append(b, `,"`+p.name+`":`...)
		b = w.lines(b, tenths(p.of))
	}
	return append(b, "}}}\n"...)
}

// some reports whether any fix knows something.
func (w *writer) some(of func(track.Fix) (float64, bool)) bool {
	for _, part := range w.parts {
		for _, f := range part {
			if _, ok := of(f); ok {
				return true
			}
		}
	}
	return false
}

// moving writes OGC Moving Features JSON (19-045r3): a MovingPoint for each part.
func (w *writer) moving() []byte {
	b := make([]byte, 0, 256+64*w.count())
	b = append(b, `{"type":"Feature","id":`...)
	b = geojson.AppendString(b, w.id)
	b = append(b, `,"properties":{"layer":`...)
	b = geojson.AppendString(b, w.layer)
	b = append(b, `},"crs":{"type":"Name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}`...)
	b = append(b, `,"trs":{"type":"Link","properties":{"type":"OGCDEF","href":"http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}},"temporalGeometry":`...)
	point := func(b []byte, part []track.Fix) []byte {
		b = append(b, `{"type":"MovingPoint","datetimes":`...)
		b = list(b, part, false, appendTime)
		b = append(b, `,"coordinates":`...)
		b = list(b, part, false, appendPosition)
		return append(b, `,"interpolation":"Linear"}`...)
	}
	switch {
	case len(w.parts) == 1:
		b = point(b, w.parts[0])
	default:
		b = append(b, `{"type":"MovingGeometryCollection","prisms":[`...)
		for i, part := range w.parts {
			if i > 0 {
				b = append(b, ',')
			}
			b = point(b, part)
		}
		b = append(b, "]}"...)
	}
	return append(b, "}\n"...)
}

// csv writes a line for each fix; part counts the parts from 1.
func (w *writer) csv() []byte {
	b := make([]byte, 0, 64+72*w.count())
	b = append(b, "time,lon,lat,accuracy,speed,heading,part\r\n"...)
	for i, part := range w.parts {
		for _, f := range part {
			b = appendInstant(b, f)
			b = append(b, ',')
			b = appendDegrees(b, f.X)
			b = append(b, ',')
			b = appendDegrees(b, f.Y)
			for _, of := range [...]func(track.Fix) (float64, bool){track.Fix.AccuracyM, track.Fix.SpeedKmh, track.Fix.HeadingDeg} {
				b = append(b, ',')
				if x, ok := of(f); ok {
					b = strconv.AppendFloat(b, x, 'f', -1, 64)
				}
			}
			b = append(b, ',')
			b = strconv.AppendInt(b, int64(i+1), 10)
			b = append(b, "\r\n"...)
		}
	}
	return b
}
