package events

import (
	"context"
	"time"

	"wutu/layers"
	"wutu/layers/duplicate"
)

// proposals are what the program proposes for a new report, each with its reason.
type proposals struct {
	Grid       *reasoned      `json:"grid,omitempty"`
	Department *reasoned      `json:"department,omitempty"`
	Deadline   *deadlineOffer `json:"deadline,omitempty"`
	alikeInfo
}

type reasoned struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Reason layers.Title `json:"reason"`
}

type deadlineOffer struct {
	Due     time.Time      `json:"due"` // if it were dispatched now
	Title   layers.Title   `json:"title"`
	Reason  layers.Title   `json:"reason"`
	Explain []intervalInfo `json:"explain"`
}

// proposals works out what is proposed to whoever handles a report next.
func (e *Events) proposals(ctx context.Context, s *layers.Subject, id string, r *Report, place *placeInfo) (*proposals, error) {
	out := &proposals{}
	if g := place.Grid; g != nil {
		out.Grid = &reasoned{ID: g.Code, Name: g.Name, Reason: layers.Title{
			ZH: "该点位在网格“" + g.Name + "”内", EN: "the place lies in the grid " + g.Name}}
	}
	if d := place.Department; d != nil {
		out.Department = &reasoned{ID: d.ID, Name: d.Name, Reason: place.Reason}
	}
	now := e.o.Now().UTC()
	if k, _, ok := e.classNow(ctx, r.Class); ok {
		due, intervals, err := e.book.Calendar(ctx).Due(now, k.Deadline)
		if err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "event", Err: err}
		}
		t := k.Deadline.Title()
		out.Deadline = &deadlineOffer{Due: due, Title: t, Explain: []intervalInfo{}, Reason: layers.Title{
			ZH: "“" + k.Title.ZH + "”的处置时限为 " + t.ZH, EN: "\"" + k.Title.EN + "\" is to be handled within " + t.EN}}
		for _, x := range intervals {
			out.Deadline.Explain = append(out.Deadline.Explain, intervalInfo{From: x.From, To: x.To, Counted: x.Counted, Text: intervalTitle(x)})
		}
	}
	seen := duplicate.Sighting{ID: id, Class: r.Class, Point: r.Point, AccuracyM: r.AccuracyM, Object: r.Object, Text: r.Description,
		Channel: r.Channel, At: now}
	var err error
	out.alikeInfo, err = e.alikeTo(ctx, e.o.City.View(), s, &seen)
	return out, err
}
