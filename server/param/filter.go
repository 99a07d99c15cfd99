package param

import (
	"errors"
	"strings"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
)

// Filter reads a CQL2 text filter given in the parameter or pointer called
// field; "" is no filter. Errors name field and the offset in the text.
func Filter(field, text string) (layers.Expr, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	e, err := cql2.Parse(text)
	if err != nil {
		return nil, At(field, err)
	}
	return e, nil
}

// At puts the name of a parameter on an error that found fault with its content.
// The field the error named moves into the message.
func At(field string, err error) error {
	var e *layers.Error
	if !errors.As(err, &e) || e.Kind == layers.Internal {
		return err
	}
	c := *e
	if c.Field != "" && c.Field != field {
		inner := layers.Error{Field: c.Field, Err: c.Err}
		c.Err = errors.New(inner.Error())
	}
	c.Field = field
	return &c
}

// Listable returns the layer called id when the subject may list it. Errors:
// NotFound when it does not exist for the subject, Forbidden when the subject
// may only count it.
func Listable(v *live.View, s *layers.Subject, id string) (*layers.Layer, error) {
	l, ok := v.Layer(id)
	if !ok {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "access", Layer: id, Err: errors.New("no such layer")}
	}
	if err := access.MayList(s, l); err != nil {
		return nil, err
	}
	return l, nil
}

// Countable returns the layer called id when the subject may at least count it.
// The error is NotFound.
func Countable(v *live.View, s *layers.Subject, id string) (*layers.Layer, access.Decision, error) {
	if l, ok := v.Layer(id); ok {
		if d := access.Decide(s, l); d.Mode != access.Hidden {
			return l, d, nil
		}
	}
	return nil, access.Decision{}, &layers.Error{Kind: layers.NotFound, Op: "access", Layer: id, Err: errors.New("no such layer")}
}

// Engine names the parameter behind an error of the query engine: what it says
// about a field of the layer comes from the filter.
func Engine(err error) error {
	return Pointers(err, "filter", map[string]string{"lon": "lon", "lat": "lat", "k": "k", "radius": "radius"})
}

// Pointers names the place in the request behind an error of the query engine.
// names maps fields the engine names itself to places; every other field is
// one of the layer, which only the filter can have mentioned.
func Pointers(err error, filter string, names map[string]string) error {
	var e *layers.Error
	if !errors.As(err, &e) || e.Kind != layers.Invalid && (e.Kind != layers.Forbidden || e.Field == "") {
		return err
	}
	if at, ok := names[e.Field]; ok {
		return At(at, err)
	}
	return At(filter, err)
}
