package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

func querySuite() *benchSuite {
	return &benchSuite{name: "query", short: "Measure questions to a million features beside PostGIS", peer: true, round: queryRound,
		long: "Nearest, counts and lists in a circle, statistics by 480 hexagons and the whole layer streamed, over HTTP\n" +
			"with the clients on the same machine, and the same questions to PostGIS over its socket."}
}

// statsBody asks for the count and mean of all points by hexagon. Over the box
// of the data resolution 7 has some 480 cells, near twice as many as the target names.
const statsBody = `{"layers":["points"],"by":"h3:7","measures":["mean:size"]}`

// statsPeer is that question in SQL, by as many hexagons of the same size.
const statsPeer = `SELECT h.i, h.j, count(*), avg(p.size) FROM cells h JOIN points p ON ST_Intersects(h.geom, p.geom) GROUP BY h.i, h.j`

func queryRound(ctx context.Context, r *suiteRun, round int) error {
	if round == 0 && r.peer != nil {
		// With edges of 0.0118 degrees as many hexagons lie over the box as of H3's resolution 7.
		if _, err := r.peer.db.Query(ctx, fmt.Sprintf(`CREATE TABLE cells AS SELECT i, j, geom FROM ST_HexagonGrid(0.0118, ST_MakeEnvelope(%v, %v, %v, %v, 4326));
			CREATE INDEX ON cells USING gist (geom); ANALYZE cells`, benchWest, benchSouth, benchWest+benchWidth, benchSouth+benchHigh)); err != nil {
			return err
		}
	}
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	if err := r.coldStats(ctx, server); err != nil {
		return err
	}
	if err := r.streamAll(ctx, server); err != nil {
		return err
	}
	addr := server.addr()
	load := func(next func(*rand.Rand, []byte) []byte) wireLoad {
		return wireLoad{addr: addr, conns: r.conns, length: r.length(), seed: uint64(round), next: next}
	}
	near := r.s.line("10 nearest", "req/s", want(25_000, 3, false))
	near.Note = "PostGIS: ORDER BY geom <-> point, which orders by degrees; here the distance is geodesic. Tile38: 6,100"
	if err := r.race(ctx, near, load(func(rng *rand.Rand, buf []byte) []byte {
		x, y := benchPlace(rng)
		return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=points&lon=%.7f&lat=%.7f&k=10", x, y))
	}), benchAt+"SELECT id, kind, name, ts, size, ST_AsGeoJSON(geom) FROM points ORDER BY geom <-> "+benchHere+" LIMIT 10;\n"); err != nil {
		return err
	}
	count := r.s.line("count in a 1 km circle", "req/s", want(25_000, 0, false))
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
	w, err := dial(ctx, server.addr())
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
	counted := server.forgetPeak()
	w, err := dial(ctx, server.addr())
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
	w, err := dial(ctx, server.addr())
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
