package ground

import (
	"context"
	"errors"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/aim"
	"wutu/layers/live"
	"wutu/layers/model"
)

// pitch is a field that layers of cameras may have: degrees below the horizon.
const pitch = "pitch"

// Aimed is the place on the ground that a camera looks at, and the radius in
// metres of the circle around it that holds what it sees; see package aim. The
// errors are those of Get, and Invalid for a camera that does not say how far it
// sees.
func Aimed(ctx context.Context, v *live.View, s *layers.Subject, id string) (orb.Point, float64, error) {
	l, ok := v.Layer(model.Cameras)
	if !ok {
		return orb.Point{}, 0, &layers.Error{Kind: layers.NotFound, Op: "camera", ID: id, Err: errors.New("the city has no cameras")}
	}
	f, err := v.Get(ctx, s, l.ID, id)
	if err != nil {
		return orb.Point{}, 0, err
	}
	number := func(name string) *float64 {
		x := f.Value(l.FieldIndex(name))
		if x.IsNull() || x.Type() != layers.Number && x.Type() != layers.Integer {
			return nil
		}
		n := x.Float()
		return &n
	}
	at, ok := f.Shape.(orb.Point)
	rangeM := number(model.Range)
	if !ok || rangeM == nil {
		return orb.Point{}, 0, layers.Invalidf("camera", "range", "does not say how far it sees")
	}
	c := aim.Camera{At: at, RangeM: *rangeM, Azimuth: number(model.Azimuth), FOV: number(model.FOV), HeightM: number(model.Height), Pitch: number(pitch)}
	p, accuracyM, ok := c.Spot()
	if !ok {
		return orb.Point{}, 0, layers.Invalidf("camera", "range", "does not say how far it sees")
	}
	return p, accuracyM, nil
}
