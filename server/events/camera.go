package events

import (
	"context"
	"fmt"

	"wutu/layers"
	"wutu/server/ground"
)

// aimed sets the place of a report to what the camera of the given id looks at.
// The error is Invalid for a camera that the subject may not see or that tells no
// direction.
func (e *Events) aimed(ctx context.Context, s *layers.Subject, id string, r *Report) error {
	p, accuracyM, err := ground.Aimed(ctx, e.o.City.View(), s, id)
	if err != nil {
		return layers.Invalidf("event", "/camera", fmt.Sprintf("%.80q: %v", id, err))
	}
	r.Point = p
	r.AccuracyM = max(r.AccuracyM, accuracyM)
	if r.Channel == "" {
		r.Channel = "video"
	}
	return nil
}
