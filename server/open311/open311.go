package open311

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/events"
	"wutu/server/openapi"
	"wutu/server/problem"
	"wutu/server/search"
)

// Prefix is where the addresses begin.
const Prefix = "/open311/v2/"

// City is what this package asks of the city.
type City interface{ View() *live.View }

// Options configures an API; all are required but Code.
type Options struct {
	City   City
	Events *events.Events
	Search *search.Index
	Name   layers.Title
	Code   string         // division code of the city; "": jurisdiction_id is not looked at
	Zone   *time.Location // that times are written in, and dates without a zone are meant in
	Now    func() time.Time
}

// API answers the addresses under Prefix. Safe for concurrent use.
type API struct{ o Options }

// New returns an API.
func New(o Options) *API { return &API{o: o} }

const tag = "Open311"

// Routes declares the operations.
func (a *API) Routes() []openapi.Route {
	jurisdiction := openapi.Param{Name: "jurisdiction_id", About: "Division code of the city or one of its districts"}
	coord := openapi.Param{Name: "coord", About: "System of coordinates in and out: wgs84, cgcs2000, gcj02, bd09 or EPSG:n", Default: "wgs84"}
	lat := openapi.Param{Name: "lat", Type: openapi.Number, About: "Latitude, or northing"}
	long := openapi.Param{Name: "long", Type: openapi.Number, About: "Longitude, or easting"}
	page := openapi.Param{Name: "page", Type: openapi.Integer, About: "Page, from 1", Span: &openapi.Span{Min: 1, Max: 1e6}, Default: "1"}
	size := openapi.Param{Name: "page_size", Type: openapi.Integer, About: "Rows in a page", Span: &openapi.Span{Min: 1, Max: maxRows}, Clamp: true, Default: "1000"}
	start := openapi.Param{Name: "start_date", About: "Earliest time, inclusive, as W3C writes it; 90 days before the end by default"}
	end := openapi.Param{Name: "end_date", About: "Latest time, inclusive; at most 90 days after the start"}
	extensions := openapi.Param{Name: "extensions", Type: openapi.Boolean, About: "With extended_attributes and notes"}
	searching := []openapi.Param{jurisdiction, coord, start, end, page, size, extensions, lat, long,
		{Name: "service_request_id", About: "Only these, with a comma between; nothing else is looked at then"},
		{Name: "service_code", About: "Only these services, with a comma between"},
		{Name: "status", About: "open, closed or both with a comma between"},
		{Name: "updated_after", About: "Changed at this time or later"},
		{Name: "updated_before", About: "Changed at this time or earlier"},
		{Name: "radius", Type: openapi.Number, About: "Metres around lat and long, inclusive", Span: &openapi.Span{Min: 0, Max: 100_000}},
		{Name: "bbox", About: "west,south,east,north"}}
	var out []openapi.Route
	get := func(name, title string, of any, h func(*API, *call) error, formats []format, params ...openapi.Param) {
		for _, f := range formats {
			out = append(out, openapi.Route{Method: http.MethodGet, Path: Prefix + name + "." + string(f), ID: operationID(name, f), Tag: tag, Summary: title,
				Params: params, Answers: answers(title, of, f), Failure: failing(f), Handle: a.handler(f, h)})
		}
	}
	one := func(name, title string, of any, h func(*API, *call) error, params ...openapi.Param) {
		params = append(params, openapi.Param{Name: "id", In: openapi.Path, About: "Id with the format behind it: .xml or .json"})
		out = append(out, openapi.Route{Method: http.MethodGet, Path: Prefix + name + "/{id}", ID: operationID(name, "one"), Tag: tag, Summary: title,
			Params: params, Answers: answers(title, of, both...), Failure: failing(both...), Handle: a.named(h)})
	}
	post := func(name, title string, of any, h func(*API, *call) error) {
		for _, f := range both {
			out = append(out, openapi.Route{Method: http.MethodPost, Path: Prefix + name + "." + string(f), ID: operationID("send-"+name, f), Tag: tag, Summary: title,
				Params:  []openapi.Param{jurisdiction, {Name: "Idempotency-Key", In: openapi.Header, About: "Makes a repetition of the request harmless for 30 days"}},
				Body:    &openapi.Body{About: title, Types: []string{mediaForm, mediaMultipart}, MaxBytes: maxForm},
				Answers: answers(title, of, f), Failure: failing(f), Handle: a.handler(f, h)})
		}
	}
	get("discovery", "Where and what this is", discovery{}, (*API).discovery, both)
	get("services", "Services that can be requested", []service{}, (*API).services, both, jurisdiction, coord, lat, long)
	one("services", "What a service asks for", serviceDefinition{}, (*API).definition, jurisdiction)
	get("requests", "Service requests", []serviceRequest{}, (*API).requests, []format{asXML, asJSON, asCSV}, searching...)
	one("requests", "One service request", []serviceRequest{}, (*API).request, jurisdiction, coord, extensions)
	post("requests", "Request a service", []sentRequest{}, (*API).send)
	one("tokens", "Id of the service request behind a token", []tokenAnswer{}, (*API).token, jurisdiction)
	get("servicerequestupdates", "What happened to service requests", []requestUpdate{}, (*API).updates, both, jurisdiction, start, end, page, size,
		openapi.Param{Name: "service_request_id", About: "Only of this request"})
	post("servicerequestupdates", "Add to a service request", []sentUpdate{}, (*API).sendUpdate)
	get("boundaries", "Areas of the city", []boundary{}, (*API).boundaries, both, jurisdiction, coord, lat, long,
		openapi.Param{Name: "level", About: "Only areas of this level", Enum: levelNames()})
	return out
}

var both = []format{asXML, asJSON}

// answers are the good answers of an address; of is what they come to in JSON.
func answers(about string, of any, formats ...format) []openapi.Answer {
	var out []openapi.Answer
	for _, f := range formats {
		out = append(out, answer(f, about, of))
	}
	return out
}

func answer(f format, about string, of any) openapi.Answer {
	media, _, _ := strings.Cut(f.media(), ";")
	a := openapi.Answer{Status: http.StatusOK, Type: media, About: about, Headers: []string{"Link"}}
	if f == asCSV {
		a.Headers = append(a.Headers, "Content-Disposition")
	}
	if f == asJSON {
		a.Of = of
	}
	return a
}

// failing is how an address fails, in its own format and otherwise in XML.
func failing(formats ...format) []openapi.Answer {
	var out []openapi.Answer
	for _, f := range formats {
		if f == asCSV {
			f = asXML
		}
		out = append(out, answer(f, "A list of one error", []failure{}))
	}
	return out
}

func operationID(name string, f format) string {
	return "open311-" + name + "-" + string(f)
}

// call is a request under way.
type call struct {
	echo.Context
	in       *openapi.Input
	format   format
	id       string // of the path, without its format
	district string // code of the district that jurisdiction_id names, "" for the whole city
}

// handler finds out what is asked before h answers.
func (a *API) handler(f format, h func(*API, *call) error) openapi.Handler {
	return func(c echo.Context, in *openapi.Input) error {
		x := &call{Context: c, in: in, format: f}
		if err := a.jurisdiction(x); err != nil {
			return err
		}
		return h(a, x)
	}
}

// named is handler for paths that end in an id and a format.
func (a *API) named(h func(*API, *call) error) openapi.Handler {
	return func(c echo.Context, in *openapi.Input) error {
		x := &call{Context: c, in: in, format: asXML, id: in.Text("id")}
		for _, f := range both {
			if id, ok := strings.CutSuffix(x.id, "."+string(f)); ok {
				x.id, x.format = id, f
				break
			}
		}
		if err := a.jurisdiction(x); err != nil {
			return err
		}
		return h(a, x)
	}
}

// jurisdiction compares jurisdiction_id with the city and its districts.
func (a *API) jurisdiction(x *call) error {
	id := x.in.TextIfTaken("jurisdiction_id")
	if id == "" || a.o.Code == "" || id == a.o.Code {
		return nil
	}
	system := layers.SystemSubject()
	if _, err := a.o.City.View().Get(x.Request().Context(), &system, model.Districts, id); err != nil {
		return &problem.Status{Code: http.StatusNotFound, Kind: "not-found", Detail: fmt.Sprintf("jurisdiction_id %.40q was not found", id)}
	}
	x.district = id
	return nil
}

// answer writes a document.
func (x *call) answer(root element) error {
	b, err := x.format.encode(root)
	if err != nil {
		return err
	}
	return x.Blob(http.StatusOK, x.format.media(), b)
}

// origin is the address of this server as the client names it.
func (x *call) origin() string { return x.Scheme() + "://" + x.Request().Host }
