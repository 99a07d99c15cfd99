package worktime

import (
	"testing"
	"time"

	"wutu/layers"
)

// TestBetweenAndAfter holds both against minutes counted one by one, against each
// other and against Due.
func TestBetweenAndAfter(t *testing.T) {
	c, rnd := DefaultCalendar(), seeded(t)
	open := func(m time.Time) bool {
		date, clock := m.Format(time.DateOnly), m.Format("15:04")
		weekend := m.Weekday() == time.Saturday || m.Weekday() == time.Sunday
		return !(c.Off[date] || weekend && !c.On[date]) && (clock >= "08:30" && clock < "12:00" || clock >= "14:00" && clock < "17:30")
	}
	for range 150 {
		a := local(t, "2024-01-01 00:00").Add(time.Duration(rnd.IntN(366*24*60)) * time.Minute)
		b := a.Add(time.Duration(rnd.IntN(12*24*60)) * time.Minute)
		mid := a.Add(time.Duration(rnd.Float64() * float64(b.Sub(a))))
		count := time.Duration(0)
		for m := a; m.Before(b); m = m.Add(time.Minute) {
			if open(m) {
				count += time.Minute
			}
		}
		for _, u := range []Unit{WorkingHours, WorkingDays, ClockHours} {
			want := count
			if u == ClockHours {
				want = b.Sub(a)
			}
			got, err := c.Between(a, b, u)
			one, _ := c.Between(a, mid, u)
			two, _ := c.Between(mid, b, u)
			if err != nil || got != want || one+two != got {
				t.Fatalf("from %v to %v: %v, minute by minute %v, in two parts %v, %v", a, b, got, want, one+two, err)
			}
			if back, err := c.Between(b, a, u); err != nil || back != 0 && !a.Equal(b) {
				t.Fatalf("backwards: %v, %v", back, err)
			}
			span := time.Duration(rnd.IntN(40*60)) * time.Minute
			end, why, err := c.After(a, span, u)
			used, _ := c.Between(a, end, u)
			counted := time.Duration(0)
			for _, w := range why {
				if w.Counted {
					counted += w.To.Sub(w.From)
				}
			}
			if err != nil || used != span || counted != span {
				t.Fatalf("%v after %v: %v, which uses %v and explains %v, %v", span, a, end, used, counted, err)
			}
			if u == WorkingDays && span > 0 && !open(end) {
				t.Fatalf("%v after %v: %v, when offices are closed", span, a, end)
			}
		}
		n := 1 + rnd.IntN(9)
		for d, span := range map[Deadline]time.Duration{{n, WorkingHours}: time.Duration(n) * time.Hour,
			{n, WorkingDays}: time.Duration(n) * 7 * time.Hour, {n, ClockHours}: time.Duration(n) * time.Hour} {
			due, _, err := c.Due(a, d)
			end, _, err2 := c.After(a, span, d.Unit)
			if err != nil || err2 != nil || !due.Equal(end) {
				t.Fatalf("%v + %s: due %v, after %v; %v, %v", a, d.Title().EN, due, end, err, err2)
			}
		}
	}
}

func TestBetweenAndAfterRefuse(t *testing.T) {
	at := local(t, "2024-10-14 08:30")
	for name, f := range map[string]func() error{
		"between with no unit":     func() error { _, err := DefaultCalendar().Between(at, at, 0); return err },
		"between with no calendar": func() error { _, err := (&Calendar{}).Between(at, at, WorkingHours); return err },
		"after with no unit":       func() error { _, _, err := DefaultCalendar().After(at, time.Hour, 0); return err },
		"after nothing, no unit":   func() error { _, _, err := DefaultCalendar().After(at, 0, 9); return err },
		"after ages":               func() error { _, _, err := DefaultCalendar().After(at, maxSpan+1, ClockHours); return err },
		"after with no calendar":   func() error { _, _, err := (&Calendar{}).After(at, time.Hour, ClockHours); return err },
	} {
		if err := f(); layers.KindOf(err) != layers.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
