package worktime

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"wutu/layers"
)

func local(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, China())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// The first three are the golden cases of the reference (standards.md section 1).
func TestDue(t *testing.T) {
	c := DefaultCalendar()
	for _, x := range []struct {
		start string
		d     Deadline
		want  string
	}{
		{"2024-09-27 17:00", Deadline{4, WorkingHours}, "2024-09-29 12:00"},
		{"2024-09-30 10:00", Deadline{1, WorkingDays}, "2024-10-08 10:00"},
		{"2024-09-30 23:10", Deadline{2, ClockHours}, "2024-10-01 01:10"},
		{"2024-10-12 09:00", Deadline{3, WorkingHours}, "2024-10-12 12:00"},
		{"2024-10-12 11:00", Deadline{2, WorkingHours}, "2024-10-12 15:00"},
		{"2024-10-12 13:00", Deadline{1, WorkingHours}, "2024-10-12 15:00"},
		{"2024-10-12 20:00", Deadline{1, WorkingHours}, "2024-10-14 09:30"},
		{"2024-10-19 10:00", Deadline{1, WorkingDays}, "2024-10-22 08:30"},
		{"2024-10-18 18:00", Deadline{2, WorkingDays}, "2024-10-23 08:30"},
		{"2024-10-14 08:30", Deadline{7, WorkingHours}, "2024-10-14 17:30"},
		{"2024-10-14 08:30", Deadline{15, WorkingDays}, "2024-11-04 08:30"},
	} {
		got, why, err := c.Due(local(t, x.start), x.d)
		if err != nil || !got.Equal(local(t, x.want)) {
			t.Errorf("%s + %d %s: %v, want %s, %v", x.start, x.d.Amount, x.d.Unit.Title().EN, got, x.want, err)
		}
		counted := time.Duration(0)
		for i, w := range why {
			if w.Counted {
				counted += w.To.Sub(w.From)
			}
			if i > 0 && w.From.Before(why[i-1].From) {
				t.Errorf("%s: the explanation is out of order", x.start)
			}
		}
		if x.d.Unit != WorkingDays && counted != time.Duration(x.d.Amount)*time.Hour {
			t.Errorf("%s: the explanation counts %v", x.start, counted)
		}
	}
}

func TestExplanation(t *testing.T) {
	_, why, err := DefaultCalendar().Due(local(t, "2024-09-27 17:00"), Deadline{4, WorkingHours})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"09-27 17:00–17:30", "09-28 weekend skipped", "09-29 08:30–12:00"}
	if len(why) != len(want) {
		t.Fatalf("%v", why)
	}
	for i := range want {
		if why[i].String() != want[i] {
			t.Errorf("%s, want %s", why[i], want[i])
		}
	}
	if why[2].Day != Shifted {
		t.Errorf("09-29 is a %s", why[2].Day.Title().EN)
	}
}

// TestDueAgainstMinutes counts minutes one by one as the plain oracle.
func TestDueAgainstMinutes(t *testing.T) {
	c, rnd := DefaultCalendar(), seeded(t)
	open := func(m time.Time) bool {
		date, clock := m.Format(time.DateOnly), m.Format("15:04")
		weekend := m.Weekday() == time.Saturday || m.Weekday() == time.Sunday
		if c.Off[date] || weekend && !c.On[date] {
			return false
		}
		return clock >= "08:30" && clock < "12:00" || clock >= "14:00" && clock < "17:30"
	}
	for range 200 {
		start := local(t, "2024-01-01 00:00").Add(time.Duration(rnd.IntN(366*24*60)) * time.Minute)
		hours := 1 + rnd.IntN(20)
		at := start
		for left := hours * 60; left > 0; at = at.Add(time.Minute) {
			if open(at) {
				left--
			}
		}
		got, _, err := c.Due(start, Deadline{hours, WorkingHours})
		if err != nil || !got.Equal(at) {
			t.Fatalf("%v + %d: %v, minute by minute %v, %v", start, hours, got, at, err)
		}
	}
}

func TestDueRefuses(t *testing.T) {
	at := local(t, "2024-10-14 08:30")
	never := DefaultCalendar()
	never.Office = []Hours{{From: time.Hour, To: time.Hour}}
	for name, f := range map[string]func() error{
		"no calendar":  func() error { _, _, err := (&Calendar{}).Due(at, Deadline{1, WorkingHours}); return err },
		"empty hours":  func() error { _, _, err := never.Due(at, Deadline{1, WorkingHours}); return err },
		"no unit":      func() error { _, _, err := DefaultCalendar().Due(at, Deadline{1, 0}); return err },
		"nothing":      func() error { _, _, err := DefaultCalendar().Due(at, Deadline{0, WorkingDays}); return err },
		"beyond sense": func() error { _, _, err := DefaultCalendar().Due(at, Deadline{maxAmount + 1, WorkingDays}); return err },
		"hours of a year": func() error {
			_, _, err := DefaultCalendar().Due(at, Deadline{maxAmount, WorkingHours})
			return ok(err)
		},
	} {
		if err := f(); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// ok turns success into the error that the table expects.
func ok(err error) error {
	if err == nil {
		return layers.Invalidf("test", "", "as expected")
	}
	return err
}

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("WUTU_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 2))
}
