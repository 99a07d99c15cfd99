package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/server/openapi"
)

func (a *API) eventRoutes() []openapi.Route {
	const tag = "Events"
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the event"}
	once := openapi.Param{Name: "Idempotency-Key", In: openapi.Header, About: "Makes a repetition of the request harmless for 24 hours"}
	report := post("/api/v1/events", "report", tag, "Report an event", "report", "event", a.report, once)
	report.Answers[0].Status = http.StatusCreated
	return []openapi.Route{
		report,
		get("/api/v1/events", "events", tag, "Events, newest first", "featureCollection", mediaGeoJSON, a.events,
			openapi.Param{Name: "state", About: "Only these states, with a comma between"},
			openapi.Param{Name: "class", About: "Only these classes, with a comma between"},
			openapi.Param{Name: "bbox", About: "Box: west,south,east,north"},
			openapi.Param{Name: "filter", About: "CQL2 text"},
			openapi.Param{Name: "filter-lang", About: "Language of filter", Enum: []string{"cql2-text"}, Default: "cql2-text"},
			openapi.Param{Name: "limit", Type: openapi.Integer, About: "Events in a page", Span: &openapi.Span{Min: 1, Max: maxFeatures}, Clamp: true, Default: "100"},
			openapi.Param{Name: "offset", Type: openapi.Integer, About: "Events to leave out", Span: &openapi.Span{Min: 0, Max: 1 << 31}},
			openapi.Param{Name: "cursor", About: "Place to go on from, out of a next link"}),
		get("/api/v1/events/{id}", "event", tag, "One event with its clocks and history", "event", mediaJSON, a.event, id),
		post("/api/v1/events/{id}/{step}", "step", tag, "Take a step with an event", "step", "event", a.step, id,
			openapi.Param{Name: "step", In: openapi.Path, About: "What to do", Enum: stepNames()},
			openapi.Param{Name: "If-Match", In: openapi.Header, About: "Version the step is taken on, or * for whichever is current; required"}, once),
		get("/api/v1/event-classes", "eventClasses", tag, "Dictionary of event classes", "", mediaJSON, a.classes),
	}
}

// stepNames lists the steps that can be taken with an event that exists.
func stepNames() []string {
	var out []string
	for _, s := range event.Steps() {
		if s != event.Report {
			out = append(out, s.String())
		}
	}
	return out
}

type classInfo struct {
	Code       string       `json:"code"`
	Title      layers.Title `json:"title"`
	Group      layers.Title `json:"group"`
	Department string       `json:"department_kind"`
	Icon       string       `json:"icon"`
	Filing     string       `json:"filing"`
	Closing    string       `json:"closing"`
}

func (a *API) classes(c echo.Context, _ *openapi.Input) error {
	var out []classInfo
	for _, k := range duty.Classes() {
		out = append(out, classInfo{Code: k.Code, Title: k.Title, Group: k.Group, Department: k.Department, Icon: k.Icon,
			Filing: k.Filing, Closing: k.Closing})
	}
	return c.JSON(http.StatusOK, map[string]any{"version": duty.ClassesVersion, "classes": out})
}
