package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
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
	"wutu/server/auth"
	"wutu/server/once"
	"wutu/server/openapi"
	"wutu/server/param"
)

// reportAddress is the address of reports, whichever door they come through.
const reportAddress = "report"

// Limits of reports.
const (
	maxDescription = 4000 // characters, as in Open311 GeoReport v2
	maxAccuracy    = 100_000
	maxPhotos      = 9
)

// Report is something seen by somebody, through whichever channel. Other doors
// than POST /api/v1/events fill it and call Events.Report.
type Report struct {
	Point       orb.Point  // lon/lat degrees WGS 84
	AccuracyM   float64    // radius in metres within which the place is with 95 %; 0: set by hand
	Class       string     // four digits
	Description string     // at most 4,000 characters
	Channel     string     // a value of the field "channel"; "": app
	Level       string     // normal, urgent or major; "": normal
	Object      string     // "layer/id" of what it is about, "" for none
	Photos      []string   // ids of pictures that the subject has sent
	TakenAt     time.Time  // when it was seen; zero: now
	SourceRef   string     // its number in the system it comes from
	Reporter    string     // name of the reporter, "" for the subject itself
	Phone       string     // telephone number of the reporter
	Fix         *event.Fix // where the reporter stood; nil: not known
	DeviceRule  string     // name of the rule that raised it, for alarms
}

// Check refuses what cannot be stored. The errors are Invalid and name the member
// of the request's body.
func (r *Report) check(channels func(string) bool) error {
	fail := func(at, message string) error { return layers.Invalidf("event", at, message) }
	switch {
	case !(r.AccuracyM >= 0 && r.AccuracyM <= maxAccuracy):
		return fail("/accuracy", fmt.Sprintf("%v is not between 0 and %d metres", r.AccuracyM, maxAccuracy))
	case utf8.RuneCountInString(r.Description) > maxDescription:
		return fail("/description", fmt.Sprintf("is longer than %d characters", maxDescription))
	case len(r.Object) > 2*layers.MaxIDLength:
		return fail("/object", "is longer than a layer and an id")
	case len(r.Photos) > maxPhotos:
		return fail("/photos", fmt.Sprintf("%d pictures are more than %d", len(r.Photos), maxPhotos))
	case len(r.SourceRef) > 200 || len(r.Reporter) > 200 || len(r.Phone) > 40 || len(r.DeviceRule) > 200:
		return fail("/", "a name or number is too long")
	case !channels(r.Channel):
		return fail("/channel", fmt.Sprintf("%.40q is no channel", r.Channel))
	}
	return nil
}

// sighting is what the report says of where it is.
func (r *Report) sighting() duty.Sighting {
	return duty.Sighting{Point: r.Point, AccuracyM: r.AccuracyM, Object: r.Object}
}

type reportBody struct {
	Lon         *float64   `json:"lon"`
	Lat         *float64   `json:"lat"`
	Accuracy    float64    `json:"accuracy"`
	Coord       string     `json:"coord"`
	Class       string     `json:"class" must:"true"`
	Description string     `json:"description"`
	Channel     string     `json:"channel"`
	Level       string     `json:"level"`
	Object      string     `json:"object"` // "layer/id" of what it is about
	Camera      string     `json:"camera"` // id of the camera that saw it, in place of lon and lat
	Photos      []string   `json:"photos"`
	TakenAt     *time.Time `json:"taken_at"`
	Fix         *event.Fix `json:"fix"`   // where the reporter stands, when the device knows
	Draft       string     `json:"draft"` // the client's own id of the report: as Idempotency-Key
}

// report turns the body into a Report; a camera's id stands for the place it
// looks at.
func (e *Events) reportOf(ctx context.Context, b *reportBody, s *layers.Subject) (*Report, error) {
	r := &Report{AccuracyM: b.Accuracy, Class: b.Class, Description: b.Description, Channel: b.Channel, Level: b.Level,
		Object: b.Object, Photos: b.Photos, Fix: b.Fix}
	if b.TakenAt != nil {
		r.TakenAt = *b.TakenAt
	}
	if b.Camera != "" {
		if b.Lon != nil || b.Lat != nil {
			return nil, layers.Invalidf("event", "/camera", "stands in place of lon and lat: give one of them")
		}
		if err := e.aimed(ctx, s, b.Camera, r); err != nil {
			return nil, err
		}
		return r, nil
	}
	switch {
	case b.Lon == nil:
		return nil, layers.Invalidf("event", "/lon", "is required")
	case b.Lat == nil:
		return nil, layers.Invalidf("event", "/lat", "is required")
	}
	if b.Coord == "" {
		b.Coord = "wgs84"
	}
	system, err := param.System("/coord", b.Coord)
	if err != nil {
		return nil, err
	}
	r.Point, err = param.Place(system, *b.Lon, *b.Lat, "/lon", "/lat")
	return r, err
}

func (e *Events) postReport(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	if err := mayReport(&subject); err != nil {
		return err
	}
	var body reportBody
	if err := openapi.DecodeJSON(raw, &body); err != nil {
		return err
	}
	key := in.Text("Idempotency-Key")
	if key == "" {
		key = body.Draft
	}
	o, err := once.New(&subject, reportAddress, key, raw)
	if err != nil {
		return err
	}
	// A report that was stored is answered as it was, whatever has become since of the
	// object or the camera that it names.
	if done, err := o.Done(ctx, e.o.Records); err != nil {
		return err
	} else if done != "" {
		return e.answerRepeated(c, &subject, &body, done)
	}
	r, err := e.reportOf(ctx, &body, &subject)
	if err != nil {
		return err
	}
	if err := e.ownChannel(&subject, r.Channel); err != nil {
		return err
	}
	id, err := e.report(ctx, &subject, r, o)
	if err != nil {
		return err
	}
	return e.answerReport(c, &subject, id, r)
}

// Report stores a report as a new case and returns its id. The same key of the
// same subject stores once; "" is no key. Errors: Forbidden for a role that may
// not report, Invalid for what cannot be stored, Conflict for a key that was used
// with another report.
func (e *Events) Report(ctx context.Context, subject *layers.Subject, r *Report, key string) (string, error) {
	if err := mayReport(subject); err != nil {
		return "", err
	}
	told, err := json.Marshal(r)
	if err != nil {
		return "", layers.Invalidf("event", "", err.Error())
	}
	o, err := once.New(subject, reportAddress, key, told)
	if err != nil {
		return "", err
	}
	return e.report(ctx, subject, r, o)
}

// mayReport refuses the roles that do not report.
func mayReport(s *layers.Subject) error {
	if len((&event.Case{}).Legal(event.Env{Subject: *s})) > 0 {
		return nil
	}
	return &layers.Error{Kind: layers.Forbidden, Op: "event", Field: "step", Err: fmt.Errorf("role %s may not report", s.Role)}
}

func (e *Events) report(ctx context.Context, subject *layers.Subject, r *Report, o once.Key) (string, error) {
	id, err := o.Done(ctx, e.o.Records)
	if err != nil {
		return "", err
	}
	v := e.o.City.View()
	if id != "" {
		return id, e.shown(ctx, id)
	}
	if r.Channel == "" {
		r.Channel = "app"
	}
	if err := r.check(channelsOf(v)); err != nil {
		return "", err
	}
	if err := checkObject(ctx, v, subject, r.Object); err != nil {
		return "", err
	}
	if id, err = e.store(ctx, v, subject, r, o); err != nil {
		return "", err
	}
	return id, e.shown(ctx, id)
}

// shown makes the view show an event that is stored.
func (e *Events) shown(ctx context.Context, id string) error {
	system := layers.SystemSubject()
	if _, missing := e.o.City.View().Get(ctx, &system, model.Events, id); missing != nil {
		return e.catchUp(ctx)
	}
	return nil
}

// channelsOf admits the values of the field "channel".
func channelsOf(v *live.View) func(string) bool {
	l, ok := v.Layer(model.Events)
	if !ok {
		l = model.Lookup(model.Events)
	}
	f := l.FieldIndex(model.Channel)
	return func(s string) bool {
		if f < 0 {
			return true
		}
		for _, c := range l.Fields[f].Codes {
			if c.Value == s {
				return true
			}
		}
		return len(l.Fields[f].Codes) == 0
	}
}

// ownChannel refuses a report that claims to come otherwise than its reporter can
// bring it: orders of superiors are entered by the desk, and the public speaks for
// itself.
func (e *Events) ownChannel(s *layers.Subject, channel string) error {
	desk := s.Role == layers.Dispatcher || s.Role == layers.Supervisor
	own := s.Role != layers.Public || slices.Contains([]string{"", "app", "web", "internet"}, channel)
	if channel == e.rules.OrderChannel && !desk || !own {
		return layers.Invalidf("event", "/channel", fmt.Sprintf("%.40q is not for role %s", channel, s.Role))
	}
	return nil
}

// answerRepeated answers a report that was stored before.
func (e *Events) answerRepeated(c echo.Context, s *layers.Subject, b *reportBody, id string) error {
	ctx := c.Request().Context()
	if err := e.shown(ctx, id); err != nil {
		return err
	}
	h, err := e.load(ctx, e.o.City.View(), id)
	if err != nil {
		return err
	}
	r := h.sighted()
	r.Description, r.Channel = b.Description, b.Channel
	return e.answerReport(c, s, id, r)
}

// checkObject refuses to name what the subject may not see: the proof of place
// would tell its name and owner.
func checkObject(ctx context.Context, v *live.View, s *layers.Subject, object string) error {
	if object == "" {
		return nil
	}
	layer, id, _ := strings.Cut(object, "/")
	if _, err := v.Get(ctx, s, layer, id); err != nil {
		return layers.Invalidf("event", "/object", fmt.Sprintf("%.80q names nothing: give a layer and an id with a slash between", object))
	}
	return nil
}

// catchUp makes the view show all that is committed: the batch of the same
// request, sent twice at once, may be in the store and not yet in the view. An
// empty batch changes nothing and returns when the view has the store's state.
func (e *Events) catchUp(ctx context.Context) error {
	_, err := e.o.City.Apply(ctx, layers.Batch{})
	return err
}

// maxSerialTries bounds how often another process may take a number first.
const maxSerialTries = 50

func tooMany() error {
	return &layers.Error{Kind: layers.Unavailable, Op: "event", Err: errors.New("too many reports at once: try again")}
}

func (e *Events) answerReport(c echo.Context, s *layers.Subject, id string, r *Report) error {
	// Whoever reports gets the own report back, whether or not the role may list
	// events otherwise.
	info, err := e.describe(c.Request().Context(), layers.SystemSubject(), s, id)
	if err != nil {
		return err
	}
	info.reduce()
	if info.Proposals, err = e.proposals(c.Request().Context(), s, id, r, &info.Place); err != nil {
		return err
	}
	c.Response().Header().Set("Location", "/api/v1/events/"+id)
	c.Response().Header().Set("ETag", `"`+info.Version+`"`)
	return c.JSON(http.StatusCreated, info)
}
