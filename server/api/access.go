package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// layerAccess is what the subject may learn of one layer, and the line of the
// policy that says so.
type layerAccess struct {
	Layer   string        `json:"layer"`
	Title   layers.Title  `json:"title"`
	Mode    string        `json:"mode"`
	Edit    bool          `json:"edit,omitempty"` // its features may be made, changed and removed
	Below   int           `json:"below,omitempty"`
	Round   int           `json:"round,omitempty"`
	Region  []string      `json:"region,omitempty"` // a row lies in each of them
	MarginM float64       `json:"margin_m,omitempty"`
	From    time.Time     `json:"from,omitzero"`
	To      time.Time     `json:"to,omitzero"`
	Classes []string      `json:"classes,omitempty"`
	Fields  []fieldAccess `json:"fields"`
	Grant   string        `json:"grant,omitempty"`
	Why     layers.Title  `json:"why"`
}

type fieldAccess struct {
	Name  string       `json:"name"`
	Title layers.Title `json:"title"`
	Sight string       `json:"sight"`
}

type accessList struct {
	Layers []layerAccess `json:"layers"`
}

// myAccess explains the subject's own rights.
func (a *API) myAccess(c echo.Context, _ *openapi.Input) error {
	s, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
	lines := s.Grants
	if lines == nil {
		lines = access.Standard()
	}
	out := []layerAccess{}
	for _, l := range v.Layers() {
		d := access.Decide(&s, l)
		if d.Mode == access.Hidden {
			continue
		}
		e := layerAccess{Layer: l.ID, Title: l.Title, Mode: d.Mode.String(), Edit: d.Edit, Below: d.Below, Round: d.Round, Region: d.Regions,
			MarginM: d.MarginM, From: d.From, To: d.To, Fields: []fieldAccess{}, Grant: d.Grant}
		if l.Element == layers.Event {
			e.Classes = s.Classes
		}
		for i := range lines {
			if lines[i].ID == d.Grant {
				e.Why = lines[i].Title
				if lines[i].Classes != nil {
					e.Classes = lines[i].Classes
				}
			}
		}
		for i := range l.Fields {
			e.Fields = append(e.Fields, fieldAccess{Name: l.Fields[i].Name, Title: l.Fields[i].Title, Sight: d.Sights.Of(i).String()})
		}
		out = append(out, e)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, accessList{out})
}
