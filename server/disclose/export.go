package disclose

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
)

type exportBody struct {
	Layer   string `json:"layer" must:"true"`
	Format  string `json:"format" must:"true"`
	Filter  string `json:"filter" about:"CQL2 text"`
	BBox    string `json:"bbox" about:"west,south,east,north"`
	Purpose string `json:"purpose" must:"true"`
}

// ask makes a request for a file.
func (o *Office) ask(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	s := auth.SubjectOf(ctx)
	if o.o.Encode == nil || o.o.Keys == nil || o.o.Dir == "" {
		return &layers.Error{Kind: layers.Unsupported, Op: "export", Err: errors.New("this server signs no files")}
	}
	if s.ID == "" {
		return &layers.Error{Kind: layers.Unauthorized, Op: "export", Err: errors.New("exports are made for accounts and keys")}
	}
	var body exportBody
	if err := in.Body(&body); err != nil {
		return err
	}
	r := &request{Kind: "export", State: ready, Layer: body.Layer, Format: body.Format, BBox: body.BBox, Purpose: body.Purpose, By: s.ID, Owner: ownerOf(ctx), Scope: o.scope(&s, body.Layer)}
	v := o.o.City.View()
	l, err := o.check(v, &s, r, body.Filter)
	if err != nil {
		return err
	}
	if access.Decide(&s, l).Approve >= access.ApproveExports {
		r.State = waiting
	}
	open, err := o.list(ctx, func(q *request) bool { return q.By == s.ID && o.o.Now().Before(q.Expires) })
	if err != nil {
		return err
	}
	if len(open) >= o.o.MaxWaiting {
		return &layers.Error{Kind: layers.TooLarge, Op: "export", Err: fmt.Errorf("%d requests wait or are ready already", len(open))}
	}
	if r.ID, err = o.newID(); err != nil {
		return err
	}
	r.At = o.o.Now().UTC()
	r.Expires = r.At.Add(o.o.Keep)
	if err := o.keep(ctx, r, &s, "export.request", layers.AuditDone, true); err != nil {
		return err
	}
	if r.State == ready {
		if _, err := o.make(ctx, r, &s); err != nil {
			return err
		}
	}
	return answer(c, http.StatusCreated, r)
}

// check reads what was asked for: the layer the subject may list, a format, a
// filter and a box that fit.
func (o *Office) check(v *live.View, s *layers.Subject, r *request, filter string) (*layers.Layer, error) {
	l, err := param.Listable(v, s, r.Layer)
	if err != nil {
		return nil, param.At("/layer", err)
	}
	if !slices.Contains(o.o.Formats, r.Format) {
		return nil, layers.Invalidf("export", "/format", fmt.Sprintf("%.40q is not one of %v", r.Format, o.o.Formats))
	}
	if err := plain("/purpose", r.Purpose, true); err != nil {
		return nil, err
	}
	e, err := param.Filter("/filter", filter)
	if err != nil {
		return nil, err
	}
	if e != nil {
		r.Filter = cql2.Format(e)
	}
	q, err := query(s, r)
	if err != nil {
		return nil, err
	}
	program, err := cql2.Compile(q.Filter, l)
	if err != nil {
		return nil, param.At("/filter", err)
	}
	d := access.Decide(s, l)
	return l, param.At("/filter", d.MayFilter(l, q.Filter, program))
}

// query is what the file holds.
func query(s *layers.Subject, r *request) (layers.Query, error) {
	q := layers.Query{Subject: *s, Layer: r.Layer}
	var err error
	if q.Filter, err = param.Filter("/filter", r.Filter); err != nil {
		return q, err
	}
	q.Boxes, err = param.BBox("/bbox", r.BBox, param.LonLat())
	return q, err
}

// lock returns the lock of one request.
func (o *Office) lock(id string) *sync.Mutex {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.making[id]
	if m == nil {
		m = new(sync.Mutex)
		o.making[id] = m
	}
	return m
}

// file hands the archive out to its requester, making it first when it is not
// there yet.
func (o *Office) file(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	r, s, err := o.own(c, in, "export")
	if err != nil {
		return err
	}
	lock := o.lock(r.ID)
	lock.Lock()
	path, err := o.readyFile(ctx, r.ID, &s)
	lock.Unlock()
	if err != nil {
		return err
	}
	if r, err = o.find(ctx, r.ID); err != nil {
		return err
	}
	if err := o.keep(ctx, r, &s, "export.fetch", layers.AuditDone, false); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.zip"`, r.Layer, r.ID))
	f, err := os.Open(path)
	if err != nil {
		return unavailable(err)
	}
	defer f.Close()
	c.Response().WriteHeader(http.StatusOK)
	return unseal(o.o.Keys, r.ID, f, c.Response())
}

// readyFile is the path of the archive of a request that is ready. The rights of
// its requester are those of now: who may list the layer no longer gets nothing,
// also of a file that is there already.
func (o *Office) readyFile(ctx context.Context, id string, s *layers.Subject) (string, error) {
	r, err := o.find(ctx, id)
	if err != nil {
		return "", err
	}
	fail := func(kind layers.Kind, why string) (string, error) {
		return "", &layers.Error{Kind: kind, Op: "export", ID: id, Err: errors.New(why)}
	}
	switch {
	case r == nil:
		return fail(layers.NotFound, "no such request of yours")
	case !o.o.Now().Before(r.Expires):
		_ = os.Remove(o.path(id)) // nobody may have it any more
		return fail(layers.NotFound, "has expired")
	case r.State == waiting:
		return fail(layers.Conflict, "waits for approval")
	case r.State == refused:
		return fail(layers.Forbidden, "was refused")
	}
	l, err := o.check(o.o.City.View(), s, r, r.Filter)
	if err != nil {
		return "", err
	}
	d := access.Decide(s, l)
	switch {
	case r.DecidedBy != "" && d.Scope() != r.Scope: // what was approved is what was asked for
		return fail(layers.Conflict, "was approved for other rights than those of now: ask again")
	case r.DecidedBy == "" && d.Approve >= access.ApproveExports:
		return fail(layers.Conflict, "needs approval by now: ask again")
	}
	if _, err := os.Stat(o.path(id)); err == nil && r.Rows != nil && r.Scope == o.scope(s, r.Layer) {
		return o.path(id), nil
	}
	return o.make(ctx, r, s)
}

// scope names the rights a file was made with.
func (o *Office) scope(s *layers.Subject, layer string) string {
	if l, ok := o.o.City.View().Layer(layer); ok {
		d := access.Decide(s, l)
		return d.Scope()
	}
	return ""
}

func (o *Office) path(id string) string { return filepath.Join(o.o.Dir, id+".sealed") }

func unavailable(err error) error {
	return &layers.Error{Kind: layers.Unavailable, Op: "export", Err: err}
}

// Sweep removes the files of requests that have expired, and what a stop in the
// middle left. Call it at start and from time to time.
func (o *Office) Sweep(ctx context.Context) error {
	files, err := os.ReadDir(o.o.Dir)
	if errors.Is(err, os.ErrNotExist) || o.o.Dir == "" {
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	now := o.o.Now()
	kept, err := o.list(ctx, func(r *request) bool { return r.State == ready && now.Before(r.Expires) })
	if err != nil {
		return err
	}
	for _, f := range files {
		used := slices.ContainsFunc(kept, func(r request) bool { return filepath.Base(o.path(r.ID)) == f.Name() })
		info, err := f.Info()
		if used || err != nil || time.Since(info.ModTime()) < time.Hour { // being made, maybe
			continue
		}
		if err := os.Remove(filepath.Join(o.o.Dir, f.Name())); err != nil {
			return unavailable(err)
		}
	}
	return nil
}

// snapshot offers one view of the city as a reader, so that a file is of one
// version of the data.
type snapshot struct{ *live.View }

// Layers lists the definitions.
func (s snapshot) Layers(context.Context) ([]*layers.Layer, error) { return s.View.Layers(), nil }

// Read yields what q selects.
func (s snapshot) Read(ctx context.Context, q layers.Query) iter.Seq2[layers.Feature, error] {
	return func(yield func(layers.Feature, error) bool) {
		for row, err := range s.Select(ctx, q) {
			if err != nil {
				yield(layers.Feature{}, err)
				return
			}
			if !yield(row.Feature(), nil) {
				return
			}
		}
	}
}

// Records yields nothing: a file holds none.
func (s snapshot) Records(context.Context, string, string) iter.Seq2[layers.Record, error] {
	return func(func(layers.Record, error) bool) {}
}
