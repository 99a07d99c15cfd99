package openapi

import (
	"context"
	"fmt"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"wutu/layers"
)

// Document describes routes as OpenAPI 3.0 (the version the OGC API standards
// ask for), and validates the result. The error is Internal: the table is wrong.
func Document(title, version string, routes []Route) (*openapi3.T, error) {
	if version == "" {
		version = "0"
	}
	t := &openapi3.T{OpenAPI: "3.0.3",
		Info: &openapi3.Info{Title: title, Version: version,
			Description: "Five maps of a city, and its events: OGC API Features, vector tiles, questions, changes."},
		Paths:      openapi3.NewPaths(),
		Servers:    openapi3.Servers{{URL: "/"}},
		Components: &openapi3.Components{Schemas: schemas(), SecuritySchemes: openapi3.SecuritySchemes{"key": {Value: openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer")}}},
		Security:   openapi3.SecurityRequirements{{}, {"key": {}}},
	}
	for i := range routes {
		r := &routes[i]
		item := t.Paths.Value(r.Path)
		if item == nil {
			item = &openapi3.PathItem{}
			t.Paths.Set(r.Path, item)
		}
		if item.GetOperation(r.Method) != nil {
			return nil, wrong(fmt.Errorf("%s %s is declared twice", r.Method, r.Path))
		}
		item.SetOperation(r.Method, operation(r))
	}
	if err := openapi3.NewLoader().ResolveRefsIn(t, nil); err != nil {
		return nil, wrong(err)
	}
	if err := t.Validate(context.Background()); err != nil {
		return nil, wrong(err)
	}
	return t, nil
}

func wrong(err error) error { return &layers.Error{Kind: layers.Internal, Op: "openapi", Err: err} }

func operation(r *Route) *openapi3.Operation {
	op := openapi3.NewOperation()
	op.OperationID, op.Summary, op.Tags = r.ID, r.Summary, []string{r.Tag}
	for i := range r.Params {
		op.AddParameter(parameter(&r.Params[i]))
	}
	if b := r.Body; b != nil {
		content := openapi3.NewContent()
		for _, t := range b.Types {
			content[t] = &openapi3.MediaType{Schema: reference(b.Schema)}
		}
		op.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithRequired(true).WithDescription(b.About).WithContent(content)}
	}
	op.Responses = openapi3.NewResponsesWithCapacity(len(r.Answers) + 1)
	for _, a := range r.Answers {
		res := openapi3.NewResponse().WithDescription(a.About)
		if a.Type != "" {
			res.Content = openapi3.Content{a.Type: {Schema: reference(a.Schema)}}
		}
		op.Responses.Set(strconv.Itoa(a.Status), &openapi3.ResponseRef{Value: res})
	}
	op.Responses.Set("default", &openapi3.ResponseRef{Value: openapi3.NewResponse().WithDescription("A problem (RFC 9457)").
		WithContent(openapi3.Content{"application/problem+json": {Schema: reference("problem")}})})
	return op
}

func parameter(p *Param) *openapi3.Parameter {
	s := openapi3.NewSchema()
	s.Type = &openapi3.Types{p.Type.String()}
	for _, e := range p.Enum {
		s.Enum = append(s.Enum, e)
	}
	if p.Type == Box { // as OGC API Features demands it, requirement fc-bbox-definition
		s.WithItems(openapi3.NewFloat64Schema()).WithMinItems(4).WithMaxItems(6)
	}
	if p.Span != nil {
		s.WithMin(p.Span.Min).WithMax(p.Span.Max)
	}
	if p.Default != "" {
		s.Default = typed(p)
	}
	out := &openapi3.Parameter{Name: p.Name, In: p.In.String(), Description: p.About,
		Required: p.Required || p.In == Path, Schema: s.NewRef()}
	if p.In == Query {
		explode := false // comma-separated lists
		out.Style, out.Explode = "form", &explode
	}
	return out
}

// typed is the default as JSON of the parameter's type.
func typed(p *Param) any {
	switch p.Type {
	case Integer, Number:
		if x, err := strconv.ParseFloat(p.Default, 64); err == nil {
			return x
		}
	case Boolean:
		return p.Default == "true"
	case Text, Box:
	}
	return p.Default
}

func reference(name string) *openapi3.SchemaRef {
	if name == "" {
		return openapi3.NewSchema().NewRef()
	}
	return openapi3.NewSchemaRef("#/components/schemas/"+name, nil)
}
