package analysis

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// Limits of replays.
const (
	maxReplay     = 31 * 24 * time.Hour
	maxReplayed   = 50_000 // cases of an answer
	replayDefault = 20_000
)

// replayed is one case of a replay.
type replayed struct {
	id, class string
	version   uint64
	lon, lat  float64
	columns   []moment // how it went by its columns
	moments   []moment // of the period
}

// replay answers what state each case was in at every moment of a period: those
// that were reported before its end and not over before its begin.
func (a *Office) replay(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	q, err := a.newQuestion(in, auth.SubjectOf(ctx))
	if err != nil {
		return err
	}
	from, to, err := a.replayPeriod(in)
	if err != nil {
		return err
	}
	read, err := q.replayReader()
	if err != nil {
		return err
	}
	query := q.query(and(compare(model.ReportedAt, layers.Le, layers.Instant(to)),
		layers.Or{Args: []layers.Expr{layers.IsNull{Term: property(model.ClosedAt)}, compare(model.ClosedAt, layers.Ge, layers.Instant(from))}}))
	if query.Boxes, err = param.BBox("bbox", in.Text("bbox"), param.LonLat()); err != nil {
		return err
	}
	limit, after := in.Int("limit"), in.Text("after")
	var list []replayed
	for r, err := range q.view.Unordered(ctx, query) {
		if err != nil {
			return err
		}
		if r.ID() > after {
			list = append(list, read(r))
		}
	}
	slices.SortFunc(list, func(a, b replayed) int { return strings.Compare(a.id, b.id) })
	next := ""
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].id
	}
	for i := range list {
		r := &list[i]
		known, err := a.lives.of(ctx, r.id, r.version)
		if err != nil {
			return err
		}
		if known == nil {
			known = r.columns
		}
		r.moments = between(known, from.UnixMicro(), to.UnixMicro())
	}
	usage.Layers(ctx, q.layer.ID)
	usage.Rows(ctx, len(list))
	return c.Blob(http.StatusOK, "application/json", appendReplay(nil, from, to, list, next))
}

func (a *Office) replayPeriod(in *openapi.Input) (from, to time.Time, err error) {
	now := a.o.Now().UTC().Truncate(time.Microsecond)
	if from, err = instant(in, "from"); err != nil {
		return
	}
	if to, err = instant(in, "to"); err != nil {
		return
	}
	if to.IsZero() || to.After(now) {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-day)
	}
	switch {
	case from.After(to):
		err = layers.Invalidf("request", "from", "is after the end of the period, which is now at the latest")
	case to.Sub(from) > maxReplay:
		err = layers.Invalidf("request", "from", fmt.Sprintf("is more than %d days before the end of the period", maxReplay/day))
	}
	return
}

// replayReader returns what copies a case from a row. The columns that tell of
// states must be shown whole: histories tell the same.
func (q *question) replayReader() (func(*live.Row) replayed, error) {
	at := map[string]int{}
	need := []string{model.State, model.ReportedAt, model.ClosedAt, model.UpdatedAt}
	for _, name := range need {
		i, err := q.column(name)
		if err != nil {
			return nil, err
		}
		at[name] = i
	}
	for _, s := range stages {
		i := q.layer.FieldIndex(s.column)
		if i >= 0 {
			if err := q.decision.MayUse(q.layer, i); err != nil {
				return nil, err
			}
		}
		at[s.column] = i
	}
	class := q.layer.FieldIndex(model.Class)
	return func(r *live.Row) replayed {
		out := replayed{id: strings.Clone(r.ID()), version: r.Version()}
		if class >= 0 {
			out.class = strings.Clone(r.Value(class).Str())
		}
		if p, ok := r.Point(); ok {
			out.lon, out.lat = p[0], p[1]
		}
		get := func(name string) time.Time {
			if i := at[name]; i >= 0 {
				return r.Value(i).Time()
			}
			return time.Time{}
		}
		if state, err := event.ParseState(r.Value(at[model.State]).Str()); err == nil {
			out.columns = fromInstants(get, state, get(model.UpdatedAt))
		}
		return out
	}, nil
}

// appendReplay writes the answer. The class of a case is "" for whom it is hidden.
// replayAnswer is what appendReplay writes.
type replayAnswer struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Events []struct {
		ID     string      `json:"id"`
		Lon    float64     `json:"lon"`
		Lat    float64     `json:"lat"`
		Class  string      `json:"class"`
		States [][2]string `json:"states" about:"Instant and state from then on, in order of time"`
	} `json:"events"`
	Truncated bool    `json:"truncated"`
	Next      *string `json:"next" about:"The parameter after of the next page"`
}

func appendReplay(b []byte, from, to time.Time, list []replayed, next string) []byte {
	b = append(b, `{"from":"`...)
	b = from.AppendFormat(b, time.RFC3339)
	b = append(b, `","to":"`...)
	b = to.AppendFormat(b, time.RFC3339)
	b = append(b, `","events":[`...)
	first := true
	for i := range list {
		r := &list[i]
		if len(r.moments) == 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"id":`...)
		b = geojson.AppendString(b, r.id)
		b = append(b, `,"lon":`...)
		b = geojson.AppendFloat(b, r.lon)
		b = append(b, `,"lat":`...)
		b = geojson.AppendFloat(b, r.lat)
		b = append(b, `,"class":`...)
		b = geojson.AppendString(b, r.class)
		b = append(b, `,"states":[`...)
		for j, m := range r.moments {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, `["`...)
			b = time.UnixMicro(m.at).UTC().AppendFormat(b, time.RFC3339Nano)
			b = append(b, `","`...)
			b = append(b, m.state.String()...)
			b = append(b, `"]`...)
		}
		b = append(b, `]}`...)
	}
	b = append(b, `],"truncated":`...)
	if next == "" {
		return append(b, `false,"next":null}`...)
	}
	b = append(b, `true,"next":`...)
	b = geojson.AppendString(b, next)
	return append(b, '}')
}
