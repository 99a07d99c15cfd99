package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// load is one kind of request, made anew for each call from random places in
// the city.
type load struct {
	name string
	make func(r *rand.Rand, base string) (method, url, body string)
}

// loadResult is what one load measured. Latencies are milliseconds.
type loadResult struct {
	Name      string  `json:"name"`
	Requests  int     `json:"requests"`
	Errors    int     `json:"errors"`
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P95       float64 `json:"p95_ms"`
	P99       float64 `json:"p99_ms"`
}

// The loads stay within cityRadius degrees of the synthetic city's centre.
const (
	cityLon, cityLat = 111.29, 30.69
	cityRadius       = 0.04
)

func loads() []load {
	place := func(r *rand.Rand) (lon, lat float64) {
		return cityLon + (r.Float64()*2-1)*cityRadius, cityLat + (r.Float64()*2-1)*cityRadius
	}
	square := func(r *rand.Rand, half float64) string {
		x, y := place(r)
		return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}`,
			x-half, y-half, x+half, y-half*1.1, x+half*0.9, y+half, x-half*1.1, y+half*0.8, x-half, y-half)
	}
	return []load{
		{"near: 10 enterprises", func(r *rand.Rand, base string) (string, string, string) {
			x, y := place(r)
			return http.MethodGet, fmt.Sprintf("%s/api/v1/near?layer=enterprises&lon=%f&lat=%f&k=10", base, x, y), ""
		}},
		{"near: 10 buildings", func(r *rand.Rand, base string) (string, string, string) {
			x, y := place(r)
			return http.MethodGet, fmt.Sprintf("%s/api/v1/near?layer=buildings&lon=%f&lat=%f&k=10", base, x, y), ""
		}},
		{"within: 5 layers, 1 km", func(r *rand.Rand, base string) (string, string, string) {
			return http.MethodPost, base + "/api/v1/within", fmt.Sprintf(
				`{"layers":["buildings","enterprises","components","addresses","persons"],"geometry":%s}`, square(r, 0.005))
		}},
		{"within: 5 layers, 5 km", func(r *rand.Rand, base string) (string, string, string) {
			return http.MethodPost, base + "/api/v1/within", fmt.Sprintf(
				`{"layers":["buildings","enterprises","components","addresses","persons"],"geometry":%s}`, square(r, 0.025))
		}},
		{"locate", func(r *rand.Rand, base string) (string, string, string) {
			x, y := place(r)
			return http.MethodGet, fmt.Sprintf("%s/api/v1/locate?lon=%f&lat=%f&accuracy=15", base, x, y), ""
		}},
		{"tiles: z15 buildings,roads,parcels", func(r *rand.Rand, base string) (string, string, string) {
			x, y := tileOf(r, 15)
			return http.MethodGet, fmt.Sprintf("%s/tiles/buildings,roads,parcels/15/%d/%d.mvt", base, x, y), ""
		}},
		{"tiles: z12 hexagons of enterprises", func(r *rand.Rand, base string) (string, string, string) {
			x, y := tileOf(r, 12)
			return http.MethodGet, fmt.Sprintf("%s/tiles/enterprises/hex/12/%d/%d.mvt", base, x, y), ""
		}},
	}
}

// tileOf is a random tile of zoom z in the city. Around 30.69 N a degree of
// latitude is 1.163 times as high as a degree of longitude is wide, in tiles.
func tileOf(r *rand.Rand, z uint) (x, y int) {
	n := float64(uint(1) << z)
	cx, cy := (cityLon+180)/360*n, 0.41035*n // 0.41035: Web Mercator y of 30.69 N
	spread := cityRadius / 360 * n
	return int(cx + (r.Float64()*2-1)*spread), int(cy + (r.Float64()*2-1)*spread*1.163)
}

// run sends requests from clients connections, each waiting for its answer,
// for the given time, with an API key unless it is "".
func (l *load) run(ctx context.Context, base, key string, clients int, length time.Duration) (loadResult, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}}
	type tally struct {
		times  []float64
		errors int
		err    error
	}
	tallies := make([]tally, clients)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			t, r := &tallies[i], rand.New(rand.NewPCG(uint64(i), 7))
			for time.Since(start) < length && ctx.Err() == nil {
				method, url, body := l.make(r, base)
				began := time.Now()
				status, err := send(ctx, client, key, method, url, body)
				t.times = append(t.times, float64(time.Since(began).Microseconds())/1000)
				if err != nil || status >= 400 {
					t.errors++
					t.err = err
				}
			}
		})
	}
	wg.Wait()
	res := loadResult{Name: l.name}
	var all []float64
	for _, t := range tallies {
		all = append(all, t.times...)
		res.Errors += t.errors
		if t.err != nil {
			return res, fmt.Errorf("%s: %w", l.name, t.err)
		}
	}
	slices.Sort(all)
	at := func(q float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return all[min(int(q*float64(len(all))), len(all)-1)]
	}
	res.Requests, res.PerSecond = len(all), float64(len(all))/time.Since(start).Seconds()
	res.P50, res.P95, res.P99 = at(0.5), at(0.95), at(0.99)
	return res, ctx.Err()
}

func send(ctx context.Context, client *http.Client, key, method, url, body string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewBufferString(body))
	if err != nil {
		return 0, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}
