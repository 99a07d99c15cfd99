package admin

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"encoding/json"
	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/openapi"
)

// maxMinCount bounds the threshold of a layer.
const maxMinCount = 100_000

// label is what protects a layer.
type label struct {
	ID       string       `json:"id"`
	Title    layers.Title `json:"title"`
	Element  string       `json:"element"`
	Access   string       `json:"access"`
	MinCount int          `json:"min_count"` // 0: layers that are not personal have none
	Fields   []fieldLabel `json:"fields"`
}

type fieldLabel struct {
	Name     string       `json:"name"`
	Title    layers.Title `json:"title"`
	Type     string       `json:"type"`
	Personal bool         `json:"personal"`
	Mask     string       `json:"mask"`
	Sealed   bool         `json:"sealed"`
}

func labelOf(l *layers.Layer) label {
	out := label{ID: l.ID, Title: l.Title, Element: l.Element.String(), Access: l.Access.String(), MinCount: l.Threshold(), Fields: make([]fieldLabel, len(l.Fields))}
	for i := range l.Fields {
		f := &l.Fields[i]
		out.Fields[i] = fieldLabel{f.Name, f.Title, f.Type.String(), f.Personal, f.Mask.String(), f.Sealed}
	}
	return out
}

type labelList struct {
	Layers []label `json:"layers"`
}

func (a *Admin) labels(c echo.Context, _ *openapi.Input, _ *layers.Subject) error {
	all, err := a.o.Reader.Layers(c.Request().Context())
	if err != nil {
		return err
	}
	out := make([]label, len(all))
	for i, l := range all {
		out[i] = labelOf(l)
	}
	return c.JSON(http.StatusOK, labelList{out})
}

// labelChange is what a request changes; absent members stay as they are.
type labelChange struct {
	Access   *string                `json:"access"`
	MinCount *int                   `json:"min_count"`
	Fields   map[string]fieldChange `json:"fields"`
}

type fieldChange struct {
	Personal *bool   `json:"personal"`
	Mask     *string `json:"mask"`
	Sealed   *bool   `json:"sealed"`
}

// apply returns l with the change. The error is Invalid and has the JSON pointer
// of the part at fault.
func (ch *labelChange) apply(l *layers.Layer) (*layers.Layer, error) {
	next := *l
	next.Fields = slices.Clone(l.Fields)
	if ch.Access != nil {
		access, err := layers.ParseAccess(*ch.Access)
		if err != nil {
			return nil, at("/access", err)
		}
		next.Access = access
	}
	if ch.MinCount != nil {
		// Nobody is hidden among one or two.
		if *ch.MinCount < 3 || *ch.MinCount > maxMinCount {
			return nil, layers.Invalidf("labels", "/min_count", fmt.Sprintf("%d is not between 3 and %d", *ch.MinCount, maxMinCount))
		}
		next.MinCount = *ch.MinCount
	}
	for _, name := range slices.Sorted(maps.Keys(ch.Fields)) {
		i := next.FieldIndex(name)
		if i < 0 {
			return nil, layers.Invalidf("labels", "/fields/"+name, "is not a field of the layer")
		}
		f, fc := &next.Fields[i], ch.Fields[name]
		if fc.Personal != nil {
			f.Personal = *fc.Personal
		}
		if fc.Sealed != nil {
			f.Sealed = *fc.Sealed
		}
		if fc.Mask != nil {
			mask, err := layers.ParseMask(*fc.Mask)
			if err != nil {
				return nil, at("/fields/"+name+"/mask", err)
			}
			f.Mask = mask
		}
	}
	return &next, next.Check()
}

func at(pointer string, err error) error {
	return &layers.Error{Kind: layers.Invalid, Op: "labels", Field: pointer, Err: errors.Unwrap(err)}
}

func (a *Admin) setLabels(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	var body labelChange
	if err := in.Body(&body); err != nil {
		return err
	}
	ctx, id := c.Request().Context(), in.Text("id")
	a.labelling.Lock()
	defer a.labelling.Unlock()
	all, err := a.o.Reader.Layers(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(l *layers.Layer) bool { return l.ID == id })
	if i < 0 {
		return &layers.Error{Kind: layers.NotFound, Op: "labels", Layer: id, Err: errors.New("there is no such layer")}
	}
	next, err := body.apply(all[i])
	if err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]any{"was": labelOf(all[i]), "change": body})
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "labels", Err: err}
	}
	now := a.o.Now()
	_, err = a.o.City.Apply(ctx, layers.Batch{Actor: by.ID, At: now, Layers: []*layers.Layer{next},
		Audit: []layers.AuditLine{{At: now, Actor: by.ID, Role: by.Role.String(), From: by.Origin, Purpose: by.Purpose,
			Action: "layers.label", Object: id, Detail: string(detail)}}})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, labelOf(next))
}
