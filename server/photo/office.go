package photo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"wutu/layers"
	"wutu/layers/photo"
	"wutu/server/events"
	"wutu/server/once"
	"wutu/server/openapi"
)

// Store keeps files by name; *data/photo.Files is one. Implementations are safe
// for concurrent use.
type Store interface {
	// Write keeps data under a name, replacing what is there; when it returns it
	// survives the death of the machine.
	Write(ctx context.Context, name string, data []byte) error
	// Read returns a file's content. Error: NotFound.
	Read(ctx context.Context, name string) ([]byte, error)
	// Remove deletes a file if it exists.
	Remove(ctx context.Context, name string) error
	// Names yields the names with the time each was written, and removes what was
	// begun before old and never finished.
	Names(ctx context.Context, old time.Time) iter.Seq2[string, time.Time]
}

// Records are the records about pictures.
type Records interface {
	layers.Reader
	layers.Writer
}

// Options configures an Office; all but Limits, Zone and PerDay are required.
type Options struct {
	Store   Store
	Records Records
	// MaySee is nil when the subject sees the whole case with an id.
	MaySee func(ctx context.Context, s *layers.Subject, event string) error
	Limits photo.Limits   // zero: the defaults
	Zone   *time.Location // of cameras that do not say theirs; nil: UTC
	PerDay int            // pictures a subject may send in a day; 0: 10,000
	Now    func() time.Time
	Log    *slog.Logger
}

// defaultPerDay is more than a platform of a whole city's hotline hands on in a
// day, and keeps a disk from being filled by one key in a night.
const defaultPerDay = 10_000

// Office takes in and hands out pictures. Safe for concurrent use.
type Office struct {
	o      Options
	limits photo.Limits
	memory *semaphore.Weighted // that decoding takes, of all requests together

	changing sync.RWMutex // see the package comment

	mu   sync.Mutex
	day  string         // that sent counts
	sent map[string]int // subject → pictures of the day
}

var _ events.Photos = (*Office)(nil)

// New returns an Office.
func New(o Options) *Office {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.PerDay <= 0 {
		o.PerDay = defaultPerDay
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	limits := o.Limits.Fill()
	return &Office{o: o, limits: limits, memory: semaphore.NewWeighted(int64(limits.Memory)), sent: make(map[string]int)}
}

// Routes declares the operations.
func (o *Office) Routes() []openapi.Route { return o.routes() }

// Facts implements events.Photos: a picture may be named by who sent it, for as
// long as it is certain to be kept. Its time and position are what its file said.
func (o *Office) Facts(ctx context.Context, s *layers.Subject, ids []string) ([]events.PhotoFacts, error) {
	out := make([]events.PhotoFacts, 0, len(ids))
	for i, id := range ids {
		k, err := o.kept(ctx, id)
		if err == nil {
			err = o.usable(ctx, k, s)
		}
		switch layers.KindOf(err) {
		case layers.NotFound:
			return nil, layers.Invalidf("event", fmt.Sprintf("/photos/%d", i), fmt.Sprintf("%.40q is no picture you have sent today", id))
		default:
			if err != nil {
				return nil, err
			}
		}
		out = append(out, factsOf(k))
	}
	return out, nil
}

func factsOf(k *photo.Kept) events.PhotoFacts {
	f := events.PhotoFacts{ID: k.ID, TakenAt: k.TakenAt}
	if k.Place != nil {
		f.Placed, f.Lon, f.Lat = true, k.Place.Lon, k.Place.Lat
	}
	return f
}

// About tells of pictures for somebody who may see them, as who sees a case may
// see those it carries: the caller has checked that. Pictures that are not kept
// are left out.
func (o *Office) About(ctx context.Context, ids []string) ([]events.PhotoFacts, error) {
	var out []events.PhotoFacts
	for _, id := range ids {
		k, err := o.kept(ctx, id)
		if layers.KindOf(err) == layers.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, factsOf(k))
	}
	return out, nil
}

// Check reports the first id that the subject may not name: Facts without them.
func (o *Office) Check(ctx context.Context, s *layers.Subject, ids []string) error {
	_, err := o.Facts(ctx, s, ids)
	return err
}

func missing(id string) error {
	return &layers.Error{Kind: layers.NotFound, Op: "photo", ID: id, Err: errors.New("there is no such picture")}
}

// kept reads the record of a picture. Error: NotFound.
func (o *Office) kept(ctx context.Context, id string) (*photo.Kept, error) {
	if !photo.IsID(id) {
		return nil, missing("")
	}
	data, err := layers.RecordOf(ctx, o.o.Records, photo.BucketKept, id)
	switch {
	case err != nil:
		return nil, err
	case data == nil:
		return nil, missing(id)
	}
	return photo.Parse(data)
}

// before returns the picture of an earlier request with the same key, nil for
// none or one that was thrown away since.
func (o *Office) before(ctx context.Context, repeated once.Key) (*photo.Kept, error) {
	id, err := repeated.Done(ctx, o.o.Records)
	if err != nil || id == "" {
		return nil, err
	}
	k, err := o.kept(ctx, id)
	if layers.KindOf(err) == layers.NotFound {
		return nil, nil
	}
	return k, err
}

// usable refuses pictures of others, and those about to be thrown away.
func (o *Office) usable(ctx context.Context, k *photo.Kept, s *layers.Subject) error {
	if k.By != s.ID {
		return missing(k.ID)
	}
	data, err := layers.RecordOf(ctx, o.o.Records, photo.BucketFresh, k.ID)
	if err != nil || data == nil { // somebody has looked: a case carries it
		return err
	}
	sent, err := time.Parse(time.RFC3339Nano, string(data))
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "photo", ID: k.ID, Err: err}
	}
	if o.o.Now().Sub(sent) < photo.UsableFor {
		return nil
	}
	for range o.carriers(ctx, k.ID) {
		return nil
	}
	return missing(k.ID)
}

// carriers yields the ids of the cases that carry a picture.
func (o *Office) carriers(ctx context.Context, id string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range o.o.Records.Records(ctx, photo.BucketCarried, id+"/") {
			if err != nil {
				yield("", err)
				return
			}
			if !yield(r.Key[len(id)+1:], nil) {
				return
			}
		}
	}
}

// maySee reports NotFound for a picture that the subject has not sent and no case
// it sees carries.
func (o *Office) maySee(ctx context.Context, k *photo.Kept, s *layers.Subject) error {
	if k.By == s.ID && s.ID != "" {
		return nil
	}
	for event, err := range o.carriers(ctx, k.ID) {
		if err != nil {
			return err
		}
		switch err := o.o.MaySee(ctx, s, event); layers.KindOf(err) {
		case layers.Forbidden, layers.NotFound:
		default:
			return err
		}
	}
	return missing(k.ID)
}

// count notes a picture sent and refuses one too many.
func (o *Office) count(s *layers.Subject, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != o.day {
		o.day = day
		clear(o.sent)
	}
	if o.sent[s.ID] >= o.o.PerDay {
		return false
	}
	o.sent[s.ID]++
	return true
}
