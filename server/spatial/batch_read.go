package spatial

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/server/openapi"
)

// positions is a list of pairs of numbers. It is read by hand: the general decoder
// takes longer for a hundred thousand of them than the answer does.
type positions []orb.Point

// Schema describes the JSON.
func (positions) Schema() *openapi.Schema { return openapi.List(openapi.Named("position")) }

// MarshalJSON writes the pairs.
func (p positions) MarshalJSON() ([]byte, error) { return json.Marshal([]orb.Point(p)) }

// UnmarshalJSON reads [[x,y],…]; further numbers of a position are left out. data is
// valid JSON. Errors: Invalid with a pointer to the position, TooLarge.
func (p *positions) UnmarshalJSON(data []byte) error {
	r := reader{data: data}
	if string(data) == "null" {
		return nil
	}
	if !r.skip('[') {
		return layers.Invalidf("batch", "/points", "is not a list of positions")
	}
	for r.peek() != ']' {
		if len(*p) > 0 && !r.skip(',') || !r.skip('[') {
			return layers.Invalidf("batch", pointAt("/", len(*p)), "is not two numbers")
		}
		if len(*p) == maxPoints {
			return tooManyPoints("/points")
		}
		x, okX := r.number()
		comma := r.skip(',')
		y, okY := r.number()
		for r.skip(',') { // heights
			if _, ok := r.number(); !ok {
				comma = false
				break
			}
		}
		if !okX || !comma || !okY || !r.skip(']') {
			return layers.Invalidf("batch", pointAt("/", len(*p)), "is not two numbers")
		}
		*p = append(*p, orb.Point{x, y})
	}
	return nil
}

func tooManyPoints(field string) error {
	return &layers.Error{Kind: layers.TooLarge, Op: "batch", Field: field, Err: fmt.Errorf("holds more than %d points", maxPoints)}
}

// reader reads JSON that is known to be valid.
type reader struct {
	data []byte
	at   int
}

func (r *reader) peek() byte {
	for ; r.at < len(r.data); r.at++ {
		switch b := r.data[r.at]; b {
		case ' ', '\t', '\n', '\r':
		default:
			return b
		}
	}
	return 0
}

func (r *reader) skip(b byte) bool {
	if r.peek() != b {
		return false
	}
	r.at++
	return true
}

func (r *reader) number() (float64, bool) {
	r.peek()
	from := r.at
	for r.at < len(r.data) && strings.IndexByte("+-.0123456789eE", r.data[r.at]) >= 0 {
		r.at++
	}
	x, err := strconv.ParseFloat(string(r.data[from:r.at]), 64)
	return x, err == nil
}

// fromCSV reads the points from a table and what is asked from the parameters. It
// returns the column id, nil when there is none.
func (b *batchBody) fromCSV(body io.Reader, in *openapi.Input) ([]string, error) {
	b.Levels, b.Coord = in.List("levels"), in.Text("coord")
	targets := in.List("nearest")
	if in.Has("filter") && len(targets) != 1 {
		return nil, layers.Invalidf("batch", "filter", "goes with a single layer in nearest")
	}
	for _, l := range targets {
		t := batchTarget{Layer: l, Max: in.Float("max")}
		if text := in.Text("filter"); text != "" {
			t.Filter, _ = json.Marshal(text) // text always encodes
		}
		b.Nearest = append(b.Nearest, t)
	}
	var ids []string
	var err error
	b.Points, ids, err = readTable(body)
	return ids, err
}

// readTable reads the points of a table with a header, and its column id, nil when
// there is none. Errors: Invalid naming the record or the line, TooLarge.
func readTable(body io.Reader) (points positions, ids []string, err error) {
	table := csv.NewReader(body)
	table.ReuseRecord, table.TrimLeadingSpace = true, true
	header, err := table.Read()
	if err != nil {
		return nil, nil, badCSV(err)
	}
	x, y, id := columns(header)
	if x < 0 || y < 0 {
		return nil, nil, layers.Invalidf("batch", "header", "has no columns lon and lat, nor x and y")
	}
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return points, ids, nil
		}
		if err != nil {
			return nil, nil, badCSV(err)
		}
		if len(points) == maxPoints {
			return nil, nil, tooManyPoints("body")
		}
		lon, errX := strconv.ParseFloat(row[x], 64)
		lat, errY := strconv.ParseFloat(row[y], 64)
		if errX != nil || errY != nil {
			return nil, nil, layers.Invalidf("batch", pointAt("", len(points)), fmt.Sprintf("%.40q, %.40q are not two numbers", row[x], row[y]))
		}
		points = append(points, orb.Point{lon, lat})
		if id >= 0 {
			ids = append(ids, strings.Clone(row[id]))
		}
	}
}

// columns finds the coordinates and the id in a header, -1 for those it lacks.
func columns(header []string) (x, y, id int) {
	x, y, id = -1, -1, -1
	for i, name := range header {
		switch strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")) {
		case "lon", "lng", "longitude", "x":
			x = i
		case "lat", "latitude", "y":
			y = i
		case "id":
			id = i
		}
	}
	return x, y, id
}

// badCSV says where a table is broken. What the connection says passes through.
func badCSV(err error) error {
	var e *csv.ParseError
	switch {
	case errors.As(err, &e):
		return &layers.Error{Kind: layers.Invalid, Op: "batch", Field: "body", At: fmt.Sprintf("line %d", e.Line), Err: e.Err}
	case errors.Is(err, io.EOF):
		return layers.Invalidf("batch", "body", "is empty")
	}
	return err
}
