package alarm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/alarm"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
)

// Limits of a request with readings.
const (
	maxReadings = 2_000
	maxBody     = 1 << 20
	maxRules    = 1_000
	// ahead is how much faster than ours a device's clock may go. What lies further
	// in the future would make all later readings late.
	ahead = 5 * time.Minute
)

func (o *Office) routes() []openapi.Route {
	const tag, media = "Devices", "application/json"
	ok := func(about string, of any) []openapi.Answer {
		return []openapi.Answer{{Status: http.StatusOK, Type: media, About: about, Of: of}}
	}
	return []openapi.Route{
		{Method: http.MethodPost, Path: "/api/v1/observations", ID: "sendObservations", Tag: tag,
			Summary: "Readings of devices, in any order: the layer shows them, and rules make cases of them",
			Body:    &openapi.Body{About: "An array of readings, or one", Types: []string{media}, Of: openapi.Either{[]observation{}, observation{}}, MaxBytes: maxBody},
			Answers: ok("How many were taken, and the alarms", answer{}), Handle: o.send},
		{Method: http.MethodGet, Path: "/api/v1/alarm-rules", ID: "alarmRules", Tag: tag, Summary: "Rules by which readings become cases",
			Answers: ok("Rules", ruleList{}), Handle: o.listRules},
		{Method: http.MethodPut, Path: "/api/v1/alarm-rules", ID: "setAlarmRules", Tag: tag, Summary: "Replace the rules",
			Body:    &openapi.Body{About: "All rules", Types: []string{media}, Of: ruleList{}, MaxBytes: maxBody},
			Answers: ok("Rules", ruleList{}), Handle: o.setRules},
	}
}

// observation is a reading as it is sent.
type observation struct {
	Device   string     `json:"device" must:"true"`
	At       *time.Time `json:"at" must:"true"`
	Value    *float64   `json:"value" must:"true"`
	Property string     `json:"property"`
}

type ruleList struct {
	Rules []alarm.Rule `json:"rules"`
}

// refused is a reading that was not taken.
type refused struct {
	Index   int    `json:"index"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// answer is what came of a request with readings.
type answer struct {
	Outcome
	Rejected []refused `json:"rejected"`
}

// forbidden refuses a subject.
func forbidden(s *layers.Subject, what string) error {
	return &layers.Error{Kind: layers.Forbidden, Op: "alarm", Err: fmt.Errorf("role %s %s", s.Role, what)}
}

// senders are the roles that send readings, editors those that set rules.
var (
	senders = []layers.Role{layers.API, layers.ThemeOwner}
	editors = []layers.Role{layers.Supervisor, layers.ThemeOwner}
)

func (o *Office) send(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	if !slices.Contains(senders, subject.Role) {
		return forbidden(&subject, "sends no readings")
	}
	raw, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	list, err := observations(raw)
	if err != nil {
		return err
	}
	v := o.o.City.View()
	l, err := param.Listable(v, &subject, model.Devices)
	if err != nil {
		return err
	}
	out := answer{Rejected: []refused{}}
	known := map[string]bool{}
	var readings []Reading
	for i := range list {
		x := &list[i]
		r, field, message := x.reading(o.o.Now())
		if message == "" {
			seen, asked := known[r.Device]
			if !asked {
				_, err := v.Get(ctx, &subject, l.ID, r.Device)
				if kind := layers.KindOf(err); err != nil && kind != layers.NotFound && kind != layers.Forbidden {
					return err
				}
				seen = err == nil
				known[r.Device] = seen
			}
			if !seen {
				field, message = "device", "there is no such device"
			}
		}
		if message != "" {
			out.Rejected = append(out.Rejected, refused{Index: i, Field: field, Message: message})
			continue
		}
		readings = append(readings, r)
	}
	if out.Outcome, err = o.Take(ctx, &subject, readings); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, out)
}

// observations reads an array of readings, or one.
func observations(raw []byte) ([]observation, error) {
	var list []observation
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '{' {
		raw = slices.Concat([]byte("["), trimmed, []byte("]"))
	}
	if err := openapi.DecodeJSON(raw, &list); err != nil {
		return nil, err
	}
	if len(list) > maxReadings {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "alarm", Field: "/", Err: fmt.Errorf("%d readings are more than %d", len(list), maxReadings)}
	}
	return list, nil
}

// reading checks an observation. message is "" when it can be taken.
func (x *observation) reading(now time.Time) (r Reading, field, message string) {
	switch {
	case x.Device == "" || len(x.Device) > layers.MaxIDLength:
		return r, "device", "the id of a device is required"
	case x.At == nil:
		return r, "at", "the time of the reading is required"
	case x.At.After(now.Add(ahead)):
		return r, "at", "lies in the future"
	case x.At.Year() < 1970:
		return r, "at", "lies before 1970"
	case x.Value == nil || math.IsNaN(*x.Value) || math.IsInf(*x.Value, 0):
		return r, "value", "a number is required"
	case len(x.Property) > 60:
		return r, "property", "is longer than 60 bytes"
	}
	property := x.Property
	if property == model.ValueField {
		property = ""
	}
	return Reading{Device: x.Device, Property: property, At: x.At.UTC().Truncate(time.Microsecond), Value: *x.Value}, "", ""
}

func (o *Office) listRules(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	if _, err := param.Listable(o.o.City.View(), &subject, model.Devices); err != nil {
		return err
	}
	rules, err := o.rules(ctx)
	if err != nil {
		return err
	}
	return o.showRules(c, rules)
}

func (o *Office) showRules(c echo.Context, rules []alarm.Rule) error {
	if rules == nil {
		rules = []alarm.Rule{}
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.JSON(http.StatusOK, ruleList{rules})
}

// setRules replaces all rules. Alarms of a rule that stays go on.
func (o *Office) setRules(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	if !slices.Contains(editors, subject.Role) {
		return forbidden(&subject, "sets no rules")
	}
	var body ruleList
	if err := in.Body(&body); err != nil {
		return err
	}
	if len(body.Rules) > maxRules {
		return &layers.Error{Kind: layers.TooLarge, Op: "alarm", Field: "/rules", Err: fmt.Errorf("%d rules are more than %d", len(body.Rules), maxRules)}
	}
	seen := map[string]bool{}
	for i := range body.Rules {
		at := fmt.Sprintf("/rules/%d", i)
		if err := body.Rules[i].Check(); err != nil {
			var e *layers.Error
			if errors.As(err, &e) {
				return layers.Invalidf("alarm", at+e.Field, e.Err.Error())
			}
			return err
		}
		if seen[body.Rules[i].ID] {
			return layers.Invalidf("alarm", at+"/id", "is given twice")
		}
		seen[body.Rules[i].ID] = true
	}
	slices.SortFunc(body.Rules, func(a, b alarm.Rule) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	if body.Rules == nil {
		body.Rules = []alarm.Rule{}
	}
	data, err := json.Marshal(body.Rules)
	if err != nil {
		return err
	}
	now := o.o.Now().UTC()
	o.mu.Lock()
	defer o.mu.Unlock()
	_, err = o.o.City.Apply(ctx, layers.Batch{Actor: subject.ID, At: now, Records: []layers.Record{{Bucket: bucketRule, Key: ruleSet, Data: data}},
		Audit: []layers.AuditLine{{At: now, Actor: subject.ID, Role: subject.Role.String(), From: subject.Origin, Purpose: subject.Purpose,
			Action: "alarms.rules", Object: "alarm-rules", Rows: len(body.Rules)}}})
	if err != nil {
		return err
	}
	return o.showRules(c, body.Rules)
}
