package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/ground"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// eventInfo is one event with all that belongs to it.
type eventInfo struct {
	ID        string          `json:"id"`
	State     string          `json:"state"`
	Version   string          `json:"version"`
	Feature   json.RawMessage `json:"feature"`
	Place     placeInfo       `json:"place"`
	Clocks    []clockInfo     `json:"clocks,omitempty"`
	History   event.History   `json:"history,omitempty"`
	Legal     []legalInfo     `json:"legal"`
	Proposals map[string]any  `json:"proposals,omitempty"`
}

type namedInfo struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type departmentInfo struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type placeInfo struct {
	Areas        []ground.Share  `json:"areas"`
	Grid         *namedInfo      `json:"grid"`
	Community    *namedInfo      `json:"community"`
	Street       *namedInfo      `json:"street"`
	District     *namedInfo      `json:"district"`
	Department   *departmentInfo `json:"department"`
	Reason       layers.Title    `json:"reason"`
	Rung         duty.Rung       `json:"rung"`
	Alternatives []duty.Choice   `json:"alternatives"`
	Hash         string          `json:"hash"`
}

type clockInfo struct {
	Name  string       `json:"name"`
	Title layers.Title `json:"title"`
	Due   time.Time    `json:"due"`
	State string       `json:"state"` // running, overdue, met, missed or stopped
}

type legalInfo struct {
	Step  event.Step   `json:"step"`
	Title layers.Title `json:"title"`
	To    string       `json:"to"`
	Needs []event.Need `json:"needs"`
}

func legalSteps(rows []event.Transition, from event.State) []legalInfo {
	out := []legalInfo{}
	for i := range rows {
		t := &rows[i]
		needs := t.Needs
		if needs == nil {
			needs = []event.Need{}
		}
		out = append(out, legalInfo{Step: t.Step, Title: t.Title(), To: t.Next(from).String(), Needs: needs})
	}
	return out
}

// describeEvent reads an event as reader and says what asker may do with it.
func (a *API) describeEvent(ctx context.Context, reader layers.Subject, asker *layers.Subject, id string) (*eventInfo, error) {
	v := a.o.City.View()
	l, err := param.Listable(v, &reader, model.Events)
	if err != nil {
		return nil, err
	}
	f, err := v.Get(ctx, &reader, l.ID, id)
	if err != nil {
		return nil, err
	}
	history, err := a.history(ctx, id)
	if err != nil {
		return nil, err
	}
	place, err := a.placeOf(ctx, v, asker, l, &f)
	if err != nil {
		return nil, err
	}
	e := geojson.Encoder{Layer: l, Sights: access.Decide(asker, l).Sights}
	info := &eventInfo{ID: id, State: text(l, &f, model.State), Version: strconv.FormatUint(f.Version, 10),
		Feature: e.Append(nil, &f, 0), Place: describePlace(v, asker, l, &f, place), History: history,
		Clocks: clocks(l, &f, a.o.Now()), Legal: []legalInfo{}}
	if state, err := event.ParseState(info.State); err == nil && mayAct(asker, l, &f) {
		info.Legal = legalSteps(event.Legal(state, asker.Role), state)
	}
	return info, nil
}

// mayAct reports whether a case is the subject's business: departments act on
// their own cases only.
func mayAct(s *layers.Subject, l *layers.Layer, f *layers.Feature) bool {
	return s.Role != layers.Department || s.Department == "" || s.Department == text(l, f, model.Department)
}

// placeOf returns the proof made with the report; for events that came with the
// data it is worked out from the present state of the city, as far as asker sees it.
func (a *API) placeOf(ctx context.Context, v *live.View, asker *layers.Subject, l *layers.Layer, f *layers.Feature) (*duty.Place, error) {
	data, err := recordOf(ctx, a.o.Records, bucketPlace, f.Key)
	if err != nil {
		return nil, err
	}
	place := &duty.Place{}
	if data != nil {
		if err := json.Unmarshal(data, place); err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: f.Key, Err: err}
		}
		for i := range place.Areas {
			if place.Areas[i].Level, err = layers.ParseLevel(place.Areas[i].LevelName); err != nil {
				return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: f.Key, Err: err}
			}
		}
		return place, nil
	}
	class, ok := duty.ClassOf(text(l, f, model.Class))
	p, isPoint := pointOf(f)
	if ok && isPoint {
		*place = duty.Locate(ground.New(ctx, v, *asker), &class, p, text(l, f, model.ObjectField))
	}
	return place, nil
}

func describePlace(v *live.View, s *layers.Subject, l *layers.Layer, f *layers.Feature, p *duty.Place) placeInfo {
	out := placeInfo{Areas: []ground.Share{}, Reason: p.Chosen.Reason, Rung: p.Chosen.Rung, Alternatives: p.Alternatives, Hash: p.Hash()}
	if out.Alternatives == nil {
		out.Alternatives = []duty.Choice{}
	}
	if at, ok := pointOf(f); ok {
		out.Areas = ground.Areas(v, s, at, f.Value(l.FieldIndex(model.Accuracy)).Float())
	}
	named := func(level layers.Level) *namedInfo {
		if a, ok := p.Area(level); ok {
			return &namedInfo{Code: a.Code, Name: a.Name}
		}
		return nil
	}
	out.Grid, out.Community, out.Street, out.District = named(layers.Grid), named(layers.Community), named(layers.Street), named(layers.District)
	if p.Chosen.Department != "" {
		out.Department = &departmentInfo{ID: p.Chosen.Department, Name: p.Chosen.Name}
	}
	return out
}

// clocks says how the time limit of the case stands at now.
func clocks(l *layers.Layer, f *layers.Feature, now time.Time) []clockInfo {
	due := f.Value(l.FieldIndex(model.DueAt)).Time()
	if due.IsZero() {
		return []clockInfo{}
	}
	c := clockInfo{Name: "handling", Title: layers.Title{ZH: "处置时限", EN: "Handling"}, Due: due, State: "running"}
	closed := f.Value(l.FieldIndex(model.ClosedAt)).Time()
	switch {
	case text(l, f, model.State) == event.Suspended.String():
		c.State = "stopped"
	case !closed.IsZero() && closed.After(due):
		c.State = "missed"
	case !closed.IsZero():
		c.State = "met"
	case now.After(due):
		c.State = "overdue"
	}
	return []clockInfo{c}
}

func (a *API) event(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	info, err := a.describeEvent(ctx, subject, &subject, in.Text("id"))
	if err != nil {
		return err
	}
	usage.Rows(ctx, 1)
	c.Response().Header().Set("ETag", `"`+info.Version+`"`)
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.JSON(http.StatusOK, info)
}

// events lists events, newest first.
func (a *API) events(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	l, err := param.Listable(v, &subject, model.Events)
	if err != nil {
		return err
	}
	q := layers.Query{Subject: subject, Layer: l.ID, Limit: in.Int("limit"), Offset: in.Int("offset"),
		Sort: []layers.SortKey{{Field: model.ReportedAt, Desc: true}}}
	if q.Boxes, err = param.BBox("bbox", in.Text("bbox"), param.LonLat()); err != nil {
		return err
	}
	if q.Filter, err = eventFilter(in); err != nil {
		return err
	}
	if q.After, err = param.DecodeCursor("cursor", in.Text("cursor"), q.Sort); err != nil {
		return err
	}
	n, err := v.Count(ctx, q)
	if err != nil {
		return param.Engine(err)
	}
	e := geojson.Encoder{Layer: l, Sights: access.Decide(&subject, l).Sights}
	b := []byte(`{"type":"FeatureCollection","features":[`)
	limit, i, next, last := q.Limit, 0, "", ""
	q.Limit++
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return param.Engine(err)
		}
		if i == limit {
			next = last
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = e.Append(b, row, i)
		if i++; i == limit {
			last = param.EncodeCursor(q.Sort, l, row)
		}
	}
	usage.Rows(ctx, i)
	b = append(b, `],"numberMatched":`...)
	b = strconv.AppendInt(b, int64(n.N), 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(i), 10)
	b = append(b, `,"links":[`...)
	if next != "" {
		values := in.RawQuery()
		values.Del("offset")
		values.Set("cursor", next)
		b = append(b, `{"rel":"next","type":"`+mediaGeoJSON+`","href":`...)
		b = geojson.AppendString(b, (&url.URL{Scheme: c.Scheme(), Host: c.Request().Host, Path: "/api/v1/events", RawQuery: values.Encode()}).String())
		b = append(b, '}')
	}
	return c.Blob(http.StatusOK, mediaGeoJSON, append(b, "]}\n"...))
}

// eventFilter joins state, class and filter.
func eventFilter(in *openapi.Input) (layers.Expr, error) {
	var args []layers.Expr
	own, err := param.Filter("filter", in.Text("filter"))
	if err != nil {
		return nil, err
	}
	if own != nil {
		args = append(args, own)
	}
	for _, name := range []string{model.State, model.Class} {
		if !in.Has(name) {
			continue
		}
		var list []layers.Term
		for _, s := range in.List(name) {
			if name == model.State {
				if _, err := event.ParseState(s); err != nil {
					return nil, err
				}
			}
			list = append(list, layers.Literal{Value: layers.Text(strings.TrimSpace(s))})
		}
		args = append(args, layers.In{Term: layers.Property{Name: name}, List: list})
	}
	switch len(args) {
	case 0:
		return nil, nil
	case 1:
		return args[0], nil
	}
	return layers.And{Args: args}, nil
}
