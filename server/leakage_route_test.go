package server_test

import (
	"iter"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/server"
	"wutu/server/auth"
	"wutu/server/auth/oidc"
	"wutu/server/openapi"
)

// subscribed is why webhooks tell nothing more.
const subscribed = "of what the subject itself has made, without anything of the city; sent is what it may follow (webhook_test.go)"

// guarded is why watches of fences tell nothing more.
const guarded = "of layers that the subject sees whole, and refused to others (fence_test.go)"

// moved is why tracks tell nothing more.
const moved = "every fix is asked as the layer's feature would be, tracks of persons for more (track_test.go)"

// plain says of the routes that are not put to TestLeakage why they have no
// feature to tell of. They are asked by TestEveryRouteIsProbed alone.
var plain = map[string]string{
	"GET /ogc/":                                       "addresses only",
	"GET /openapi.json":                               "the document of the program, the same for everybody",
	"GET /problems/{kind}":                            "what a type of problem means",
	"GET /api/docs":                                   "a page without data",
	"GET /api/docs/{file}":                            "its script and style",
	"GET /basemaps":                                   "files beside the city's, shown to who may list the frame (basemap_test.go)",
	"GET /basemaps/{name}.json":                       "files beside the city's, shown to who may list the frame (basemap_test.go)",
	"GET /basemaps/{name}/{z}/{x}/{y}":                "files beside the city's, shown to who may list the frame (basemap_test.go)",
	"GET /ogc/conformance":                            "constant",
	"GET /ogc/functions":                              "constant",
	"GET /ogc/tileMatrixSets":                         "constant",
	"GET /ogc/tileMatrixSets/{tileMatrixSetId}":       "constant",
	"GET /api/v1/convert":                             "arithmetic",
	"GET /api/v1/event-classes":                       "constant",
	"POST /api/v1/observations":                       "readings: of devices the subject may see, and refused to others (observation_test.go)",
	"POST /api/v1/photos":                             "a picture of the subject's own",
	"GET /api/v1/photos/{id}":                         "pictures of the subject's own, and of cases it sees (photo_test.go)",
	"GET /api/v1/fences":                              guarded,
	"GET /api/v1/fences/{id}":                         guarded,
	"PUT /api/v1/fences/{id}":                         guarded,
	"DELETE /api/v1/fences/{id}":                      guarded,
	"GET /api/v1/fences/{id}/transitions":             guarded,
	"GET /api/v1/fences/{id}/stream":                  guarded,
	"GET /api/v1/webhooks":                            subscribed,
	"POST /api/v1/webhooks":                           subscribed,
	"GET /api/v1/webhooks/{id}":                       subscribed,
	"DELETE /api/v1/webhooks/{id}":                    subscribed,
	"POST /api/v1/webhooks/{id}/resume":               subscribed,
	"GET /api/v1/webhooks/{id}/dead":                  subscribed,
	"POST /api/v1/webhooks/{id}/redeliver":            subscribed,
	"POST /api/v1/movers/fixes":                       moved,
	"GET /api/v1/movers/settings":                     "days, by layer",
	"PUT /api/v1/movers/settings":                     "days, by layer",
	"GET /api/v1/movers/{id}/track":                   moved,
	"GET /api/v1/movers/{id}/stops":                   moved,
	"GET /api/v1/movers/{id}/trips":                   moved,
	"POST /api/v1/movers/visits":                      moved,
	"POST /api/v1/movers/coverage":                    moved,
	"GET /api/v1/alarm-rules":                         "limits, by kind of device",
	"PUT /api/v1/alarm-rules":                         "limits, by kind of device",
	"GET /open311/v2/discovery.xml":                   "addresses only",
	"GET /open311/v2/discovery.json":                  "addresses only",
	"GET /open311/v2/services.xml":                    "constant",
	"GET /open311/v2/services.json":                   "constant",
	"GET /open311/v2/services/{id}":                   "constant",
	"POST /open311/v2/requests.xml":                   "a report: it answers with the id of its own",
	"POST /open311/v2/requests.json":                  "a report: it answers with the id of its own",
	"POST /open311/v2/servicerequestupdates.xml":      "a step: probed as such",
	"POST /open311/v2/servicerequestupdates.json":     "a step: probed as such",
	"GET /api/v1/event-life":                          "constant",
	"GET /api/v1/session/oidc":                        accounts,
	"GET /api/v1/session/oidc/callback":               accounts,
	"GET /api/v1/admin/usage":                         accounts,
	"GET /api/v1/session/methods":                     accounts,
	"POST /api/v1/session":                            accounts,
	"GET /api/v1/session":                             accounts,
	"DELETE /api/v1/session":                          accounts,
	"POST /api/v1/session/password":                   accounts,
	"POST /api/v1/session/totp":                       accounts,
	"PUT /api/v1/session/totp":                        accounts,
	"GET /api/v1/sessions":                            accounts,
	"DELETE /api/v1/sessions/{id}":                    accounts,
	"GET /api/v1/admin/accounts":                      accounts,
	"POST /api/v1/admin/accounts":                     accounts,
	"PATCH /api/v1/admin/accounts/{id}":               accounts,
	"DELETE /api/v1/admin/accounts/{id}":              accounts,
	"POST /api/v1/admin/accounts/{id}/unlock":         accounts,
	"POST /api/v1/admin/accounts/{id}/reset-password": accounts,
	"PATCH /api/v1/admin/accounts/{id}/rights":        accounts,
	"GET /api/v1/admin/keys":                          accounts,
	"POST /api/v1/admin/keys":                         accounts,
	"DELETE /api/v1/admin/keys/{id}":                  accounts,
	"GET /api/v1/admin/policy":                        accounts,
	"PUT /api/v1/admin/policy":                        accounts,
	"GET /api/v1/admin/layers":                        accounts,
	"PATCH /api/v1/admin/layers/{id}":                 accounts,
	"GET /api/v1/admin/audit":                         accounts,
	"GET /api/v1/admin/audit/verify":                  accounts,
	"GET /api/v1/admin/audit/file":                    accounts,
	"POST /api/v1/exports":                            requests,
	"GET /api/v1/exports":                             requests,
	"GET /api/v1/exports/{id}":                        requests,
	"GET /api/v1/exports/{id}/file":                   requests,
	"GET /api/v1/admin/requests":                      requests,
	"POST /api/v1/admin/requests/{id}/approve":        requests,
	"POST /api/v1/admin/requests/{id}/refuse":         requests,
}

// requests says that a route hands out what the list of the same subject holds:
// the file of an export is compared with it in disclose_test.go.
const requests = "requests of the subject's own"

// accounts says that a route tells of accounts, sessions, keys, the policy or the
// audit trail to those whose business they are, and of no features. Who those are
// is tested with each (offices_test, signin_test, package audit).
const accounts = "accounts, keys, policy and trail: no features"

// TestEveryRouteIsProbed fails for a route without an entry in probings or plain,
// for an entry without its route, and for a route that is answered to somebody without
// any grant from the features of the city.
func TestEveryRouteIsProbed(t *testing.T) {
	seed := leakSeed(t)
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 1<<40))
	f := &founder{Rand: r}
	a := &asker{lines: []layers.Grant{{ID: "nobody", Mode: layers.GrantHidden}}}
	p := &prober{founder: f, asker: a, things: f.things()}
	spec := &auth.Spec{Role: layers.Planner}
	full := newWorld(t, a, spec, a.lines, p.things, 7)
	empty := newWorld(t, a, spec, a.lines, nil, 7)
	var known []string
	for _, route := range allRoutes(t, full) {
		name := route.Method + " " + route.Path
		known = append(known, name)
		decided, probed := probings[name]
		if _, ok := plain[name]; ok == probed {
			t.Errorf("%s: say in probings how it is probed for leaks, or why it has nothing to tell", name)
			continue
		}
		for range 30 {
			q := request{method: route.Method, path: route.Path}
			if probed {
				q = decided.draw(p)
			} else {
				th := pick(r, p.things)
				q.path = strings.NewReplacer("{id}", th.id, "{layer}", th.layer).Replace(q.path)
				if q.method != http.MethodGet && q.method != http.MethodDelete {
					q.body = "{}"
				}
			}
			for _, secret := range []string{full.secret, ""} {
				x, y := full.ask(&q, secret), empty.ask(&q, secret)
				if d := x.differs(y); d != "" {
					t.Fatalf("%s: somebody without a grant tells a city from an empty one: %s: %s", name, &q, d)
				}
				for _, th := range p.things {
					if strings.Contains(x.body, th.id) && !strings.Contains(q.path+q.body, th.id) {
						t.Errorf("%s names %s: %.300s", &q, th.id, x.body)
					}
				}
			}
		}
	}
	for _, names := range []iter.Seq[string]{maps.Keys(probings), maps.Keys(plain)} {
		for name := range names {
			if !slices.Contains(known, name) {
				t.Errorf("%s is probed but is no route any more", name)
			}
		}
	}
}

// allRoutes are those of a server that has everything switched on.
func allRoutes(t *testing.T, w *world) []openapi.Route {
	t.Helper()
	s, err := server.New(server.Options{City: w.live, Records: w.live.Store(), Now: now, Photos: newShelf(), Platform: &server.Platform{Options: oidc.Options{
		Issuer: "https://id.example", ClientID: "wutu", RedirectURL: "https://city.example/api/v1/session/oidc/callback"}}})
	if err != nil {
		t.Fatal(err)
	}
	return s.Routes()
}
