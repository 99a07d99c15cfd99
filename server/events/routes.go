package events

import (
	"errors"
	"net/http"

	"wutu/layers/event"
	"wutu/server/openapi"
)

const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
	tag          = "Events"
	maxPage      = 10_000
)

var (
	errHidden    = errors.New("a part of the cases is hidden from you")
	errNoEdition = errors.New("no such edition of the dictionary")
)

func (e *Events) routes() []openapi.Route {
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the event"}
	once := openapi.Param{Name: "Idempotency-Key", In: openapi.Header, About: "Makes a repetition of the request harmless for 30 days"}
	report := post("/api/v1/events", "report", "Report an event", reportBody{}, e.postReport, once)
	report.Answers[0].Status, report.Answers[0].Headers = http.StatusCreated, []string{"ETag", "Location"}
	step := post("/api/v1/events/{id}/{step}", "step", "Take a step with an event", stepBody{}, e.postStep, id,
		openapi.Param{Name: "step", In: openapi.Path, About: "What to do", Enum: stepNames()},
		openapi.Param{Name: "If-Match", In: openapi.Header, About: "Version the step is taken on, or * for whichever is current; required"}, once)
	step.Problems = []string{"illegal-step", "invalid 422"}
	event := get("/api/v1/events/{id}", "event", "One event with its tasks, clocks, reports and history", info{}, mediaJSON, e.getEvent, id)
	event.Answers[0].Headers = []string{"ETag"}
	lon := openapi.Param{Name: "lon", Type: openapi.Number, About: "Where the subject is: longitude in degrees", Span: &openapi.Span{Min: -180, Max: 180}}
	lat := openapi.Param{Name: "lat", Type: openapi.Number, About: "Latitude in degrees", Span: &openapi.Span{Min: -90, Max: 90}}
	return []openapi.Route{
		report,
		get("/api/v1/events", "events", "Events, newest first", openapi.Named("featureCollection"), mediaGeoJSON, e.list,
			openapi.Param{Name: "state", About: "Only these states, with a comma between"},
			openapi.Param{Name: "class", About: "Only these classes, with a comma between"},
			openapi.Param{Name: "bbox", About: "Box: west,south,east,north"},
			openapi.Param{Name: "filter", About: "CQL2 text"},
			openapi.Param{Name: "filter-lang", About: "Language of filter", Enum: []string{"cql2-text"}, Default: "cql2-text"},
			openapi.Param{Name: "sortby", About: "Fields to sort by, + or - before each; default: newest first"},
			openapi.Param{Name: "limit", Type: openapi.Integer, About: "Events in a page", Span: &openapi.Span{Min: 1, Max: maxPage}, Clamp: true, Default: "100"},
			openapi.Param{Name: "offset", Type: openapi.Integer, About: "Events to leave out", Span: &openapi.Span{Min: 0, Max: 1 << 31}},
			openapi.Param{Name: "cursor", About: "Place to go on from, out of a next link"}),
		event,
		get("/api/v1/events/{id}/clocks", "eventClocks", "The clocks of an event, explained interval by interval", clockList{}, mediaJSON, e.getClocks, id),
		get("/api/v1/events/{id}/proof", "eventProof", "The proof of place of an event, signed and worked out again", proofInfo{}, mediaJSON, e.getProof, id),
		get("/api/v1/events/{id}/duplicates", "eventDuplicates", "Cases that an event may repeat, with reasons", alikeInfo{}, mediaJSON, e.getAlike, id),
		step,
		get("/api/v1/me/tasks", "myTasks", "What waits for the subject", taskList{}, mediaJSON, e.getTasks, lon, lat),
		get("/api/v1/me/reports", "myReports", "What became of the subject's own reports", reportList{}, mediaJSON, e.getReports),
		get("/api/v1/event-life", "eventLife", "States, steps, transitions and guards of the life of a case", life{}, mediaJSON, e.getLife),
		get("/api/v1/event-classes", "eventClasses", "Dictionary of event classes", classList{}, mediaJSON, e.getClasses,
			openapi.Param{Name: "edition", About: "Name of an edition; default: the one that new cases use"}),
	}
}

// of is a value of what is answered.
func get(path, id, summary string, of any, media string, h openapi.Handler, params ...openapi.Param) openapi.Route {
	return openapi.Route{Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Params: params,
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: media, About: summary, Of: of}}, Handle: h}
}

// body is a value of what is sent.
func post(path, id, summary string, body any, h openapi.Handler, params ...openapi.Param) openapi.Route {
	return openapi.Route{Method: http.MethodPost, Path: path, ID: id, Tag: tag, Summary: summary, Params: params,
		Body:    &openapi.Body{About: summary, Types: []string{mediaJSON}, Of: body},
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: mediaJSON, About: summary, Of: info{}, Headers: []string{"ETag"}}}, Handle: h}
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
