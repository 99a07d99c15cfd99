package disclose

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
)

// approvedFor is how long an approved reveal may be asked again.
const approvedFor = 15 * time.Minute

type revealBody struct {
	Layer   string `json:"layer" must:"true"`
	ID      string `json:"id" must:"true"`
	Field   string `json:"field" must:"true"`
	Purpose string `json:"purpose" must:"true"`
}

type revealed struct {
	Value     string `json:"value"`
	Seconds   int    `json:"seconds" about:"For how long it may be shown"`
	Watermark string `json:"watermark"`
}

// pending says that a request waits for a security administrator.
type pending struct {
	Request string `json:"request"`
	State   string `json:"state"`
}

// reveal answers with the whole value of a field that the subject sees masked.
func (o *Office) reveal(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	s := auth.SubjectOf(ctx)
	var body revealBody
	if err := in.Body(&body); err != nil {
		return err
	}
	if err := plain("/purpose", body.Purpose, true); err != nil {
		return err
	}
	r := &request{Kind: "reveal", Layer: body.Layer, Object: body.ID, Field: body.Field, Purpose: body.Purpose, By: s.ID, Owner: ownerOf(ctx), At: o.o.Now().UTC()}
	value, approval, err := o.value(ctx, &s, r)
	if err != nil {
		if layers.KindOf(err) == layers.Forbidden {
			line := o.line(&s, r, "reveal.value", layers.AuditRefused)
			if _, failed := o.o.Store.Apply(ctx, layers.Batch{Actor: s.ID, At: o.o.Now(), Audit: []layers.AuditLine{line}}); failed != nil {
				return failed
			}
		}
		return err
	}
	if approval == access.ApproveEverything {
		approved, err := o.approved(ctx, &s, r)
		if err != nil {
			return err
		}
		if approved.State != ready {
			return answer(c, http.StatusAccepted, pending{approved.ID, approved.State})
		}
	}
	if err := o.admit(s.ID); err != nil {
		return err
	}
	line := o.line(&s, r, "reveal.value", layers.AuditDone)
	line.Rows = 1
	if _, err := o.o.Store.Apply(ctx, layers.Batch{Actor: s.ID, At: o.o.Now(), Audit: []layers.AuditLine{line}}); err != nil {
		return err
	}
	at := o.o.Now().UTC()
	return answer(c, http.StatusOK, revealed{value, int(o.o.ShowFor / time.Second), fmt.Sprintf("%s %s", s.ID, at.Format(time.RFC3339))})
}

// value finds the value, if the subject may list the feature and sees the field
// masked. Errors: NotFound, Forbidden, Invalid.
func (o *Office) value(ctx context.Context, s *layers.Subject, r *request) (string, access.Approval, error) {
	v := o.o.City.View()
	l, err := param.Listable(v, s, r.Layer)
	if err != nil {
		return "", 0, param.At("/layer", err)
	}
	d := access.Decide(s, l)
	i := l.FieldIndex(r.Field)
	switch {
	case i < 0:
		return "", 0, layers.Invalidf("reveal", "/field", fmt.Sprintf("%.80q is not a field of layer %s", r.Field, l.ID))
	case d.Sights.Of(i) == layers.Hidden, !s.Cleared || s.ID == "":
		return "", 0, &layers.Error{Kind: layers.Forbidden, Op: "reveal", Layer: l.ID, Field: r.Field, Err: errors.New("is not shown to this subject")}
	case d.Sights.Of(i) == layers.Shown:
		return "", 0, layers.Invalidf("reveal", "/field", "is shown anyway")
	}
	if _, err := v.Get(live.Noted(ctx), s, l.ID, r.Object); err != nil {
		return "", 0, err
	}
	system := layers.SystemSubject()
	f, err := v.Get(ctx, &system, l.ID, r.Object)
	return f.Value(i).String(), d.Approve, err
}

// approved finds the request of the same subject for the same value, or makes one
// that waits.
func (o *Office) approved(ctx context.Context, s *layers.Subject, r *request) (*request, error) {
	now := o.o.Now()
	list, err := o.list(ctx, func(q *request) bool {
		return q.Kind == "reveal" && q.By == s.ID && q.Layer == r.Layer && q.Object == r.Object && q.Field == r.Field && q.Purpose == r.Purpose &&
			q.State != refused && now.Before(q.Expires)
	})
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		return &list[0], nil
	}
	if r.ID, err = o.newID(); err != nil {
		return nil, err
	}
	r.State, r.Expires = waiting, now.Add(o.o.Keep).UTC()
	return r, o.keep(ctx, r, s, "reveal.request", layers.AuditDone, true)
}

// admit counts a reveal of the subject, or says when the next one may be.
func (o *Office) admit(subject string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.o.Now()
	for id, times := range o.revealed { // of the last hour only: few
		times = slices.DeleteFunc(times, func(t time.Time) bool { return now.Sub(t) >= time.Hour })
		if o.revealed[id] = times; len(times) == 0 {
			delete(o.revealed, id)
		}
	}
	times := o.revealed[subject]
	if len(times) >= o.o.PerHour {
		return problem.TooMany(fmt.Sprintf("%d values were revealed within the hour", len(times)), times[0].Add(time.Hour).Sub(now))
	}
	o.revealed[subject] = append(times, now)
	return nil
}
