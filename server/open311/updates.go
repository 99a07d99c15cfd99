package open311

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/usage"
)

// maxScanned bounds the cases whose histories are read for one answer.
const maxScanned = 10_000

// update is one entry of a case's history, as mySociety's extension has it.
type update struct {
	id, request string
	at          time.Time
	entry       *event.Entry
}

// updates lists what happened in a period, earliest first. Cases whose history
// the subject does not see tell nothing.
func (a *API) updates(x *call) error {
	r, err := a.reader(x)
	if err != nil {
		return err
	}
	from, to, err := a.period(x)
	if err != nil {
		return err
	}
	found, err := r.updatesIn(from, to)
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(p, q update) int {
		return cmp.Or(p.at.Compare(q.at), cmp.Compare(p.request, q.request), cmp.Compare(p.entry.Seq, q.entry.Seq))
	})
	size := x.in.Int("page_size")
	begin := min((x.in.Int("page")-1)*size, len(found))
	page := found[begin:min(begin+size, len(found))]
	usage.Rows(x.Request().Context(), len(page))
	root := items("service_request_updates")
	for i := range page {
		root.children = append(root.children, r.update(&page[i]))
	}
	x.Response().Header().Set("Cache-Control", "no-cache")
	return x.answer(root)
}

// updatesIn reads the histories of the cases that changed since from.
func (r *reader) updatesIn(from, to time.Time) ([]update, error) {
	ctx := r.call.Request().Context()
	all := []layers.Expr{compare(model.UpdatedAt, layers.Ge, from)}
	if d := r.call.district; d != "" {
		all = append(all, equals(model.District, d))
	}
	q := layers.Query{Subject: r.subject, Layer: r.layer.ID, Filter: and(all), Limit: maxScanned + 1}
	if ids := r.call.in.List("service_request_id"); ids != nil {
		q.IDs = ids
	}
	var ids []string
	for row, err := range r.view.Select(ctx, q) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, strings.Clone(row.ID()))
	}
	if len(ids) > maxScanned {
		return nil, layers.Invalidf("open311", "start_date", fmt.Sprintf("more than %d requests have changed since: ask for a shorter period", maxScanned))
	}
	var out []update
	for _, id := range ids {
		_, h, err := r.api.o.Events.Whole(ctx, &r.subject, id)
		switch layers.KindOf(err) {
		case layers.Forbidden, layers.NotFound:
			continue
		default:
			if err != nil {
				return nil, err
			}
		}
		for i := range h {
			if e := &h[i]; e.Step != event.Report && !e.At.Before(from) && !e.At.After(to) {
				out = append(out, update{id: updateID(id, e.Seq), request: id, at: e.At, entry: e})
			}
		}
	}
	return out, nil
}

func updateID(request string, seq int) string { return fmt.Sprintf("%s-%d", request, seq) }

func (r *reader) update(u *update) element {
	status := statusClosed
	if u.entry.To.Open() {
		status = statusOpen
	}
	media := element{name: "media_url"}
	if len(u.entry.Photos) > 0 {
		media.value = r.call.origin() + "/api/v1/photos/" + u.entry.Photos[0]
	}
	return members("request_update", of("update_id", u.id), of("service_request_id", u.request), of("status", status),
		instant("updated_datetime", u.at, r.api.o.Zone), of("description", said(u.entry)), media)
}

// sentUpdates are the fields of an update. Only the description and one of our own
// pictures are kept: what becomes of a case is decided here.
var sentUpdates = []string{"jurisdiction_id", "service_request_id", "update_id", "updated_datetime", "status", "description", "title",
	"email", "first_name", "last_name", "phone", "account_id", "media_url", keyName}

func (a *API) sendUpdate(x *call) error {
	ctx := x.Request().Context()
	subject := auth.SubjectOf(ctx)
	form, err := x.form(sentUpdates)
	if err != nil {
		return err
	}
	id, text := form.Get("service_request_id"), strings.TrimSpace(form.Get("description"))
	var photos []string
	if media := form.Get("media_url"); media != "" {
		if own := ownPicture(media); own != "" {
			photos = []string{own}
		} else if len(media) <= 2000 {
			text = strings.TrimSpace(text + "\n图片：" + media)
		}
	}
	switch {
	case id == "":
		return layers.Invalidf("open311", "service_request_id", "was not provided")
	case text == "" && photos == nil:
		return layers.Invalidf("open311", "description", "was not provided")
	}
	key := x.in.Text("Idempotency-Key")
	if key == "" && form.Get("update_id") != "" {
		key = "open311-update/" + form.Get("update_id")
	}
	if err := a.o.Events.Supplement(ctx, &subject, id, text, photos, key); err != nil {
		if layers.KindOf(err) == layers.NotFound {
			return notFound("service_request_id", id)
		}
		return err
	}
	answer := members("request_update", element{name: "update_id"})
	if _, h, err := a.o.Events.Whole(ctx, &subject, id); err == nil {
		for i := range h {
			if h[i].Step == event.Supplement && h[i].Report != nil && h[i].Report.Text == text {
				answer.children[0].value = updateID(id, h[i].Seq)
			}
		}
	}
	return x.answer(items("service_request_updates", answer))
}
