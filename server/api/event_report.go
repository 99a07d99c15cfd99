package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/worktime"
	"wutu/server/auth"
	"wutu/server/ground"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
)

// Limits of reports.
const (
	maxDescription  = 4000 // characters, as in Open311 GeoReport v2
	maxAccuracy     = 100_000
	maxSerialTries  = 50
	duplicateWithin = 50 // metres
	maxDuplicates   = 10
)

type reportBody struct {
	Lon         *float64 `json:"lon"`
	Lat         *float64 `json:"lat"`
	Accuracy    float64  `json:"accuracy"`
	Coord       string   `json:"coord"`
	Class       string   `json:"class"`
	Description string   `json:"description"`
	Channel     string   `json:"channel"`
	Object      string   `json:"object"` // "layer/id" of what it is about
	Photos      []string `json:"photos"`
}

// report is a checked reportBody.
type report struct {
	body  *reportBody
	point orb.Point
	class duty.Class
}

func (b *reportBody) check() (*report, error) {
	fail := func(at, message string) (*report, error) { return nil, layers.Invalidf("event", at, message) }
	switch {
	case b.Lon == nil:
		return fail("/lon", "is required")
	case b.Lat == nil:
		return fail("/lat", "is required")
	case !(b.Accuracy >= 0 && b.Accuracy <= maxAccuracy):
		return fail("/accuracy", fmt.Sprintf("%v is not between 0 and %d metres", b.Accuracy, maxAccuracy))
	case utf8.RuneCountInString(b.Description) > maxDescription:
		return fail("/description", fmt.Sprintf("is longer than %d characters", maxDescription))
	case len(b.Object) > 2*layers.MaxIDLength:
		return fail("/object", "is longer than a layer and an id")
	case len(b.Photos) > 0:
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "event", Field: "/photos", Err: errors.New("photos cannot be stored yet: leave them out")}
	}
	r := &report{body: b}
	var ok bool
	if r.class, ok = duty.ClassOf(b.Class); !ok {
		return fail("/class", fmt.Sprintf("%.40q is no class of the dictionary", b.Class))
	}
	if b.Coord == "" {
		b.Coord = "wgs84"
	}
	system, err := param.System("/coord", b.Coord)
	if err != nil {
		return nil, err
	}
	if r.point, err = param.Place(system, *b.Lon, *b.Lat, "/lon", "/lat"); err != nil {
		return nil, err
	}
	if b.Channel == "" {
		b.Channel = "app"
	}
	return r, nil
}

// checkObject refuses to name what the subject may not see: the proof of place
// would tell its name and owner.
func (r *report) checkObject(ctx context.Context, v *live.View, s *layers.Subject) error {
	if r.body.Object == "" {
		return nil
	}
	layer, id, _ := strings.Cut(r.body.Object, "/")
	if _, err := v.Get(ctx, s, layer, id); err != nil {
		return layers.Invalidf("event", "/object", fmt.Sprintf("%.80q names nothing: give a layer and an id with a slash between", r.body.Object))
	}
	return nil
}

func (a *API) report(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	if _, err := event.Next(event.Unreported, event.Report, subject.Role); err != nil {
		return stepError(err, &subject)
	}
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	var body reportBody
	if err := openapi.DecodeJSON(raw, &body); err != nil {
		return err
	}
	r, err := body.check()
	if err != nil {
		return err
	}
	if err := r.checkObject(ctx, a.o.City.View(), &subject); err != nil {
		return err
	}
	o, err := newOnce(&subject, "report", in.Text("Idempotency-Key"), raw)
	if err != nil {
		return err
	}
	id, err := o.done(ctx, a.o.Records)
	if err == nil && id == "" {
		id, err = a.store(ctx, &subject, r, o)
	}
	if system := layers.SystemSubject(); err == nil {
		if _, missing := a.o.City.View().Get(ctx, &system, model.Events, id); missing != nil {
			err = a.catchUp(ctx)
		}
	}
	if err != nil {
		return err
	}
	return a.answerReport(c, &subject, id, r)
}

// catchUp makes the view show all that is committed: the batch of the same
// request, sent twice at once, may be in the store and not yet in the view. An
// empty batch changes nothing and returns when the view has the store's state.
func (a *API) catchUp(ctx context.Context) error {
	_, err := a.o.City.Apply(ctx, layers.Batch{})
	return err
}

// store commits a new event: the feature, its history, the proof of place, the
// audit line and the idempotency record in one batch. It tries the next serial
// number while another report takes the same.
func (a *API) store(ctx context.Context, subject *layers.Subject, r *report, o once) (string, error) {
	v := a.o.City.View()
	now := a.o.Now().UTC()
	place := duty.Locate(ground.New(ctx, v, layers.SystemSubject()), &r.class, r.point, r.body.Object)
	district := a.districtCode(&place)
	serial, err := lastSerial(ctx, v, now, district)
	if err != nil {
		return "", err
	}
	for range maxSerialTries {
		serial++
		no, err := event.CaseNo(now.In(worktime.China()), district, serial)
		if err != nil {
			return "", err
		}
		b, err := a.reportBatch(v, subject, r, &place, no, now)
		if err != nil {
			return "", err
		}
		records, err := o.record(no, now)
		if err != nil {
			return "", err
		}
		b.Records = append(b.Records, records...)
		_, err = a.o.City.Apply(ctx, b)
		if layers.KindOf(err) != layers.Conflict {
			return no, err
		}
		if id, err := o.done(ctx, a.o.Records); err != nil || id != "" { // the same request came twice at once
			return id, err
		}
	}
	return "", &layers.Error{Kind: layers.Unavailable, Op: "event", Err: errors.New("too many reports at once: try again")}
}

func (a *API) districtCode(p *duty.Place) string {
	code := a.o.Code
	if d, ok := p.Area(layers.District); ok {
		code = d.Code
	}
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "000000"
	}
	return code
}

// lastSerial is the largest serial number of the day in the district.
func lastSerial(ctx context.Context, v *live.View, now time.Time, district string) (int, error) {
	if _, ok := v.Layer(model.Events); !ok {
		return 0, nil
	}
	low, err := event.CaseNo(now.In(worktime.China()), district, 1)
	if err != nil {
		return 0, err
	}
	prefix := low[:len(low)-5]
	last := 0
	q := layers.Query{Subject: layers.SystemSubject(), Layer: model.Events, After: &layers.Cursor{ID: prefix}}
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return 0, err
		}
		if !strings.HasPrefix(row.ID(), prefix) {
			break
		}
		if _, _, n, err := event.ParseCaseNo(row.ID()); err == nil {
			last = max(last, n)
		}
	}
	return last, nil
}

func (a *API) reportBatch(v *live.View, s *layers.Subject, r *report, place *duty.Place, no string, now time.Time) (layers.Batch, error) {
	b := layers.Batch{Actor: s.ID, At: now}
	l, ok := v.Layer(model.Events)
	if !ok { // a city made of imported layers only
		l = model.Lookup(model.Events)
		b.Layers = []*layers.Layer{l}
	}
	w := writer{layer: l, feature: &layers.Feature{Key: no, Shape: r.point, ValidFrom: now, Values: make([]layers.Value, len(l.Fields))}}
	w.text(model.CaseNo, no)
	w.text(model.Class, r.class.Code)
	w.text(model.ClassName, r.class.Title.ZH)
	w.text(model.State, event.Reported.String())
	w.text(model.Description, r.body.Description)
	w.text(model.Channel, r.body.Channel)
	w.text(model.Level, "normal")
	w.text(model.ObjectField, r.body.Object)
	w.text(model.Reporter, s.ID)
	w.set(model.ReportedAt, layers.Instant(now))
	w.set(model.UpdatedAt, layers.Instant(now))
	if r.body.Accuracy > 0 {
		w.set(model.Accuracy, layers.Float(r.body.Accuracy))
	}
	for level, field := range map[layers.Level]string{layers.Grid: model.Grid, layers.Community: model.Community,
		layers.Street: model.Street, layers.District: model.District} {
		if area, ok := place.Area(level); ok {
			w.text(field, area.Code)
		}
	}
	w.text(model.Department, place.Chosen.Department)
	w.text(model.DepartmentName, place.Chosen.Name)
	if err := w.feature.CheckAgainst(l); err != nil {
		var e *layers.Error
		if errors.As(err, &e) {
			return b, param.At("/"+e.Field, err)
		}
		return b, err
	}
	absent := uint64(0)
	b.Changes = []layers.Change{{Op: layers.Put, Layer: l.ID, ID: no, Feature: w.feature, IfVersion: &absent}}
	h, err := event.History(nil).Append(event.Entry{At: now, Step: event.Report, To: event.Reported, Actor: s.ID, Role: s.Role.String()})
	if err != nil {
		return b, err
	}
	history, err := h.Encode()
	if err != nil {
		return b, err
	}
	proof, err := json.Marshal(place)
	if err != nil {
		return b, err
	}
	b.Records = []layers.Record{{Bucket: bucketHistory, Key: no, Data: history}, {Bucket: bucketPlace, Key: no, Data: proof}}
	b.Audit = []layers.AuditLine{{At: now, Actor: s.ID, Role: s.Role.String(), From: s.Origin, Purpose: s.Purpose, Action: "events.report", Object: "events/" + no,
		Detail: fmt.Sprintf(`{"class":%q,"place":%q}`, r.class.Code, place.Hash())}}
	return b, nil
}

// writer sets the fields that a layer has and leaves out the others.
type writer struct {
	layer   *layers.Layer
	feature *layers.Feature
}

func (w *writer) set(name string, v layers.Value) {
	if i := w.layer.FieldIndex(name); i >= 0 {
		w.feature.Values[i] = v
	}
}

// text sets a text; "" is null.
func (w *writer) text(name, s string) {
	if s == "" {
		w.set(name, layers.Value{})
		return
	}
	w.set(name, layers.Text(s))
}

func (a *API) answerReport(c echo.Context, s *layers.Subject, id string, r *report) error {
	// Whoever reports gets the own report back, whether or not the role may list
	// events otherwise.
	info, err := a.describeEvent(c.Request().Context(), layers.SystemSubject(), s, id)
	if err != nil {
		return err
	}
	info.History, info.Clocks = nil, nil
	info.Proposals = map[string]any{"duplicates": a.duplicates(c.Request().Context(), s, id, r)}
	c.Response().Header().Set("Location", "/api/v1/events/"+id)
	c.Response().Header().Set("ETag", `"`+info.Version+`"`)
	return c.JSON(http.StatusCreated, info)
}

// duplicates are open events of the class near the place, as far as the subject
// may list events.
func (a *API) duplicates(ctx context.Context, s *layers.Subject, id string, r *report) []placed {
	f := finder{ctx: ctx, view: a.o.City.View(), subject: *s, at: r.point}
	same := layers.And{Args: []layers.Expr{openEvents(), equals(model.Class, r.class.Code)}}
	out := []placed{}
	for _, p := range f.around(model.Events, duplicateWithin, same) {
		if p.ID != id && len(out) < maxDuplicates {
			out = append(out, p)
		}
	}
	return out
}

// equals is the filter field = text.
func equals(field, value string) layers.Expr {
	return layers.Compare{Op: layers.Eq, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Text(value)}}
}

// stepError turns an error of layers/event into one for HTTP.
func stepError(err error, _ *layers.Subject) error {
	var illegal *event.IllegalStep
	if errors.As(err, &illegal) {
		return &problem.Illegal{Detail: illegal.Error(), Legal: legalSteps(illegal.Legal, illegal.State)}
	}
	return err
}
