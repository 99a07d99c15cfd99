package event

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/worktime"
)

// story is a case with a diary: each line is taken at a time of China by somebody.
type story struct {
	*testing.T
	c   *Case
	h   History
	env Env
}

func newStory(t *testing.T) *story {
	t.Helper()
	class, ok := duty.ClassOf("0102") // four working hours
	if !ok || class.Deadline != (worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}) {
		t.Fatalf("class 0102 is %+v", class)
	}
	rules := DefaultRules()
	return &story{T: t, c: &Case{ID: "2024092742050200001"}, env: Env{Calendar: worktime.DefaultCalendar(), Rules: &rules, Class: class,
		Point: walkPlace, Proof: "p"}}
}

func (s *story) clock(at string) time.Time {
	s.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", at, worktime.China())
	if err != nil {
		s.Fatal(err)
	}
	return t
}

func (s *story) decide(at string, role layers.Role, id string, cmd Command) (Entry, error) {
	s.Helper()
	s.env.Now, s.env.Subject = s.clock(at), layers.Subject{ID: id, Role: role}
	if role == layers.Department {
		s.env.Subject.Department = strings.ToUpper(id)
	}
	return s.c.Decide(cmd, s.env)
}

func (s *story) do(at string, role layers.Role, id string, cmd Command) {
	s.Helper()
	e, err := s.decide(at, role, id, cmd)
	if err == nil {
		if s.h, err = s.h.Append(e); err == nil {
			err = s.c.Take(s.h[len(s.h)-1])
		}
	}
	if err != nil {
		s.Fatalf("%s %s: %v", at, cmd.Step, err)
	}
}

// handled is a story up to a case dispatched to A at the moment of the golden case
// of standards.md.
func handled(t *testing.T) *story {
	t.Helper()
	s := newStory(t)
	s.do("2024-09-27 16:00", layers.Public, "p", Command{Step: Report, Report: &Statement{Account: "p", Channel: "hotline"}})
	s.do("2024-09-27 16:10", layers.Dispatcher, "d", Command{Step: Confirm})
	s.do("2024-09-27 16:20", layers.Dispatcher, "d", Command{Step: File})
	s.do("2024-09-27 17:00", layers.Dispatcher, "d", Command{Step: Dispatch, Department: "A"})
	return s
}

func (s *story) due(want string) {
	s.Helper()
	if got := s.c.DueAt(); !got.Equal(s.clock(want)) {
		s.Errorf("due at %v, want %s", got.In(worktime.China()), want)
	}
}

// Signing late gains nothing: the time runs from the dispatch.
func TestSigningLateStopsNothing(t *testing.T) {
	early, late := handled(t), handled(t)
	early.due("2024-09-29 12:00")
	early.do("2024-09-27 17:01", layers.Department, "a", Command{Step: Sign})
	late.do("2024-09-29 11:59", layers.Department, "a", Command{Step: Sign})
	early.due("2024-09-29 12:00")
	late.due("2024-09-29 12:00")
	for _, s := range []*story{early, late} {
		r, err := s.c.ClocksAt(s.clock("2024-09-29 11:59"), s.env.Calendar)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(r, func(r Reading) bool { return r.Name == HandleClock })
		if r[i].Used != 3*time.Hour+59*time.Minute || r[i].Left != time.Minute {
			t.Errorf("used %v, left %v", r[i].Used, r[i].Left)
		}
	}
}

// Suspended on Sunday 29 September with 90 minutes left, resumed after the
// holidays: 90 minutes are left then, too.
func TestSuspensionStopsTheClock(t *testing.T) {
	s := handled(t)
	s.do("2024-09-27 17:10", layers.Department, "a", Command{Step: Sign})
	s.do("2024-09-29 10:00", layers.Department, "a", Command{Step: Suspend, Note: "plan", Until: s.clock("2024-10-20 09:00")})
	if s.c.State != Handling || s.c.Pending == nil {
		t.Fatalf("an application leaves %s, %v", s.c.State, s.c.Pending)
	}
	s.do("2024-09-29 10:30", layers.Supervisor, "s", Command{Step: Suspend})
	if k := s.c.Current(); s.c.State != Suspended || k == nil || k.Name != ReviewClock || !k.Due.Equal(s.clock("2024-10-20 09:00")) {
		t.Fatalf("%s with clock %+v", s.c.State, k)
	}
	s.do("2024-10-08 17:00", layers.Supervisor, "s", Command{Step: Resume})
	s.due("2024-10-09 09:30")
	var text []string
	why, err := s.c.Clock(HandleClock, "").Explain(s.env.Calendar)
	for _, w := range why {
		text = append(text, w.String())
	}
	want := "09-27 17:00–17:30|09-28 weekend skipped|09-29 08:30–10:30|10-08 17:00–17:30|10-09 08:30–09:30"
	if err != nil || strings.Join(text, "|") != want {
		t.Errorf("%s, %v", strings.Join(text, "|"), err)
	}
}

// Fed back with 30 minutes left and sent back: 30 minutes and half of four hours.
func TestReworkAddsHalf(t *testing.T) {
	s := handled(t)
	s.do("2024-09-27 17:10", layers.Department, "a", Command{Step: Sign})
	s.do("2024-09-29 11:30", layers.Dispatcher, "d", Command{Step: Feedback, Result: "done"})
	s.do("2024-09-29 11:31", layers.Dispatcher, "d", Command{Step: Check, Worker: "w"})
	if _, err := s.decide("2024-09-29 14:00", layers.GridWorker, "x", Command{Step: Check, Found: Unsolved}); layers.KindOf(err) != layers.Forbidden {
		t.Errorf("somebody else checks: %v", err)
	}
	s.do("2024-09-29 14:00", layers.GridWorker, "w", Command{Step: Check, Found: Unsolved, Photos: []string{"f"}, Fix: &Fix{Lon: walkPlace[0], Lat: walkPlace[1]}})
	s.do("2024-09-29 14:30", layers.Dispatcher, "d", Command{Step: Rework, Note: "still there"})
	s.due("2024-09-29 17:00")
	s.do("2024-09-29 15:00", layers.Dispatcher, "d", Command{Step: Feedback, Result: "done"})
	s.do("2024-09-29 15:00", layers.Dispatcher, "d", Command{Step: Check})
	s.do("2024-09-29 15:00", layers.Dispatcher, "d", Command{Step: Close, Note: "seen by telephone"})
	s.do("2024-10-02 15:00", layers.Public, "p", Command{Step: Reopen, Note: "again"})
	s.due("2024-10-08 14:30")
	if s.c.Reworks != 1 || s.c.Reopenings != 1 || !s.c.ClosedAt.IsZero() {
		t.Errorf("%+v", s.c)
	}
}

// Returned twice, a case is the supervisor's, whose word is final.
func TestTwiceReturnedIsAdjudicated(t *testing.T) {
	s := handled(t)
	back := Command{Step: Return, Note: "not ours", Reason: "place", Evidence: &Evidence{Kind: "area", Ref: "420503001"}}
	s.do("2024-09-27 17:20", layers.Department, "a", back)
	s.do("2024-09-29 08:40", layers.Dispatcher, "d", Command{Step: Dispatch, Department: "B"})
	s.due("2024-09-29 12:00")
	if _, err := s.decide("2024-09-29 10:41", layers.Department, "b", back); err == nil {
		t.Error("returned after more than two hours")
	}
	s.do("2024-09-29 10:40", layers.Department, "b", back) // the last moment: two hours of office time
	_, err := s.decide("2024-09-29 10:50", layers.Dispatcher, "d", Command{Step: Dispatch, Department: "C"})
	var illegal *IllegalStep
	if !errors.As(err, &illegal) || illegal.Guard != Undisputed {
		t.Fatalf("dispatched a third time: %v", err)
	}
	want := "event: cannot dispatch an event that is filed: returned so often, it can only be adjudicated; possible are supplement, escalate, delegate"
	if err.Error() != want {
		t.Errorf("message %q", err)
	}
	s.do("2024-09-29 10:55", layers.Supervisor, "s", Command{Step: Adjudicate, Department: "A", Note: "yours"})
	if _, err := s.decide("2024-09-29 10:59", layers.Department, "a", back); err == nil {
		t.Error("an adjudicated case is returned")
	}
	if got := strings.Join(s.c.Flags(), " "); got != "returned disputed" {
		t.Errorf("flags %s", got)
	}
}

// Whoever reports on the spot has verified it by that; from elsewhere not.
func TestOwnReportOnTheSpot(t *testing.T) {
	for _, c := range []struct {
		metres float64
		photos []string
		field  string
	}{{0.0005, []string{"f"}, ""}, {0.0005, nil, "/photos"}, {0.002, []string{"f"}, "/fix"}} {
		s := newStory(t)
		s.do("2024-09-27 16:00", layers.GridWorker, "w", Command{Step: Report, Fix: &Fix{Lon: walkPlace[0], Lat: walkPlace[1] + c.metres},
			Report: &Statement{Account: "w", Channel: "gridworker", Photos: c.photos}})
		_, err := s.decide("2024-09-27 16:01", layers.GridWorker, "w", Command{Step: Confirm})
		var e *layers.Error
		if c.field == "" && err != nil || c.field != "" && (!errors.As(err, &e) || e.Field != c.field) {
			t.Errorf("%v: %v", c, err)
		}
		if _, err := s.decide("2024-09-27 16:01", layers.GridWorker, "v", Command{Step: Confirm}); err == nil {
			t.Error("a colleague confirms without having been there")
		}
	}
}

// A merged case goes with its reports, and the master is as old as the first.
func TestMergedReportsKeepTheirTime(t *testing.T) {
	s, other := newStory(t), newStory(t)
	other.do("2024-09-27 15:00", layers.Public, "q", Command{Step: Report, Report: &Statement{Account: "q", Photos: []string{"f1"}}})
	s.do("2024-09-27 16:00", layers.Public, "p", Command{Step: Report, Report: &Statement{Account: "p"}})
	other.c.ID, other.env.Master = "other", s.c
	other.do("2024-09-27 16:30", layers.Dispatcher, "d", Command{Step: Merge, Master: s.c.ID})
	s.do("2024-09-27 16:30", layers.Dispatcher, "d", Command{Step: Supplement, Merged: "other", Reports: other.c.Reports})
	if !s.c.ReportedAt.Equal(other.clock("2024-09-27 15:00")) || len(s.c.Reports) != 2 || len(s.c.Photos) != 1 || !slices.Equal(s.c.Merged, []string{"other"}) ||
		other.c.Master != s.c.ID || other.c.State != Merged {
		t.Errorf("%+v\n%+v", s.c, other.c)
	}
	if !s.c.reportedBy("q") || s.c.Reports[0].ID == s.c.Reports[1].ID {
		t.Errorf("reports %+v", s.c.Reports)
	}
	if _, err := s.decide("2024-09-27 16:40", layers.Public, "p", Command{Step: Withdraw, Note: "no"}); layers.KindOf(err) != layers.Forbidden {
		t.Errorf("one of two reporters withdraws: %v", err)
	}
}

// Each tier has its own clock, and the way between them is recorded.
func TestTiers(t *testing.T) {
	s := newStory(t)
	s.do("2024-09-27 16:00", layers.Public, "p", Command{Step: Report, Report: &Statement{Account: "p"}})
	s.do("2024-09-27 16:20", layers.Dispatcher, "d", Command{Step: Delegate, Note: "small", Tier: CommunityTier})
	if k := s.c.Current(); k.Tier != CommunityTier || !k.Due.Equal(s.clock("2024-09-27 16:50")) || len(s.c.Clocks) != 2 {
		t.Errorf("%+v", s.c.Clocks)
	}
	if _, err := s.decide("2024-09-27 16:20", layers.Dispatcher, "d", Command{Step: Delegate, Note: "small"}); err == nil {
		t.Error("delegated below the community")
	}
	s.do("2024-09-27 16:30", layers.Dispatcher, "d", Command{Step: Confirm})
	s.do("2024-09-27 16:31", layers.Dispatcher, "d", Command{Step: File})
	s.do("2024-09-27 16:32", layers.Dispatcher, "d", Command{Step: Dispatch, Department: "A", Assists: []string{"B"}})
	due := s.c.DueAt()
	s.do("2024-09-27 16:40", layers.Department, "a", Command{Step: Sign})
	s.do("2024-09-27 16:50", layers.Dispatcher, "d", Command{Step: Escalate, Note: "too big", Tier: DistrictTier})
	if s.c.State != Filed || !s.c.DueAt().Equal(due) || s.c.Clock(HandleClock, "B") != nil || s.c.Clock(HandleClock, "") == nil {
		t.Errorf("%s due %v with %+v", s.c.State, s.c.DueAt(), s.c.Clocks)
	}
	var chain []string
	for _, h := range s.c.Chain {
		chain = append(chain, h.Tier.String()+" "+h.Actor+" "+h.Note)
	}
	if got := strings.Join(chain, "|"); got != "district p |community d small|district d too big" {
		t.Errorf("chain %s", got)
	}
	street := layers.Subject{ID: "d2", Role: layers.Dispatcher, Region: "420502001"}
	s.env.Subject = street
	if legal := s.c.Legal(s.env); len(legal) != 1 || legal[0].Step != Supplement {
		t.Errorf("a street's dispatcher may do %v with a district's case", legal)
	}
}

func TestTierOf(t *testing.T) {
	for region, want := range map[string]Tier{"": CityTier, "420500": CityTier, "420502": DistrictTier, "420502001": StreetTier,
		"420502001002": CommunityTier, "420502001002003": CommunityTier, "river": CityTier, "42": CityTier} {
		if got := TierOf(region); got != want {
			t.Errorf("%q is %s, want %s", region, got, want)
		}
	}
}

// Pictures say where they were taken, or nothing.
func TestPicturesFromElsewhere(t *testing.T) {
	s := handled(t)
	s.do("2024-09-27 17:10", layers.Department, "a", Command{Step: Sign})
	cmd := Command{Step: Feedback, Result: "done", Photos: []string{"f"}, Checks: []string{s.env.Class.Closing}}
	s.env.Pictures = []Picture{{ID: "f", At: orb.Point{walkPlace[0] + 0.01, walkPlace[1]}, Placed: true}}
	var unmet *Unmet
	if _, err := s.decide("2024-09-27 17:20", layers.Department, "a", cmd); !errors.As(err, &unmet) || unmet.Guard != PhotosNear {
		t.Errorf("a picture from elsewhere: %v", err)
	}
	s.env.Pictures[0].Placed = false
	s.do("2024-09-27 17:20", layers.Department, "a", cmd)
}

// A note is no further report, and saying nothing is refused.
func TestSupplements(t *testing.T) {
	s := handled(t)
	var unmet *Unmet
	if _, err := s.decide("2024-09-27 17:05", layers.Dispatcher, "d", Command{Step: Supplement, Report: &Statement{Account: "d"}}); !errors.As(err, &unmet) || unmet.Guard != Something {
		t.Errorf("saying nothing: %v", err)
	}
	s.do("2024-09-27 17:05", layers.Dispatcher, "d", Command{Step: Supplement, Note: "behind the school", Report: &Statement{Account: "d"}})
	if len(s.c.Reports) != 1 {
		t.Errorf("a note makes %d reports", len(s.c.Reports))
	}
	s.do("2024-09-27 17:06", layers.GridWorker, "w", Command{Step: Supplement, Report: &Statement{Account: "w", Photos: []string{"f"}}})
	if len(s.c.Reports) != 2 || s.c.Reports[1].ID != "r2" || len(s.c.Photos) != 1 {
		t.Errorf("%+v", s.c.Reports)
	}
}
