package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// suiteFlags are the flags that all suites beside PostGIS share.
type suiteFlags struct {
	out     string
	rounds  int
	seconds float64
	conns   int
	share   float64
	keep    bool
	alone   bool
}

func (f *suiteFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "bin/bench", "folder for the results and the data")
	flags.IntVar(&f.rounds, "rounds", 5, "rounds, each with a server started anew; figures are their medians")
	flags.Float64Var(&f.seconds, "seconds", 2, "length of each load in a round")
	flags.IntVar(&f.conns, "conns", 8, "connections to the server")
	flags.Float64Var(&f.share, "share", 1, "share of the data, for a quick look")
	flags.BoolVar(&f.keep, "keep", false, "use the data of an earlier run if it is there")
	flags.BoolVar(&f.alone, "alone", false, "without PostGIS beside it")
}

// suiteRun is a suite under way.
type suiteRun struct {
	*program
	suiteFlags
	self string
	city *benchCity
	peer *peer // nil: alone
	s    *suite

	hashes map[[32]byte]bool // of one tile, over all rounds
}

// suiteCmd makes a command of a suite: round is called for every round with a
// server that nobody has asked anything yet, once after the last round.
func (p *program) suiteCmd(name, short, long string, round func(context.Context, *suiteRun, *benchServer, int) error, once func(context.Context, *suiteRun) error) *cobra.Command {
	var f suiteFlags
	cmd := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		Long: long + "\n\nWrites " + name + ".json, " + name + ".txt and the page index.html into --out.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := p.runSuite(cmd.Context(), name, f, round, once)
			if err == nil && p.asJSON {
				return p.printJSON(s)
			}
			return err
		},
	}
	f.add(cmd)
	return cmd
}

func (p *program) runSuite(ctx context.Context, name string, f suiteFlags, round func(context.Context, *suiteRun, *benchServer, int) error, once func(context.Context, *suiteRun) error) (_ *suite, err error) {
	r := &suiteRun{program: p, suiteFlags: f, s: &suite{Name: name, At: now(), Machine: thisMachine(), Rounds: f.rounds}}
	if r.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return nil, err
	}
	if r.city, err = p.makeBenchCity(ctx, r.self, f.out, f.share, f.keep); err != nil {
		return nil, err
	}
	r.s.Data = r.city.String()
	if !f.alone {
		p.say("loading it into PostGIS")
		if r.peer, err = startPeer(ctx, r.city); err != nil {
			return nil, err
		}
		if r.peer == nil {
			r.s.Notes = append(r.s.Notes, "PostGIS is not installed: nothing to compare with")
		} else {
			defer r.peer.stop()
			r.s.Machine.Peer = r.peer.version(ctx)
		}
	}
	for i := range f.rounds {
		p.say("round %d of %d", i+1, f.rounds)
		server, err := startServer(ctx, r.self, r.city.dir)
		if err != nil {
			return nil, err
		}
		r.s.line("ready after start", "s", want(60, 0, true)).Ours.add(server.ready.Seconds())
		err = round(ctx, r, server, i)
		server.stop()
		if err != nil {
			return nil, err
		}
	}
	if r.city.features > 0 {
		r.s.line("import", "features/s", nil).Ours.add(r.city.features)
	}
	if once != nil {
		if err := once(ctx, r); err != nil {
			return nil, err
		}
	}
	return r.s, p.writeSuite(f.out, r.s)
}

// length is how long a load of a round takes.
func (r *suiteRun) length() time.Duration { return time.Duration(r.seconds * float64(time.Second)) }

// race runs a load against the server and then its script against the peer.
func (r *suiteRun) race(ctx context.Context, l *suiteLine, load wireLoad, script string) error {
	res, err := load.run(ctx, l.Name)
	if err != nil {
		return err
	}
	l.Ours.addLoad(res)
	if r.peer == nil || script == "" {
		return nil
	}
	if res, err = r.peer.rate(ctx, l.Name, script, r.s.Machine.Cores, r.length()); err != nil {
		return err
	}
	l.peer().addLoad(res)
	return nil
}

func (p *program) benchQueryCmd() *cobra.Command {
	return p.suiteCmd("query", "Measure questions to a million features beside PostGIS",
		"Nearest, counts and lists in a circle, statistics by 480 hexagons and the whole layer streamed, over HTTP\n"+
			"with the clients on the same machine, and the same questions to PostGIS over its socket.", queryRound, nil)
}

// statsBody asks for the count and mean of all points by hexagon. Over the box
// of the data resolution 7 has some 480 cells, near twice as many as the target names.
const statsBody = `{"layers":["points"],"by":"h3:7","measures":["mean:size"]}`

// statsPeer is that question in SQL, by as many hexagons of the same size.
const statsPeer = `SELECT h.i, h.j, count(*), avg(p.size) FROM cells h JOIN points p ON ST_Intersects(h.geom, p.geom) GROUP BY h.i, h.j`

func queryRound(ctx context.Context, r *suiteRun, server *benchServer, round int) error {
	if round == 0 && r.peer != nil {
		// With edges of 0.0118 degrees as many hexagons lie over the box as of H3's resolution 7.
		if _, err := r.peer.db.Query(ctx, fmt.Sprintf(`CREATE TABLE cells AS SELECT i, j, geom FROM ST_HexagonGrid(0.0118, ST_MakeEnvelope(%v, %v, %v, %v, 4326));
			CREATE INDEX ON cells USING gist (geom); ANALYZE cells`, benchWest, benchSouth, benchWest+benchWidth, benchSouth+benchHigh)); err != nil {
			return err
		}
	}
	if err := r.coldStats(ctx, server); err != nil {
		return err
	}
	if err := r.streamAll(ctx, server); err != nil {
		return err
	}
	addr := strings.TrimPrefix(server.url, "http://")
	load := func(next func(*rand.Rand, []byte) []byte) wireLoad {
		return wireLoad{addr: addr, conns: r.conns, length: r.length(), seed: uint64(round), next: next}
	}
	near := r.s.line("10 nearest", "req/s", want(15_000, 3, false))
	near.Note = "PostGIS: ORDER BY geom <-> point, which orders by degrees; here the distance is geodesic. Tile38: 6,100"
	if err := r.race(ctx, near, load(func(rng *rand.Rand, buf []byte) []byte {
		x, y := benchPlace(rng)
		return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=points&lon=%.7f&lat=%.7f&k=10", x, y))
	}), benchAt+"SELECT id, kind, name, ts, size, ST_AsGeoJSON(geom) FROM points ORDER BY geom <-> "+benchHere+" LIMIT 10;\n"); err != nil {
		return err
	}
	count := r.s.line("count in a 1 km circle", "req/s", want(10_000, 0, false))
	count.Note = "PostGIS: ST_DWithin on geography. Tile38: 1,650"
	if err := r.race(ctx, count, load(func(rng *rand.Rand, buf []byte) []byte {
		x, y := benchPlace(rng)
		return postRequest(buf, "/api/v1/within", fmt.Sprintf(`{"layers":["points"],"geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"buffer":1000,"result":"count"}`, x, y))
	}), benchAt+"SELECT count(*) FROM points WHERE ST_DWithin(geog, "+benchHere+"::geography, 1000);\n"); err != nil {
		return err
	}
	list := r.s.line("500 m radius returning features", "req/s", want(4_000, 0, false))
	if round == 0 {
		mean, err := r.meanHits(ctx, server)
		if err != nil {
			return err
		}
		list.Note = fmt.Sprintf("%.0f features an answer on average. Tile38: 1,570", mean)
	}
	return r.race(ctx, list, load(func(rng *rand.Rand, buf []byte) []byte {
		x, y := benchPlace(rng)
		return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=points&lon=%.7f&lat=%.7f&radius=500&limit=10000", x, y))
	}), benchAt+"SELECT id, kind, name, ts, size, ST_AsGeoJSON(geom) FROM points WHERE ST_DWithin(geog, "+benchHere+"::geography, 500);\n")
}

// coldStats is the first question after the start.
func (r *suiteRun) coldStats(ctx context.Context, server *benchServer) error {
	l := r.s.line("statistics of all points by hexagon, cold", "ms", want(150, 0, true))
	w, err := dial(ctx, strings.TrimPrefix(server.url, "http://"))
	if err != nil {
		return err
	}
	defer w.conn.Close()
	for _, line := range []*suiteLine{l, r.s.line("the same again", "ms", func(l *suiteLine) { l.Least = true })} {
		var body bytes.Buffer
		start := time.Now()
		a, err := w.send(postRequest(nil, "/api/v1/stats", statsBody), &body)
		took := time.Since(start)
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			return fmt.Errorf("statistics: %d %s", a.status, body.Bytes())
		}
		line.Ours.add(took.Seconds() * 1000)
		var got struct{ Groups []struct{ Count int } }
		if err := json.Unmarshal(body.Bytes(), &got); err != nil {
			return err
		}
		sum := 0
		for _, g := range got.Groups {
			sum += g.Count
		}
		if sum != r.city.npoints {
			return fmt.Errorf("statistics: the groups hold %d of %d points", sum, r.city.npoints)
		}
		l.Note = fmt.Sprintf("%d groups; PostGIS: a join with as many hexagons, its tables in memory", len(got.Groups))
	}
	if r.peer == nil {
		return nil
	}
	took, err := r.peer.seconds(ctx, statsPeer)
	r.s.line(l.Name, "", nil).peer().add(took * 1000)
	return err
}

// streamAll reads the whole layer as GeoJSON, and the most memory the server took
// for it on top of what it had.
func (r *suiteRun) streamAll(ctx context.Context, server *benchServer) error {
	server.settled(ctx)
	before := server.memory("VmRSS")
	counted := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", server.cmd.Process.Pid), []byte("5"), 0) == nil // VmHWM starts anew
	w, err := dial(ctx, strings.TrimPrefix(server.url, "http://"))
	if err != nil {
		return err
	}
	defer w.conn.Close()
	start := time.Now()
	a, err := w.send(getRequest(nil, fmt.Sprintf("/ogc/collections/points/items?f=json&limit=%d", r.city.npoints)), nil)
	took := time.Since(start).Seconds()
	if err != nil {
		return err
	}
	if a.status != http.StatusOK || a.bytes < int64(r.city.npoints)*100 {
		return fmt.Errorf("the stream of all points: %d, %d bytes", a.status, a.bytes)
	}
	l := r.s.line("all points streamed as GeoJSON", "s", want(8, 0, true))
	l.Ours.add(took)
	l.Note = fmt.Sprintf("%d MB; PostGIS: COPY of ST_AsGeoJSON to psql", a.bytes/1e6)
	if r.peer != nil {
		took, err := r.peer.drain(ctx, "COPY (SELECT ST_AsGeoJSON(p.*) FROM (SELECT id, kind, name, ts, size, geom FROM points) p) TO STDOUT")
		if err != nil {
			return err
		}
		l.peer().add(took)
	}
	if counted {
		r.s.line("memory growth while streaming", "MiB", want(64, 0, true)).Ours.add(float64(server.memory("VmHWM")-before) / (1 << 20))
	}
	return nil
}

// meanHits asks how many features the radius finds on average.
func (r *suiteRun) meanHits(ctx context.Context, server *benchServer) (float64, error) {
	w, err := dial(ctx, strings.TrimPrefix(server.url, "http://"))
	if err != nil {
		return 0, err
	}
	defer w.conn.Close()
	rng := rand.New(rand.NewPCG(9, 9))
	const asked = 500
	sum := 0
	for range asked {
		x, y := benchPlace(rng)
		var body bytes.Buffer
		if _, err := w.send(postRequest(nil, "/api/v1/within", fmt.Sprintf(`{"layers":["points"],"geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"buffer":500,"result":"count"}`, x, y)), &body); err != nil {
			return 0, err
		}
		var got struct{ Counts map[string]int }
		if err := json.Unmarshal(body.Bytes(), &got); err != nil {
			return 0, err
		}
		sum += got.Counts["points"]
	}
	return float64(sum) / asked, nil
}

// drain runs a statement whose output is dropped, and returns the seconds.
func (p *peer) drain(ctx context.Context, statement string) (float64, error) {
	cmd := p.db.Command(ctx, "psql", "-X", "-q", "-h", p.db.Dir(), "-U", "postgres", "-d", "postgres", "-c", statement)
	cmd.Stdout = io.Discard
	start := time.Now()
	err := cmd.Run()
	return time.Since(start).Seconds(), err
}

// readSuites reads the results of all suites in a folder, and those of the city
// and the past, which measure loads only.
func readSuites(out string) ([]*suite, error) {
	var all []*suite
	for _, name := range []string{"query", "past", "tiles", "bench"} {
		text, err := os.ReadFile(filepath.Join(out, name+".json"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s := &suite{}
		switch name {
		case "query", "tiles":
			err = json.Unmarshal(text, s)
		case "past":
			var r struct {
				At                 time.Time
				Machine            machine
				Features, Versions int
				Loads              []loadResult
			}
			err = json.Unmarshal(text, &r)
			*s = suite{Name: name, At: r.At, Machine: r.Machine, Rounds: 1, Data: fmt.Sprintf("%d features with %d versions each", r.Features, r.Versions)}
			s.loads(r.Loads, 200)
		case "bench":
			var r benchReport
			err = json.Unmarshal(text, &r)
			*s = suite{Name: "city", At: r.At, Machine: machine{System: r.Machine}, Rounds: 1, Data: fmt.Sprintf("synthetic city of size %s, %d features", r.Size, r.Features)}
			s.loads(r.Loads, 0)
		}
		if err != nil {
			return nil, fmt.Errorf("%s.json: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// loads makes lines of loads, with a p99 to be held unless it is 0.
func (s *suite) loads(loads []loadResult, p99 float64) {
	for _, r := range loads {
		l := s.line(r.Name, "req/s", nil)
		if p99 > 0 {
			l.P99 = &p99
		}
		l.Ours.addLoad(r)
	}
	s.finish()
}

// thousands writes 12345 as 12,345.
func thousands(n float64) string {
	text := strconv.FormatFloat(n, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
