package events

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duplicate"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// maxAlike bounds the proposals of each kind.
const maxAlike = 10

// alike is a case that another may repeat, with what the subject may see of it.
type alike struct {
	duplicate.Proposal
	Layer    string  `json:"layer"`
	Title    string  `json:"title"`
	State    string  `json:"state"`
	Distance float64 `json:"distance"` // as distance_m, the name that lists of places use
}

type alikeInfo struct {
	Duplicates  []alike `json:"duplicates"`
	Recurrences []alike `json:"recurrences"`
}

// alikeTo lists what the subject may see of open and closed cases that seen may
// repeat: near it, or about the thing it names.
func (e *Events) alikeTo(ctx context.Context, v *live.View, s *layers.Subject, seen *duplicate.Sighting) (alikeInfo, error) {
	out := alikeInfo{Duplicates: []alike{}, Recurrences: []alike{}}
	l, ok := v.Layer(model.Events)
	if !ok {
		return out, nil
	}
	same := layers.And{Args: []layers.Expr{equals(model.Class, seen.Class),
		inStates(append(openStates(), event.Closed, event.Archived)...)}}
	q := layers.Query{Subject: *s, Layer: l.ID, Filter: same}
	var candidates []duplicate.Sighting
	shown := map[string]alike{}
	sights := access.Decide(s, l).Sights
	add := func(r layers.Row) {
		if _, twice := shown[r.ID()]; twice {
			return
		}
		c := sightingOf(l, r, sights)
		candidates = append(candidates, c)
		shown[c.ID] = alike{Layer: l.ID, Title: seenText(l, r, sights, l.TitleField), State: seenText(l, r, sights, model.State)}
	}
	for hit, err := range v.Nearest(ctx, q, live.Near{Point: seen.Point, RadiusM: e.alike.Reach()}) {
		if err != nil {
			return out, ignoreUnknown(err)
		}
		add(hit)
	}
	if seen.Object != "" {
		q.Filter = layers.And{Args: []layers.Expr{equals(model.ObjectField, seen.Object), same}}
		for row, err := range v.Select(ctx, q) {
			if err != nil {
				return out, ignoreUnknown(err)
			}
			add(row)
		}
	}
	for _, p := range duplicate.Propose(seen, candidates, e.alike) {
		a := shown[p.ID]
		a.Proposal, a.Distance = p, p.DistanceM
		if p.Kind == duplicate.Recurrence && len(out.Recurrences) < maxAlike {
			out.Recurrences = append(out.Recurrences, a)
		}
		if p.Kind == duplicate.Duplicate && len(out.Duplicates) < maxAlike {
			out.Duplicates = append(out.Duplicates, a)
		}
	}
	return out, nil
}

// ignoreUnknown lets a layer of events without the usual fields, or hidden from
// the subject, propose nothing.
func ignoreUnknown(err error) error {
	switch layers.KindOf(err) {
	case layers.Invalid, layers.Forbidden, layers.NotFound:
		return nil
	}
	return err
}

// sightingOf is what a row of the layer says of a case to somebody with the given
// sights: what they do not see does not count.
func sightingOf(l *layers.Layer, r layers.Row, sights layers.Sights) duplicate.Sighting {
	p, _ := r.Geometry().(orb.Point)
	s := duplicate.Sighting{ID: strings.Clone(r.ID()), Class: seenText(l, r, sights, model.Class), Point: p,
		Object: seenText(l, r, sights, model.ObjectField), Text: seenText(l, r, sights, model.Description),
		Channel: seenText(l, r, sights, model.Channel)}
	value := func(name string) layers.Value {
		i := l.FieldIndex(name)
		if sights.Of(i) != layers.Shown {
			return layers.Value{}
		}
		return r.Value(i)
	}
	if a := value(model.Accuracy); !a.IsNull() {
		s.AccuracyM = a.Float()
	}
	s.At = value(model.ReportedAt).Time()
	if state, err := event.ParseState(value(model.State).String()); err == nil && !state.Open() {
		s.Closed = value(model.ClosedAt).Time()
		if s.Closed.IsZero() {
			s.Closed = value(model.UpdatedAt).Time()
		}
	}
	return s
}

// seenText is the value of a field by name as text, "" without such a field or
// when the sights mask it. It does not keep the row.
func seenText(l *layers.Layer, r layers.Row, sights layers.Sights, name string) string {
	i := l.FieldIndex(name)
	if sights.Of(i) != layers.Shown {
		return ""
	}
	return strings.Clone(r.Value(i).String())
}

func (e *Events) getAlike(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), e.o.City.View()
	l, f, err := seen(ctx, v, &subject, in.Text("id"))
	if err != nil {
		return err
	}
	sighting := sightingOf(l, &f, access.Decide(&subject, l).Sights)
	out, err := e.alikeTo(ctx, v, &subject, &sighting)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}
