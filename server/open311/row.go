package open311

import (
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
)

// The two values of status.
const (
	statusOpen   = "open"
	statusClosed = "closed"
)

// addressWithinM is how far from an address a case still is at it: the depth of a
// plot with its stretch of road.
const addressWithinM = 60

// shown is the value of a field if the subject sees it whole, null otherwise.
// What is masked stays out: other systems would take it for the value.
func (r *reader) shown(row layers.Row, name string) layers.Value {
	i := r.layer.FieldIndex(name)
	if i < 0 || r.sights.Of(i) != layers.Shown {
		return layers.Value{}
	}
	return row.Value(i)
}

func (r *reader) text(row layers.Row, name string) string {
	return strings.Clone(r.shown(row, name).String())
}

func (r *reader) time(row layers.Row, name string) time.Time {
	if v := r.shown(row, name); !v.IsNull() {
		return v.Time()
	}
	return time.Time{}
}

// status is whether work is still to be done, and the state in words.
func (r *reader) status(row layers.Row) (status, notes string) {
	code := r.shown(row, model.State).String()
	state, err := event.ParseState(code)
	if err != nil {
		return statusOpen, ""
	}
	if state.Open() {
		return statusOpen, state.Title().ZH
	}
	return statusClosed, state.Title().ZH
}

// service is the name of a class and when it counts as done.
func (r *reader) service(row layers.Row) (code, name, notice string) {
	code = r.text(row, model.Class)
	name = r.text(row, model.ClassName)
	if k, ok := duty.ClassOf(code); ok {
		if name == "" {
			name = k.Title.ZH
		}
		notice = "结案标准：" + k.Closing
	}
	return code, name, notice
}

// address is the nearest address, its id and name.
func (r *reader) address(p orb.Point) (id, name string, err error) {
	if r.addresses == nil {
		return "", "", nil
	}
	q := layers.Query{Subject: r.subject, Layer: r.addresses.ID}
	title := r.addresses.FieldIndex(r.addresses.TitleField)
	for hit, err := range r.view.Nearest(r.call.Request().Context(), q, live.Near{Point: p, K: 1, RadiusM: addressWithinM}) {
		if err != nil {
			return "", "", err
		}
		return strings.Clone(hit.ID()), strings.Clone(hit.Value(title).String()), nil
	}
	return "", "", nil
}

// request is a case as a service request.
func (r *reader) request(row layers.Row) (element, error) {
	zone := r.api.o.Zone
	status, notes := r.status(row)
	code, name, notice := r.service(row)
	out := members("request",
		of("service_request_id", strings.Clone(row.ID())),
		of("status", status),
		text("status_notes", notes),
		text("service_name", name),
		of("service_code", code),
		text("description", r.text(row, model.Description)),
		text("agency_responsible", r.text(row, model.DepartmentName)),
		text("service_notice", notice),
		instant("requested_datetime", r.time(row, model.ReportedAt), zone),
		instant("updated_datetime", r.time(row, model.UpdatedAt), zone),
		instant("expected_datetime", r.time(row, model.DueAt), zone))
	p, placed := row.Geometry().(orb.Point)
	var addressID, address string
	if placed {
		var err error
		if addressID, address, err = r.address(p); err != nil {
			return out, err
		}
	}
	out.children = append(out.children, text("address", address), text("address_id", addressID), text("zipcode", ""))
	lat, long := element{name: "lat"}, element{name: "long"}
	if placed {
		x, y := p[0], p[1]
		if r.converted {
			if u, v, err := r.system.FromWGS84(x, y); err == nil {
				x, y = u, v
			}
		}
		lat.value, long.value = y, x
	}
	out.children = append(out.children, lat, long)
	history, photos, err := r.whole(row)
	if err != nil {
		return out, err
	}
	media := element{name: "media_url"}
	if len(photos) > 0 {
		media.value = photos[0]
	}
	out.children = append(out.children, media)
	if r.extensions {
		out.children = append(out.children, r.attributes(row, photos), r.notes(history))
	}
	return out, nil
}

// whole reads what only the history tells: when it is asked for, or there are
// pictures to name, and the subject sees it.
func (r *reader) whole(row layers.Row) (event.History, []string, error) {
	pictures := r.shown(row, model.Photos)
	if !r.extensions && (pictures.IsNull() || pictures.Float() == 0) {
		return nil, nil, nil
	}
	c, h, err := r.api.o.Events.Whole(r.call.Request().Context(), &r.subject, strings.Clone(row.ID()))
	switch layers.KindOf(err) {
	case layers.Forbidden, layers.NotFound:
		return nil, nil, nil
	default:
		if err != nil {
			return nil, nil, err
		}
	}
	var photos []string
	for _, p := range c.Photos {
		photos = append(photos, r.call.origin()+"/api/v1/photos/"+p.ID)
	}
	return h, photos, nil
}

// extended are the fields that requests have beyond the specification.
var extended = []string{model.State, model.Level, model.Channel, model.District, model.Street, model.Community, model.Grid,
	model.Department, model.ObjectField, model.Accuracy, model.Tier, model.Supervision, model.Reports, model.ClosedAt}

func (r *reader) attributes(row layers.Row, photos []string) element {
	out := members("extended_attributes")
	for _, name := range extended {
		v := r.shown(row, name)
		switch v.Type() {
		case layers.Integer, layers.Number:
			out.children = append(out.children, of(name, v.Float()))
		case layers.DateTime:
			out.children = append(out.children, instant(name, v.Time(), r.api.o.Zone))
		default:
			out.children = append(out.children, text(name, strings.Clone(v.String())))
		}
	}
	var urls []element
	for _, u := range photos {
		urls = append(urls, of("media_url", u))
	}
	out.children = append(out.children, items("media_urls", urls...))
	return out
}

// notes are the history in words.
func (r *reader) notes(h event.History) element {
	out := items("notes")
	for i := range h {
		x := &h[i]
		out.children = append(out.children, members("note", instant("datetime", x.At, r.api.o.Zone), of("description", said(x)), of("type", x.Step.String())))
	}
	return out
}

// said is an entry in words.
func said(x *event.Entry) string {
	s := x.Step.Title().ZH
	for _, more := range []string{x.Result, x.Note} {
		if more != "" {
			s += "：" + more
		}
	}
	if x.Report != nil && x.Step == event.Supplement && x.Report.Text != "" {
		s += "：" + x.Report.Text
	}
	return s
}
