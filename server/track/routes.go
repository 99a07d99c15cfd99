package track

import (
	"net/http"
	"strconv"

	"wutu/layers/model"
	"wutu/server/openapi"
)

// defaultLayer is the layer of questions that name none.
const defaultLayer = model.Movers

const tag = "Movers"

// Routes declares the operations.
func (o *Office) Routes() []openapi.Route {
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the object"}
	layer := openapi.Param{Name: "layer", About: "Layer of the objects", Default: defaultLayer}
	number := func(name, about, otherwise string, most float64) openapi.Param {
		return openapi.Param{Name: name, Type: openapi.Number, About: about, Span: &openapi.Span{Min: 0, Max: most}, Default: otherwise}
	}
	seconds := func(name, about string, otherwise int, most float64) openapi.Param {
		return openapi.Param{Name: name, Type: openapi.Integer, About: about, Span: &openapi.Span{Min: 0, Max: most}, Default: strconv.Itoa(otherwise)}
	}
	one := []openapi.Param{id, layer,
		{Name: "from", About: "RFC 3339; absent: an hour before to"}, {Name: "to", About: "RFC 3339; absent: now"},
		seconds("gap", "A pause of more seconds cuts the track; 0: none does", defaultGapS, maxGapS),
		{Name: "purpose", About: "What the track of a person is read for; absent: the purpose of the session"}}
	simplify := number("simplify", "Metres by which fixes that are left out may lie off the way", "0", maxSimplifyM)
	stays := []openapi.Param{number("radius", "Metres from its first fix that a stay may reach", "50", maxRadiusM),
		seconds("least", "Seconds that a stay lasts at least", 180, maxStayS)}
	with := func(more ...openapi.Param) []openapi.Param {
		return append(append([]openapi.Param(nil), one...), more...)
	}
	ok := func(about string, of any) []openapi.Answer {
		return []openapi.Answer{{Status: http.StatusOK, Type: mediaJSON, About: about, Of: of}}
	}
	return []openapi.Route{
		{Method: http.MethodPost, Path: "/api/v1/movers/fixes", ID: "sendFixes", Tag: tag, Summary: "Where moving objects are: a batch of fixes, in any order", ZH: "上报移动目标定位（批量）",
			Params: []openapi.Param{layer, {Name: "coord", About: "Coordinate system of the fixes", Default: "wgs84"}},
			Body: &openapi.Body{About: "An array of fixes; or one a line (NDJSON); or a CSV table whose first line names its columns", Types: []string{mediaJSON, mediaLines, mediaCSV},
				Of: openapi.Either{[]sentFix{}, &openapi.Schema{Type: "array", Items: &openapi.Schema{}, About: "Fixes that do not fit are reported one by one, the others are taken"}}, MaxBytes: maxFixBytes, Example: `[{"id":"","lon":111.29,"lat":30.69,"time":"2026-11-21T08:00:00Z","speed":18}]`},
			Answers: ok("What was taken, durably, and what is wrong with the others", taken{}), Handle: o.send},
		{Method: http.MethodGet, Path: "/api/v1/movers/settings", ID: "trackSettings", Tag: tag, Summary: "How tracks of a layer are kept", ZH: "轨迹保存设置",
			Params: []openapi.Param{layer}, Answers: ok("The settings", Settings{}), Handle: o.readSettings},
		{Method: http.MethodPut, Path: "/api/v1/movers/settings", ID: "setTrackSettings", Tag: tag, Summary: "Say how tracks of a layer are kept", ZH: "修改轨迹保存设置",
			Params: []openapi.Param{layer}, Body: &openapi.Body{About: "The settings", Types: []string{mediaJSON}, Of: Settings{}, MaxBytes: 16 << 10, Example: `{"keep_days":30,"personal_keep_days":7}`},
			Answers: ok("The settings", Settings{}), Handle: o.setSettings},
		{Method: http.MethodGet, Path: "/api/v1/movers/{id}/track", ID: "track", Tag: tag, Summary: "Where an object was", ZH: "目标轨迹",
			Params: with(simplify, openapi.Param{Name: "f", About: "geojson: a line with coordinateProperties; mf: OGC Moving Features JSON; csv", Enum: []string{"geojson", "mf", "csv"}, Default: "geojson"}),
			Answers: []openapi.Answer{{Status: http.StatusOK, Type: mediaGeoJSON, About: "A Feature; its geometry is null when nothing is known", Schema: "feature"},
				{Status: http.StatusOK, Type: mediaJSON, About: "A Feature with a temporalGeometry", Of: &openapi.Schema{Type: "object"}}, {Status: http.StatusOK, Type: mediaCSV, About: "A line for each fix"}},
			Weight: openapi.Heavy, Light: light, Handle: o.track},
		{Method: http.MethodGet, Path: "/api/v1/movers/{id}/stops", ID: "stops", Tag: tag, Summary: "Where an object stayed, and how long", ZH: "停留点",
			Params: with(stays...), Answers: ok("Stays in order of time", stopList{}), Weight: openapi.Heavy, Light: light, Handle: o.stops},
		{Method: http.MethodGet, Path: "/api/v1/movers/{id}/trips", ID: "trips", Tag: tag, Summary: "The ways of an object from stay to stay", ZH: "行程",
			Params: with(append(stays, number("length", "Metres that a way is long at least", "0", 1e6), simplify)...), Answers: ok("Ways and stays in order of time", tripList{}),
			Weight: openapi.Heavy, Light: light, Handle: o.trips},
		{Method: http.MethodPost, Path: "/api/v1/movers/visits", ID: "visits", Tag: tag, Summary: "Who was in a region, from when to when", ZH: "某区域某时段的经过目标",
			Body:    &openapi.Body{About: "Region and period", Types: []string{mediaJSON}, Of: visitBody{}, Example: `{"region":{"type":"Polygon","coordinates":[[[111.28,30.68],[111.3,30.68],[111.3,30.7],[111.28,30.7],[111.28,30.68]]]}}`},
			Answers: ok("Visits", visitList{}), Weight: openapi.Heavy, Handle: o.visits},
		{Method: http.MethodPost, Path: "/api/v1/movers/coverage", ID: "trackCoverage", Tag: tag, Summary: "How much of roads, features or hexagons was visited", ZH: "巡查覆盖率",
			Body:    &openapi.Body{About: "What, by whom, when", Types: []string{mediaJSON}, Of: coverageBody{}, Example: `{"of":{"layer":"roads"},"margin":25}`},
			Answers: ok("Shares", coverageAnswer{}), Weight: openapi.Heavy, Handle: o.coverage},
	}
}

// light are questions about a few hours of one object.
func light(in *openapi.Input) bool { return !in.Has("from") }
