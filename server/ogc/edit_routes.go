package ogc

import (
	"net/http"

	"wutu/server/openapi"
)

// editRoutes declares the operations that change features: OGC API Features
// Part 4 (create, replace, update and delete; OGC API Common Part 5).
func (a *API) editRoutes(layer openapi.Param) []openapi.Route {
	const items, item = "/ogc/collections/{layer}/items", "/ogc/collections/{layer}/items/{id}"
	header := func(name, about string) openapi.Param {
		return openapi.Param{Name: name, In: openapi.Header, About: about}
	}
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the feature"}
	system := header("Content-Crs", "Coordinate system of the body and the answer, as a URI in <>")
	wishes := header("Prefer", "return=minimal or return=representation; handling=strict or handling=lenient")
	match := header("If-Match", "ETag of the feature as it was read, or *; this or If-Unmodified-Since is required for a feature that exists")
	none := header("If-None-Match", "* to make a feature only where there is none")
	since := header("If-Unmodified-Since", "Last-Modified of the feature as it was read, in place of If-Match")
	feature := &openapi.Body{About: "A feature as GeoJSON", Types: []string{mediaGeoJSON, mediaJSON}, Schema: "newFeature"}
	patch := &openapi.Body{About: "JSON Merge Patch (RFC 7396) of the feature as GeoJSON", Types: []string{mediaPatch}, Schema: "any"}
	made := openapi.Answer{Status: 201, Type: mediaGeoJSON, About: "The feature was made; its address is in Location", Schema: "feature", Headers: changed("Location")}
	done := openapi.Answer{Status: 204, About: "Done", Headers: changed()}
	shown := openapi.Answer{Status: 200, Type: mediaGeoJSON, About: "Done; the feature as it is now", Schema: "feature", Headers: changed()}
	stale := openapi.Answer{Status: 412, Type: "application/problem+json", About: "The feature is not as the request supposes", Schema: "problem"}
	bare := openapi.Answer{Status: 428, Type: "application/problem+json", About: "A precondition is missing", Schema: "problem"}
	route := func(method, path, id, summary string, h openapi.Handler, b *openapi.Body, answers []openapi.Answer, params ...openapi.Param) openapi.Route {
		return openapi.Route{Method: method, Path: path, ID: id, Tag: "OGC API", Summary: summary, Params: params, Body: b, Answers: answers, Handle: h}
	}
	return []openapi.Route{
		route(http.MethodPost, items, "createItem", "Make a feature", a.create, feature, []openapi.Answer{made},
			layer, system, wishes, header("Idempotency-Key", "Makes a repetition of the request harmless for a day")),
		route(http.MethodPut, item, "replaceItem", "Replace a feature, or make it where the collection takes ids of clients", a.replace, feature,
			[]openapi.Answer{shown, made, done, stale, bare}, layer, id, system, wishes, match, none, since),
		route(http.MethodPatch, item, "updateItem", "Change parts of a feature", a.update, patch,
			[]openapi.Answer{shown, done, stale, bare}, layer, id, system, wishes, match, none, since),
		route(http.MethodDelete, item, "deleteItem", "Remove a feature; it stays in history", a.remove, nil,
			[]openapi.Answer{done, stale, bare}, layer, id, match, since),
		route(http.MethodOptions, items, "itemsOptions", "Methods the subject may use on the features", a.options(false), nil,
			[]openapi.Answer{{Status: 200, About: "Allow and Accept-Post", Headers: []string{"Allow", "Accept-Post"}}}, layer),
		route(http.MethodOptions, item, "itemOptions", "Methods the subject may use on a feature", a.options(true), nil,
			[]openapi.Answer{{Status: 200, About: "Allow and Accept-Patch", Headers: []string{"Allow", "Accept-Patch"}}}, layer, id),
	}
}

// changed are the headers of a feature that was changed.
func changed(more ...string) []string {
	return append([]string{"ETag", "Cache-Control", "Last-Modified", "Content-Crs", "Preference-Applied"}, more...)
}
