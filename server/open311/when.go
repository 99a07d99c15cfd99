package open311

import (
	"fmt"
	"strings"
	"time"

	"wutu/layers"
)

// maxSpan is the longest period that can be asked for, and the usual one.
const maxSpan = 90 * 24 * time.Hour

// readTime reads a time of the W3C note on dates (a subset of ISO 8601), with its
// zone; a day, month or year without one is meant in zone. first and last are the
// bounds of what it says: a second, a minute, a day. The error is Invalid.
func readTime(name, s string, zone *time.Location) (first, last time.Time, err error) {
	s = strings.Replace(strings.TrimSpace(s), " ", "+", 1) // a plus sign that was not encoded
	for _, form := range []struct {
		layout string
		span   func(time.Time) time.Time
	}{
		{"2006-01-02T15:04:05.999999999Z07:00", func(t time.Time) time.Time {
			if strings.ContainsRune(s, '.') {
				return t.Add(time.Microsecond)
			}
			return t.Add(time.Second)
		}},
		{"2006-01-02T15:04Z07:00", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
		{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	} {
		if t, err := time.ParseInLocation(form.layout, s, zone); err == nil {
			return t.UTC(), form.span(t).Add(-time.Microsecond).UTC(), nil
		}
	}
	return first, last, layers.Invalidf("open311", name, fmt.Sprintf("%.40q is not a time as in 2026-11-21T08:30:00+08:00", s))
}

// period reads start_date and end_date, both inclusive. The error is Invalid.
func (a *API) period(x *call) (from, to time.Time, err error) {
	startText, endText := x.in.Text("start_date"), x.in.Text("end_date")
	if startText != "" {
		if from, _, err = readTime("start_date", startText, a.o.Zone); err != nil {
			return from, to, err
		}
	}
	if endText != "" {
		if _, to, err = readTime("end_date", endText, a.o.Zone); err != nil {
			return from, to, err
		}
	}
	switch {
	case startText == "" && endText == "":
		to = a.o.Now().UTC()
		from = to.Add(-maxSpan)
	case startText == "":
		from = to.Add(-maxSpan)
	case endText == "":
		to = from.Add(maxSpan)
	case to.Before(from):
		return from, to, layers.Invalidf("open311", "end_date", "lies before start_date")
	case to.Sub(from) > maxSpan+24*time.Hour: // whole days at both ends
		return from, to, layers.Invalidf("open311", "end_date", "lies more than 90 days after start_date")
	}
	return from, to, nil
}
