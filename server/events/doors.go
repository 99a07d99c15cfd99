package events

import (
	"context"
	"strings"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/server/once"
)

// Whole reads a case and its history for a subject that sees all they tell. The
// caller must not change them. Errors: NotFound, and Forbidden when some of it is
// hidden from the subject.
func (e *Events) Whole(ctx context.Context, s *layers.Subject, id string) (*event.Case, event.History, error) {
	h, err := e.whole(ctx, e.o.City.View(), s, id)
	if err != nil {
		return nil, nil, err
	}
	return h.life, h.history, nil
}

// Supplement adds words and pictures to a case, whichever version is current. The
// same key of the same subject adds once; "" is no key. Errors are those of the
// step over HTTP.
func (e *Events) Supplement(ctx context.Context, s *layers.Subject, id, text string, photos []string, key string) error {
	body := &stepBody{Report: text, Photos: photos}
	o, err := once.New(s, id+"/supplement", key, []byte(text+"\x00"+strings.Join(photos, " ")))
	if err != nil {
		return err
	}
	if done, err := o.Done(ctx, e.o.Records); err != nil || done != "" {
		return err
	}
	for try := 1; ; try++ { // somebody else may write between the reading and the storing
		err := e.act(ctx, s, id, event.Supplement, body, "*", o)
		if layers.KindOf(err) != layers.Conflict || try == mostTries {
			return err
		}
		if err := e.catchUp(ctx); err != nil {
			return err
		}
	}
}

// mostTries bounds how often a word is tried to be added to a busy case.
const mostTries = 6
