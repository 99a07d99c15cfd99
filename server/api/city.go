package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
)

func (a *API) me(c echo.Context, _ *openapi.Input) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, auth.IdentityOf(c.Request().Context()).Me())
}

type cityInfo struct {
	Name    layers.Title `json:"name"`
	Code    string       `json:"code" about:"Division code (GB/T 2260)"`
	Version string       `json:"version" about:"Of the program"`
	Now     time.Time    `json:"now"`
	Center  *orb.Point   `json:"center"`
	Extent  []float64    `json:"extent" schema:"Box" null:"true"`
}

func (a *API) city(c echo.Context, _ *openapi.Input) error {
	v := a.o.City.View()
	out := cityInfo{Name: a.o.Name, Code: a.o.Code, Version: a.o.Version, Now: a.o.Now().UTC().Truncate(time.Second)}
	subject := auth.SubjectOf(c.Request().Context())
	if b, ok := cityExtent(v, &subject); ok {
		center := b.Center()
		out.Extent, out.Center = extentOf(b), &center
	}
	return c.JSON(http.StatusOK, out)
}

// cityExtent is the extent of the largest areas; without areas, of everything
// the subject may list in the whole city.
func cityExtent(v *live.View, s *layers.Subject) (orb.Bound, bool) {
	var all orb.Bound
	found := false
	join := func(id string) {
		if s := v.Stats(id); s.HasExtent {
			if !found {
				all, found = s.Extent, true
			} else {
				all = all.Union(s.Extent)
			}
		}
	}
	for _, level := range layers.Levels() {
		for _, l := range v.Layers() {
			if l.Level == level && l.Access == layers.PublicAccess {
				join(l.ID)
			}
		}
		if found {
			return all, true
		}
	}
	for _, l := range v.Layers() {
		if d := access.Decide(s, l); d.Whole() {
			join(l.ID)
		}
	}
	return all, found
}

func extentOf(b orb.Bound) []float64 { return []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} }

type layerInfo struct {
	ID        string       `json:"id"`
	Title     layers.Title `json:"title"`
	Element   string       `json:"element"`
	Geometry  string       `json:"geometry"`
	Access    string       `json:"access"`
	Listable  bool         `json:"listable"`
	Level     string       `json:"level,omitempty"`
	Owner     string       `json:"owner"`
	Count     *int         `json:"count"`
	Below     int          `json:"below,omitempty"`
	CountUnit layers.Title `json:"count_unit"`
	Extent    []float64    `json:"extent" schema:"Box" null:"true"`
	Updated   *time.Time   `json:"updated"`
	Bytes     int64        `json:"bytes"`
	Schema    schemaInfo   `json:"schema"`
}

type schemaInfo struct {
	TitleField    string      `json:"title_field,omitempty"`
	SubtitleField string      `json:"subtitle_field,omitempty"`
	KindField     string      `json:"kind_field,omitempty"`
	HeightField   string      `json:"height_field,omitempty"`
	Fields        []fieldInfo `json:"fields"`
}

type fieldInfo struct {
	Name     string        `json:"name"`
	Type     string        `json:"type"`
	Title    layers.Title  `json:"title"`
	Unit     string        `json:"unit,omitempty"`
	Codes    []layers.Code `json:"codes,omitempty"`
	Personal bool          `json:"personal"`
	Ref      string        `json:"ref,omitempty"`
	Search   bool          `json:"search,omitempty"`
	Measure  bool          `json:"measure,omitempty"`

	CodeSystem layers.CodeSystem `json:"code_system,omitempty"`
}

type knownLayers struct {
	Layers []layerInfo `json:"layers"`
}

func (a *API) layers(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	list := []layerInfo{}
	for _, l := range v.Layers() {
		d := access.Decide(&subject, l)
		if d.Mode == access.Hidden {
			continue
		}
		info := describe(l)
		n, err := v.Count(ctx, layers.Query{Subject: subject, Layer: l.ID})
		if err != nil {
			return err
		}
		info.Count, info.Below = countOf(n), n.Below
		info.Listable = d.Mode == access.List
		// Where features lie and how many bytes they take says something about
		// single ones; whoever does not see all of them does not get it.
		if s := v.Stats(l.ID); d.Whole() {
			if s.HasExtent {
				info.Extent = extentOf(s.Extent)
			}
			if d.Sights == nil { // nor does the size or the change of values it does not see
				info.Bytes = s.Bytes
				if !s.Updated.IsZero() {
					info.Updated = &s.Updated
				}
			}
		}
		list = append(list, info)
	}
	return c.JSON(http.StatusOK, knownLayers{list})
}

func describe(l *layers.Layer) layerInfo {
	info := layerInfo{ID: l.ID, Title: l.Title, Element: l.Element.String(), Geometry: l.Geometry.String(),
		Access: l.Access.String(), Level: l.Level.String(), Owner: l.Owner, CountUnit: l.CountUnit,
		Schema: schemaInfo{TitleField: l.TitleField, SubtitleField: l.SubtitleField, KindField: l.KindField,
			HeightField: l.HeightField, Fields: []fieldInfo{}}}
	for i := range l.Fields {
		f := &l.Fields[i]
		info.Schema.Fields = append(info.Schema.Fields, fieldInfo{Name: f.Name, Type: f.Type.String(), Title: f.Title,
			Unit: f.Unit, Codes: f.Codes, Personal: f.Personal, Ref: f.Ref, Search: f.Search, Measure: f.Measure, CodeSystem: f.CodeSystem})
	}
	return info
}

// countOf is a count as JSON: a number, or null when it is withheld.
func countOf(n live.Count) *int {
	if n.Below > 0 {
		return nil
	}
	return &n.N
}
