package track

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/track"
)

// The media types of batches.
const (
	mediaJSON  = "application/json"
	mediaLines = "application/x-ndjson"
	mediaCSV   = "text/csv"
)

// when is a time as senders write it: RFC 3339, or milliseconds since 1970.
type when time.Time

// UnmarshalJSON reads either form.
func (w *when) UnmarshalJSON(b []byte) error {
	text := string(b)
	if s, ok := strings.CutPrefix(text, `"`); ok {
		text = strings.TrimSuffix(s, `"`)
	}
	t, err := parseTime(text)
	*w = when(t)
	return err
}

// MarshalJSON writes RFC 3339.
func (w when) MarshalJSON() ([]byte, error) { return time.Time(w).MarshalJSON() }

func parseTime(text string) (time.Time, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms), nil
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
	if err != nil {
		return time.Time{}, layers.Invalidf("track", "time", fmt.Sprintf("%.40q is neither an RFC 3339 time nor milliseconds since 1970", text))
	}
	return t, nil
}

// sentFix is a fix as it is sent.
type sentFix struct {
	ID       string   `json:"id" must:"true" about:"Id of the object, a feature of the layer"`
	Lon      float64  `json:"lon" must:"true"`
	Lat      float64  `json:"lat" must:"true"`
	Time     any      `json:"time" must:"true" about:"RFC 3339, or milliseconds since 1970"`
	Accuracy *float64 `json:"accuracy" about:"Metres"`
	Speed    *float64 `json:"speed" about:"km/h"`
	Heading  *float64 `json:"heading" about:"Degrees clockwise from north"`
	Coord    string   `json:"coord" about:"Coordinate system of this fix: wgs84, gcj02, bd09, EPSG:…; absent: the parameter coord"`
}

// record is a fix that was read, or what is wrong with it.
type record struct {
	ID       string
	Lon, Lat float64
	Time     when
	Accuracy *float64
	Speed    *float64
	Heading  *float64
	Coord    string

	field, fault string // what is wrong; "" for nothing
}

// readRecords reads a batch. What is wrong with single records is in them; the error is
// Invalid or TooLarge for the batch as a whole.
func readRecords(media string, data []byte) ([]record, error) {
	var out []record
	var err error
	switch media {
	case mediaLines:
		out, err = readLines(data)
	case mediaCSV:
		out, err = readCSV(data)
	default:
		out, err = readArray(data)
	}
	if err == nil && len(out) > track.MaxSent {
		err = tooMany()
	}
	return out, err
}

func tooMany() error {
	return &layers.Error{Kind: layers.TooLarge, Op: "track", Field: "/", Err: fmt.Errorf("more than %d fixes: send them in several batches", track.MaxSent)}
}

func readArray(data []byte) ([]record, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		var syntax *json.SyntaxError
		e := &layers.Error{Kind: layers.Invalid, Op: "track", Field: "/", Err: errors.New("is not a JSON array of fixes")}
		if errors.As(err, &syntax) {
			e.At = fmt.Sprintf("offset %d", syntax.Offset)
		}
		return nil, e
	}
	if len(list) > track.MaxSent {
		return nil, tooMany()
	}
	out := make([]record, len(list))
	for i, raw := range list {
		out[i] = readOne(raw)
	}
	return out, nil
}

func readLines(data []byte) ([]record, error) {
	var out []record
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(out) == track.MaxSent {
			return nil, tooMany()
		}
		out = append(out, readOne(line))
	}
	return out, nil
}

// readOne reads a JSON object.
func readOne(raw []byte) record {
	var in struct {
		ID       *string  `json:"id"`
		Lon      *float64 `json:"lon"`
		Lat      *float64 `json:"lat"`
		Time     *when    `json:"time"`
		Accuracy *float64 `json:"accuracy"`
		Speed    *float64 `json:"speed"`
		Heading  *float64 `json:"heading"`
		Coord    string   `json:"coord"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		r := record{field: "/", fault: "is not a fix"}
		if in.ID != nil {
			r.ID = *in.ID
		}
		var typ *json.UnmarshalTypeError
		var own *layers.Error
		switch {
		case errors.As(err, &own):
			r.field, r.fault = own.Field, messageOf(own)
		case errors.As(err, &typ) && typ.Field != "":
			r.field, r.fault = typ.Field, fmt.Sprintf("a %s where a %s belongs", typ.Value, typ.Type)
		case strings.HasPrefix(err.Error(), "json: unknown field "):
			if name, err := strconv.Unquote(strings.TrimPrefix(err.Error(), "json: unknown field ")); err == nil {
				r.field, r.fault = fmt.Sprintf("%.80s", name), "is not a part of a fix"
			}
		}
		return r
	}
	r := record{Accuracy: in.Accuracy, Speed: in.Speed, Heading: in.Heading, Coord: in.Coord}
	missing := func(field string) record { r.field, r.fault = field, "is missing"; return r }
	if in.ID == nil {
		return missing("id")
	}
	r.ID = *in.ID
	switch {
	case in.Lon == nil:
		return missing("lon")
	case in.Lat == nil:
		return missing("lat")
	case in.Time == nil:
		return missing("time")
	}
	r.Lon, r.Lat, r.Time = *in.Lon, *in.Lat, *in.Time
	return r
}

// readCSV reads a table whose first line names the columns, in any order: id, lon, lat
// and time, and any of the others.
func readCSV(data []byte) ([]record, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, layers.Invalidf("track", "/", "is not a table of CSV")
	}
	names := slices.Clone(head)
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains([]string{"id", "lon", "lat", "time", "accuracy", "speed", "heading", "coord"}, names[i]) || slices.Contains(names[:i], names[i]) {
			return nil, layers.Invalidf("track", "/", fmt.Sprintf("the first line names the columns: %.40q is none, or is named twice", name))
		}
	}
	for _, name := range []string{"id", "lon", "lat", "time"} {
		if !slices.Contains(names, name) {
			return nil, layers.Invalidf("track", "/", fmt.Sprintf("the first line names the columns: %s is missing", name))
		}
	}
	var out []record
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if len(out) == track.MaxSent {
			return nil, tooMany()
		}
		if err != nil || len(row) != len(names) {
			out = append(out, record{field: "/", fault: "is not a line of the table"})
			if err != nil { // where the next line begins is not known
				return out, nil
			}
			continue
		}
		out = append(out, readRow(names, row))
	}
}

func readRow(names, row []string) record {
	var r record
	fail := func(field, fault string) {
		if r.field == "" {
			r.field, r.fault = field, fault
		}
	}
	for i, name := range names {
		cell := strings.TrimSpace(row[i])
		if cell == "" && name != "accuracy" && name != "speed" && name != "heading" && name != "coord" {
			fail(name, "is missing")
			continue
		}
		switch name {
		case "id":
			r.ID = strings.Clone(cell)
		case "coord":
			r.Coord = strings.Clone(cell)
		case "time":
			t, err := parseTime(cell)
			if err != nil {
				fail(name, messageOf(err))
			}
			r.Time = when(t)
		default:
			if cell == "" {
				continue
			}
			x, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				fail(name, fmt.Sprintf("%.40q is not a number", cell))
			}
			switch name {
			case "lon":
				r.Lon = x
			case "lat":
				r.Lat = x
			case "accuracy":
				r.Accuracy = &x
			case "speed":
				r.Speed = &x
			case "heading":
				r.Heading = &x
			}
		}
	}
	return r
}
