package fence

import (
	"context"
	"encoding/json"

	"wutu/layers"
	"wutu/server/webhook"
)

// Source offers what the watches tell to webhooks: the stream of a watch has its id.
func (o *Office) Source() webhook.Source { return source{o} }

type source struct{ o *Office }

func (source) Kind() string { return "fences" }

func (source) Type() string { return "fences.transitions" }

func (s source) MayFollow(ctx context.Context, subject *layers.Subject, stream string) error {
	w, err := s.o.watch(ctx, stream)
	if err == nil {
		err = w.maySee(s.o.o.City.View(), subject)
	}
	return err
}

func (source) MaySubscribe(subject *layers.Subject) error { return mayEdit(subject) }

func (s source) Last(ctx context.Context, stream string) (uint64, error) {
	m, err := s.o.mark(ctx, stream)
	return m.Told, err
}

func (s source) After(ctx context.Context, stream string, since uint64, limit int) ([]webhook.Event, error) {
	list, _, err := s.o.read(ctx, stream, since, limit, nil)
	if err != nil {
		return nil, err
	}
	out := make([]webhook.Event, len(list))
	for i := range list {
		data, err := json.Marshal(&list[i])
		if err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "fence", ID: stream, Err: err}
		}
		out[i] = webhook.Event{Number: list[i].Number, At: list[i].At, Data: data}
	}
	return out, nil
}

func (s source) Await(stream string) <-chan struct{} { return s.o.await(stream) }
