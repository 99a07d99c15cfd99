package openapi

import (
	"strconv"
	"strings"
)

// parameter draws one parameter.
func (a *author) parameter(r *Route, p *Param) object {
	s := &Schema{Type: p.Type.String(), Enum: p.Enum}
	if p.Type == Box { // as OGC API Features demands it, requirement fc-bbox-definition
		s.Items, s.MinItems, s.MaxItems = number(), 4, 6
	}
	if p.Span != nil {
		s.Min, s.Max = &p.Span.Min, &p.Span.Max
	}
	drawn := a.draw(s)
	if p.Default != "" {
		drawn.set("default", typed(p, p.Default))
	}
	o := object{{"name", p.Name}, {"in", p.In.String()}}
	o.set("description", p.About)
	o.set("x-description-zh", chineseParams[p.Name])
	if p.Required || p.In == Path {
		o.set("required", true)
	}
	if p.In == Query { // comma-separated lists
		o.set("style", "form")
		o = append(o, member{"explode", false})
	}
	o.set("schema", drawn)
	shown := example(r, p)
	switch at, pointer, own := strings.Cut(shown, "#"); {
	case shown == "":
	case own && strings.HasPrefix(at, "/"):
		o.set("x-example-at", object{{"href", at}, {"pointer", pointer}})
	default:
		o.set("example", typed(p, shown))
	}
	return o
}

// typed is a parameter's text as JSON of its type.
func typed(p *Param, v string) any {
	switch p.Type {
	case Integer, Number:
		if x, err := strconv.ParseFloat(v, 64); err == nil {
			return x
		}
	case Boolean:
		return v == "true"
	case Box:
		var out []float64
		for part := range strings.SplitSeq(v, ",") {
			x, err := strconv.ParseFloat(part, 64)
			if err != nil {
				return v
			}
			out = append(out, x)
		}
		return out
	case Text:
	}
	return v
}
