package events

import (
	"context"
	"errors"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/event"
)

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
