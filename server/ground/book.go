package ground

import (
	"context"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/worktime"
)

// Buckets of the records that a Book reads.
const (
	DictionaryBucket = "duty-dictionary" // edition → the dictionary in its file form
	CalendarBucket   = "duty-calendar"   // CalendarKey → the calendar in its file form
	OddsBucket       = "duty-odds"       // OddsKey → duty.Odds
	PrecedentBucket  = "duty-precedent"  // id → duty.Precedent
)

// The keys of records that a city has one of.
const (
	CalendarKey = "current"
	OddsKey     = "current"
)

// bookFor is how long what was read serves before it is read again: other
// processes import.
const bookFor = 500 * time.Millisecond

// Book is what a city has for rules beside its features: the editions of its
// dictionary, its calendar, its precedents, what past cases say. What was imported counts within
// a second. Records that cannot be read are passed over; while the store cannot
// be read, what was read last serves on. Safe for concurrent use.
type Book struct {
	records layers.Reader
	now     func() time.Time

	mu       sync.Mutex
	read     time.Time
	pages    *pages
	calendar *worktime.Calendar // that comes with the program
}

// pages is one reading of a Book.
type pages struct {
	editions *duty.Editions
	calendar *worktime.Calendar
	odds     duty.Odds
	settled  *duty.Precedents
}

// NewBook returns the Book of the city whose records these are; nil holds what
// comes with the program.
func NewBook(records layers.Reader, now func() time.Time) *Book {
	return &Book{records: records, now: now, calendar: worktime.DefaultCalendar()}
}

// Editions returns the editions of the dictionary.
func (b *Book) Editions(ctx context.Context) *duty.Editions { return b.current(ctx).editions }

// Calendar returns the calendar by which deadlines count. It must not be changed.
func (b *Book) Calendar(ctx context.Context) *worktime.Calendar { return b.current(ctx).calendar }

// Odds returns what past cases say about dedicated grids, nil if nothing was
// learned. It must not be changed.
func (b *Book) Odds(ctx context.Context) duty.Odds { return b.current(ctx).odds }

// Precedents returns the adjudications in force.
func (b *Book) Precedents(ctx context.Context) *duty.Precedents { return b.current(ctx).settled }

func (b *Book) current(ctx context.Context) *pages {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.pages != nil && now.Sub(b.read).Abs() < bookFor {
		return b.pages
	}
	fresh, err := b.load(ctx)
	if err != nil && b.pages != nil {
		return b.pages
	}
	b.pages, b.read = fresh, now
	return fresh
}

func (b *Book) load(ctx context.Context) (*pages, error) {
	out := &pages{editions: duty.NewEditions(nil), calendar: b.calendar}
	if b.records == nil {
		return out, nil
	}
	var list []*duty.Dictionary
	for r, err := range b.records.Records(ctx, DictionaryBucket, "") {
		if err != nil {
			return out, err
		}
		if d, err := duty.ParseDictionary(r.Data); err == nil {
			list = append(list, d)
		}
	}
	out.editions = duty.NewEditions(list)
	for r, err := range b.records.Records(ctx, CalendarBucket, CalendarKey) {
		if err != nil {
			return out, err
		}
		if c, err := worktime.ParseCalendar(r.Data); err == nil {
			out.calendar = &c.Calendar
		}
	}
	for r, err := range b.records.Records(ctx, OddsBucket, OddsKey) {
		if err != nil {
			return out, err
		}
		if o, err := duty.ParseOdds(r.Data); err == nil {
			out.odds = o
		}
	}
	var settled []duty.Precedent
	for r, err := range b.records.Records(ctx, PrecedentBucket, "") {
		if err != nil {
			return out, err
		}
		if p, err := duty.ParsePrecedent(r.Data); err == nil {
			settled = append(settled, *p)
		}
	}
	out.settled = duty.NewPrecedents(settled, b.now())
	return out, nil
}
