package disclose

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// City is what the package asks of the city.
type City interface{ View() *live.View }

// Encoder writes what q selects from r in a format and returns the number of
// rows; it applies access to q's subject.
type Encoder func(ctx context.Context, w io.Writer, r layers.Reader, format string, q layers.Query) (int64, error)

// Store keeps the requests and the audit trail.
type Store interface {
	layers.Reader
	layers.Writer
}

// Options configures an Office. City, Store, Now and Rand are required.
type Options struct {
	City    City
	Store   Store
	Keys    *keyring.Ring // signs; nil: there are no exports
	Encode  Encoder       // nil: there are no exports
	Formats []string      // that Encode writes
	Dir     string        // folder of the files, made when needed; "": there are no exports
	Name    string        // of the city
	Now     func() time.Time
	Rand    io.Reader

	Keep       time.Duration // life of a request; 0: 7 days
	PerHour    int           // values one subject may reveal in an hour; 0: 30
	ShowFor    time.Duration // how long a screen shows a value; 0: 30 s
	MaxWaiting int           // requests of one subject that have not expired; 0: 50
}

// Office answers the requests. Safe for concurrent use.
type Office struct {
	o Options

	mu       sync.Mutex
	revealed map[string][]time.Time // by subject, of the last hour
	making   map[string]*sync.Mutex // by request: one file is made at a time
}

// New returns an Office.
func New(o Options) *Office {
	if o.Keep <= 0 {
		o.Keep = 7 * 24 * time.Hour
	}
	if o.PerHour <= 0 {
		o.PerHour = 30
	}
	if o.ShowFor <= 0 {
		o.ShowFor = 30 * time.Second
	}
	if o.MaxWaiting <= 0 {
		o.MaxWaiting = 50
	}
	return &Office{o: o, revealed: make(map[string][]time.Time), making: make(map[string]*sync.Mutex)}
}

// Bucket is the bucket of the requests.
const Bucket = "requests"

// The states of a request.
const (
	waiting = "waiting"
	ready   = "ready"
	refused = "refused"
)

// request is an export or a reveal that was asked for.
type request struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"` // export or reveal
	State     string    `json:"state"`
	Layer     string    `json:"layer"`
	Format    string    `json:"format,omitempty"`
	Filter    string    `json:"filter,omitempty"`
	BBox      string    `json:"bbox,omitempty"`
	Object    string    `json:"object,omitempty"` // feature of a reveal
	Field     string    `json:"field,omitempty"`
	Purpose   string    `json:"purpose"`
	By        string    `json:"requested_by"`
	Owner     string    `json:"owner,omitempty"` // who made the key that asked
	At        time.Time `json:"requested_at"`
	DecidedBy string    `json:"decided_by,omitempty"`
	DecidedAt time.Time `json:"decided_at,omitzero"`
	Note      string    `json:"note,omitempty"`
	Rows      *int64    `json:"rows" about:"Of the file, null before it is made"`
	Seq       uint64    `json:"seq,omitempty"`
	SHA256    string    `json:"sha256,omitempty"`
	Scope     string    `json:"scope,omitempty"` // rights it was asked, and the file made, with
	Expires   time.Time `json:"expires"`
}

// Routes declares the operations.
func (o *Office) Routes() []openapi.Route {
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the request"}
	route := func(method, path, name, tag, summary string, status int, body, of any, h openapi.Handler, params ...openapi.Param) openapi.Route {
		r := openapi.Route{Method: method, Path: path, ID: name, Tag: tag, Summary: summary, Params: params, Handle: h,
			Answers: []openapi.Answer{{Status: status, Type: "application/json", About: summary, Of: of}}}
		if body != nil {
			r.Body = &openapi.Body{About: summary, Types: []string{"application/json"}, Of: body}
		}
		return r
	}
	file := route(http.MethodGet, "/api/v1/exports/{id}/file", "exportFile", "Exports", "The signed file of an export", 200, nil, nil, o.file, id)
	file.Answers[0].Type, file.Endless = "application/zip", true
	file.Answers[0].Headers, file.Problems = []string{"Content-Disposition"}, []string{"conflict"}
	reveal := route(http.MethodPost, "/api/v1/reveal", "reveal", "Exports", "The whole value of a masked field", 200, revealBody{}, revealed{}, o.reveal)
	reveal.Answers = append(reveal.Answers, openapi.Answer{Status: http.StatusAccepted, Type: "application/json", About: "The request waits for approval", Of: pending{}})
	return []openapi.Route{
		route(http.MethodPost, "/api/v1/exports", "requestExport", "Exports", "Ask for a layer as a signed file", 201, exportBody{}, request{}, o.ask),
		route(http.MethodGet, "/api/v1/exports", "exports", "Exports", "The subject's own requests", 200, nil, exportList{}, o.mine),
		route(http.MethodGet, "/api/v1/exports/{id}", "export", "Exports", "One of the subject's own requests", 200, nil, request{}, o.one, id),
		file,
		reveal,
		route(http.MethodGet, "/api/v1/admin/requests", "requests", "Administration", "Requests that wait or were decided", 200, nil, requestList{}, o.all),
		route(http.MethodPost, "/api/v1/admin/requests/{id}/approve", "approveRequest", "Administration", "Approve a request", 200, decision{}, request{}, o.decide(ready), id),
		route(http.MethodPost, "/api/v1/admin/requests/{id}/refuse", "refuseRequest", "Administration", "Refuse a request", 200, decision{}, request{}, o.decide(refused), id),
	}
}

// newID makes the id of a request: 64 random bits.
func (o *Office) newID() (string, error) {
	var b [8]byte
	if _, err := io.ReadFull(o.o.Rand, b[:]); err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "request", Err: err}
	}
	return "r" + hex.EncodeToString(b[:]), nil
}

// ownerOf is who made the key that asks, "" for an account.
func ownerOf(ctx context.Context) string {
	if k := auth.IdentityOf(ctx).Key; k != nil {
		return k.CreatedBy
	}
	return ""
}

// keep stores a request with a line of the audit trail, and further records.
func (o *Office) keep(ctx context.Context, r *request, s *layers.Subject, action, result string, isNew bool, more ...layers.Record) error {
	data, err := json.Marshal(r)
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "request", Err: err}
	}
	_, err = o.o.Store.Apply(ctx, layers.Batch{Actor: s.ID, At: o.o.Now(),
		Records: append(more, layers.Record{Bucket: Bucket, Key: r.ID, Data: data, Expires: r.Expires.Add(90 * 24 * time.Hour), IfAbsent: isNew}),
		Audit:   []layers.AuditLine{o.line(s, r, action, result)}})
	return err
}

func (o *Office) line(s *layers.Subject, r *request, action, result string) layers.AuditLine {
	l := layers.AuditLine{At: o.o.Now(), Actor: s.ID, Role: s.Role.String(), From: s.Origin, Action: action, Object: r.Layer,
		Filter: r.Filter, Result: result, Purpose: r.Purpose}
	if r.Object != "" {
		l.Object += "/" + r.Object
	}
	if r.Rows != nil {
		l.Rows = int(*r.Rows)
	}
	detail, err := json.Marshal(map[string]any{"request": r.ID, "format": r.Format, "bbox": r.BBox, "field": r.Field, "seq": r.Seq, "by": r.By, "note": r.Note})
	if err == nil {
		l.Detail = string(detail)
	}
	return l
}

// find returns a request by id, nil when there is none.
func (o *Office) find(ctx context.Context, id string) (*request, error) {
	for rec, err := range o.o.Store.Records(ctx, Bucket, id) {
		if err != nil {
			return nil, err
		}
		if rec.Key == id && id != "" {
			r := new(request)
			return r, json.Unmarshal(rec.Data, r)
		}
	}
	return nil, nil
}

// own returns a request of the subject's own: those of others do not exist.
func (o *Office) own(c echo.Context, in *openapi.Input, kind string) (*request, layers.Subject, error) {
	s := auth.SubjectOf(c.Request().Context())
	r, err := o.find(c.Request().Context(), in.Text("id"))
	if err == nil && (r == nil || r.By != s.ID || r.Kind != kind || s.ID == "") {
		err = &layers.Error{Kind: layers.NotFound, Op: "export", ID: fmt.Sprintf("%.40q", in.Text("id")), Err: errors.New("no such request of yours")}
	}
	return r, s, err
}

// list yields the requests a test admits, newest first.
func (o *Office) list(ctx context.Context, admit func(*request) bool) ([]request, error) {
	out := []request{}
	for rec, err := range o.o.Store.Records(ctx, Bucket, "") {
		if err != nil {
			return nil, err
		}
		var r request
		if err := json.Unmarshal(rec.Data, &r); err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "request", ID: rec.Key, Err: err}
		}
		if admit(&r) {
			out = append(out, r)
		}
	}
	sortNewest(out)
	return out, nil
}

type exportList struct {
	Exports []request `json:"exports"`
}

func (o *Office) mine(c echo.Context, _ *openapi.Input) error {
	s := auth.SubjectOf(c.Request().Context())
	list, err := o.list(c.Request().Context(), func(r *request) bool { return r.By == s.ID && s.ID != "" && r.Kind == "export" })
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, exportList{list})
}

func (o *Office) one(c echo.Context, in *openapi.Input) error {
	r, _, err := o.own(c, in, "export")
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, r)
}

func answer(c echo.Context, status int, body any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, body)
}
