package events

import (
	"context"
	"errors"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/photo"
)

// MaySee reports whether the subject sees a whole case, its pictures among it.
// Errors: NotFound or Forbidden when it does not.
func (e *Events) MaySee(ctx context.Context, s *layers.Subject, id string) error {
	l, _, err := seen(ctx, e.o.City.View(), s, id)
	if err != nil {
		return err
	}
	return mayTell(s, l)
}

// carried are the records by which a case carries the pictures of an entry.
func carried(id string, x *event.Entry) []layers.Record {
	out := photo.Carried(id, x.Photos...)
	if x.Report != nil {
		out = append(out, photo.Carried(id, x.Report.Photos...)...)
	}
	for i := range x.Reports {
		out = append(out, photo.Carried(id, x.Reports[i].Photos...)...)
	}
	return out
}

// pictures asks what is known of the pictures that a report or step names. Errors:
// Invalid for an id that is no picture the subject has sent, Unsupported when the
// server keeps none.
func (e *Events) pictures(ctx context.Context, s *layers.Subject, ids []string) ([]event.Picture, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if e.o.Photos == nil {
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "event", Field: "/photos", Err: errors.New("this server keeps no pictures: leave them out")}
	}
	facts, err := e.o.Photos.Facts(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	var out []event.Picture
	for _, f := range facts {
		out = append(out, event.Picture{ID: f.ID, At: orb.Point{f.Lon, f.Lat}, Placed: f.Placed})
	}
	return out, nil
}
