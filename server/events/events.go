package events

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/duplicate"
	"wutu/layers/event"
	"wutu/layers/keyring"
	"wutu/layers/live"
	"wutu/server/ground"
	"wutu/server/openapi"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
	Apply(ctx context.Context, b layers.Batch) (uint64, error)
}

// Signer signs proofs of place and adjudications: the keys of the city.
type Signer interface {
	Sign(b []byte) (keyring.Signature, error)
	Publics() []keyring.Public
}

// Photos knows the pictures that reports and steps name.
type Photos interface {
	// Facts tells of the pictures with the given ids that subject may use: those it
	// has sent itself. The error is Invalid for an id that is no such picture.
	Facts(ctx context.Context, subject *layers.Subject, ids []string) ([]PhotoFacts, error)
	// About tells of pictures that a case carries, to somebody who sees it; those that
	// are not kept are left out.
	About(ctx context.Context, ids []string) ([]PhotoFacts, error)
}

// PhotoFacts is what is known of a picture.
type PhotoFacts struct {
	ID       string    `json:"id"`
	TakenAt  time.Time `json:"taken_at,omitzero"`
	Lon, Lat float64   `json:"-"` // degrees WGS 84
	Placed   bool      `json:"-"` // Lon and Lat are known
}

// Options configures Events; City and Records are required.
type Options struct {
	City    City
	Records layers.Reader // histories, proofs, idempotency records
	Code    string        // division code of the city
	Keys    Signer        // nil: proofs are not signed
	Photos  Photos        // nil: reports and steps have no pictures
	// Worker names the account of who suits best to go to a place (lon/lat degrees) in
	// a grid, none of except; "" for nobody. nil: nobody is named.
	Worker func(ctx context.Context, at orb.Point, grid string, except []string) (string, error)
	Now    func() time.Time
	Log    *slog.Logger
}

// Events answers the addresses under /api/v1/events. Safe for concurrent use.
type Events struct {
	o          Options
	rules      event.Rules
	alike      duplicate.Rules
	serials    serials
	precedents precedents
	book       *ground.Book // dictionaries, calendar, what past cases say
	swept      sync.Map     // event id → sweepMark: cases with nothing due yet
}

// New returns Events.
func New(o Options) *Events {
	return &Events{o: o, book: ground.NewBook(o.Records, o.Now), rules: event.DefaultRules(), alike: duplicate.DefaultRules()}
}

// Routes declares the operations.
func (e *Events) Routes() []openapi.Route { return e.routes() }

// Buckets of the records that move together with events.
const (
	bucketHistory   = "event-history"  // event id → event.History
	bucketPlace     = "event-place"    // event id → the signed proof of place
	bucketReporter  = "event-reporter" // account and event id → when it was reported
	bucketVerdict   = "event-verdict"  // event id → what became of the last return's evidence
	bucketPrecedent = "duty-precedent" // event id → the adjudication that others follow
)
