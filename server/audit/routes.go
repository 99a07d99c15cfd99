package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	trail "wutu/layers/audit"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// FileType is the media type of a file of the trail: JSON in lines.
const FileType = "application/jsonl"

const (
	defaultLimit = 50
	maxLimit     = 1000
)

// Routes declares what the audit administrator may ask.
func (r *Recorder) Routes() []openapi.Route {
	period := []openapi.Param{
		{Name: "from", About: "Only lines dated at this instant (RFC 3339) or later"},
		{Name: "to", About: "Only lines dated before this instant (RFC 3339)"}}
	const tag, text = "Administration", "A trailing * stands for any ending"
	return []openapi.Route{
		{Method: http.MethodGet, Path: "/api/v1/admin/audit", ID: "audit", Tag: tag, Summary: "The audit trail, newest lines first",
			Params: append(period,
				openapi.Param{Name: "actor", About: "Who did it: id of an account or key. " + text},
				openapi.Param{Name: "action", About: "What was done, as in session.*. " + text},
				openapi.Param{Name: "object", About: "What it was done to, as in persons. " + text},
				openapi.Param{Name: "limit", Type: openapi.Integer, About: "Lines of a page", Span: &openapi.Span{Min: 1, Max: maxLimit}, Clamp: true, Default: strconv.Itoa(defaultLimit)},
				openapi.Param{Name: "cursor", About: "The member next of the page before"}),
			Answers: []openapi.Answer{{Status: http.StatusOK, Type: "application/json", About: "Lines, and the cursor of the next page when there is one", Of: page{}}},
			Handle:  r.list},
		{Method: http.MethodGet, Path: "/api/v1/admin/audit/verify", ID: "verifyAudit", Tag: tag, Summary: "Verify the whole audit trail",
			Answers: []openapi.Answer{{Status: http.StatusOK, Type: "application/json", About: "How many lines and seals there are, and every problem with the number of its line", Of: trail.Report{}}},
			Endless: true, Handle: r.verify},
		{Method: http.MethodGet, Path: "/api/v1/admin/audit/file", ID: "auditFile", Tag: tag,
			Summary: "The audit trail, or the part of a period, as a signed file for `wutu audit verify`", Params: period,
			Answers: []openapi.Answer{{Status: http.StatusOK, Type: FileType, About: "Header with public keys, lines, seals, signed end", Headers: []string{"Content-Disposition"}}},
			Endless: true, Handle: r.file},
	}
}

// admit lets auditors in and notes what they ask.
func (r *Recorder) admit(ctx context.Context, action, filter string) error {
	s := auth.SubjectOf(ctx)
	if s.Role != layers.Auditor {
		return &layers.Error{Kind: layers.Forbidden, Op: "audit", Err: errors.New("the audit trail is for audit administrators")}
	}
	return r.Record(ctx, r.Line(&s, action, "audit", filter, 0))
}

// lineDoc is a line as it is shown.
type lineDoc struct {
	N       uint64    `json:"n"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Role    string    `json:"role"`
	From    string    `json:"from"`
	Action  string    `json:"action"`
	Object  string    `json:"object"`
	Filter  string    `json:"filter"`
	Rows    int       `json:"rows"`
	Result  string    `json:"result"`
	Purpose string    `json:"purpose"`
	Detail  any       `json:"detail,omitempty"` // JSON where it is JSON
}

func docOf(l *trail.Line) lineDoc {
	d := lineDoc{N: l.N, At: l.At, Actor: l.Actor, Role: l.Role, From: l.From, Action: l.Action, Object: l.Object, Filter: l.Filter,
		Rows: l.Rows, Result: l.Result, Purpose: l.Purpose}
	switch {
	case l.Detail == "":
	case json.Valid([]byte(l.Detail)):
		d.Detail = json.RawMessage(l.Detail)
	default:
		d.Detail = l.Detail
	}
	return d
}

// page is a page of the trail.
type page struct {
	Lines []lineDoc `json:"lines"`
	Next  string    `json:"next,omitempty" about:"Cursor of the next page"`
}

func (r *Recorder) list(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	q := trail.Query{Actor: in.Text("actor"), Action: in.Text("action"), Object: in.Text("object"), Newest: true, Limit: in.Int("limit") + 1}
	if err := r.admit(ctx, "audit.read", c.Request().URL.RawQuery); err != nil {
		return err
	}
	var err error
	if q.From, q.To, err = period(in); err != nil {
		return err
	}
	if text := in.Text("cursor"); text != "" {
		if q.After, err = strconv.ParseUint(text, 10, 63); err != nil || q.After == 0 {
			return layers.Invalidf("audit", "cursor", fmt.Sprintf("%.40q is no cursor of this address", text))
		}
	}
	answer := page{Lines: []lineDoc{}}
	for l, err := range r.o.Store.Audit(ctx, q) {
		if err != nil {
			return err
		}
		if n := len(answer.Lines); n == q.Limit-1 {
			answer.Next = strconv.FormatUint(answer.Lines[n-1].N, 10)
			break
		}
		answer.Lines = append(answer.Lines, docOf(&l))
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, answer)
}

func period(in *openapi.Input) (from, to time.Time, err error) {
	for _, p := range [...]struct {
		name string
		into *time.Time
	}{{"from", &from}, {"to", &to}} {
		text := in.Text(p.name)
		if text == "" {
			continue
		}
		if *p.into, err = time.Parse(time.RFC3339, text); err != nil {
			return from, to, layers.Invalidf("audit", p.name, "is not an instant as in 2026-11-21T08:00:00Z")
		}
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return from, to, layers.Invalidf("audit", "from", "is not before to")
	}
	return from, to, nil
}

// alone waits until nobody else reads the whole trail; call the result to let
// the next one in.
func (r *Recorder) alone(ctx context.Context) (func(), error) {
	select {
	case r.heavy <- struct{}{}:
		return func() { <-r.heavy }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *Recorder) verify(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	if err := r.admit(ctx, "audit.verify", ""); err != nil {
		return err
	}
	done, err := r.alone(ctx)
	if err != nil {
		return err
	}
	defer done()
	report, err := r.o.Store.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	if report.Problems == nil {
		report.Problems = []trail.Problem{}
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, report)
}

func (r *Recorder) file(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	if err := r.admit(ctx, "audit.file", c.Request().URL.RawQuery); err != nil {
		return err
	}
	from, to, err := period(in)
	if err != nil {
		return err
	}
	if r.o.Signer == nil {
		return &layers.Error{Kind: layers.Unsupported, Op: "audit", Err: errors.New("the city has no keys to sign the file with")}
	}
	done, err := r.alone(ctx)
	if err != nil {
		return err
	}
	defer done()
	now := r.o.Now()
	h := c.Response().Header()
	h.Set("Content-Type", FileType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="audit-`+strings.ReplaceAll(now.UTC().Format(time.DateOnly), "-", "")+`.jsonl"`)
	// A file whose writing failed lacks its end, which verification finds.
	_, err = trail.Write(ctx, c.Response(), r.o.Store, r.o.Signer, trail.Extract{City: r.o.City, From: from, To: to, At: now})
	return err
}
