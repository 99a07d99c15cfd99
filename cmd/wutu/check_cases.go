package main

import (
	"context"
	"fmt"
	"strings"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"
)

// checkCases replays the history of every case and says where a case shows
// something else than its history, or has a history that does not hold together.
// Cases without a history came with imported data; histories without a case are
// left to their owner.
func checkCases(ctx context.Context, store layers.Reader) ([]string, error) {
	histories := map[string][]byte{}
	for r, err := range store.Records(ctx, "event-history", "") {
		if err != nil {
			return nil, err
		}
		histories[r.Key] = r.Data
	}
	if len(histories) == 0 {
		return nil, nil
	}
	list, err := store.Layers(ctx)
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, l := range list {
		if l.ID != model.Events {
			continue
		}
		for f, err := range store.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}) {
			if err != nil {
				return nil, err
			}
			data, ok := histories[f.Key]
			if !ok {
				continue
			}
			if line := checkCase(l, &f, data); line != "" {
				wrong = append(wrong, line)
			}
		}
	}
	return wrong, nil
}

// checkCase is what is wrong with one case, "" for nothing.
func checkCase(l *layers.Layer, f *layers.Feature, data []byte) string {
	h, err := event.DecodeHistory(data)
	var c *event.Case
	if err == nil {
		c, err = event.Replay(f.Key, h)
	}
	if err != nil {
		return fmt.Sprintf("layer %s: feature %s: the history does not hold together: %v", l.ID, f.Key, err)
	}
	if differ := event.Differs(c, l, f); differ != nil {
		return fmt.Sprintf("layer %s: feature %s: other than its history in %s", l.ID, f.Key, strings.Join(differ, ", "))
	}
	return ""
}
