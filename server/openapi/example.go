package openapi

import (
	"cmp"
	"strings"
)

// examples are the values of parameters that mean the same everywhere.
var examples = [...]struct{ name, value string }{
	{"layer", "buildings"}, {"layers", "buildings"}, {"lon", "111.29"}, {"lat", "30.69"}, {"long", "111.29"}, {"k", "5"}, {"radius", "500"},
	{"from", "111.28,30.675"}, {"to", "111.3,30.675"}, {"q", "路"}, {"coords", "111.29,30.69"},
	{"z", "14"}, {"x", "13256"}, {"y", "6723"}, {"tileMatrixSetId", "WebMercatorQuad"}, {"tileMatrix", "14"}, {"tileRow", "6723"}, {"tileCol", "13256"},
	{"collections", "buildings"}, {"step", "verify"},
}

// found are the places where ids that only the city knows are found.
var found = [...]struct{ path, at string }{
	{"/ogc/collections/{layer}/items/", "/ogc/collections/buildings/items?limit=1#/features/0/id"},
	{"/api/v1/features/", "/ogc/collections/buildings/items?limit=1#/features/0/id"},
	{"/api/v1/buildings/", "/ogc/collections/buildings/items?limit=1#/features/0/id"},
	{"/api/v1/events/", "/api/v1/events?limit=1#/features/0/id"},
	{"/api/v1/exports/", "/api/v1/exports#/exports/0/id"},
	{"/api/v1/sessions/", "/api/v1/sessions#/sessions/0/id"},
	{"/api/v1/movers/", "/ogc/collections/movers/items?limit=1#/features/0/id"},
	{"/api/v1/fences/", "/api/v1/fences#/watches/0/id"},
	{"/api/v1/webhooks/", "/api/v1/webhooks#/webhooks/0/id"},
	{"/open311/v2/requests/", "/api/v1/events?limit=1#/features/0/id"},
	{"/open311/v2/tokens/", "/api/v1/events?limit=1#/features/0/id"},
	{"/api/v1/admin/accounts/", "/api/v1/admin/accounts#/accounts/0/id"},
	{"/api/v1/admin/keys/", "/api/v1/admin/keys#/keys/0/id"},
	{"/api/v1/admin/requests/", "/api/v1/admin/requests#/requests/0/id"},
	{"/api/v1/admin/layers/", "/api/v1/admin/layers#/layers/0/id"},
}

// example is the value that makes a request work: the parameter's own, else that of
// its name where it must be given.
func example(r *Route, p *Param) string {
	if p.Name == "id" && p.In == Path {
		for _, f := range found {
			if strings.HasPrefix(r.Path, f.path) {
				return f.at
			}
		}
	}
	if p.Example != "" || !p.Required && p.In != Path && (p.Name != "lon" && p.Name != "lat" || strings.HasPrefix(r.Path, "/open311/")) {
		return p.Example
	}
	if p.Name == "id" && strings.HasPrefix(r.Path, "/open311/v2/services/") {
		return "1102.json"
	}
	if len(p.Enum) > 0 && p.Name != "step" {
		return cmp.Or(p.Default, p.Enum[0])
	}
	for _, e := range examples {
		if e.name == p.Name {
			return e.value
		}
	}
	return p.Default
}

// bodyExamples are bodies that make requests work in any city, by operationId.
var bodyExamples = map[string]string{
	"within":           `{"geometry":` + square + `,"layers":["buildings","enterprises"]}`,
	"stats":            `{"layers":["buildings"],"by":"street"}`,
	"nearShape":        `{"geometry":{"type":"LineString","coordinates":[[111.28,30.69],[111.3,30.69]]},"layer":"buildings","k":5}`,
	"corridor":         `{"path":{"type":"LineString","coordinates":[[111.28,30.69],[111.3,30.69]]},"layers":["buildings"],"width":50}`,
	"report":           `{"lon":111.29,"lat":30.69,"class":"1102","description":"路灯不亮"}`,
	"step":             `{"note":"请核实"}`,
	"reveal":           `{"layer":"enterprises","id":"","field":"phone","purpose":"核实"}`,
	"requestExport":    `{"layer":"buildings","format":"geojson","purpose":"核对"}`,
	"sendObservations": `[{"device":"","at":"2026-11-21T08:00:00Z","value":1}]`,
	"subscribe":        `{"url":"https://hooks.example.gov.cn/wutu","source":"fences/depots"}`,
	"signIn":           `{"account":"","password":""}`,
}

const square = `{"type":"Polygon","coordinates":[[[111.28,30.68],[111.3,30.68],[111.3,30.7],[111.28,30.7],[111.28,30.68]]]}`
