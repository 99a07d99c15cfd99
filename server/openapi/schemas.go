package openapi

// shapes are the named shapes that no Go type stands for: GeoJSON, the OGC's
// documents, and problems. A route names them in lower case, the document writes
// them with a capital.
func shapes() map[string]*Schema {
	link := free().must("href", text()).has("rel", text()).has("type", text()).has("title", text()).has("hreflang", text()).
		has("templated", truth()).has("length", whole()).says("A web link (RFC 8288)")
	out := map[string]*Schema{
		"link":     link,
		"position": {Type: "array", Items: number(), MinItems: 2, MaxItems: 4, About: "Longitude, latitude and perhaps height; in the order and units of the answer's coordinate system"},
		"box":      {Type: "array", Items: number(), MinItems: 4, MaxItems: 6, About: "West, south, east, north"},
		"geometry": geometry(),
		"feature": free().must("type", enum("Feature")).must("id", text()).must("geometry", named("Geometry").or()).
			must("properties", &Schema{Type: "object", Null: true, Values: &Schema{}}).has("links", list(named("Link"))).
			has("distance", number().says("Metres from the point asked about")).has("layer", text().says("Id of its layer")).
			says("A GeoJSON feature (RFC 7946)"),
		"featureCollection": collection(),
		"problem":           problemSchema(),
		"landing": free().has("title", text()).has("description", text()).must("links", list(named("Link"))).
			says("Where to go from here"),
		"conformance": free().must("conformsTo", list(text())),
		"jsonSchema":  {Type: "object", Values: &Schema{}, About: "A JSON Schema 2020-12"},
		"openapi":     {Type: "object", Values: &Schema{}, About: "An OpenAPI document"},
		"any":         {About: "Any JSON"},
		"collection":  described(),
		"collections": free().must("links", list(named("Link"))).must("collections", list(named("Collection"))).has("crs", list(text())),
		"timedFeature": free().must("type", enum("Feature")).must("id", text()).must("geometry", named("Geometry").or()).
			must("properties", &Schema{Type: "object", Null: true, Values: &Schema{}}).must("layer", text()).
			must("seconds", number().says("By the roads")).must("metres", number()).says("A feature with the way to it"),
	}
	return out
}

// described is a collection as OGC API Features has it.
func described() *Schema {
	extent := free().has("spatial", free().has("bbox", list(list(number()))).has("crs", text())).
		has("temporal", free().has("interval", list(list(instant().or()))).has("trs", text()))
	return free().must("id", text()).has("title", text()).has("description", text()).must("links", list(named("Link"))).
		has("extent", extent).has("itemType", text()).has("crs", list(text())).has("storageCrs", text())
}

// geometry is GeoJSON's; the coordinates nest by the type.
func geometry() *Schema {
	return free().must("type", enum("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")).
		has("coordinates", list(&Schema{})).has("geometries", list(named("Geometry"))).says("A GeoJSON geometry (RFC 7946)")
}

func collection() *Schema {
	return free().must("type", enum("FeatureCollection")).must("features", list(named("Feature"))).
		has("links", list(named("Link"))).has("timeStamp", instant()).has("numberMatched", count()).has("numberReturned", count()).
		says("GeoJSON features (RFC 7946)")
}

func problemSchema() *Schema {
	return free().must("type", text().says("What kind of problem, /problems/… with its name")).must("title", text()).must("status", whole()).
		has("detail", text().says("What happened this time")).has("instance", text().says("Path of the request")).
		has("parameter", text().says("Parameter or header at fault")).has("pointer", text().says("JSON pointer into the body at fault")).
		has("at", text().says("Offset, line or coordinate within it")).has("trace", text().says("Id under which the server logged it")).
		has("legal", list(&Schema{}).says("Legal steps, for illegal-step")).has("second_factor", truth()).
		says("A problem (RFC 9457)")
}
