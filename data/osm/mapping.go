package osm

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"wutu/data/osm/pbf"
	"wutu/layers"
)

// use is the geometry an object has in a layer.
type use uint8

const (
	asPoint use = iota + 1 // the node, a point within the area, the middle of the line
	asLine
	asArea
)

// target is a layer an object belongs to.
type target struct {
	layer string
	as    use
}

// poiKeys are the keys that make a place of interest.
var poiKeys = []string{"amenity", "shop", "tourism", "leisure", "office"}

var (
	landNatural = []string{"wood", "scrub", "grassland", "heath", "wetland", "beach", "sand", "bare_rock", "scree", "glacier", "mud", "shingle"}
	landLeisure = []string{"park", "garden", "pitch", "golf_course", "nature_reserve", "playground", "common", "recreation_ground", "stadium"}
	waterLines  = []string{"river", "stream", "canal", "drain", "ditch"}
	waterAreas  = []string{"riverbank", "dock"}
	waterLand   = []string{"reservoir", "basin"}
)

func is(v string) bool { return v != "" && v != "no" }

// classify appends the layers that an object with these tags belongs to. area
// says that it is a closed way or an area relation, line that it is a way.
func classify(dst []target, t pbf.Tags, kind pbf.Kinds, area bool) []target {
	if len(t) == 0 {
		return dst
	}
	add := func(layer string, as use) { dst = append(dst, target{layer, as}) }
	if t.Get("addr:housenumber") != "" {
		add(addresses, asPoint)
	}
	if (kind == pbf.Nodes || area) && poiKey(t) != "" {
		add(pois, asPoint)
	}
	if kind == pbf.Nodes {
		return dst
	}
	if is(t.Get("building")) || is(t.Get("building:part")) {
		add(buildings, asArea)
	}
	if kind == pbf.Ways && t.Get("highway") != "" {
		add(roads, asLine)
	}
	natural, use, way := t.Get("natural"), t.Get("landuse"), t.Get("waterway")
	switch {
	case natural == "water" || slices.Contains(waterAreas, way) || slices.Contains(waterLand, use):
		add(water, asArea)
	case kind == pbf.Ways && slices.Contains(waterLines, way):
		add(water, asLine)
	case is(use) || slices.Contains(landNatural, natural) || area && slices.Contains(landLeisure, t.Get("leisure")):
		add(landuse, asArea)
	}
	if kind == pbf.Relations && t.Get("type") == "boundary" || area && is(t.Get("boundary")) {
		add(boundaries, asArea)
	}
	return dst
}

// poiKey returns the first key that makes an object a place of interest.
func poiKey(t pbf.Tags) string {
	for _, k := range poiKeys {
		if is(t.Get(k)) {
			return k
		}
	}
	return ""
}

// isArea reports whether a relation is one.
func isArea(t pbf.Tags) bool {
	typ := t.Get("type")
	return typ == "multipolygon" || typ == "boundary"
}

// record collects the values of one feature.
type record struct {
	names  []string
	values []layers.Value
}

func (r *record) set(name string, v layers.Value) {
	if !v.IsNull() {
		r.names = append(r.names, name)
		r.values = append(r.values, v)
	}
}

// text sets a field to a tag's value, cloned: tags share memory with their
// block.
func (r *record) text(name, value string) {
	if value != "" {
		r.set(name, layers.Text(strings.Clone(value)))
	}
}

// values returns the fields of an object in a layer.
func values(layer string, t pbf.Tags, id int64) record {
	var r record
	r.text("name", first(t, "name", "name:zh", "name:en"))
	switch layer {
	case buildings:
		part := !is(t.Get("building"))
		r.text("kind", first(t, "building", "building:part"))
		r.set("part", layers.Bool(part))
		r.set("height", Height(first(t, "height", "building:height")))
		r.set("min_height", Height(first(t, "min_height", "building:min_height")))
		r.set("floors", count(first(t, "building:levels", "levels")))
		r.set("underground_floors", count(t.Get("building:levels:underground")))
		r.text("roof_shape", first(t, "roof:shape", "building:roof:shape"))
		r.text("start_date", t.Get("start_date"))
		address(&r, t)
	case addresses:
		r.text("text", strings.Join(strings.Fields(t.Get("addr:housenumber")+" "+first(t, "addr:street", "addr:place")), " "))
		r.text("unit", first(t, "addr:unit", "addr:flats"))
		address(&r, t)
	case roads:
		r.text("ref", t.Get("ref"))
		r.text("class", t.Get("highway"))
		r.set("lanes", count(t.Get("lanes")))
		r.set("oneway", oneway(t))
		r.set("maxspeed", speed(t.Get("maxspeed")))
		r.text("surface", t.Get("surface"))
		r.set("bridge", layers.Bool(is(t.Get("bridge"))))
		r.set("tunnel", layers.Bool(is(t.Get("tunnel"))))
		r.set("level", count(t.Get("layer")))
		r.text("access", t.Get("access"))
		r.text("motor_vehicle", given(t, "motorcar", "motor_vehicle", "vehicle"))
		r.text("foot", t.Get("foot"))
	case pois:
		key := poiKey(t)
		r.text("group", key)
		r.text("kind", t.Get(key))
		for _, k := range [...]string{"brand", "operator", "opening_hours"} {
			r.text(k, t.Get(k))
		}
		r.text("phone", first(t, "phone", "contact:phone"))
		r.text("website", first(t, "website", "contact:website"))
	case landuse:
		for _, k := range [...]string{"landuse", "natural", "leisure"} {
			if v := t.Get(k); is(v) {
				r.text("group", k)
				r.text("kind", v)
				break
			}
		}
	case water:
		r.text("kind", first(t, "water", "waterway", "landuse", "natural"))
	case boundaries:
		r.text("kind", first(t, "boundary", "type"))
		r.set("admin_level", count(t.Get("admin_level")))
		r.text("ref", first(t, "ref", "ISO3166-2", "nist:fips_code"))
		r.set("population", count(t.Get("population")))
	}
	r.set("osm_id", layers.Int(id))
	return r
}

func address(r *record, t pbf.Tags) {
	r.text("housenumber", t.Get("addr:housenumber"))
	r.text("street", first(t, "addr:street", "addr:place"))
	r.text("city", t.Get("addr:city"))
	r.text("postcode", t.Get("addr:postcode"))
}

// first returns the value of the first of keys that the object has.
func first(t pbf.Tags, keys ...string) string {
	for _, k := range keys {
		if v := t.Get(k); v != "" && v != "no" {
			return v
		}
	}
	return ""
}

// given is first that takes "no" for a value: the most special of several keys
// decides.
func given(t pbf.Tags, keys ...string) string {
	for _, k := range keys {
		if v := t.Get(k); v != "" {
			return v
		}
	}
	return ""
}

// oneway is null when the tags say nothing, or that the direction changes;
// motorways and roundabouts are one-way unless they say otherwise.
func oneway(t pbf.Tags) layers.Value {
	switch t.Get("oneway") {
	case "yes", "true", "1", "-1", "reverse":
		return layers.Bool(true)
	case "no", "false", "0":
		return layers.Bool(false)
	}
	if j := t.Get("junction"); j == "roundabout" || j == "circular" || t.Get("highway") == "motorway" {
		return layers.Bool(true)
	}
	return layers.Value{}
}

// reversed reports whether traffic goes against the order of the way's nodes.
func reversed(t pbf.Tags) bool {
	v := t.Get("oneway")
	return v == "-1" || v == "reverse"
}

const (
	foot = 0.3048   // metres, international foot
	inch = 0.0254   // metres
	mile = 1.609344 // kilometres
)

// Height reads a height as people tag it, in metres: "12", "12.5 m", "12,5",
// 40', 5'11", "40 ft". What is no height, or beyond a kilometre, is null.
func Height(s string) layers.Value {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" || len(s) > 20 {
		return layers.Value{}
	}
	m := 0.0
	if feet, rest, ok := strings.Cut(s, "'"); ok {
		f, okF := decimal(feet)
		i := 0.0
		if rest = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(rest, `"`), "''")); rest != "" {
			var okI bool
			if i, okI = decimal(rest); !okI {
				return layers.Value{}
			}
		}
		if !okF {
			return layers.Value{}
		}
		m = f*foot + i*inch
	} else {
		unit := 1.0
		for _, u := range [...]struct {
			name   string
			metres float64
		}{{"feet", foot}, {"ft", foot}, {"metres", 1}, {"meters", 1}, {"m", 1}, {"米", 1}} {
			if n, ok := strings.CutSuffix(s, u.name); ok {
				s, unit = n, u.metres
				break
			}
		}
		f, ok := decimal(s)
		if !ok {
			return layers.Value{}
		}
		m = f * unit
	}
	if m < 0 || m > 1000 {
		return layers.Value{}
	}
	return layers.Float(math.Round(m*1e4) / 1e4)
}

// decimal reads a plain number with a point or comma.
func decimal(s string) (float64, bool) {
	s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && s[i] != '.' && (s[i] != '-' || i > 0) {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// count reads a whole number; halves, as in 2.5 floors, are rounded up.
func count(s string) layers.Value {
	f, ok := decimal(s)
	if !ok || math.Abs(f) > 1e10 {
		return layers.Value{}
	}
	return layers.Int(int64(math.Ceil(f)))
}

// speed reads a speed limit in km/h: "50", "30 mph", "50 km/h".
func speed(s string) layers.Value {
	unit := 1.0
	if n, ok := strings.CutSuffix(s, "mph"); ok {
		s, unit = n, mile
	} else if n, ok := strings.CutSuffix(s, "km/h"); ok {
		s = n
	}
	f, ok := decimal(s)
	if !ok || f < 0 || f > 500 {
		return layers.Value{}
	}
	return layers.Int(int64(math.Round(f * unit)))
}
