package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/spatial"
	"wutu/layers/worktime"
	"wutu/server/openapi"
	"wutu/server/param"
)

// Limits of what one request asks.
const (
	maxMeasures = 32
	maxKeys     = 4
	// maxGroups bounds an answer: a street of H3 cells of resolution 15 has millions.
	maxGroups = 100_000
	// maxBufferM is half of the Earth's circumference: it reaches everything.
	maxBufferM = 20_037_508
)

const (
	aboutBy = "district, street, community or grid; h3:0 to h3:15; field:name; time:field:hour (or day, week, month, year) in the city's time zone; " +
		"none. A list makes a group of each combination that occurs"
)

type statsBody struct {
	Layers    []string        `json:"layers" must:"true"`
	Geometry  json.RawMessage `json:"geometry" schema:"Geometry"`
	Buffer    float64         `json:"buffer" about:"Metres around the geometry, inclusive; with intersects, within and dwithin"`
	Predicate string          `json:"predicate" enum:"intersects,within,contains,touches,crosses,overlaps,equals,disjoint,dwithin" about:"How features lie to the geometry; absent: intersects"`
	BBox      []float64       `json:"bbox" about:"West, south, east, north; west above east crosses the antimeridian"`
	Datetime  string          `json:"datetime" about:"An RFC 3339 instant: features and areas as they were then. Of a layer that is given as counts only there is no past"`
	Filter    json.RawMessage `json:"filter" about:"CQL2 as text or as JSON"`
	By        keyList         `json:"by"`
	Measures  []string        `json:"measures" about:"sum:area, median:height, histogram:10:area and so on"`
}

// keyList is one key to group by or a list of them.
type keyList struct {
	keys []string
	list bool // as the request has it
}

// UnmarshalJSON reads a string or a list of strings.
func (k *keyList) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if string(data) == "null" {
		return nil
	}
	if len(data) > 0 && data[0] == '[' {
		k.list = true
		if json.Unmarshal(data, &k.keys) == nil {
			return nil
		}
	} else {
		k.keys = make([]string, 1)
		if json.Unmarshal(data, &k.keys[0]) == nil {
			return nil
		}
	}
	return layers.Invalidf("stats", "/by", "is neither a text nor a list of texts")
}

// Schema describes what UnmarshalJSON reads.
func (keyList) Schema() *openapi.Schema {
	text := &openapi.Schema{Type: "string"}
	return &openapi.Schema{About: aboutBy, AnyOf: []*openapi.Schema{text, {Type: "array", Items: text, MaxItems: maxKeys}}}
}

// query is what the body asks of every layer.
func (b *statsBody) query(subject layers.Subject) (q layers.Query, err error) {
	q.Subject = subject
	if q.Filter, err = b.filter(); err != nil {
		return q, err
	}
	if err = b.place(&q); err != nil {
		return q, err
	}
	if b.BBox != nil {
		words := make([]string, len(b.BBox))
		for i, x := range b.BBox {
			words[i] = strconv.FormatFloat(x, 'g', -1, 64)
		}
		if q.Boxes, err = param.BBox("/bbox", strings.Join(words, ","), param.CRS{}); err != nil {
			return q, err
		}
		if q.Boxes == nil {
			return q, layers.Invalidf("stats", "/bbox", "has 0 numbers, not 4 or 6")
		}
	}
	period, given, err := param.Datetime("/datetime", b.Datetime)
	if given && !period.Instant {
		return q, layers.Invalidf("stats", "/datetime", "is an interval: features are counted as of one instant")
	}
	q.At = period.From
	return q, err
}

func (b *statsBody) filter() (layers.Expr, error) {
	data := bytes.TrimSpace(b.Filter)
	if len(data) == 0 || string(data) == "null" {
		return nil, nil
	}
	var text string
	if json.Unmarshal(data, &text) == nil {
		return param.Filter("/filter", text)
	}
	e, err := cql2.ParseJSON(data)
	if err != nil {
		return nil, param.At("/filter", err)
	}
	return e, nil
}

// place puts the geometry into the query: as a region where the index knows the
// predicate, as a condition otherwise.
func (b *statsBody) place(q *layers.Query) error {
	relation, err := spatial.ParseRelation("/predicate", b.Predicate)
	if err != nil {
		return err
	}
	if !(b.Buffer >= 0) || b.Buffer > maxBufferM {
		return layers.Invalidf("stats", "/buffer", fmt.Sprintf("%v is not between 0 and %d metres", b.Buffer, maxBufferM))
	}
	if len(b.Geometry) == 0 || string(b.Geometry) == "null" {
		if b.Buffer != 0 || b.Predicate != "" {
			return layers.Invalidf("stats", "/geometry", "is missing: a buffer or a predicate goes with one")
		}
		return nil
	}
	var g orb.Geometry
	if g, err = param.Geometry("/geometry", b.Geometry); err != nil {
		return err
	}
	switch relation {
	case spatial.Intersects, spatial.Within, spatial.DWithin:
		q.Region = &layers.Region{Geometry: g, BufferM: b.Buffer, Within: relation == spatial.Within}
		return nil
	default:
	}
	if b.Buffer != 0 {
		return layers.Invalidf("stats", "/buffer", "goes with the predicates intersects, within and dwithin")
	}
	q.Filter = relation.Filter(g, q.Filter)
	return nil
}

// keys reads what to group by.
func (b *statsBody) keys(zone *time.Location) ([]live.By, error) {
	if len(b.By.keys) > maxKeys {
		return nil, layers.Invalidf("stats", "/by", fmt.Sprintf("has more than %d entries", maxKeys))
	}
	var out []live.By
	for i, s := range b.By.keys {
		at := "/by"
		if b.By.list {
			at += "/" + strconv.Itoa(i)
		}
		if s == "" || s == "none" {
			if b.By.list {
				return nil, layers.Invalidf("stats", at, "is no key")
			}
			continue
		}
		by, err := parseBy(at, s, zone)
		if err != nil {
			return nil, err
		}
		out = append(out, by)
	}
	return out, nil
}

// parseBy reads one key.
func parseBy(at, s string, zone *time.Location) (live.By, error) {
	if level, err := layers.ParseLevel(s); err == nil {
		return live.By{Level: level}, nil
	}
	word, rest, _ := strings.Cut(s, ":")
	switch word {
	case "h3":
		if n, err := strconv.Atoi(rest); err == nil && n >= 0 && n <= 15 {
			return live.By{Cells: true, Res: n}, nil
		}
		return live.By{}, layers.Invalidf("stats", at, fmt.Sprintf("%.40q is not an H3 resolution from 0 to 15", rest))
	case "field":
		if rest != "" {
			return live.By{Field: rest}, nil
		}
	case "time":
		field, unit, _ := strings.Cut(rest, ":")
		u, err := live.ParseTimeUnit(unit)
		if err != nil {
			return live.By{}, layers.Invalidf("stats", at, fmt.Sprintf("%.40q is not hour, day, week, month or year", unit))
		}
		if field != "" {
			return live.By{Field: field, Unit: u, Zone: zone}, nil
		}
	}
	return live.By{}, layers.Invalidf("stats", at, fmt.Sprintf("%.40q is not district, street, community, grid, h3:9, field:name, time:field:day or none", s))
}

// measures reads what to measure: the measure of each entry of the body, nil for
// count, which every group has.
func (b *statsBody) measures() (asked []live.Measure, at []int, err error) {
	if len(b.Measures) > maxMeasures {
		return nil, nil, layers.Invalidf("stats", "/measures", fmt.Sprintf("has more than %d entries", maxMeasures))
	}
	for i, s := range b.Measures {
		if s == "count" {
			at = append(at, -1)
			continue
		}
		m, err := live.ParseMeasure(s)
		if err != nil {
			return nil, nil, param.At("/measures/"+strconv.Itoa(i), err)
		}
		at = append(at, len(asked))
		asked = append(asked, m)
	}
	return asked, at, nil
}

// zone is the city's time zone.
func (a *API) zone(ctx context.Context) *time.Location {
	if a.o.Book != nil {
		if z := a.o.Book.Calendar(ctx).Zone; z != nil {
			return z
		}
	}
	return worktime.China()
}
