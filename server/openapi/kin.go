package openapi

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// adopted is a schema that was written for OpenAPI 3.0.
func adopted(s *openapi3.Schema) *Schema {
	out := &Schema{Null: s.Nullable, About: s.Description, Format: s.Format, Pattern: s.Pattern, Min: s.Min, Max: s.Max, MinItems: int(s.MinItems)}
	if s.Type != nil && len(*s.Type) > 0 {
		out.Type = (*s.Type)[0]
	}
	if s.MaxItems != nil {
		out.MaxItems = int(*s.MaxItems)
	}
	for _, e := range s.Enum {
		if text, ok := e.(string); ok {
			out.Enum = append(out.Enum, text)
		}
	}
	if s.Items != nil {
		out.Items = adopted(s.Items.Value)
	}
	for _, o := range slices.Concat(s.OneOf, s.AnyOf) {
		out.AnyOf = append(out.AnyOf, adopted(o.Value))
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out.Members = append(out.Members, Member{name, adopted(s.Properties[name].Value), slices.Contains(s.Required, name)})
	}
	if a := s.AdditionalProperties.Schema; a != nil {
		out.Values = adopted(a.Value)
	}
	return out
}
