package api

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
)

// mostSightM bounds how far a camera is believed to see, in metres: what declares
// more, by mistake, would have every camera looked at for every place.
const mostSightM = 10_000

// sights knows how far the city's cameras see. Safe for concurrent use.
type sights struct {
	mu    sync.Mutex
	seq   uint64    // of the layer, and
	at    time.Time // the instant for which
	known bool
	most  float64 // this is the largest range, metres
}

// farthest is the largest range that a camera of the city declares, in metres: no
// farther need be looked. It is everybody's to use and nobody's to see.
func (s *sights) farthest(ctx context.Context, v *live.View) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	seq := v.LayerSeq(model.Cameras)
	if s.known && s.seq == seq && s.at.Equal(v.At()) {
		return s.most
	}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: model.Cameras}
	groups, err := v.Group(ctx, q, live.By{}, []live.Measure{{Op: live.Max, Field: model.Range}})
	if err != nil && layers.KindOf(err) != layers.Invalid && layers.KindOf(err) != layers.NotFound {
		return mostSightM // not known this time
	}
	s.seq, s.at, s.known, s.most = seq, v.At(), true, 0
	if len(groups) == 1 && groups[0].Measures[0] > 0 {
		s.most = min(groups[0].Measures[0], mostSightM)
	}
	return s.most
}

// cameras lists those that see the place: within their range, and inside the
// sector of fov degrees around azimuth. A camera without azimuth or fov sees all
// round; one without a range is not known to see anything.
func (f *finder) cameras(mostM float64) []placed {
	out := []placed{}
	if mostM <= 0 {
		return out
	}
	f.hits(model.Cameras, nil, live.Near{RadiusM: mostM}, func(l *layers.Layer, h live.Hit) {
		if len(out) < mostAround && sees(l, h, f.at) {
			out = append(out, place(l, h))
		}
	})
	return out
}

func sees(l *layers.Layer, h live.Hit, at orb.Point) bool {
	value := func(name string) layers.Value { return h.Value(l.FieldIndex(name)) }
	if r := value(model.Range); r.IsNull() || h.DistanceM > r.Float() {
		return false
	}
	azimuth, fov := value(model.Azimuth), value(model.FOV)
	if azimuth.IsNull() || fov.IsNull() || fov.Float() >= 360 || h.DistanceM == 0 {
		return true
	}
	p, ok := h.Point()
	return ok && math.Abs(math.Remainder(bearing(p, at)-azimuth.Float(), 360)) <= fov.Float()/2
}

// bearing is the direction from a to b in degrees clockwise from north, on the
// plane of the ellipsoid between them: exact to 0.01° within the range of a camera.
func bearing(a, b orb.Point) float64 {
	// Metres a degree along the meridian and the parallel in the middle, as a share
	// of the equator's: the radii of curvature of WGS 84.
	const e2 = 0.00669437999014
	sin, cos := math.Sincos((a[1] + b[1]) / 2 * math.Pi / 180)
	w2 := 1 - e2*sin*sin
	east, north := math.Remainder(b[0]-a[0], 360)*cos, (b[1]-a[1])*(1-e2)/w2
	return math.Atan2(east, north) * 180 / math.Pi
}
