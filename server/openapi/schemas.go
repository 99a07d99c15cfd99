package openapi

import "github.com/getkin/kin-openapi/openapi3"

// schemas are the named shapes of bodies and answers.
func schemas() openapi3.Schemas {
	text, number, whole, truth := openapi3.NewStringSchema, openapi3.NewFloat64Schema, openapi3.NewInt64Schema, openapi3.NewBoolSchema
	object := openapi3.NewObjectSchema
	count := func() *openapi3.Schema { return openapi3.NewInt64Schema().WithNullable() }
	list := func(s *openapi3.Schema) *openapi3.Schema { return openapi3.NewArraySchema().WithItems(s) }
	title := object().WithProperty("zh", text()).WithProperty("en", text())
	fix := func() *openapi3.Schema { // where somebody stood
		return object().WithProperty("lon", number()).WithProperty("lat", number()).WithProperty("accuracy", number()).
			WithProperty("at", text().WithFormat("date-time")).WithRequired([]string{"lon", "lat"})
	}
	position := list(number()).WithMinItems(2).WithMaxItems(4)
	geometry := object().WithProperty("type", text().WithEnum("Point", "MultiPoint", "LineString", "MultiLineString",
		"Polygon", "MultiPolygon", "GeometryCollection")).WithRequired([]string{"type"})
	feature := object().WithProperty("type", text().WithEnum("Feature")).WithProperty("id", text()).
		WithProperty("geometry", object().WithNullable()).WithProperty("properties", object().WithNullable()).
		WithRequired([]string{"type", "geometry", "properties"})
	link := object().WithProperty("href", text()).WithProperty("rel", text()).WithProperty("type", text()).
		WithProperty("title", text()).WithRequired([]string{"href"})
	collection := object().WithProperty("type", text().WithEnum("FeatureCollection")).WithProperty("features", list(feature)).
		WithProperty("links", list(link)).WithProperty("timeStamp", text().WithFormat("date-time")).
		WithProperty("numberMatched", whole().WithMin(0)).WithProperty("numberReturned", whole().WithMin(0)).
		WithRequired([]string{"type", "features"})
	problem := object().WithProperty("type", text()).WithProperty("title", text()).WithProperty("status", whole()).
		WithProperty("detail", text()).WithProperty("instance", text()).WithProperty("parameter", text()).
		WithProperty("pointer", text()).WithProperty("at", text()).WithProperty("trace", text()).
		WithProperty("legal", list(object())).WithRequired([]string{"type", "title", "status"})
	group := object().WithProperty("layer", text()).WithProperty("key", text()).WithProperty("count", count()).
		WithProperty("below", whole()).WithProperty("name", text()).WithProperty("measures", object())
	event := object().WithProperty("id", text()).WithProperty("state", text()).WithProperty("version", text()).
		WithProperty("feature", feature).WithProperty("place", object().WithNullable()).WithProperty("legal", list(object()))
	named := map[string]*openapi3.Schema{
		"title": title, "geometry": geometry, "feature": feature, "featureCollection": collection, "problem": problem, "event": event,
		"landing":     object().WithProperty("title", text()).WithProperty("links", list(link)).WithRequired([]string{"links"}),
		"conformance": object().WithProperty("conformsTo", list(text())).WithRequired([]string{"conformsTo"}),
		"collection": object().WithProperty("id", text()).WithProperty("links", list(link)).WithProperty("extent", object()).
			WithRequired([]string{"id", "links"}),
		"collections": object().WithProperty("links", list(link)).WithProperty("collections", list(object())).
			WithRequired([]string{"links", "collections"}),
		"subject": object().WithProperty("id", text()).WithProperty("name", title).WithProperty("role", text()).
			WithProperty("demo", truth()).WithProperty("cleared", truth()).WithProperty("layers", list(text())),
		"layers": object().WithProperty("seq", whole()).WithProperty("layers", list(object())),
		"coords": object().WithProperty("from", text()).WithProperty("to", text()).WithProperty("coords", list(position)),
		"hits":   object().WithProperty("hits", list(object())),
		"groups": object().WithProperty("seq", whole()).WithProperty("groups", list(group)),
		"within": object().WithProperty("geometry", geometry).WithProperty("layers", list(text())).WithProperty("filter", text()).
			WithProperty("predicate", text().WithEnum("intersects", "within")).WithProperty("buffer", number()).
			WithProperty("result", text().WithEnum("count", "features")).WithProperty("limit", whole()).WithRequired([]string{"geometry"}),
		"stats": object().WithProperty("layers", list(text())).WithProperty("geometry", geometry).WithProperty("filter", text()).
			WithProperty("by", text()).WithProperty("measures", list(text())).WithRequired([]string{"layers"}),
		"report": object().WithProperty("lon", number()).WithProperty("lat", number()).WithProperty("accuracy", number()).
			WithProperty("coord", text()).WithProperty("class", text()).WithProperty("description", text()).
			WithProperty("channel", text()).WithProperty("level", text()).WithProperty("object", text()).WithProperty("camera", text()).
			WithProperty("photos", list(text())).WithProperty("taken_at", text().WithFormat("date-time")).WithProperty("draft", text()).
			WithProperty("fix", fix()).WithRequired([]string{"class"}),
		"usage": object().WithProperty("rows", list(object().WithProperty("key", text()).WithProperty("requests", whole()).
			WithProperty("rows", whole()).WithProperty("bytes", whole()).WithProperty("refused", whole()).
			WithProperty("last", text().WithFormat("date-time")))),
		"observations": list(object().WithProperty("device", text()).WithProperty("at", text().WithFormat("date-time")).
			WithProperty("value", number()).WithProperty("property", text()).WithRequired([]string{"device", "at", "value"})),
		"photo": object().WithProperty("id", text()).WithProperty("href", text()).WithProperty("thumb", text()).WithProperty("type", text()).
			WithProperty("width", whole()).WithProperty("height", whole()).WithProperty("bytes", whole()).
			WithProperty("taken_at", text().WithFormat("date-time").WithNullable()).WithProperty("lon", number().WithNullable()).
			WithProperty("lat", number().WithNullable()).WithProperty("accuracy", number()).WithProperty("bearing", number()).
			WithRequired([]string{"id", "width", "height", "bytes"}),
		"step": object().WithProperty("note", text()).WithProperty("reason", text()).WithProperty("result", text()).
			WithProperty("department", text()).WithProperty("assists", list(text())).WithProperty("task", text()).
			WithProperty("worker", text()).WithProperty("tier", text()).WithProperty("class", text()).WithProperty("level", text()).
			WithProperty("supervision", whole()).WithProperty("until", text().WithFormat("date-time")).
			WithProperty("evidence", object().WithProperty("kind", text()).WithProperty("ref", text()).WithProperty("note", text())).
			WithProperty("fix", fix()).WithProperty("photos", list(text())).WithProperty("checks", list(text())).
			WithProperty("found", text()).WithProperty("report", text()).WithProperty("master", text()).WithProperty("link", text()),
	}
	out := make(openapi3.Schemas, len(named))
	for name, s := range named {
		out[name] = s.NewRef()
	}
	return out
}
