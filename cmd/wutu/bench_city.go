package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"

	"github.com/spf13/pflag"
)

func citySuite() *benchSuite {
	var size string
	return &benchSuite{name: "city", short: "Measure the loads of a city's desks and phones, and the price of a scope",
		long: "The nearest, what is inside, whose place it is and tiles, with random places of the city; then the same with a\n" +
			"key of the whole city and one that is limited to a district, in turn.",
		flags: func(flags *pflag.FlagSet) {
			flags.StringVar(&size, "size", "", "small, city or prefecture; city if not given, small with a small --share")
		},
		data: func(ctx context.Context, r *suiteRun) error {
			_, err := r.sampleData(ctx, size)
			return err
		},
		round: cityRound,
	}
}

func cityRound(ctx context.Context, r *suiteRun, round int) error {
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	n, err := server.features(ctx)
	if err != nil {
		return err
	}
	r.s.line("features that everybody may count", "features", nil).Ours.add(float64(n))
	server.settled(ctx)
	for _, l := range cityLoads() {
		r.say("load: %s", l.name)
		res, err := r.load(ctx, server, l, uint64(round))
		if err != nil {
			return err
		}
		r.s.line(l.name, "req/s", nil).Ours.addLoad(res)
	}
	r.say("load: with and without a scope")
	return r.scopes(ctx, server, uint64(round))
}

// The loads stay within cityRadius degrees of the synthetic city's centre.
const (
	cityLon, cityLat = 111.29, 30.69
	cityRadius       = 0.04
)

// cityPlace is a place of the synthetic city.
func cityPlace(r *rand.Rand) (lon, lat float64) {
	return cityLon + (r.Float64()*2-1)*cityRadius, cityLat + (r.Float64()*2-1)*cityRadius
}

// benchSquare is GeoJSON of four corners around a place, somewhat askew, half
// degrees from its middle.
func benchSquare(x, y, half float64) string {
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}`,
		x-half, y-half, x+half, y-half*1.1, x+half*0.9, y+half, x-half*1.1, y+half*0.8, x-half, y-half)
}

func cityLoads() []load {
	near := func(layer string) func(*rand.Rand, []byte, []string) []byte {
		return func(r *rand.Rand, buf []byte, header []string) []byte {
			x, y := cityPlace(r)
			return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=%s&lon=%f&lat=%f&k=10", layer, x, y), header...)
		}
	}
	within := func(half float64) func(*rand.Rand, []byte, []string) []byte {
		return func(r *rand.Rand, buf []byte, header []string) []byte {
			x, y := cityPlace(r)
			return postRequest(buf, "/api/v1/within", `{"layers":["buildings","enterprises","components","addresses","persons"],"geometry":`+benchSquare(x, y, half)+`}`, header...)
		}
	}
	tile := func(z int, layers string) func(*rand.Rand, []byte, []string) []byte {
		return func(r *rand.Rand, buf []byte, header []string) []byte {
			x, y := cityPlace(r)
			return getRequest(buf, benchTile(z, x, y).path(layers), header...)
		}
	}
	return []load{
		{"near: 10 enterprises", near("enterprises")},
		{"near: 10 buildings", near("buildings")},
		{"within: 5 layers, 1 km", within(0.005)},
		{"within: 5 layers, 5 km", within(0.025)},
		{"locate", func(r *rand.Rand, buf []byte, header []string) []byte {
			x, y := cityPlace(r)
			return getRequest(buf, fmt.Sprintf("/api/v1/locate?lon=%f&lat=%f&accuracy=15", x, y), header...)
		}},
		{"tiles: z15 buildings,roads,parcels", tile(15, "buildings,roads,parcels")},
		{"tiles: z12 hexagons of enterprises", tile(12, "enterprises/hex")},
	}
}

// scopes measures what a scope costs: loads asked with a key of the whole city and
// with one that is limited to a district, about places of the district, which
// whoever is limited to it asks about, and tiles of the whole city.
func (r *suiteRun) scopes(ctx context.Context, server *benchServer, seed uint64) error {
	district, err := districtAt(ctx, server, cityLon, cityLat)
	if err != nil {
		return err
	}
	var headers [2]string
	for i, scope := range [][]string{nil, {"--region", district}} {
		key, err := roleKey(ctx, r.self, r.dir, "planner", scope...)
		if err != nil {
			return err
		}
		headers[i] = "Authorization: Bearer " + key
	}
	places, err := placesIn(ctx, server, district)
	if err != nil {
		return err
	}
	tiles := cityLoads()[5]
	for _, l := range []load{
		{"near: 10 buildings", func(r *rand.Rand, buf []byte, header []string) []byte {
			at := places[r.IntN(len(places))]
			return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=buildings&lon=%f&lat=%f&k=10", at[0], at[1]), header...)
		}},
		{"hot " + tiles.name, tiles.next},
	} {
		var rates [2]float64
		for pass := range 2 { // the first fills the caches
			for i, header := range headers {
				res, err := r.load(ctx, server, l, seed, header)
				if err != nil {
					return err
				}
				if res.Errors > 0 {
					return fmt.Errorf("%s: %d errors", l.name, res.Errors)
				}
				if rates[i] = res.PerSecond; pass == 1 {
					r.s.line(l.name+[]string{", whole city", ", limited to a district"}[i], "req/s", nil).Ours.addLoad(res)
				}
			}
		}
		r.s.line("the price of a scope, "+l.name, "ratio", nil).Ours.add(rates[1] / rates[0])
	}
	return nil
}

// placesIn draws places of a district.
func placesIn(ctx context.Context, server *benchServer, district string) ([][2]float64, error) {
	r := rand.New(rand.NewPCG(3, 5))
	var out [][2]float64
	for range 1000 {
		x, y := cityPlace(r)
		at, err := districtAt(ctx, server, x, y)
		if err != nil {
			return nil, err
		}
		if at == district {
			out = append(out, [2]float64{x, y})
		}
		if len(out) == 200 {
			break
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no place in district %s", district)
	}
	return out, nil
}

// districtAt asks the server for the district of a place, "" outside all.
func districtAt(ctx context.Context, server *benchServer, lon, lat float64) (string, error) {
	var place struct {
		Areas []struct{ Level, Code string }
	}
	err := server.ask(ctx, "", http.MethodGet, fmt.Sprintf("/api/v1/locate?lon=%f&lat=%f", lon, lat), "", &place)
	for _, a := range place.Areas {
		if a.Level == "district" {
			return a.Code, err
		}
	}
	return "", err
}
