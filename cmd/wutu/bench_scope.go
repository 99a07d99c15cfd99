package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"slices"
	"time"
)

// scopeResult compares a load asked with a key of the whole city and with one
// that is limited to a district, in alternating rounds.
type scopeResult struct {
	Name   string  `json:"name"`
	Whole  float64 `json:"whole_per_second"`  // median of the rounds
	Scoped float64 `json:"scoped_per_second"` // median of the rounds
	Ratio  float64 `json:"ratio"`
}

// scopeRounds is how often the two keys take turns.
const scopeRounds = 5

// scopeLoads asks about places: those of the district, which whoever is limited to
// it asks about, and tiles of the whole city.
func scopeLoads(places [][2]float64) []load {
	return []load{
		{"near: 10 buildings", func(r *rand.Rand, base string) (string, string, string) {
			at := places[r.IntN(len(places))]
			return http.MethodGet, fmt.Sprintf("%s/api/v1/near?layer=buildings&lon=%f&lat=%f&k=10", base, at[0], at[1]), ""
		}},
		{"hot tiles: z15 buildings,roads,parcels", func(r *rand.Rand, base string) (string, string, string) {
			x, y := tileOf(r, 15)
			return http.MethodGet, fmt.Sprintf("%s/tiles/buildings,roads,parcels/15/%d/%d.mvt", base, x, y), ""
		}},
	}
}

// placesIn draws places of a district.
func placesIn(ctx context.Context, base, district string) ([][2]float64, error) {
	r := rand.New(rand.NewPCG(3, 5))
	var out [][2]float64
	for range 4000 {
		x, y := cityLon+(r.Float64()*2-1)*cityRadius, cityLat+(r.Float64()*2-1)*cityRadius
		at, err := districtAt(ctx, base, x, y)
		if err != nil {
			return nil, err
		}
		if at == district {
			out = append(out, [2]float64{x, y})
		}
		if len(out) == 500 {
			break
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no place in district %s", district)
	}
	return out, nil
}

// benchScopes measures what a scope costs.
func benchScopes(ctx context.Context, self, dir, base string, each time.Duration) ([]scopeResult, error) {
	whole, err := benchKey(ctx, self, dir)
	if err != nil {
		return nil, err
	}
	district, err := districtAt(ctx, base, cityLon, cityLat)
	if err != nil {
		return nil, err
	}
	scoped, err := benchKey(ctx, self, dir, "--region", district)
	if err != nil {
		return nil, err
	}
	places, err := placesIn(ctx, base, district)
	if err != nil {
		return nil, err
	}
	var out []scopeResult
	for _, l := range scopeLoads(places) {
		var rates [2][]float64
		for round := range 1 + scopeRounds {
			for i, key := range []string{whole, scoped} {
				res, err := l.run(ctx, base, key, 8, each/scopeRounds)
				if err != nil {
					return nil, err
				}
				if res.Errors > 0 {
					return nil, fmt.Errorf("%s: %d errors", l.name, res.Errors)
				}
				if round > 0 { // the first round fills the caches
					rates[i] = append(rates[i], res.PerSecond)
				}
			}
		}
		slices.Sort(rates[0])
		slices.Sort(rates[1])
		r := scopeResult{Name: l.name, Whole: rates[0][scopeRounds/2], Scoped: rates[1][scopeRounds/2]}
		r.Ratio = r.Scoped / r.Whole
		out = append(out, r)
	}
	return out, nil
}

// benchKey makes a planner's key with `wutu token create`.
func benchKey(ctx context.Context, self, dir string, scope ...string) (string, error) {
	args := append([]string{"token", "create", "--data", dir, "--json", "--role", "planner"}, scope...)
	text, err := exec.CommandContext(ctx, self, args...).Output()
	if err != nil {
		return "", fmt.Errorf("token create: %w", err)
	}
	var made struct{ Token string }
	err = json.Unmarshal(text, &made)
	return made.Token, err
}

// districtAt asks the server for the district of a place, "" outside all.
func districtAt(ctx context.Context, base string, lon, lat float64) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/api/v1/locate?lon=%f&lat=%f", base, lon, lat), nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var place struct {
		Areas []struct{ Level, Code string }
	}
	if err := json.NewDecoder(res.Body).Decode(&place); err != nil {
		return "", err
	}
	for _, a := range place.Areas {
		if a.Level == "district" {
			return a.Code, nil
		}
	}
	return "", nil
}
