package event

import (
	"testing"
	"time"

	"wutu/layers"
)

// BenchmarkStep is what one step of a case costs without the store: reading its
// history of eight entries, deciding, taking and writing it again.
func BenchmarkStep(b *testing.B) {
	s := handled(&testing.T{})
	s.do("2024-09-27 17:10", layers.Department, "a", Command{Step: Sign})
	s.do("2024-09-29 11:30", layers.Dispatcher, "d", Command{Step: Feedback, Result: "done"})
	s.do("2024-09-29 11:31", layers.Dispatcher, "d", Command{Step: Check, Worker: "w"})
	s.do("2024-09-29 14:00", layers.GridWorker, "w", Command{Step: Check, Found: Unsolved, Photos: []string{"f"}, Fix: &Fix{Lon: walkPlace[0], Lat: walkPlace[1]}})
	data, err := s.h.Encode()
	if err != nil {
		b.Fatal(err)
	}
	env := s.env
	env.Now, env.Subject = time.Date(2024, 9, 29, 6, 30, 0, 0, time.UTC), layers.Subject{ID: "d", Role: layers.Dispatcher}
	for b.Loop() {
		h, err := DecodeHistory(data)
		if err != nil {
			b.Fatal(err)
		}
		c, err := Replay("x", h)
		if err != nil {
			b.Fatal(err)
		}
		e, err := c.Decide(Command{Step: Rework, Note: "again"}, env)
		if err != nil {
			b.Fatal(err)
		}
		if h, err = h.Append(e); err == nil {
			err = c.Take(h[len(h)-1])
		}
		if err != nil {
			b.Fatal(err)
		}
		Columns(c)
		if _, err := h.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}
