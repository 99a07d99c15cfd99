package ogc

import (
	"wutu/layers"
	"wutu/server/openapi"
)

// itemsParams are the parameters of a list of features. Further ones, each the name
// of a property, are checked by the handler.
func (a *API) itemsParams() []openapi.Param {
	return []openapi.Param{
		{Name: "f", About: "Format of the answer; without it the Accept header decides", Enum: names(a.ofItems(), "geojson")},
		crsParam(),
		{Name: "limit", Type: openapi.Integer, About: "Features in a page", Span: &openapi.Span{Min: 1, Max: maxLimit}, Clamp: true, Default: "10"},
		{Name: "offset", Type: openapi.Integer, About: "Features to leave out", Span: &openapi.Span{Min: 0, Max: 1 << 31}},
		{Name: "cursor", About: "Place to go on from, out of a next link"},
		{Name: "bbox", Type: openapi.Box, About: "Box: two corners in the axis order of bbox-crs (west,south,east,north without it), heights may stand between and are left out; west may exceed east over the antimeridian"},
		{Name: "bbox-crs", About: "Coordinate system of bbox: one of those of crs"},
		{Name: "datetime", About: "An instant (RFC 3339): features as they were then, replaced and deleted ones too, with the borders of areas of then. An interval (.. for open ends): features as they are now that are valid at some instant of it; what was replaced or deleted is asked for by an instant"},
		{Name: "filter", About: "CQL2, as text or as JSON"},
		{Name: "filter-lang", About: "Language of filter", Enum: langs(), Default: "cql2-text"},
		{Name: "filter-crs", About: "Coordinate system of geometries in filter: one of those of crs"},
		{Name: "ids", About: "Only these features, ids with a comma between"},
		{Name: "sortby", About: "Fields to sort by with a comma between, - before a field for descending"},
		propertiesParam(), excludeParam(), skipParam(), langParam(),
	}
}

// itemParams are the parameters of one feature.
func itemParams() []openapi.Param {
	return []openapi.Param{
		{Name: "f", About: "Format of the answer; without it the Accept header decides", Enum: names(ofItem(), "geojson")},
		crsParam(), propertiesParam(), excludeParam(), skipParam(), langParam(),
		{Name: "datetime", About: "The feature as it was at this instant (RFC 3339)"},
	}
}

func langParam() openapi.Param {
	return openapi.Param{Name: "lang", About: "Language of HTML pages; without it Accept-Language decides", Enum: []string{"zh", "en"}}
}

func crsParam() openapi.Param {
	return openapi.Param{Name: "crs", About: "Coordinate system of the answer, by its URI: CRS84, EPSG 4326, 4490, 3857, or a zone from 4491 to 4554 that the features lie in; axes as in the register"}
}

func propertiesParam() openapi.Param {
	return openapi.Param{Name: "properties", About: "Only these properties, with a comma between"}
}

func excludeParam() openapi.Param {
	return openapi.Param{Name: "exclude-properties", About: "All properties but these, with a comma between"}
}

func skipParam() openapi.Param {
	return openapi.Param{Name: "skipGeometry", Type: openapi.Boolean, About: "Leave geometries out"}
}

// propertyParam is the parameter that a property becomes in the document of a
// collection: an equality.
func propertyParam(f *layers.Field) openapi.Param {
	p := openapi.Param{Name: f.Name, About: f.Title.ZH + " " + f.Title.EN}
	switch f.Type {
	case layers.Integer:
		p.Type = openapi.Integer
	case layers.Number:
		p.Type = openapi.Number
	case layers.Boolean:
		p.Type = openapi.Boolean
	case layers.String, layers.DateTime:
	}
	return p
}
