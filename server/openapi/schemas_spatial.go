package openapi

import "github.com/getkin/kin-openapi/openapi3"

// spatialSchemas are the shapes of questions about space and of their answers.
func spatialSchemas() map[string]*openapi3.Schema {
	text, number, whole := openapi3.NewStringSchema, openapi3.NewFloat64Schema, openapi3.NewInt64Schema
	object := openapi3.NewObjectSchema
	list := func(s *openapi3.Schema) *openapi3.Schema { return openapi3.NewArraySchema().WithItems(s) }
	geometry := func() *openapi3.Schema {
		return object().WithProperty("type", text().WithEnum("Point", "MultiPoint", "LineString", "MultiLineString",
			"Polygon", "MultiPolygon", "GeometryCollection")).WithRequired([]string{"type"})
	}
	filter := func() *openapi3.Schema { // CQL2 text, or CQL2 as JSON
		return openapi3.NewOneOfSchema(text(), object())
	}
	count := func() *openapi3.Schema { return whole().WithNullable() }
	relation := func() *openapi3.Schema {
		return text().WithEnum("intersects", "within", "contains", "touches", "crosses", "overlaps", "equals", "disjoint", "dwithin")
	}
	byLayer := func(s *openapi3.Schema) *openapi3.Schema { return object().WithAdditionalProperties(s) }
	return map[string]*openapi3.Schema{
		"near": object().WithProperty("layer", text()).WithProperty("geometry", geometry()).WithProperty("k", whole().WithMin(1)).
			WithProperty("radius", number().WithMin(0)).WithProperty("limit", whole().WithMin(1)).WithProperty("filter", filter()).
			WithProperty("within", geometry()).WithProperty("per", text()).WithProperty("k_per", whole().WithMin(1)).
			WithRequired([]string{"layer", "geometry"}),
		"within": object().WithProperty("geometry", geometry()).WithProperty("layers", list(text())).WithProperty("filter", filter()).
			WithProperty("predicate", relation()).WithProperty("buffer", number().WithMin(0)).WithProperty("distance", number().WithMin(0)).
			WithProperty("result", text().WithEnum("count", "features")).WithProperty("limit", whole().WithMin(1)).WithRequired([]string{"geometry"}),
		"withinAnswer": object().WithProperty("counts", byLayer(count())).WithProperty("below", byLayer(whole())).
			WithProperty("area_m2", number().WithNullable()).WithProperty("features", byLayer(object())),
	}
}
