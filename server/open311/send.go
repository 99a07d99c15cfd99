package open311

import (
	"fmt"
	"io"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/model"
	"wutu/layers/photo"
	"wutu/server/auth"
	"wutu/server/events"
	"wutu/server/param"
	"wutu/server/search"
)

// Limits of what is sent.
const (
	maxDescription = 4000 // characters, as the specification has it
	maxAddress     = 200
)

// sent are the fields of a request, besides attribute[…]. What is not kept
// (email, device_id, account_id) is accepted and left out.
var sent = []string{"jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "email", "device_id", "account_id",
	"first_name", "last_name", "phone", "description", "media_url", "coord", keyName}

// form reads the form of the call. The error is Invalid for fields that are not
// known or given twice.
func (x *call) form(known []string) (url.Values, error) {
	r := x.Request()
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, layers.Invalidf("open311", "Content-Type", "is none")
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := parseForm(media, params["boundary"], raw)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		switch {
		case attributeOf(name) != "":
		case !slices.Contains(known, name):
			return nil, layers.Invalidf("open311", fmt.Sprintf("%.80s", name), "is not a field of this form")
		case len(form[name]) > 1:
			return nil, layers.Invalidf("open311", name, "is given more than once")
		}
		for _, v := range form[name] {
			if !utf8.ValidString(v) {
				return nil, layers.Invalidf("open311", fmt.Sprintf("%.80s", name), "is not UTF-8")
			}
		}
	}
	return form, nil
}

// attributeOf is the code in attribute[code] and attribute[code][], "" for other
// names.
func attributeOf(name string) string {
	rest, ok := strings.CutPrefix(name, "attribute[")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSuffix(rest, "[]"), "]")
}

func (a *API) send(x *call) error {
	ctx := x.Request().Context()
	subject := auth.SubjectOf(ctx)
	form, err := x.form(sent)
	if err != nil {
		return err
	}
	if x.in.Text("jurisdiction_id") == "" && form.Get("jurisdiction_id") != "" {
		if err := a.otherJurisdiction(x, form.Get("jurisdiction_id")); err != nil {
			return err
		}
	}
	report, err := a.reportOf(x, &subject, form)
	if err != nil {
		return err
	}
	id, err := a.o.Events.Report(ctx, &subject, report, x.in.Text("Idempotency-Key"))
	if err != nil {
		return err
	}
	notice := ""
	if k, ok := duty.ClassOf(report.Class); ok {
		notice = "处置时限：" + k.Deadline.Title().ZH
	}
	return x.answer(items("service_requests", members("request", of("service_request_id", id), text("service_notice", notice), text("account_id", ""))))
}

// otherJurisdiction checks a jurisdiction_id of the form.
func (a *API) otherJurisdiction(x *call, id string) error {
	if a.o.Code == "" || id == a.o.Code {
		return nil
	}
	system := layers.SystemSubject()
	if _, err := a.o.City.View().Get(x.Request().Context(), &system, model.Districts, id); err != nil {
		return notFound("jurisdiction_id", id)
	}
	return nil
}

// reportOf checks a form and turns it into a report.
func (a *API) reportOf(x *call, s *layers.Subject, form url.Values) (*events.Report, error) {
	fail := func(field, message string) (*events.Report, error) {
		return nil, layers.Invalidf("open311", field, message)
	}
	r := &events.Report{Class: form.Get("service_code"), Channel: "internet", Description: strings.TrimSpace(form.Get("description")),
		Reporter: strings.TrimSpace(form.Get("last_name") + form.Get("first_name")), Phone: strings.TrimSpace(form.Get("phone"))}
	if s.Role == layers.API {
		r.Channel = "api"
	}
	switch _, known := duty.ClassOf(r.Class); {
	case r.Class == "":
		return fail("service_code", "was not provided")
	case !known:
		return fail("service_code", fmt.Sprintf("%.40q is no service", r.Class))
	}
	if err := attributes(r, form); err != nil {
		return nil, err
	}
	if err := a.locate(x, s, r, form); err != nil {
		return nil, err
	}
	if media := form.Get("media_url"); media != "" {
		if len(media) > 2000 {
			return fail("media_url", "is longer than 2,000 bytes")
		}
		if id := ownPicture(media); id != "" {
			r.Photos = []string{id}
		} else {
			r.Description = strings.TrimSpace(r.Description + "\n图片：" + media)
		}
	}
	if utf8.RuneCountInString(r.Description) > maxDescription {
		return fail("description", fmt.Sprintf("is longer than %d characters", maxDescription))
	}
	return r, nil
}

// ownPicture is the id of a picture of this server in an address, "" for others.
func ownPicture(media string) string {
	_, rest, ok := strings.Cut(media, "/api/v1/photos/")
	if id, _, _ := strings.Cut(rest, "?"); ok && photo.IsID(id) {
		return id
	}
	return ""
}

// attributes reads attribute[…]. The error is Invalid.
func attributes(r *events.Report, form url.Values) error {
	for _, name := range []string{attributeLevel, attributeObject, attributeAccuracy} {
		values := append(form["attribute["+name+"]"], form["attribute["+name+"][]"]...)
		if len(values) == 0 {
			continue
		}
		field := "attribute[" + name + "]"
		if len(values) > 1 {
			return layers.Invalidf("open311", field, "has more than one value")
		}
		switch v := strings.TrimSpace(values[0]); name {
		case attributeLevel:
			if !slices.ContainsFunc(model.EventLevels(), func(c layers.Code) bool { return c.Value == v }) {
				return layers.Invalidf("open311", field, fmt.Sprintf("%.40q is none of its values", v))
			}
			r.Level = v
		case attributeObject:
			r.Object = v
		case attributeAccuracy:
			m, err := strconv.ParseFloat(v, 64)
			if err != nil || !(m >= 0) {
				return layers.Invalidf("open311", field, fmt.Sprintf("%.40q is not a number of metres", v))
			}
			r.AccuracyM = m
		}
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if code := attributeOf(name); code != "" && code != attributeLevel && code != attributeObject && code != attributeAccuracy {
			return layers.Invalidf("open311", fmt.Sprintf("attribute[%.40s]", code), "is no attribute of the service")
		}
	}
	return nil
}

// locate finds the place: lat and long, else the address with an id, else one
// found by its text.
func (a *API) locate(x *call, s *layers.Subject, r *events.Report, form url.Values) error {
	ctx, v := x.Request().Context(), a.o.City.View()
	lat, long := form.Get("lat"), form.Get("long")
	switch {
	case lat != "" || long != "":
		coord := form.Get("coord")
		if coord == "" {
			coord = "wgs84"
		}
		system, err := param.System("coord", coord)
		if err != nil {
			return err
		}
		east, err1 := strconv.ParseFloat(long, 64)
		north, err2 := strconv.ParseFloat(lat, 64)
		if err1 != nil {
			return layers.Invalidf("open311", "long", fmt.Sprintf("%.40q is not a number", long))
		}
		if err2 != nil {
			return layers.Invalidf("open311", "lat", fmt.Sprintf("%.40q is not a number", lat))
		}
		r.Point, err = param.Place(system, east, north, "long", "lat")
		return err
	case form.Get("address_id") != "":
		id := form.Get("address_id")
		f, err := v.Get(ctx, s, model.Addresses, id)
		if err != nil || f.Shape == nil {
			return layers.Invalidf("open311", "address_id", fmt.Sprintf("%.80q is no address", id))
		}
		r.Point = f.Shape.Bound().Center()
		return nil
	case form.Get("address_string") != "":
		q := form.Get("address_string")
		if utf8.RuneCountInString(q) > maxAddress {
			return layers.Invalidf("open311", "address_string", fmt.Sprintf("is longer than %d characters", maxAddress))
		}
		hits, err := a.o.Search.Search(ctx, v, s, search.Query{Text: q, Layers: []string{model.Addresses}, Limit: 1})
		if err != nil {
			return err
		}
		if len(hits) == 0 || !hits[0].HasPoint {
			return layers.Invalidf("open311", "address_string", "names no address that is known here: give lat and long")
		}
		r.Point = hits[0].Point
		return nil
	}
	return layers.Invalidf("open311", "lat", "give lat and long, address_id or address_string")
}
