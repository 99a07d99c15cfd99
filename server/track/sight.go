package track

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/track"
)

// sight is what a subject may see of the tracks of a layer. It is for one request.
type sight struct {
	office   *Office
	ctx      context.Context
	view     *live.View
	subject  layers.Subject
	layer    *layers.Layer
	decision access.Decision
	admit    func(*layers.Feature) bool
	settings Settings
	purpose  string
	worker   int // field, -1 for none
}

// maxPurpose bounds a purpose, in bytes.
const maxPurpose = 200

// sight works out what the subject sees. purpose may be "": then that of the session.
func (o *Office) sight(ctx context.Context, s layers.Subject, layer, layerField, purpose, purposeField string) (*sight, error) {
	l, err := o.movingLayer(&s, layer, layerField)
	if err != nil {
		return nil, err
	}
	if purpose == "" {
		purpose = s.Purpose
	}
	if len(purpose) > maxPurpose || !utf8.ValidString(purpose) || strings.ContainsAny(purpose, "\x00\r\n") {
		return nil, layers.Invalidf("track", purposeField, fmt.Sprintf("is not a line of at most %d bytes", maxPurpose))
	}
	x := &sight{office: o, ctx: ctx, view: o.o.City.View(), subject: s, layer: l, decision: access.Decide(&s, l), purpose: purpose, worker: l.FieldIndex(model.Worker)}
	x.admit = x.view.Admitter(&x.decision, l.ID)
	x.settings, err = o.settings(ctx, l.ID)
	return x, err
}

// feature is an object as it is now, whoever asks; nil when it does not exist.
func (x *sight) feature(id string) (*layers.Feature, error) {
	list, err := x.features([]string{id})
	return list[id], err
}

// features are objects as they are now, by id.
func (x *sight) features(ids []string) (map[string]*layers.Feature, error) {
	out := make(map[string]*layers.Feature, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: x.layer.ID, IDs: ids}
	for row, err := range x.view.Unordered(x.ctx, q) {
		if err != nil {
			return nil, err
		}
		f := row.Feature()
		out[f.Key] = &f
	}
	return out, nil
}

// own reports whether an object stands for the subject's account.
func (x *sight) own(f *layers.Feature) bool {
	return x.worker >= 0 && x.subject.ID != "" && f.Value(x.worker).Type() == layers.String && f.Value(x.worker).Str() == x.subject.ID
}

// personal reports whether the track of an object is one of a person to the subject.
func (x *sight) personal(f *layers.Feature) bool { return !x.own(f) && x.settings.personal(x.layer, f) }

// mayPersons is nil when the subject may see tracks of persons at all.
func (x *sight) mayPersons() error {
	fail := func(text string) error {
		return &layers.Error{Kind: layers.Forbidden, Op: "track", Layer: x.layer.ID, Err: errors.New(text)}
	}
	if !x.subject.Cleared || x.decision.Approve == access.ApproveEverything {
		return fail("tracks of persons are not shown to this subject")
	}
	for i := range x.layer.Fields {
		if x.layer.Fields[i].Personal && x.decision.Sights.Of(i) == layers.Hidden {
			return fail("tracks of persons are not shown to those from whom their fields are hidden")
		}
	}
	return nil
}

// persons reports whether an answer about many objects has the tracks of persons.
func (x *sight) persons() bool { return x.mayPersons() == nil && x.purpose != "" }

// admits returns the test whether the subject sees a fix of an object. nil: every one.
func (x *sight) admits(f *layers.Feature) func(track.Fix) bool {
	if x.own(f) || x.decision.Whole() {
		return nil
	}
	at := *f
	return func(fix track.Fix) bool {
		at.Shape, at.ValidFrom = fix.Point(), fix.At()
		return x.admit(&at)
	}
}

// seesNow reports whether the subject may list an object where it is.
func (x *sight) seesNow(f *layers.Feature) bool { return x.own(f) || x.admit(f) }

// period is from when to when a question goes.
type period struct{ from, to time.Time }

// one reads the track of one object as the subject sees it, in parts without a
// pause longer than gap. Errors: NotFound, Forbidden, Invalid for a missing purpose.
func (x *sight) one(id string, p period, gap time.Duration, purposeField string) ([][]track.Fix, error) {
	none := &layers.Error{Kind: layers.NotFound, Op: "track", Layer: x.layer.ID, ID: id, Err: errors.New("no such object")}
	f, err := x.feature(id)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, none
	}
	visible := x.seesNow(f)
	if !visible && x.personal(f) && x.mayPersons() != nil {
		return nil, none
	}
	if x.personal(f) {
		if err := x.mayPersons(); err != nil {
			return nil, err
		}
		if x.purpose == "" && visible {
			return nil, layers.Invalidf("track", purposeField, "is required for the track of a person: what is it for?")
		}
		if x.purpose == "" {
			return nil, none
		}
	}
	parts, n, err := x.read(f, p, gap)
	if err != nil {
		return nil, err
	}
	if n == 0 && !visible {
		return nil, none
	}
	if x.personal(f) {
		err = x.note("track of "+id, p, n)
	}
	return parts, err
}

// maxFixes bounds the fixes that one answer is made of.
const maxFixes = 1_000_000

// read reads the track of an object in parts, and how many fixes they have.
func (x *sight) read(f *layers.Feature, p period, gap time.Duration) ([][]track.Fix, int, error) {
	fixes, err := x.office.keeper.Read(x.ctx, x.layer.ID, f.Key, p.from, p.to)
	if err != nil {
		return nil, 0, err
	}
	parts, n := track.Split(fixes, gap, x.admits(f)), 0
	for _, part := range parts {
		n += len(part)
	}
	return parts, n, nil
}

// note writes down that tracks of persons are read.
func (x *sight) note(what string, p period, rows int) error {
	text := fmt.Sprintf("%s from %s to %s", what, p.from.UTC().Format(time.RFC3339), p.to.UTC().Format(time.RFC3339))
	if x.purpose != x.subject.Purpose {
		text += "; purpose: " + x.purpose
	}
	return live.NotePersons(x.ctx, x.layer.ID, text, rows)
}

// several are the objects of an answer about many: those among ids (in order) that exist
// and that the subject may see tracks of.
func (x *sight) several(ids []string, match func(*layers.Feature) bool) ([]*layers.Feature, error) {
	all, err := x.features(ids)
	if err != nil {
		return nil, err
	}
	persons := x.persons()
	var out []*layers.Feature
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		f := all[id]
		if f == nil || x.personal(f) && !persons || match != nil && !match(f) {
			continue
		}
		out = append(out, f)
	}
	return out, nil
}
