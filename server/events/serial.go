package events

import (
	"context"
	"strings"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

// serials hands out the serial numbers of a day and district. It is a hint: the
// store refuses a number that is taken, and the next one is tried. Safe for
// concurrent use.
type serials struct {
	mu   sync.Mutex
	last map[string]int // prefix of the case number → last serial handed out
}

// next returns the first number behind those handed out and those in the view.
func (s *serials) next(ctx context.Context, v *live.View, now time.Time, district string) (string, error) {
	local := now.In(worktime.China())
	low, err := event.CaseNo(local, district, 1)
	if err != nil {
		return "", err
	}
	prefix := low[:len(low)-5]
	s.mu.Lock()
	defer s.mu.Unlock()
	last, known := s.last[prefix]
	if !known {
		if last, err = lastSerial(ctx, v, prefix); err != nil {
			return "", err
		}
		s.forget(prefix)
	}
	s.last[prefix] = last + 1
	return event.CaseNo(local, district, last+1)
}

// forget drops the numbers of other days.
func (s *serials) forget(prefix string) {
	kept := make(map[string]int)
	for p, n := range s.last {
		if p[:8] == prefix[:8] {
			kept[p] = n
		}
	}
	s.last = kept
}

// lastSerial is the largest serial number in the view that begins with prefix.
func lastSerial(ctx context.Context, v *live.View, prefix string) (int, error) {
	if _, ok := v.Layer(model.Events); !ok {
		return 0, nil
	}
	last := 0
	q := layers.Query{Subject: layers.SystemSubject(), Layer: model.Events, After: &layers.Cursor{ID: prefix}}
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return 0, err
		}
		if !strings.HasPrefix(row.ID(), prefix) {
			break
		}
		if _, _, n, err := event.ParseCaseNo(row.ID()); err == nil {
			last = max(last, n)
		}
	}
	return last, nil
}
