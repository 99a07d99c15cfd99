package server_test

import (
	"net/http"
	"testing"
)

func TestSmoke(t *testing.T) {
	c := newCity(t, true)
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/", "/m", "/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections",
		"/ogc/collections/buildings", "/ogc/collections/buildings/items?limit=2", "/ogc/collections/buildings/items/b03",
		"/api/v1/me", "/api/v1/city", "/api/v1/layers", "/api/v1/near?layer=buildings&lon=111.28&lat=30.68&k=2",
		"/api/v1/locate?lon=111.275&lat=30.675&accuracy=500", "/api/v1/convert?coords=116.404,39.915&from=wgs84&to=gcj02",
		"/api/v1/search?q=%E6%BB%A8%E6%B1%9F", "/api/v1/features/buildings/b00/related", "/api/v1/buildings/b00/card",
		"/api/v1/events", "/api/v1/events/2026111542050200001", "/api/v1/event-classes", "/tiles/buildings.json"} {
		res, body := c.call("", http.MethodGet, path, nil)
		if len(body) > 1500 {
			body = body[:1500]
		}
		t.Logf("%s → %d %s %s", path, res.StatusCode, res.Header.Get("Content-Type"), body)
		if res.StatusCode != 200 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}
