package track

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/track"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
)

// bucketSettings holds the settings of layers, by id.
const bucketSettings = "track-settings"

// Settings say how the tracks of a layer are kept.
type Settings struct {
	Layer            string `json:"layer,omitempty"`
	KeepDays         int    `json:"keep_days" about:"Tracks of things are removed after so many days; absent: 30"`
	PersonalKeepDays int    `json:"personal_keep_days" about:"Tracks of persons, and of objects that exist no more; absent: 7"`
	AllPersonal      bool   `json:"all_personal" about:"Every object of the layer is about a person: telephones, say"`
	Create           bool   `json:"create" about:"Fixes of an object that does not exist make it; absent: they are refused"`
	AheadS           int    `json:"ahead_s" about:"Seconds by which a clock may be ahead of the server's; absent: 60"`
}

// Bounds of settings.
const (
	defaultKeep         = 30
	defaultPersonalKeep = 7
	defaultAheadS       = 60
	maxKeep             = 3660
	maxAheadS           = 3600
)

// settings reads those of a layer.
func (o *Office) settings(ctx context.Context, layer string) (Settings, error) {
	s := Settings{Layer: layer, KeepDays: defaultKeep, PersonalKeepDays: defaultPersonalKeep, AheadS: defaultAheadS}
	data, err := layers.RecordOf(ctx, o.o.Records, bucketSettings, layer)
	if err != nil || data == nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, &layers.Error{Kind: layers.Internal, Op: "track", ID: layer, Err: err}
	}
	return s, nil
}

func (s *Settings) check() error {
	for _, x := range [...]struct {
		field       string
		value, most int
	}{{"/keep_days", s.KeepDays, maxKeep}, {"/personal_keep_days", s.PersonalKeepDays, maxKeep}, {"/ahead_s", s.AheadS, maxAheadS}} {
		if x.value < 0 || x.value > x.most {
			return layers.Invalidf("track", x.field, fmt.Sprintf("%d is not between 0 and %d", x.value, x.most))
		}
	}
	return nil
}

// personal reports whether an object is about a person.
func (s *Settings) personal(l *layers.Layer, row layers.Row) bool {
	if s.AllPersonal || l.Access == layers.PersonalAccess {
		return true
	}
	for i := range l.Fields {
		if l.Fields[i].Personal && !row.Value(i).IsNull() {
			return true
		}
	}
	return false
}

// keepers are the roles that set how tracks are kept.
var keepers = []layers.Role{layers.Supervisor, layers.ThemeOwner}

// movingLayer is the layer of a request, which the subject may list.
func (o *Office) movingLayer(s *layers.Subject, id, field string) (*layers.Layer, error) {
	l, err := param.Listable(o.o.City.View(), s, id)
	if err != nil {
		return nil, err
	}
	if !track.Moving(l) {
		return nil, layers.Invalidf("track", field, fmt.Sprintf("the features of layer %s do not move: it has no field fixed_at", l.ID))
	}
	return l, nil
}

func (o *Office) readSettings(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	l, err := o.movingLayer(&subject, in.Text("layer"), "layer")
	if err != nil {
		return err
	}
	s, err := o.settings(ctx, l.ID)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, s)
}

func (o *Office) setSettings(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	if !slices.Contains(keepers, subject.Role) {
		return &layers.Error{Kind: layers.Forbidden, Op: "track", Err: fmt.Errorf("role %s does not set how tracks are kept", subject.Role)}
	}
	l, err := o.movingLayer(&subject, in.Text("layer"), "layer")
	if err != nil {
		return err
	}
	s := Settings{KeepDays: defaultKeep, PersonalKeepDays: defaultPersonalKeep, AheadS: defaultAheadS}
	if err := in.Body(&s); err != nil {
		return err
	}
	if s.Layer != "" && s.Layer != l.ID {
		return layers.Invalidf("track", "/layer", "is not the one of the address")
	}
	s.Layer = l.ID
	if err := s.check(); err != nil {
		return err
	}
	data, err := json.Marshal(s)
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "track", ID: l.ID, Err: err}
	}
	now := o.o.Now().UTC()
	if _, err := o.o.City.Apply(ctx, layers.Batch{Actor: subject.ID, At: now,
		Records: []layers.Record{{Bucket: bucketSettings, Key: l.ID, Data: data}},
		Audit: []layers.AuditLine{{At: now, Actor: subject.ID, Role: subject.Role.String(), From: subject.Origin, Purpose: subject.Purpose,
			Action: "tracks.settings", Object: l.ID, Detail: string(data)}}}); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s)
}
