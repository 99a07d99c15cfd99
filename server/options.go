package server

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"runtime"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/live"
	pictures "wutu/layers/photo"
	"wutu/server/auth"
	"wutu/server/basemap"
	"wutu/server/disclose"
	"wutu/server/ogc"
	"wutu/server/photo"
)

// City is the resident city: *live.Catalog, or a scripted one in tests.
type City interface {
	// View is the current snapshot.
	View() *live.View
	// Apply commits a batch; View after it returns shows it.
	Apply(ctx context.Context, b layers.Batch) (uint64, error)
	// Listen follows the changes above since; 0: from now on.
	Listen(since uint64) *live.Listener
	// Log tells the changes of layers above since, none folded into a later one.
	Log(ctx context.Context, since uint64, layers []string) iter.Seq2[live.Delta, error]
}

// Records is the store behind the city, for keys, idempotency and histories.
type Records interface {
	layers.Reader
	layers.Writer
}

// Options configures a Server. City and Records are required.
type Options struct {
	City    City
	Records Records
	Web     fs.FS // the front end, index.html at the top; nil: none

	Name    layers.Title // of the city; zero: 五图
	Code    string       // division code of the city, "420500"
	Version string       // of the program
	Demo    bool         // anonymous requests act as the demo subject

	// AllowOrigins are the origins of other sites whose pages may read and write
	// with cookies, "https://map.example.gov.cn"; nil: none.
	AllowOrigins []string
	AccessLog    io.Writer // gets a line of JSON per answered request; nil: none

	// Keys are the keys of the city; nil: nobody signs in with a password.
	Keys *keyring.Ring
	// Hasher hashes passwords; nil: as the suite of Keys does.
	Hasher auth.Hasher
	// Platform is the identity platform people may sign in with; nil: none.
	Platform *Platform
	// NoLocal lets only administrators sign in with a password: the others come by
	// the platform.
	NoLocal bool
	// SecureCookies keeps cookies on TLS also where it ends in front of the server.
	SecureCookies bool

	// NearWebhooks allows webhooks to addresses that are not of the public Internet,
	// and without TLS.
	NearWebhooks bool

	// Encode writes exported files in one of Formats, into the folder ExportDir; nil:
	// there are no exports.
	Encode    disclose.Encoder
	Formats   []string
	ExportDir string

	// ItemFormats are the formats that lists of features come in, further to those
	// the server knows itself; nil: none.
	ItemFormats []ogc.Format

	// Basemaps are archives of tiles that maps may lie on; nil: none.
	Basemaps []basemap.Basemap

	// Photos keeps the files of pictures; nil: none are taken.
	Photos      photo.Store
	PhotoLimits pictures.Limits // zero: the defaults

	// SealAudit signs the days of the audit trail that are over; nil: nobody does.
	SealAudit func(ctx context.Context, now time.Time) error

	Now  func() time.Time // nil: time.Now
	Rand io.Reader        // nil: crypto/rand; for ids and keys
	Log  *slog.Logger     // nil: discards

	RequestTimeout time.Duration // per request except streams; 0: 30 s
	HeavyTimeout   time.Duration // of the requests that Heavy bounds; 0: as RequestTimeout
	DrainTimeout   time.Duration // for requests under way when stopping; 0: 15 s
	MaxBody        int64         // bytes; 0: 10 MiB
	MaxPage        int           // features or rows of a page; 0: as each address declares
	MaxNearest     int           // k of questions for the nearest; 0: as each address declares

	// Heavy bounds the questions that may scan a layer or answer with much of it:
	// so many run at a time, others wait behind them. Long bounds answers that last
	// as long as the client reads them; 0 running: four times as many as Heavy.
	Heavy, Long Crowd

	TileCacheBytes int64         // memory for encoded tiles; 0: 128 MiB
	Heartbeat      time.Duration // between comments of idle streams; 0: 15 s
}

// Crowd says how many of something are admitted.
type Crowd struct {
	Running int           // at a time; 0: half as many as there are processors, at least 1
	Waiting int           // behind them; 0: 16, below 0: none
	Wait    time.Duration // at most; 0: 5 s
}

// fill puts the defaults in place.
func (c *Crowd) fill() {
	if c.Running <= 0 {
		c.Running = max(1, runtime.NumCPU()/2)
	}
	switch {
	case c.Waiting == 0:
		c.Waiting = defaultWaiting
	case c.Waiting < 0:
		c.Waiting = 0
	}
	c.Wait = orDefault(c.Wait, defaultWait)
}

// Limits that protect the process from single requests.
const (
	defaultTimeout   = 30 * time.Second
	defaultDrain     = 15 * time.Second
	defaultMaxBody   = 10 << 20
	defaultWaiting   = 16
	defaultWait      = 5 * time.Second
	defaultTileCache = 128 << 20
	defaultHeartbeat = 15 * time.Second // proxies commonly cut idle connections after 30 s or more
	maxHeaderBytes   = 64 << 10         // long filters fit, floods do not
	maxURLBytes      = 16 << 10
	readHeader       = 10 * time.Second
)

// gate is what the server's gate is made of.
func (o *Options) gate() auth.Options {
	g := auth.Options{Store: o.Records, Now: o.Now, Rand: o.Rand, Demo: o.Demo, Hasher: o.Hasher, NoLocal: o.NoLocal, Secure: o.SecureCookies}
	if o.Platform != nil {
		g.Platform = &o.Platform.Title
	}
	if o.Keys != nil {
		g.Sealer = o.Keys
		if g.Hasher == nil {
			g.Hasher = auth.Ring{Keys: o.Keys, Rand: o.Rand}
		}
	}
	return g
}
