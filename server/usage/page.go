package usage

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// Total is one row of the page.
type Total struct {
	Key      string    `json:"key"` // id of the key or account, layer, route or role
	Requests int64     `json:"requests"`
	Rows     int64     `json:"rows"`
	Bytes    int64     `json:"bytes"`
	Refused  int64     `json:"refused"`
	Last     time.Time `json:"last"` // when the newest was answered, UTC
}

type totals struct {
	Rows []Total `json:"rows"`
}

// groupings lists what the page groups by; the first is the default.
var groupings = []string{"key", "layer", "route", "role"}

// maxDays bounds the period of one page: each day is a read of the store.
const maxDays = 400

// Routes declares the page.
func (m *Meter) Routes() []openapi.Route {
	return []openapi.Route{{Method: http.MethodGet, Path: "/api/v1/admin/usage", ID: "usage", Tag: "Administration",
		Summary: "Who uses what: requests, rows, bytes and refusals in a period",
		Params: []openapi.Param{
			{Name: "from", About: "Begin (RFC 3339), rounded down to the hour; a day before to by default"},
			{Name: "to", About: "End (RFC 3339), rounded up to the hour and not included; now by default"},
			{Name: "by", About: "What a row is", Enum: groupings, Default: groupings[0]}},
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: "application/json", About: "Rows in order of their key", Of: totals{}}},
		Handle:  m.page}}
}

func (m *Meter) page(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	if auth.SubjectOf(ctx).Role != layers.SysAdmin {
		return &layers.Error{Kind: layers.Forbidden, Op: "usage", Err: errors.New("usage is for system administrators")}
	}
	from, to, err := m.period(in.Text("from"), in.Text("to"))
	if err != nil {
		return err
	}
	rows, err := m.Totals(ctx, from, to, in.Text("by"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, totals{rows})
}

// period reads the two ends, rounded outwards to hours.
func (m *Meter) period(from, to string) (begin, end time.Time, err error) {
	read := func(name, text string, def time.Time) (time.Time, error) {
		if text == "" {
			return def, nil
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return t, layers.Invalidf("usage", name, "is not an instant as in 2026-11-21T08:00:00Z")
		}
		return t.UTC(), nil
	}
	if end, err = read("to", to, m.o.Now().UTC()); err != nil {
		return begin, end, err
	}
	if to == "" || !end.Equal(end.Truncate(time.Hour)) {
		end = end.Truncate(time.Hour).Add(time.Hour)
	}
	if begin, err = read("from", from, end.Add(-24*time.Hour)); err != nil {
		return begin, end, err
	}
	begin = begin.Truncate(time.Hour)
	switch {
	case !begin.Before(end):
		return begin, end, layers.Invalidf("usage", "from", "is not before to")
	case end.Sub(begin) > maxDays*24*time.Hour:
		return begin, end, layers.Invalidf("usage", "from", "is more than 400 days before to")
	}
	return begin, end, nil
}

// Totals sums what was answered in the hours that begin in [from, to), grouped
// by "key", "layer", "route" or "role", in order of that. A request on several
// layers counts for each when grouped by layer, and one on none for key "-".
// The rows belong to the caller. Errors are those of the store. Cost: a read of
// the store per day, linear in its rows.
func (m *Meter) Totals(ctx context.Context, from, to time.Time, by string) ([]Total, error) {
	first, end := hourOf(from), hourOf(to)
	// Memory first: what is written meanwhile is then met in the store, and the
	// newer state of a row is the one with more requests.
	rows := make(map[string]row)
	for _, p := range m.snapshot(func(*counts) bool { return true }) {
		if p.cell.hour >= first && p.cell.hour < end {
			rows[p.cell.name(m.run)] = p.cell.row(&p.counts)
		}
	}
	for day := from.UTC().Truncate(24 * time.Hour); day.Before(to); day = day.Add(24 * time.Hour) {
		for rec, err := range m.o.Store.Records(ctx, Bucket, day.Format(time.DateOnly)) {
			if err != nil {
				return nil, err
			}
			if name, _, _ := strings.Cut(rec.Key, "/"); name < hourName(first) || name >= hourName(end) {
				continue
			}
			var r row
			if err := json.Unmarshal(rec.Data, &r); err != nil {
				return nil, &layers.Error{Kind: layers.Internal, Op: "usage", ID: rec.Key, Err: err}
			}
			if r.Requests > rows[rec.Key].Requests {
				rows[rec.Key] = r
			}
		}
	}
	sums := make(map[string]*Total)
	for _, r := range rows {
		for _, key := range r.keys(by) {
			t := sums[key]
			if t == nil {
				t = &Total{Key: key}
				sums[key] = t
			}
			t.add(&r)
		}
	}
	out := make([]Total, 0, len(sums))
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, *sums[key])
	}
	return out, nil
}

func (t *Total) add(r *row) {
	t.Requests += r.Requests
	t.Rows += r.Rows
	t.Bytes += r.Bytes
	t.Refused += r.Refused
	if r.Last.After(t.Last) {
		t.Last = r.Last
	}
}

// keys are the rows of the page that r counts for.
func (r *row) keys(by string) []string {
	switch by {
	case "layer":
		if r.Layer == "" {
			return []string{Anonymous}
		}
		return strings.Split(r.Layer, ",")
	case "route":
		return []string{r.Route}
	case "role":
		return []string{r.Role}
	}
	return []string{r.Key}
}
