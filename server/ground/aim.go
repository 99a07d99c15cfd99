package ground

import (
	"context"
	"errors"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
)

// Aimed is the place on the ground that a camera looks at: the middle of its
// range along its azimuth, and with an accuracy of half the range, so that the
// circle holds all that it sees straight ahead. A camera that looks all round is
// aimed at its own place, with its range for accuracy. The errors are those of
// Get, and Invalid for a camera that tells neither azimuth nor range.
func Aimed(ctx context.Context, v *live.View, s *layers.Subject, id string) (orb.Point, float64, error) {
	l, ok := v.Layer(model.Cameras)
	if !ok {
		return orb.Point{}, 0, &layers.Error{Kind: layers.NotFound, Op: "camera", ID: id, Err: errors.New("the city has no cameras")}
	}
	f, err := v.Get(ctx, s, l.ID, id)
	if err != nil {
		return orb.Point{}, 0, err
	}
	at, ok := f.Shape.(orb.Point)
	rangeM, azimuth, fov := f.Value(l.FieldIndex(model.Range)), f.Value(l.FieldIndex(model.Azimuth)), f.Value(l.FieldIndex(model.FOV))
	if !ok || rangeM.IsNull() {
		return orb.Point{}, 0, layers.Invalidf("camera", "range", "does not say how far it sees")
	}
	if azimuth.IsNull() || !fov.IsNull() && fov.Float() >= 360 {
		return at, rangeM.Float(), nil
	}
	return measure.Destination(at, azimuth.Float(), rangeM.Float()/2), rangeM.Float() / 2, nil
}
