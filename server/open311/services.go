package open311

import (
	"fmt"
	"net/http"
	"strings"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/param"
	"wutu/server/problem"
)

// changeset is when the shape of the answers last changed.
const changeset = "2026-11-21T00:00:00Z"

func (a *API) discovery(x *call) error {
	base := x.origin()
	return x.answer(members("discovery",
		of("changeset", changeset),
		of("contact", a.o.Name.ZH),
		of("key_service", "keys are given out by the administrators of the city: wutu token create"),
		items("endpoints", members("endpoint",
			of("specification", "http://wiki.open311.org/GeoReport_v2"),
			of("url", base+Prefix[:len(Prefix)-1]),
			of("changeset", changeset),
			of("type", "production"),
			items("formats", of("format", "text/xml"), of("format", "application/json"))))))
}

// services lists the classes. With a place it lists none outside the city: nobody
// answers there.
func (a *API) services(x *call) error {
	p, given, err := x.point()
	if err != nil {
		return err
	}
	root := items("services")
	if given {
		if _, inside := a.o.City.View().AreaAt(layers.District, p); !inside {
			return x.answer(root)
		}
	}
	for _, k := range duty.Classes() {
		root.children = append(root.children, members("service",
			of("service_code", k.Code),
			of("service_name", k.Title.ZH),
			text("description", k.Filing),
			of("metadata", true),
			of("type", "realtime"),
			of("keywords", k.Title.EN+", "+k.Icon),
			of("group", k.Group.ZH)))
	}
	return x.answer(root)
}

// The attributes that every service has.
const (
	attributeObject   = "object"
	attributeLevel    = "level"
	attributeAccuracy = "accuracy"
)

func (a *API) definition(x *call) error {
	k, ok := duty.ClassOf(x.id)
	if !ok {
		return notFound("service_code", x.id)
	}
	attribute := func(order int, code, datatype, about, help string, values ...element) element {
		return members("attribute", of("variable", true), of("code", code), of("datatype", datatype), of("required", false),
			text("datatype_description", help), of("order", order), of("description", about), items("values", values...))
	}
	var levels []element
	for _, l := range model.EventLevels() {
		levels = append(levels, members("value", of("key", l.Value), of("name", l.Title.ZH)))
	}
	return x.answer(members("service_definition", of("service_code", k.Code), items("attributes",
		attribute(1, attributeLevel, "singlevaluelist", "紧急程度", "", levels...),
		attribute(2, attributeObject, "string", "涉及的城市部件或对象", "图层/编号，例如 components/4205020107000001"),
		attribute(3, attributeAccuracy, "number", "定位精度", "米"))))
}

// point reads lat and long in the system of coord.
func (x *call) point() (p [2]float64, given bool, err error) {
	switch {
	case !x.in.Has("lat") && !x.in.Has("long"):
		return p, false, nil
	case !x.in.Has("lat"):
		return p, false, layers.Invalidf("open311", "lat", "is required with long")
	case !x.in.Has("long"):
		return p, false, layers.Invalidf("open311", "long", "is required with lat")
	}
	system, err := param.System("coord", x.in.Text("coord"))
	if err != nil {
		return p, false, err
	}
	at, err := param.Place(system, x.in.Float("long"), x.in.Float("lat"), "long", "lat")
	return at, true, err
}

func notFound(name, id string) error {
	return &problem.Status{Code: http.StatusNotFound, Kind: "not-found", Detail: fmt.Sprintf("%s %.80q was not found", name, id)}
}

// shownLevels are those that boundaries lists without being asked for one.
var shownLevels = []layers.Level{layers.District, layers.Street}

func levelNames() []string {
	var out []string
	for _, l := range layers.Levels() {
		out = append(out, l.String())
	}
	return out
}

// boundaries lists the areas of the city; with a place those that it lies in, from
// the largest.
func (a *API) boundaries(x *call) error {
	p, given, err := x.point()
	if err != nil {
		return err
	}
	levels := shownLevels
	if given {
		levels = layers.Levels()
	}
	if name := x.in.Text("level"); name != "" {
		l, err := layers.ParseLevel(name)
		if err != nil {
			return err
		}
		levels = []layers.Level{l}
	}
	v := a.o.City.View()
	root := items("boundaries")
	add := func(level layers.Level, code, name string) {
		root.children = append(root.children, members("boundary", of("boundary_id", code), text("name", name), of("level", level.String())))
	}
	for _, level := range levels {
		if given {
			if area, ok := v.AreaAt(level, p); ok {
				add(level, area.Code, area.Name)
			}
			continue
		}
		if err := a.areas(x, level, add); err != nil {
			return err
		}
	}
	return x.answer(root)
}

// areaLayers are the layers of the areas of a level.
var areaLayers = map[layers.Level]string{layers.District: model.Districts, layers.Street: model.Streets,
	layers.Community: model.Communities, layers.Grid: model.Grids}

// areas visits the areas of a level that the subject may list, in order of code;
// of a district only its own, whose codes begin with its code.
func (a *API) areas(x *call, level layers.Level, visit func(level layers.Level, code, name string)) error {
	ctx, v := x.Request().Context(), a.o.City.View()
	subject := auth.SubjectOf(ctx)
	l, err := param.Listable(v, &subject, areaLayers[level])
	if err != nil {
		return nil // a city without such areas, or one that hides them
	}
	title := l.FieldIndex(l.TitleField)
	sights := access.Decide(&subject, l).Sights
	for row, err := range v.Select(ctx, layers.Query{Subject: subject, Layer: l.ID}) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(row.ID(), x.district) {
			visit(level, strings.Clone(row.ID()), strings.Clone(sights.Value(l, title, row.Value(title)).String()))
		}
	}
	return nil
}
