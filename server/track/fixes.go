package track

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/geo/crs"
	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/track"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// maxFixBytes bounds the body of a batch: 400 bytes a fix.
const maxFixBytes = 8 << 20

// maxReported bounds the errors of an answer; the others are counted.
const maxReported = 100

// taken is the answer to a batch of fixes.
type taken struct {
	Taken   int        `json:"taken" about:"New ones, the latest of their objects"`
	Late    int        `json:"late" about:"New ones of objects that have later ones: they are in the track"`
	Known   int        `json:"known" about:"Of times of which the object has a fix: nothing changed"`
	Refused int        `json:"refused" about:"With an error"`
	Errors  []fixError `json:"errors" about:"The first hundred, in order"`
	Made    []string   `json:"made,omitempty" about:"Objects that did not exist and were made"`
}

// fixError is what is wrong with one fix.
type fixError struct {
	Index   int    `json:"index" about:"Its place in the batch, from 0"`
	ID      string `json:"id,omitempty"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// intake is a batch on its way in.
type intake struct {
	*sight
	records []record
	answer  taken
	known   map[string]*layers.Feature
	makes   bool
	system  crs.System
	coord   string
	sent    []track.Sent
	index   []int // of sent, in records
}

// refuse notes an error.
func (b *intake) refuse(i int, field, message string) {
	b.answer.Refused++
	if len(b.answer.Errors) < maxReported {
		b.answer.Errors = append(b.answer.Errors, fixError{i, b.records[i].ID, field, message})
	}
}

func (o *Office) send(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	x, err := o.sight(ctx, auth.SubjectOf(ctx), in.Text("layer"), "layer", "", "")
	if err != nil {
		return err
	}
	b := intake{sight: x, answer: taken{Errors: []fixError{}}, coord: in.Text("coord")}
	if b.system, err = param.System("coord", b.coord); err != nil {
		return err
	}
	data, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	media, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil {
		return layers.Invalidf("track", "Content-Type", "is not a media type")
	}
	if b.records, err = readRecords(media, data); err != nil {
		return err
	}
	if err := b.sift(); err != nil {
		return err
	}
	outcomes, err := o.keeper.Add(ctx, x.layer.ID, b.sent)
	if err != nil {
		return err
	}
	for i, outcome := range outcomes {
		switch outcome {
		case track.Taken:
			b.answer.Taken++
		case track.Late:
			b.answer.Late++
		case track.Known:
			b.answer.Known++
		case track.Full:
			b.refuse(b.index[i], "time", fmt.Sprintf("the object has %d fixes in this hour, which is as many as are kept", track.MaxChunk))
		}
	}
	slices.SortStableFunc(b.answer.Errors, func(a, b fixError) int { return a.Index - b.Index })
	usage.Rows(ctx, len(outcomes))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, &b.answer)
}

// sift picks the fixes that may be taken. The error is Forbidden for a subject that
// may move none of the objects.
func (b *intake) sift() error {
	var ids []string
	for i := range b.records {
		ids = append(ids, b.records[i].ID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var err error
	if b.known, err = b.features(ids); err != nil {
		return err
	}
	edit := b.sender()
	if !edit && !slices.ContainsFunc(ids, func(id string) bool { f := b.known[id]; return f != nil && b.own(f) }) {
		return &layers.Error{Kind: layers.Forbidden, Op: "track", Layer: b.layer.ID, Err: errors.New("its objects are not yours to move")}
	}
	b.makes = edit && b.settings.Create
	mine := make(map[string]verdict, len(ids))
	for _, id := range ids {
		mine[id] = b.judge(id, edit)
	}
	now := b.office.o.Now()
	latest := now.Add(time.Duration(b.settings.AheadS) * time.Second)
	oldest := now.Add(-days(b.settings.KeepDays))
	young := now.Add(-days(min(b.settings.KeepDays, b.settings.PersonalKeepDays)))
	made := make(map[string]*layers.Feature)
	for i := range b.records {
		r := &b.records[i]
		if r.field != "" {
			b.refuse(i, r.field, r.fault)
			continue
		}
		f, field, message := b.fix(r)
		v := mine[r.ID]
		switch at := f.At(); {
		case message != "":
		case v.refused != "":
			field, message = "id", v.refused
		case at.After(latest):
			field, message = "time", fmt.Sprintf("is %.0f s ahead of the server's clock", at.Sub(now).Seconds())
		case at.Before(oldest) || v.person && at.Before(young):
			field, message = "time", "is older than tracks of this object are kept"
		case v.moves != nil && !v.moves(f):
			field, message = "lon", "is outside your area"
		}
		if message != "" {
			b.refuse(i, field, message)
			continue
		}
		if v.missing {
			made[r.ID] = &layers.Feature{Key: r.ID, Shape: f.Point(), Values: make([]layers.Value, len(b.layer.Fields))}
		}
		b.sent, b.index = append(b.sent, track.Sent{Object: r.ID, Fix: f}), append(b.index, i)
	}
	return b.make(made)
}

// sender reports whether the subject may move objects that it sees: keys of services
// made for the layer, theme owners, as with readings of devices, and who may edit the
// layer.
func (b *intake) sender() bool {
	switch b.subject.Role {
	case layers.API:
		return b.subject.Layers != nil // which name the layer, or it would not exist
	case layers.ThemeOwner:
		return true
	default:
		return b.decision.Sets(b.layer.FieldIndex(model.FixedAt))
	}
}

// verdict says what a sender may do with an object.
type verdict struct {
	refused string                 // why nothing
	missing bool                   // it is made first
	person  bool                   // it is about a person
	moves   func(f track.Fix) bool // whether it may be moved there; nil: anywhere
}

func (b *intake) judge(id string, edit bool) verdict {
	f := b.known[id]
	const none = "there is no such object"
	switch {
	case f == nil && !b.makes:
		return verdict{refused: none}
	case f == nil:
		f = &layers.Feature{Key: id, Values: make([]layers.Value, len(b.layer.Fields))}
		if id == "" || len(id) > layers.MaxIDLength {
			return verdict{refused: "is not an id"}
		}
		return verdict{missing: true, person: b.settings.personal(b.layer, f), moves: b.admits(f)}
	case b.own(f):
		return verdict{person: b.settings.personal(b.layer, f)}
	case !b.seesNow(f):
		return verdict{refused: none}
	case !edit:
		return verdict{refused: "is not yours to move"}
	}
	return verdict{person: b.settings.personal(b.layer, f), moves: b.place(f)}
}

// place is the test whether an object may be moved to where a fix is: to where the
// subject sees it. What is past does not count.
func (b *intake) place(f *layers.Feature) func(track.Fix) bool {
	if b.decision.Whole() {
		return nil
	}
	at := *f
	return func(fix track.Fix) bool {
		at.Shape = fix.Point()
		return b.admit(&at)
	}
}

// fix makes a fix of a record.
func (b *intake) fix(r *record) (f track.Fix, field, message string) {
	system := b.system
	if r.Coord != "" && r.Coord != b.coord {
		var err error
		if system, err = param.System("coord", r.Coord); err != nil {
			return f, "coord", messageOf(err)
		}
	}
	at, err := param.Place(system, r.Lon, r.Lat, "lon", "lat")
	if err != nil {
		return f, "lon", messageOf(err)
	}
	f, err = track.NewFix(time.Time(r.Time), at, r.Accuracy, r.Speed, r.Heading)
	if err != nil {
		var e *layers.Error
		if errors.As(err, &e) {
			return f, e.Field, messageOf(err)
		}
		return f, "", messageOf(err)
	}
	return f, "", ""
}

func messageOf(err error) string {
	var e *layers.Error
	if errors.As(err, &e) && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}

// make makes objects that did not exist.
func (b *intake) make(objects map[string]*layers.Feature) error {
	if len(objects) == 0 {
		return nil
	}
	now := b.office.o.Now().UTC()
	batch := layers.Batch{Actor: b.subject.ID, At: now}
	for id := range objects {
		b.answer.Made = append(b.answer.Made, id)
	}
	slices.Sort(b.answer.Made)
	for _, id := range b.answer.Made {
		batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: b.layer.ID, ID: id, Feature: objects[id], IfVersion: new(uint64)})
	}
	batch.Audit = []layers.AuditLine{{At: now, Actor: b.subject.ID, Role: b.subject.Role.String(), From: b.subject.Origin, Purpose: b.subject.Purpose,
		Action: "tracks.make", Object: b.layer.ID, Rows: len(objects)}}
	_, err := b.office.o.City.Apply(b.ctx, batch)
	if layers.KindOf(err) == layers.Conflict { // another batch made one first
		return &layers.Error{Kind: layers.Unavailable, Op: "track", Layer: b.layer.ID, Err: errors.New("somebody else is making the same objects: send again")}
	}
	return err
}
