package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// pyramidOf is what came of asking for tiles of a pyramid.
type pyramidOf struct {
	tiles         int
	times         []float64 // milliseconds
	most          int64     // bytes
	slowest       float64
	largest, late tileAt
}

// pyramid asks a server just started for every tile of zooms 0 to 16 and for chosen
// ones of the deeper zooms, one after the other, each for the first time.
func (r *suiteRun) pyramid(ctx context.Context) error {
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	boxes, err := r.city.boxes()
	if err != nil {
		return err
	}
	for _, layer := range []string{"points", "blocks", "points,blocks"} {
		server.settled(ctx)
		var of []tileBox
		for _, one := range strings.Split(layer, ",") {
			of = append(of, boxes[one]...)
		}
		deep, chosen := deepTiles(of, r.scaled(deepEach))
		for _, part := range []struct {
			zooms, of, peers string
			tiles            iter.Seq[tileAt]
		}{
			{"z0–16", "", ". Peers: 1.25 to 28.9 MB", upperTiles},
			{"z17–22", chosen, "", slices.Values(deep)},
		} {
			p, err := walkTiles(ctx, server, layer, part.tiles)
			if err != nil {
				return err
			}
			size := r.s.line("largest tile "+part.zooms+" of "+layer, "kB", want(500, 0, true))
			size.Ours.add(float64(p.most) / 1000)
			size.Note = fmt.Sprintf("gzip; %v of %d tiles%s%s", p.largest, p.tiles, part.of, part.peers)
			slow := r.s.line("slowest cold tile "+part.zooms+" of "+layer, "ms", want(50, 0, true))
			slow.Ours.add(p.slowest)
			q := quantilesOf(p.times)
			slow.Note = fmt.Sprintf("%v; of these tiles p50 %s, p99 %s ms, each asked for once", p.late, number(q.P50), number(q.P99))
			if part.peers != "" {
				slow.Note += ". Peers: 300 to 3,600 ms"
			}
		}
	}
	return nil
}

func (t tileAt) String() string { return fmt.Sprintf("%d/%d/%d", t.z, t.x, t.y) }

// upperTiles yields every tile of zooms 0 to 16 over the box.
func upperTiles(yield func(tileAt) bool) {
	for z := range deepLow {
		lo, hi := benchTile(z, benchWest, benchSouth+benchHigh), benchTile(z, benchWest+benchWidth, benchSouth)
		for x := lo.x; x <= hi.x; x++ {
			for y := lo.y; y <= hi.y; y++ {
				if !yield(tileAt{z, x, y}) {
					return
				}
			}
		}
	}
}

// walkTiles asks for tiles, one after the other.
func walkTiles(ctx context.Context, server *benchServer, layer string, list iter.Seq[tileAt]) (p pyramidOf, err error) {
	w, err := dial(ctx, server.addr())
	if err != nil {
		return p, err
	}
	defer w.conn.Close()
	for t := range list {
		start := time.Now()
		a, err := w.send(getRequest(nil, t.path(layer), "Accept-Encoding: gzip"), nil)
		if err == nil && a.status >= 300 {
			err = fmt.Errorf("%s: %d", t.path(layer), a.status)
		}
		if err != nil {
			return p, err
		}
		took := float64(time.Since(start).Microseconds()) / 1000
		p.tiles++
		p.times = append(p.times, took)
		if a.bytes > p.most {
			p.most, p.largest = a.bytes, t
		}
		if took > p.slowest {
			p.slowest, p.late = took, t
		}
	}
	return p, ctx.Err()
}

// tilesOnce lets PostGIS draw low zooms, where it leaves out what is beyond 50,000
// features.
func tilesOnce(ctx context.Context, r *suiteRun) error {
	if r.peer == nil {
		return nil
	}
	for _, layer := range []string{"points", "blocks"} {
		slowest, most := 0.0, 0.0
		for _, z := range []int{0, 8, 10} {
			t := benchTile(z, benchWest+benchWidth/2, benchSouth+benchHigh/2)
			start := time.Now()
			rows, err := r.peer.db.Query(ctx, fmt.Sprintf("SELECT length(tile_%s(%d, %d, %d))", layer, t.z, t.x, t.y))
			if err != nil {
				return err
			}
			slowest = max(slowest, float64(time.Since(start).Microseconds())/1000)
			for _, row := range rows {
				var n float64
				fmt.Sscan(row, &n)
				most = max(most, n/1000)
			}
		}
		r.s.line("slowest cold tile z0–16 of "+layer, "ms", nil).peer().add(slowest)
		r.s.line("largest tile z0–16 of "+layer, "kB", nil).peer().add(most)
	}
	return nil
}
