package ingest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"wutu/layers"
)

// convert turns a value as read into a value of type t. Text is trimmed; empty
// text is null. Nothing is guessed: what does not fit is an error.
func convert(v layers.Value, t layers.FieldType, zone *time.Location) (layers.Value, error) {
	if v.Type() == layers.String && strings.TrimSpace(v.Str()) == "" {
		return layers.Value{}, nil
	}
	switch {
	case v.IsNull() || v.Type() == t:
		return v, nil
	case t == layers.String:
		return layers.Text(v.String()), nil
	case v.Type() == layers.String:
		return parseText(strings.TrimSpace(v.Str()), t, zone)
	case t == layers.Number && v.Type() == layers.Integer:
		return layers.Float(v.Float()), nil
	case t == layers.Integer && v.Type() == layers.Number:
		return integral(v.Float())
	case t == layers.Boolean && v.Type() == layers.Integer && (v.Int() == 0 || v.Int() == 1):
		return layers.Bool(v.Int() == 1), nil
	}
	return layers.Value{}, fmt.Errorf("%.80q is a %s, the field is a %s", v, v.Type(), t)
}

func integral(f float64) (layers.Value, error) {
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return layers.Value{}, fmt.Errorf("%v is not an integer", f)
	}
	return layers.Int(int64(f)), nil
}

func parseText(s string, t layers.FieldType, zone *time.Location) (layers.Value, error) {
	switch t {
	case layers.DateTime:
		at, err := ParseTime(s, zone)
		return layers.Instant(at), err
	case layers.Boolean:
		switch strings.ToLower(s) {
		case "true", "yes", "t", "y", "1", "是":
			return layers.Bool(true), nil
		case "false", "no", "f", "n", "0", "否":
			return layers.Bool(false), nil
		}
	case layers.Integer:
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return layers.Int(i), nil
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return integral(f)
		}
	case layers.Number:
		if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return layers.Float(f), nil
		}
	case layers.String:
		return layers.Text(s), nil
	}
	return layers.Value{}, fmt.Errorf("%.80q is not a %s", s, t)
}

// ParseTime reads an instant: RFC 3339, or a local time of zone as
// "2006-01-02 15:04:05" (also with T or /, without seconds, or a date alone for
// its first moment), or with the day and month of "01/02/2006" in the order that
// is certain: month first when the clock has AM or PM, whichever number exceeds
// 12 otherwise. A date that could be either is an error. A local time that the
// clock shows twice is taken as time.Date takes it.
func ParseTime(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC(), nil
	}
	if t, err := time.Parse("2006-01-02 15:04:05.999999999Z07:00", s); err == nil {
		return t.UTC(), nil
	}
	fail := fmt.Errorf("%.80q is not a date and time", s)
	date, clock, _ := strings.Cut(strings.Replace(s, "T", " ", 1), " ")
	sep := "-"
	if strings.Contains(date, "/") {
		sep = "/"
	}
	parts := strings.Split(date, sep)
	if len(parts) != 3 {
		return time.Time{}, fail
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 10, 16)
		if err != nil || len(p) > 4 {
			return time.Time{}, fail
		}
		n[i] = int(v)
	}
	tod, err := parseClock(clock)
	if err != nil {
		return time.Time{}, fail
	}
	var y, m, d int
	switch {
	case len(parts[0]) == 4:
		y, m, d = n[0], n[1], n[2]
	case len(parts[2]) != 4 || sep != "/":
		return time.Time{}, fail
	case strings.HasSuffix(clock, "M") || n[1] > 12 || n[0] == n[1]:
		m, d, y = n[0], n[1], n[2]
	case n[0] > 12:
		d, m, y = n[0], n[1], n[2]
	default:
		return time.Time{}, fmt.Errorf("%.80q may be month/day or day/month", s)
	}
	t := time.Date(y, time.Month(m), d, tod.Hour(), tod.Minute(), tod.Second(), tod.Nanosecond(), zone)
	if m < 1 || m > 12 || d < 1 || d > 31 || time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() != d {
		return time.Time{}, fail
	}
	return t.UTC(), nil
}

func parseClock(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range [...]string{"15:04:05.999999999", "15:04", "03:04:05 PM", "3:04:05 PM", "3:04 PM"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time of day", s)
}
