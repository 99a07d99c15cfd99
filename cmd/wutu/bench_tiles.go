package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
)

func (p *program) benchTilesCmd() *cobra.Command {
	return p.suiteCmd("tiles", "Measure vector tiles of a million points and 200,000 buildings beside PostGIS",
		"Hot, cold and unchanged tiles of a mix of zooms 13 to 16, the worst tile of the whole pyramid, and whether\n"+
			"tiles are the same in every process; beside it PostGIS draws the same tiles with ST_AsMVT, uncompressed.", tilesRound, tilesOnce)
}

// tileAt is a tile of the Web Mercator pyramid.
type tileAt struct{ z, x, y int }

// benchTile is the tile of a place.
func benchTile(z int, lon, lat float64) tileAt {
	n := math.Exp2(float64(z))
	sin := math.Sin(lat * math.Pi / 180)
	return tileAt{z, int((lon + 180) / 360 * n), int((0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * n)}
}

func (t tileAt) path(layer string) string {
	return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layer, t.z, t.x, t.y)
}

// tileMix draws n different tiles of zooms 13 to 16 over the box, always the same.
func tileMix(n int) []tileAt {
	r := rand.New(rand.NewPCG(benchSeed, 0x711e5))
	known := map[tileAt]bool{}
	var out []tileAt
	for len(out) < n {
		x, y := benchPlace(r)
		t := benchTile(13+r.IntN(4), x, y)
		if !known[t] {
			known[t] = true
			out = append(out, t)
		}
	}
	return out
}

const mixSize = 999

// tilePeer is what pg_tileserv and its like ask for each tile: the features whose
// box meets the tile and its buffer, clipped and encoded.
const tilePeer = `CREATE TABLE mix (i int PRIMARY KEY, z int, x int, y int);
CREATE FUNCTION tile_points(z int, x int, y int, most bigint) RETURNS bytea LANGUAGE sql STABLE AS $$
	SELECT ST_AsMVT(t, 'points') FROM (SELECT id, kind, name, ts, ST_AsMVTGeom(ST_Transform(p.geom, 3857), b.env, 4096, 64, true) AS geom
		FROM points p, (SELECT ST_TileEnvelope(z, x, y) AS env, ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4326) AS reach) b
		WHERE p.geom && b.reach LIMIT most) t $$;
CREATE FUNCTION tile_blocks(z int, x int, y int, most bigint) RETURNS bytea LANGUAGE sql STABLE AS $$
	SELECT ST_AsMVT(t, 'blocks') FROM (SELECT id, levels, ST_AsMVTGeom(ST_Transform(p.geom, 3857), b.env, 4096, 64, true) AS geom
		FROM blocks p, (SELECT ST_TileEnvelope(z, x, y) AS env, ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4326) AS reach) b
		WHERE p.geom && b.reach LIMIT most) t $$;`

func tilesRound(ctx context.Context, r *suiteRun, server *benchServer, round int) error {
	mix := tileMix(mixSize)
	addr := strings.TrimPrefix(server.url, "http://")
	if round == 0 && r.peer != nil {
		var rows strings.Builder
		for i, t := range mix {
			fmt.Fprintf(&rows, "%d\t%d\t%d\t%d\n", i, t.z, t.x, t.y)
		}
		if _, err := r.peer.db.Query(ctx, tilePeer); err != nil {
			return err
		}
		if err := r.peer.db.Copy(ctx, "mix", strings.NewReader(rows.String())); err != nil {
			return err
		}
	}
	// Cold: each tile of the mix is asked for once, by a server just started.
	for _, cold := range []struct {
		layer, name, note string
		least             float64
	}{
		{"blocks", "cold tiles of buildings", "gzip; PostGIS: ST_AsMVT, not compressed. pg_tileserv: 139", 1500},
		{"points", "cold tiles of points", "gzip; PostGIS: ST_AsMVT, not compressed, all points. pg_tileserv: 18, tile38: 261", 1000},
	} {
		server.settled(ctx)
		var at atomic.Int64
		l := r.s.line(cold.name, "req/s", want(cold.least, 25, false))
		l.Note = cold.note
		err := r.race(ctx, l, wireLoad{addr: addr, conns: r.conns, next: func(_ *rand.Rand, buf []byte) []byte {
			i := int(at.Add(1)) - 1
			if i >= len(mix) {
				return nil
			}
			return getRequest(buf, mix[i].path(cold.layer), "Accept-Encoding: gzip")
		}}, fmt.Sprintf("\\set i random(0, %d)\nSELECT tile_%s(z, x, y, NULL) FROM mix WHERE i = :i;\n", mixSize-1, cold.layer))
		if err != nil {
			return err
		}
	}
	tags, err := tileTags(ctx, addr, mix)
	if err != nil {
		return err
	}
	hot := r.s.line("hot tiles of buildings", "req/s", want(30_000, 5, false))
	hot.Note = "gzip, from the cache. tegola's file cache: 14,300, go-pmtiles: 12,700"
	load := func(header func(i int) []string) wireLoad {
		return wireLoad{addr: addr, conns: r.conns, length: r.length(), seed: uint64(round), next: func(rng *rand.Rand, buf []byte) []byte {
			i := rng.IntN(len(mix))
			return getRequest(buf, mix[i].path("blocks"), header(i)...)
		}}
	}
	gzip := []string{"Accept-Encoding: gzip"}
	if err := r.race(ctx, hot, load(func(int) []string { return gzip }), ""); err != nil {
		return err
	}
	headers := make([][]string, len(mix))
	for i, tag := range tags {
		headers[i] = []string{"Accept-Encoding: gzip", "If-None-Match: " + tag}
	}
	same := r.s.line("unchanged tiles, 304", "req/s", want(60_000, 0, false))
	if err := r.race(ctx, same, load(func(i int) []string { return headers[i] }), ""); err != nil {
		return err
	}
	if err := r.sameTile(ctx, addr); err != nil {
		return err
	}
	if round == r.rounds-1 {
		return r.pyramid(ctx)
	}
	return nil
}

// tileTags asks for each tile once and returns its tag.
func tileTags(ctx context.Context, addr string, mix []tileAt) ([]string, error) {
	w, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	defer w.conn.Close()
	var tags []string
	for _, t := range mix {
		a, err := w.send(getRequest(nil, t.path("blocks"), "Accept-Encoding: gzip"), nil)
		if err != nil {
			return nil, err
		}
		tags = append(tags, a.etag)
	}
	return tags, nil
}

// sameTile asks 20 times for a dense tile of both layers: all rounds, each with
// a process of its own, must answer with the same bytes.
func (r *suiteRun) sameTile(ctx context.Context, addr string) error {
	w, err := dial(ctx, addr)
	if err != nil {
		return err
	}
	defer w.conn.Close()
	seen := map[[32]byte]bool{}
	for range 20 {
		var body bytes.Buffer
		path := benchTile(12, benchWest+benchWidth/2, benchSouth+benchHigh/2).path("points,blocks")
		if _, err := w.send(getRequest(nil, path, "Cache-Control: no-cache"), &body); err != nil {
			return err
		}
		seen[sha256.Sum256(body.Bytes())] = true
	}
	if r.hashes == nil {
		r.hashes = map[[32]byte]bool{}
	}
	for h := range seen {
		r.hashes[h] = true
	}
	r.s.line("different bytes of one tile, 20 requests a process", "tiles", want(1, 0, true)).Ours.add(float64(len(r.hashes)))
	return nil
}

// pyramid asks a server just started for every tile of zooms 0 to 16 over the box,
// one after the other, each for the first time.
func (r *suiteRun) pyramid(ctx context.Context) error {
	server, err := startServer(ctx, r.self, r.city.dir)
	if err != nil {
		return err
	}
	defer server.stop()
	w, err := dial(ctx, strings.TrimPrefix(server.url, "http://"))
	if err != nil {
		return err
	}
	defer w.conn.Close()
	for _, layer := range []string{"points", "blocks"} {
		server.settled(ctx)
		var times []float64
		tiles, most, slowest := 0, int64(0), 0.0
		var largest, late tileAt
		for z := range 17 {
			lo, hi := benchTile(z, benchWest, benchSouth+benchHigh), benchTile(z, benchWest+benchWidth, benchSouth)
			for x := lo.x; x <= hi.x; x++ {
				for y := lo.y; y <= hi.y; y++ {
					t := tileAt{z, x, y}
					start := time.Now()
					a, err := w.send(getRequest(nil, t.path(layer), "Accept-Encoding: gzip"), nil)
					if err != nil {
						return err
					}
					took := float64(time.Since(start).Microseconds()) / 1000
					if a.status >= 400 {
						return fmt.Errorf("%s: %d", t.path(layer), a.status)
					}
					tiles++
					times = append(times, took)
					if a.bytes > most {
						most, largest = a.bytes, t
					}
					if took > slowest {
						slowest, late = took, t
					}
				}
			}
		}
		slices.Sort(times)
		size := r.s.line("largest tile z0–16 of "+layer, "kB", want(500, 0, true))
		size.Ours.add(float64(most) / 1000)
		size.Note = fmt.Sprintf("gzip; %d/%d/%d of %d tiles. Peers: 1.25 to 28.9 MB", largest.z, largest.x, largest.y, tiles)
		slow := r.s.line("slowest cold tile z0–16 of "+layer, "ms", want(50, 0, true))
		slow.Ours.add(slowest)
		slow.Note = fmt.Sprintf("%d/%d/%d; of all tiles p50 %s, p99 %s ms. Peers: 300 to 3,600 ms", late.z, late.x, late.y,
			number(times[len(times)/2]), number(times[len(times)*99/100]))
	}
	return nil
}

// tilesOnce lets PostGIS draw low zooms, where nothing is left out for it.
func tilesOnce(ctx context.Context, r *suiteRun) error {
	if r.peer == nil {
		return nil
	}
	for _, layer := range []string{"points", "blocks"} {
		most := 0.0
		for _, z := range []int{0, 8, 10} {
			t := benchTile(z, benchWest+benchWidth/2, benchSouth+benchHigh/2)
			took, err := r.peer.seconds(ctx, fmt.Sprintf("SELECT length(tile_%s(%d, %d, %d, NULL))", layer, t.z, t.x, t.y))
			if err != nil {
				return err
			}
			most = max(most, took*1000)
		}
		r.s.line("slowest cold tile z0–16 of "+layer, "ms", nil).peer().add(most)
	}
	return nil
}
