package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
)

func tilesSuite() *benchSuite {
	hashes := map[[32]byte]bool{} // of one tile, over all rounds
	return &benchSuite{name: "tiles", short: "Measure vector tiles of a million points and 200,000 buildings beside PostGIS", peer: true,
		long: "Hot, cold and unchanged tiles of a mix of zooms 13 to 16 in every coding and with a key, every tile of zooms 0\n" +
			"to 16 and the fullest of 17 to 22 for the first time, and whether tiles are the same in every process; beside it\n" +
			"PostGIS draws the same tiles with the statement that pg_tileserv sends, uncompressed.",
		round: func(ctx context.Context, r *suiteRun, round int) error { return tilesRound(ctx, r, round, hashes) },
		once:  tilesOnce,
	}
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

// tilePeer is what pg_tileserv sends for each tile of a table: its columns, a buffer
// of 256 units, and 50,000 features at most, whichever come first.
func tilePeer(table, columns string) string {
	return fmt.Sprintf(`CREATE FUNCTION tile_%[1]s(z int, x int, y int) RETURNS bytea LANGUAGE sql STABLE AS $$
		SELECT ST_AsMVT(mvtgeom, 'public.%[1]s', 4096, 'geom') FROM (
			SELECT ST_AsMVTGeom(ST_Transform(ST_Force2D(t.geom), 3857), bounds.clip, 4096, 256) AS geom, %[2]s
			FROM %[1]s t, (SELECT ST_TileEnvelope(z, x, y) AS clip, ST_Transform(ST_TileEnvelope(z, x, y, margin => 256.0 / 4096), 4326) AS reach) bounds
			WHERE ST_Intersects(t.geom, bounds.reach) LIMIT 50000) mvtgeom $$;
`, table, columns)
}

// preparePeer gives PostGIS the statements and the mix.
func preparePeer(ctx context.Context, p *peer, mix []tileAt) error {
	var rows strings.Builder
	for i, t := range mix {
		fmt.Fprintf(&rows, "%d\t%d\t%d\t%d\n", i, t.z, t.x, t.y)
	}
	if _, err := p.db.Query(ctx, "CREATE TABLE mix (i int PRIMARY KEY, z int, x int, y int);"+
		tilePeer("points", "id, kind, name, ts, size")+tilePeer("blocks", "id, levels")); err != nil {
		return err
	}
	return p.db.Copy(ctx, "mix", strings.NewReader(rows.String()))
}

func tilesRound(ctx context.Context, r *suiteRun, round int, hashes map[[32]byte]bool) error {
	mix := tileMix(mixSize)
	if round == 0 && r.peer != nil {
		if err := preparePeer(ctx, r.peer, mix); err != nil {
			return err
		}
	}
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	if err := r.coldTiles(ctx, server, mix); err != nil {
		return err
	}
	if err := r.hotTiles(ctx, server, mix, uint64(round)); err != nil {
		return err
	}
	if err := r.sameTile(ctx, server, hashes); err != nil {
		return err
	}
	r.s.line("memory at most", "MiB", want(1024, 0, true)).Ours.add(float64(server.memory("VmHWM") >> 20))
	server.stop()
	return r.pyramid(ctx)
}

// coldTiles asks for each tile of the mix once, of a server that has drawn none.
func (r *suiteRun) coldTiles(ctx context.Context, server *benchServer, mix []tileAt) error {
	for _, cold := range []struct {
		layer, name, note string
		least             float64
	}{
		{"blocks", "cold tiles of buildings", "gzip; PostGIS: the statement of pg_tileserv, not compressed. pg_tileserv itself: 139", 1500},
		{"points", "cold tiles of points", "gzip; PostGIS: the statement of pg_tileserv, not compressed. pg_tileserv itself: 18, tile38: 261", 1000},
	} {
		server.settled(ctx)
		var at atomic.Int64
		l := r.s.line(cold.name, "req/s", want(cold.least, 25, false))
		l.Note = cold.note
		err := r.race(ctx, l, wireLoad{addr: server.addr(), conns: r.conns, next: func(_ *rand.Rand, buf []byte) []byte {
			i := int(at.Add(1)) - 1
			if i >= len(mix) {
				return nil
			}
			return getRequest(buf, mix[i].path(cold.layer), "Accept-Encoding: gzip")
		}}, fmt.Sprintf("\\set i random(0, %d)\nSELECT tile_%s(z, x, y) FROM mix WHERE i = :i;\n", mixSize-1, cold.layer))
		if err != nil {
			return err
		}
	}
	return nil
}

// hotTiles asks for tiles of the mix that have all been asked for before.
func (r *suiteRun) hotTiles(ctx context.Context, server *benchServer, mix []tileAt, seed uint64) error {
	key, err := roleKey(ctx, r.self, r.dir, "planner")
	if err != nil {
		return err
	}
	gzip, plain, unchanged, mean := "Accept-Encoding: gzip", 0.0, 0.0, 0
	for _, hot := range []struct {
		name, layer string
		header      []string
		same        bool    // with the tag of what the client has
		least, p99  float64 // requests a second
		share       float64 // of the first line's rate
		note        string
	}{
		{name: "hot tiles of buildings", layer: "blocks", header: []string{gzip}, least: 30_000, p99: 5,
			note: "gzip, from the cache. tegola's file cache: 14,300, go-pmtiles: 12,700"},
		{name: "the same with a key", layer: "blocks", header: []string{gzip, "Authorization: Bearer " + key}, share: 0.9},
		{name: "the same in brotli", layer: "blocks", header: []string{"Accept-Encoding: br"}, share: 0.9},
		{name: "the same in zstd", layer: "blocks", header: []string{"Accept-Encoding: zstd"}, share: 0.9},
		{name: "unchanged tiles of buildings, 304", layer: "blocks", header: []string{gzip}, same: true, least: 60_000},
		{name: "hot tiles of points", layer: "points", header: []string{gzip}, note: "gzip, from the cache"},
	} {
		tags, size, err := tileTags(ctx, server.addr(), mix, hot.layer, hot.header)
		if err != nil {
			return err
		}
		set := func(*suiteLine) {}
		if hot.least > 0 {
			set = want(hot.least, hot.p99, false)
		}
		l := r.s.line(hot.name, "req/s", set)
		l.Note = hot.note
		err = r.race(ctx, l, wireLoad{addr: server.addr(), conns: r.conns, length: r.length(), seed: seed, next: func(rng *rand.Rand, buf []byte) []byte {
			i := rng.IntN(len(mix))
			header := hot.header
			if hot.same {
				header = append(header[:1:1], tags[i])
			}
			return getRequest(buf, mix[i].path(hot.layer), header...)
		}}, "")
		if err != nil {
			return err
		}
		rate := l.Ours.Rounds[len(l.Ours.Rounds)-1]
		switch {
		case plain == 0:
			plain, mean = rate, int(size)/len(mix)
		case hot.same:
			unchanged = rate
		}
		if hot.share > 0 {
			r.s.line(hot.name+", share of the rate without", "ratio", want(hot.share, 0, false)).Ours.add(rate / plain)
		}
	}
	return r.bare(ctx, mean, seed, plain, unchanged)
}

// tileTags asks for each tile once and returns the headers that name what came, and
// how many bytes it was.
func tileTags(ctx context.Context, addr string, mix []tileAt, layer string, header []string) (tags []string, size int64, err error) {
	w, err := dial(ctx, addr)
	if err != nil {
		return nil, 0, err
	}
	defer w.conn.Close()
	for _, t := range mix {
		a, err := w.send(getRequest(nil, t.path(layer), header...), nil)
		if err == nil && a.status >= 300 {
			err = fmt.Errorf("%s: %d", t.path(layer), a.status)
		}
		if err != nil {
			return nil, 0, err
		}
		tags, size = append(tags, "If-None-Match: "+a.etag), size+a.bytes
	}
	return tags, size, nil
}

// sameTile asks 20 times for dense tiles of both layers: all rounds, each with a
// process of its own, must answer with the same bytes. The filters differ and hold
// for everything, so that each is drawn and none comes from the cache.
func (r *suiteRun) sameTile(ctx context.Context, server *benchServer, hashes map[[32]byte]bool) error {
	w, err := dial(ctx, server.addr())
	if err != nil {
		return err
	}
	defer w.conn.Close()
	for i := range 20 {
		sum := sha256.New()
		for _, z := range []int{8, 12, 15} {
			var body bytes.Buffer
			path := benchTile(z, benchWest+benchWidth/2, benchSouth+benchHigh/2).path("points,blocks") + "?filter=" + url.QueryEscape(fmt.Sprintf("kind <> 'none %d'", i))
			a, err := w.send(getRequest(nil, path), &body)
			if err == nil && a.status != 200 {
				err = fmt.Errorf("%s: %d %s", path, a.status, body.Bytes())
			}
			if err != nil {
				return err
			}
			sum.Write(body.Bytes())
		}
		hashes[[32]byte(sum.Sum(nil))] = true
	}
	r.s.line("different bytes of the same tiles, 20 drawings a process", "hashes", want(1, 0, true)).Ours.add(float64(len(hashes)))
	return nil
}
