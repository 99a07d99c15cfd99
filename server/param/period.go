package param

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/live"
)

// Period is an instant or a closed interval; a zero end is unbounded.
type Period struct {
	From, To time.Time
	Instant  bool // From is the instant
}

// Datetime reads the parameter datetime of OGC API: an RFC 3339 instant, or two
// of them (or ".." or nothing for an open end) with a slash between. ok is false
// for "".
func Datetime(field, text string) (p Period, ok bool, err error) {
	if text == "" {
		return Period{}, false, nil
	}
	from, to, interval := strings.Cut(text, "/")
	if !interval {
		p.From, err = instant(field, from)
		p.Instant = true
		return p, err == nil, err
	}
	if p.From, err = end(field, from); err != nil {
		return Period{}, false, err
	}
	if p.To, err = end(field, to); err != nil {
		return Period{}, false, err
	}
	if !p.From.IsZero() && !p.To.IsZero() && p.To.Before(p.From) {
		return Period{}, false, layers.Invalidf("request", field, "the interval ends before it begins")
	}
	return p, true, nil
}

// AsOf reads the parameter datetime of a question about one instant, and returns
// the city as of then: v itself for "".
func AsOf(ctx context.Context, v *live.View, field, text string) (*live.View, error) {
	p, ok, err := Datetime(field, text)
	switch {
	case err != nil || !ok:
		return v, err
	case !p.Instant:
		return nil, layers.Invalidf("request", field, "is an interval: the question is about one instant")
	}
	return v.AsOf(ctx, p.From)
}

// Meets reports whether a feature that is valid from from (inclusive) to to
// (exclusive) was valid at some instant of the period; zero ends are unbounded.
func (p Period) Meets(from, to time.Time) bool {
	last := p.To
	if p.Instant {
		last = p.From
	}
	return (last.IsZero() || from.IsZero() || !from.After(last)) && (p.From.IsZero() || to.IsZero() || to.After(p.From))
}

func end(field, s string) (time.Time, error) {
	if s == "" || s == ".." {
		return time.Time{}, nil
	}
	return instant(field, s)
}

func instant(field, s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	if err != nil {
		if t, err = time.Parse(time.DateOnly, s); err != nil {
			return time.Time{}, layers.Invalidf("request", field, fmt.Sprintf("%.40q is not an RFC 3339 date and time", s))
		}
	}
	return t.UTC(), nil
}
