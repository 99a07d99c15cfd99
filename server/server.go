package server

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	trails "wutu/layers/track"
	"wutu/layers/worktime"
	"wutu/server/admin"
	"wutu/server/alarm"
	"wutu/server/analysis"
	"wutu/server/api"
	"wutu/server/audit"
	"wutu/server/auth"
	"wutu/server/auth/oidc"
	"wutu/server/basemap"
	"wutu/server/changes"
	"wutu/server/disclose"
	"wutu/server/events"
	"wutu/server/fence"
	"wutu/server/ground"
	"wutu/server/ogc"
	"wutu/server/open311"
	"wutu/server/openapi"
	"wutu/server/photo"
	"wutu/server/problem"
	"wutu/server/route"
	"wutu/server/search"
	"wutu/server/spatial"
	"wutu/server/stream"
	"wutu/server/tile"
	"wutu/server/track"
	"wutu/server/tryout"
	"wutu/server/usage"
	"wutu/server/webhook"
)

// Server answers for one city. Safe for concurrent use.
type Server struct {
	o         Options
	echo      *echo.Echo
	gate      *auth.Gate
	platform  *oidc.SignIn // nil: none
	metrics   *metrics
	search    *search.Index
	streams   *stream.Hub
	routes    []openapi.Route
	documents *openapi.Documents
	web       *web
	draining  atomic.Bool
	origins   origins
	fixed     []fixedHeader
	usage     *usage.Meter
	drawer    *drawer
	tiles     *tile.API
	labels    map[string]string // method and path as the router has them to how a route is counted
	accessLog *usage.Log        // nil: none
	disclose  *disclose.Office
	events    *events.Events
	photos    *photo.Office // nil: none are kept
	alarms    *alarm.Office
	fences    *fence.Office
	webhooks  *webhook.Office
	tracks    *track.Office // nil: the store keeps none
	ways      *route.Router
	recorder  *audit.Recorder // nil: the store keeps no audit trail
	zips      *sync.Pool      // of gzip writers
	traces    *traces
	heavy     *lane
	long      *lane
}

// New assembles a server. Errors: Invalid for missing options or a front end
// that cannot be read, Internal when the routes do not make a valid document.
func New(o Options) (*Server, error) {
	if o.City == nil || o.Records == nil {
		return nil, layers.Invalidf("server", "options", "City and Records are required")
	}
	o.fill()
	s := &Server{o: o, search: search.New(o.City), zips: newZips(), fixed: fixedHeaders(), heavy: newLane(o.Heavy), long: newLane(o.Long)}
	var err error
	if s.traces, err = newTraces(o.Rand); err != nil {
		return nil, err
	}
	if s.gate, err = auth.New(o.gate()); err != nil {
		return nil, err
	}
	if o.Platform != nil {
		if s.platform, err = o.Platform.signIn(s.gate, &s.o); err != nil {
			return nil, err
		}
	}
	s.streams = stream.New(stream.Options{City: o.City, Heartbeat: o.Heartbeat,
		Verify: func(ctx context.Context, _ string) error { return s.gate.Again(ctx) }})
	s.metrics = newMetrics(s)
	if s.origins, err = newOrigins(o.AllowOrigins); err != nil {
		return nil, err
	}
	if s.usage, err = usage.New(usage.Options{Store: o.Records, Now: o.Now, Rand: o.Rand, Log: o.Log, Zone: worktime.China()}); err != nil {
		return nil, err
	}
	if o.AccessLog != nil {
		s.accessLog = usage.NewLog(o.AccessLog)
	}
	if trail, ok := o.Records.(audit.Store); ok {
		if s.recorder, err = audit.New(o.audit(trail)); err != nil {
			return nil, err
		}
	}
	if s.web, err = newWeb(o.Web); err != nil {
		return nil, err
	}
	if err := s.assemble(); err != nil {
		return nil, err
	}
	s.echo = s.router()
	return s, nil
}

func (o *Options) fill() {
	if o.Name == (layers.Title{}) {
		o.Name = layers.Title{ZH: "五图", EN: "wutu"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = crand.Reader
	} else {
		o.Rand = &oneByOne{r: o.Rand}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.RequestTimeout = orDefault(o.RequestTimeout, defaultTimeout)
	o.DrainTimeout = orDefault(o.DrainTimeout, defaultDrain)
	o.HeavyTimeout = orDefault(o.HeavyTimeout, o.RequestTimeout)
	o.MaxBody = orDefault(o.MaxBody, defaultMaxBody)
	o.Heavy.fill()
	if o.Long.Running <= 0 {
		o.Long.Running = 4 * o.Heavy.Running
	}
	o.Long.fill()
	o.TileCacheBytes = orDefault(o.TileCacheBytes, defaultTileCache)
	o.Heartbeat = orDefault(o.Heartbeat, defaultHeartbeat)
}

// oneByOne lets one reader at a time read: sources other than crypto/rand need not
// be safe for concurrent use.
type oneByOne struct {
	mu sync.Mutex
	r  io.Reader
}

// Read reads from the source.
func (o *oneByOne) Read(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.r.Read(b)
}

func orDefault[T ~int64](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// assemble collects the routes and draws up their document.
func (s *Server) assemble() error {
	s.drawer = newDrawer(s.o.TileCacheBytes)
	s.tiles = tile.New(tile.Options{City: s.o.City, Draw: s.drawer, Budget: s.o.RequestTimeout})
	grounds, err := basemap.New(basemap.Options{City: s.o.City, Maps: s.o.Basemaps})
	if err != nil {
		return err
	}
	collections := ogc.New(ogc.Options{City: s.o.City, Name: s.o.Name, Now: s.o.Now,
		Document: func() []byte { return s.documents.V30 }, Modern: func() []byte { return s.documents.V31 }, Records: s.o.Records, Rand: s.o.Rand, Formats: s.o.ItemFormats, Budget: s.o.RequestTimeout})
	offices := admin.New(admin.Options{Gate: s.gate, City: s.o.City, Reader: s.o.Records, Now: s.o.Now})
	questions := api.New(api.Options{City: s.o.City, Search: s.search, Name: s.o.Name,
		Code: s.o.Code, Version: s.o.Version, Now: s.o.Now, Book: ground.NewBook(s.o.Records, s.o.Now)})
	s.ways = route.New(route.Options{City: s.o.City, Now: s.o.Now})
	cases := events.Options{City: s.o.City, Records: s.o.Records, Code: s.o.Code, Keys: s.signer(), Worker: s.worker, Now: s.o.Now, Log: s.o.Log}
	if s.o.Photos != nil {
		s.photos = photo.New(photo.Options{Store: s.o.Photos, Records: s.o.Records, Limits: s.o.PhotoLimits, Zone: worktime.China(), Now: s.o.Now, Log: s.o.Log,
			MaySee: func(ctx context.Context, subject *layers.Subject, id string) error {
				return s.events.MaySee(ctx, subject, id)
			}})
		cases.Photos = s.photos
	}
	s.events = events.New(cases)
	s.routes = slices.Concat(s.ownRoutes(), s.documentRoutes(), tryout.Routes(), collections.Routes(), s.tiles.Routes(), grounds.Routes(), questions.Routes(), s.events.Routes(), s.streams.Routes(), changes.New(s.o.City).Routes(), s.usage.Routes(), s.gate.Routes(), offices.Routes())
	s.disclose = disclose.New(disclose.Options{City: s.o.City, Store: s.o.Records, Keys: s.o.Keys, Encode: s.o.Encode, Formats: s.o.Formats,
		Dir: s.o.ExportDir, Name: s.o.Name.ZH, Now: s.o.Now, Rand: s.o.Rand})
	s.routes = append(s.routes, s.disclose.Routes()...)
	s.routes = append(s.routes, s.ways.Routes()...)
	s.routes = append(s.routes, spatial.New(spatial.Options{City: s.o.City, Roads: s.ways, MaxPage: s.o.MaxPage, MaxNearest: s.o.MaxNearest}).Routes()...)
	s.routes = append(s.routes, analysis.New(analysis.Options{City: s.o.City, Records: s.o.Records, Now: s.o.Now}).Routes()...)
	s.routes = append(s.routes, open311.New(open311.Options{City: s.o.City, Events: s.events, Search: s.search, Name: s.o.Name, Code: s.o.Code,
		Zone: worktime.China(), Now: s.o.Now}).Routes()...)
	s.alarms = alarm.New(alarm.Options{City: s.o.City, Records: s.o.Records, Cases: s.events, Now: s.o.Now, Log: s.o.Log})
	s.routes = append(s.routes, s.alarms.Routes()...)
	s.fences = fence.New(fence.Options{City: s.o.City, Records: s.o.Records, Now: s.o.Now, Log: s.o.Log})
	s.routes = append(s.routes, s.fences.Routes()...)
	s.webhooks = webhook.New(webhook.Options{Writer: s.o.City, Records: s.o.Records, Rights: s.gate, Sources: []webhook.Source{s.fences.Source()},
		Now: s.o.Now, Rand: s.o.Rand, Near: s.o.NearWebhooks, Agent: "wutu/" + cmp.Or(s.o.Version, "0"), Log: s.o.Log})
	s.routes = append(s.routes, s.webhooks.Routes()...)
	if store, ok := s.o.Records.(trails.Store); ok {
		s.tracks = track.New(track.Options{City: s.o.City, Records: s.o.Records, Tracks: store, Now: s.o.Now, Log: s.o.Log})
		s.routes = append(s.routes, s.tracks.Routes()...)
	}
	if s.photos != nil {
		s.routes = append(s.routes, s.photos.Routes()...)
	}
	if s.recorder != nil {
		s.routes = append(s.routes, s.recorder.Routes()...)
	}
	if s.platform != nil {
		s.routes = append(s.routes, s.platform.Routes()...)
	}
	s.tighten()
	s.documents, err = openapi.Describe(openapi.Info{Title: s.o.Name, Version: s.o.Version}, s.routes)
	return err
}

// signer signs proofs of place with the keys of the city, nil without keys.
func (s *Server) signer() events.Signer {
	if s.o.Keys == nil {
		return nil
	}
	return s.o.Keys
}

// worker names the account of the grid worker who suits best to go to a place, ""
// when nobody on duty has an account here.
func (s *Server) worker(ctx context.Context, at orb.Point, grid string, except []string) (string, error) {
	system := layers.SystemSubject()
	w, err := s.ways.NearestWorker(ctx, &system, at, grid, except...)
	if err != nil || w == nil {
		return "", err
	}
	if known, err := s.gate.HasRole(ctx, w.Account, layers.GridWorker); err != nil || !known {
		return "", err
	}
	return w.Account, nil
}

// Events is the life of cases, for other doors through which reports come.
func (s *Server) Events() *events.Events { return s.events }

// Tracks keeps where moving objects were, nil when the store does not.
func (s *Server) Tracks() *track.Office { return s.tracks }

// Photos keeps the pictures, nil when none are kept.
func (s *Server) Photos() *photo.Office { return s.photos }

// Routes lists the declared operations; the caller must not change them.
func (s *Server) Routes() []openapi.Route { return s.routes }

// Gate is who lets people in.
func (s *Server) Gate() *auth.Gate { return s.gate }

// Handler is the whole server as one handler.
func (s *Server) Handler() http.Handler { return newExpress(s, s.echo) }

func (s *Server) router() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.answerError
	// The chain is put together once: Echo would do so for every request. It ends at
	// whatever the router found.
	chain := func(c echo.Context) error { return c.Handler()(c) }
	for _, m := range []echo.MiddlewareFunc{s.pages, s.admit, s.identify, s.recovered, s.compress, s.headers, s.observe} {
		chain = m(chain)
	}
	e.Use(func(echo.HandlerFunc) echo.HandlerFunc { return chain })
	s.labels = make(map[string]string, len(s.routes))
	for i := range s.routes {
		r := &s.routes[i]
		h := s.endpoint(r)
		s.labels[r.Method+" "+r.EchoPath()] = labelOf(r).route
		e.Add(r.Method, r.EchoPath(), h)
		if r.Method == http.MethodGet {
			e.Add(http.MethodHead, r.EchoPath(), h)
		}
	}
	return e
}

// pages answers addresses that are no route from the front end. It waits for the
// router's verdict, so that a wrong method on a route stays 405.
func (s *Server) pages(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if errors.Is(err, echo.ErrNotFound) {
			return s.web.serve(c)
		}
		return err
	}
}

// endpoint wraps a route's handler in its limits and checks.
func (s *Server) endpoint(r *openapi.Route) echo.HandlerFunc {
	l := labelOf(r)
	return func(c echo.Context) error {
		req := c.Request()
		keepPrivate(c)
		if len(req.RequestURI) > maxURLBytes {
			return &problem.Status{Code: http.StatusRequestURITooLong, Kind: "too-large", Detail: "the address is too long"}
		}
		in, err := openapi.Check(r, c)
		ctx := context.Context(s.record(req.Context(), &l, in))
		heavy := err == nil && r.Heavy(in)
		if budget := s.budget(r, heavy); budget > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, budget)
			defer cancel()
		}
		reads := s.reading(&ctx, r)
		req = req.WithContext(ctx)
		if req.Body != nil && req.Body != http.NoBody {
			most := s.o.MaxBody
			if r.Body != nil && r.Body.MaxBytes > 0 {
				most = r.Body.MaxBytes
			}
			req.Body = http.MaxBytesReader(c.Response(), req.Body, most)
		}
		c.SetRequest(req)
		if err != nil {
			return err
		}
		if heavy {
			lane := s.heavy
			if r.Streams || r.Endless {
				lane = s.long
			}
			leave, err := lane.enter(ctx)
			if err != nil {
				return err
			}
			defer leave()
		}
		err = r.Handle(c, in)
		if reads != nil {
			s.recorded(c, r, reads, err)
		}
		return err
	}
}

// tighten lowers the bounds of pages and of numbers of neighbours that the routes
// declare to those of the options.
func (s *Server) tighten() {
	for i := range s.routes {
		params := slices.Clone(s.routes[i].Params)
		for j := range params {
			most := 0
			switch p := &params[j]; {
			case p.Name == "limit" || p.Name == "page_size":
				most = s.o.MaxPage
			case p.Name == "k" || p.Name == "k_per":
				most = s.o.MaxNearest
			}
			if p := &params[j]; most > 0 && p.Span != nil && p.Span.Max > float64(most) {
				p.Span = &openapi.Span{Min: p.Span.Min, Max: float64(most)}
				if d, err := strconv.Atoi(p.Default); err == nil && d > most {
					p.Default = strconv.Itoa(most)
				}
			}
		}
		s.routes[i].Params = params
	}
}

// budget is the time a request may take, 0 without a limit.
func (s *Server) budget(r *openapi.Route, heavy bool) time.Duration {
	switch {
	case r.Endless, r.Streams, r.OwnTime:
		return 0
	case heavy:
		return s.o.HeavyTimeout
	}
	return s.o.RequestTimeout
}

// answerError turns a handler's error into a problem, and logs what the caller
// does not get to see.
func (s *Server) answerError(err error, c echo.Context) {
	ctx := c.Request().Context()
	if problem.ClientGone(ctx, err) && !s.draining.Load() {
		c.Response().Status = statusClientGone
		return
	}
	p := problem.From(err)
	p.Instance, p.Trace = c.Request().URL.Path, c.Response().Header().Get(traceHeader)
	if p.Status >= http.StatusInternalServerError {
		s.o.Log.ErrorContext(ctx, "request failed", "trace", p.Trace, "path", p.Instance, "error", err)
	}
	write := problem.Write
	if open311.Speaks(c.Request().URL.Path) {
		write = open311.Fail
	}
	if werr := write(c, p); werr != nil && !errors.Is(werr, io.ErrClosedPipe) {
		s.o.Log.DebugContext(ctx, "problem not delivered", "trace", p.Trace, "error", werr)
	}
}
