package worktime

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// Published is a calendar with where it comes from. It is not changed once it is
// in use.
type Published struct {
	Name   string // 1 to 64 letters, digits, points or hyphens
	Title  layers.Title
	Source string
	Note   string
	Calendar
}

// The form of a calendar in a file.
type calendarJSON struct {
	Name   string       `json:"name"`
	Title  layers.Title `json:"title"`
	Source string       `json:"source"`
	Note   string       `json:"note,omitempty"`
	Zone   string       `json:"zone"`   // offset from UTC as +08:00
	Office []officeJSON `json:"office"` // within a day, ascending
	Off    []spanJSON   `json:"off"`    // days off
	On     []spanJSON   `json:"on"`     // weekend days that are worked
}

type officeJSON struct {
	From string `json:"from"` // 08:30
	To   string `json:"to"`
}

// spanJSON is a run of days, both included.
type spanJSON struct {
	From        string `json:"from"` // 2026-10-01
	To          string `json:"to,omitempty"`
	Name        string `json:"name,omitempty"`
	Unconfirmed bool   `json:"unconfirmed,omitempty"`
}

// The bounds of a calendar.
const (
	MaxCalendarBytes = 1 << 20
	maxOffice        = 12
	maxSpans         = 5000
	maxSpanDays      = 366
	maxText          = 2000
)

//go:embed calendars/*.json
var calendarFiles embed.FS

// Builtin returns the calendar that comes with the program, from its file. The
// error is never met with the file that comes with the program.
func Builtin() (*Published, error) {
	data, err := calendarFiles.ReadFile("calendars/china.json")
	if err != nil {
		return nil, err
	}
	return ParseCalendar(data)
}

// ParseCalendar reads the file form and checks it whole. The error is Invalid and
// names the field.
func ParseCalendar(data []byte) (*Published, error) {
	fail := func(field, format string, args ...any) (*Published, error) {
		return nil, layers.Invalidf("calendar", field, fmt.Sprintf(format, args...))
	}
	if len(data) > MaxCalendarBytes {
		return fail("", "is larger than 1 MiB")
	}
	var in calendarJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return fail("", "%v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fail("", "something stands behind the JSON value")
	}
	if in.Name == "" || len(in.Name) > 64 || strings.ContainsFunc(in.Name, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '-')
	}) {
		return fail("name", "%.80q is not 1 to 64 letters, digits, points or hyphens", in.Name)
	}
	if in.Title.ZH == "" || in.Source == "" || len(in.Title.ZH)+len(in.Title.EN)+len(in.Source)+len(in.Note) > maxText {
		return fail("source", "a calendar says what it is (title.zh) and where it comes from (source), in at most 2000 bytes")
	}
	if in.Title.EN == "" {
		in.Title.EN = in.Title.ZH
	}
	c := &Published{Name: in.Name, Title: in.Title, Source: in.Source, Note: in.Note, Calendar: Calendar{Off: map[string]bool{}, On: map[string]bool{}}}
	at, err := time.Parse("-07:00", in.Zone)
	if err != nil {
		return fail("zone", "%.40q is no offset as +08:00", in.Zone)
	}
	_, offset := at.Zone()
	if c.Zone = time.FixedZone(in.Zone, offset); offset == 8*60*60 {
		c.Zone = China()
	}
	if len(in.Office) > maxOffice || len(in.Off) > maxSpans || len(in.On) > maxSpans {
		return fail("", "at most %d office hours a day and %d spans of days are kept", maxOffice, maxSpans)
	}
	for _, h := range in.Office {
		from, err1 := clock(h.From)
		to, err2 := clock(h.To)
		if err1 != nil || err2 != nil {
			return fail("office", "%.20q–%.20q are no times of day as 08:30", h.From, h.To)
		}
		c.Office = append(c.Office, Hours{from, to})
	}
	for _, part := range []struct {
		name string
		in   []spanJSON
		out  map[string]bool
	}{{"off", in.Off, c.Off}, {"on", in.On, c.On}} {
		for _, s := range part.in {
			if err := s.days(part.out); err != nil {
				return fail(part.name, "%v", err)
			}
		}
	}
	for day := range c.On {
		if c.Off[day] {
			return fail("on", "%s is off as well", day)
		}
	}
	return c, c.check()
}

// clock reads a time of day, 24:00 included.
func clock(s string) (time.Duration, error) {
	if s == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, err
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// days marks the days of s.
func (s *spanJSON) days(out map[string]bool) error {
	if s.To == "" {
		s.To = s.From
	}
	from, err1 := time.Parse(time.DateOnly, s.From)
	to, err2 := time.Parse(time.DateOnly, s.To)
	switch {
	case err1 != nil || err2 != nil || len(s.Name) > maxText:
		return fmt.Errorf("%.20q–%.20q are no days as 2026-10-01", s.From, s.To)
	case to.Before(from) || to.Sub(from) > maxSpanDays*24*time.Hour:
		return fmt.Errorf("%s–%s is backwards or longer than %d days", s.From, s.To, maxSpanDays)
	}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		out[day.Format(time.DateOnly)] = true
	}
	return nil
}

// MarshalJSON writes the file form, runs of days joined, without their names:
// ParseCalendar reads the same calendar back.
func (c *Published) MarshalJSON() ([]byte, error) {
	_, offset := time.Time{}.In(c.Zone).Zone()
	out := calendarJSON{Name: c.Name, Title: c.Title, Source: c.Source, Note: c.Note,
		Zone: time.Time{}.In(time.FixedZone("", offset)).Format("-07:00"), Office: []officeJSON{}, Off: spans(c.Off), On: spans(c.On)}
	text := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	for _, h := range c.Office {
		out.Office = append(out.Office, officeJSON{text(h.From), text(h.To)})
	}
	return json.Marshal(out)
}

// spans joins days into runs, at most a year long.
func spans(days map[string]bool) []spanJSON {
	list := make([]string, 0, len(days))
	for d, yes := range days {
		if yes {
			list = append(list, d)
		}
	}
	slices.Sort(list)
	out := []spanJSON{}
	n := 0
	for i, d := range list {
		if i > 0 && nextDate(list[i-1]) == d && n < maxSpanDays {
			out[len(out)-1].To = d
			n++
			continue
		}
		out, n = append(out, spanJSON{From: d}), 1
	}
	return out
}
