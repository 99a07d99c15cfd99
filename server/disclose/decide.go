package disclose

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// maxNote bounds the text of purposes and notes, in bytes.
const maxNote = 500

// plain reports whether a text may stand in headers and lists: no control
// characters, not too long.
func plain(field, s string, required bool) error {
	switch {
	case required && strings.TrimSpace(s) == "":
		return layers.Invalidf("request", field, "is required")
	case len(s) > maxNote:
		return layers.Invalidf("request", field, fmt.Sprintf("%d bytes, at most %d", len(s), maxNote))
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return layers.Invalidf("request", field, "holds a control character")
	}
	return nil
}

func sortNewest(list []request) {
	slices.SortFunc(list, func(a, b request) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// administrator lets security administrators in.
func administrator(s *layers.Subject) error {
	if s.Role != layers.SecAdmin {
		return &layers.Error{Kind: layers.Forbidden, Op: "requests", Err: errors.New("requests are decided by security administrators")}
	}
	return nil
}

type requestList struct {
	Requests []request `json:"requests"`
}

func (o *Office) all(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	s := auth.SubjectOf(ctx)
	if err := administrator(&s); err != nil {
		return err
	}
	list, err := o.list(ctx, func(*request) bool { return true })
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, requestList{list})
}

type decision struct {
	Note string `json:"note"`
}

// decide approves or refuses a request that waits.
func (o *Office) decide(state string) openapi.Handler {
	return func(c echo.Context, in *openapi.Input) error {
		ctx := c.Request().Context()
		s := auth.SubjectOf(ctx)
		if err := administrator(&s); err != nil {
			return err
		}
		var body decision
		if err := in.Body(&body); err != nil {
			return err
		}
		if err := plain("/note", body.Note, false); err != nil {
			return err
		}
		lock := o.lock(in.Text("id"))
		lock.Lock()
		defer lock.Unlock()
		r, err := o.find(ctx, in.Text("id"))
		switch {
		case err != nil:
			return err
		case r == nil:
			return &layers.Error{Kind: layers.NotFound, Op: "requests", ID: fmt.Sprintf("%.40q", in.Text("id")), Err: errors.New("no such request")}
		case r.By == s.ID, r.Owner == s.ID: // also by a key of one's own making
			return &layers.Error{Kind: layers.Forbidden, Op: "requests", ID: r.ID, Err: errors.New("nobody decides about an own request")}
		case r.State != waiting || !o.o.Now().Before(r.Expires):
			return &layers.Error{Kind: layers.Conflict, Op: "requests", ID: r.ID, Err: errors.New("is decided already, or has expired")}
		}
		r.State, r.DecidedBy, r.DecidedAt, r.Note = state, s.ID, o.o.Now().UTC(), body.Note
		if state == ready && r.Kind == "reveal" {
			r.Expires = r.DecidedAt.Add(approvedFor)
		}
		if err := o.keep(ctx, r, &s, r.Kind+"."+map[string]string{ready: "approve", refused: "refuse"}[state], layers.AuditDone, false,
			layers.Record{Bucket: "decisions", Key: r.ID, Data: []byte(`"` + state + `"`), IfAbsent: true}); err != nil { // the first decision counts, whichever process takes it
			return err
		}
		return answer(c, http.StatusOK, r)
	}
}
