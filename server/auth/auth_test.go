package auth_test

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server/auth"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func setup(t *testing.T) (*memstore.Store, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := memstore.NewWithClock(c.now)
	area := orb.MultiPolygon{{{{111, 30}, {112, 30}, {112, 31}, {111, 30}}}}
	b := layers.Batch{Layers: model.Layers(), Changes: []layers.Change{{Op: layers.Put, Layer: "communities", ID: "4205",
		Feature: &layers.Feature{Key: "4205", Shape: area}}}}
	if _, err := s.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return s, c
}

// gate is a gate without passwords.
func gate(t *testing.T, s *memstore.Store, c *clock, demo bool) *auth.Gate {
	t.Helper()
	g, err := auth.New(auth.Options{Store: s, Now: c.now, Rand: rand.NewChaCha8([32]byte{1}), Demo: demo})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// verify is who a request with an Authorization header comes from.
func verify(t *testing.T, g *auth.Gate, header string) (layers.Subject, error) {
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.Header.Set("Authorization", header)
	i, err := g.Identify(t.Context(), r)
	if err != nil {
		return layers.Subject{}, err
	}
	return i.Subject, nil
}

func TestKeysLiveAndDie(t *testing.T) {
	s, c := setup(t)
	random := rand.NewChaCha8([32]byte{})
	v := gate(t, s, c, false)
	secret, key, err := auth.NewKey(t.Context(), s, auth.Spec{Role: layers.Planner, Region: "4205", Layers: []string{"buildings"}, ValidFor: time.Hour}, &layers.Subject{ID: "me"}, c.t, random)
	if err != nil {
		t.Fatal(err)
	}
	got, err := verify(t, v, "Bearer "+secret)
	if err != nil || got.Role != layers.Planner || got.Region != "4205" || len(got.Layers) != 1 || got.Cleared || got.ID != key.ID {
		t.Errorf("%+v %v", got, err)
	}
	for _, header := range []string{"bearer " + secret, "BEARER  " + secret} {
		if _, err := verify(t, v, header); err != nil {
			t.Errorf("%.10s: %v", header, err)
		}
	}
	for _, header := range []string{secret, "Bearer " + secret[:len(secret)-1], "Bearer " + secret + "x", "Basic " + secret, "Bearer "} {
		if _, err := verify(t, v, header); layers.KindOf(err) != layers.Unauthorized {
			t.Errorf("%.10s: %v", header, err)
		}
	}
	for rec, err := range s.Records(t.Context(), auth.KeyBucket, "") {
		if err != nil || strings.Contains(rec.Key+string(rec.Data), secret) || strings.Contains(string(rec.Data), secret[5:]) {
			t.Errorf("the store knows the secret: %v", err)
		}
	}
	c.t = c.t.Add(time.Hour)
	if _, err := verify(t, v, "Bearer "+secret); layers.KindOf(err) != layers.Unauthorized {
		t.Errorf("an expired key: %v", err)
	}
}

func TestClearance(t *testing.T) {
	s, c := setup(t)
	random := rand.NewChaCha8([32]byte{})
	for _, tt := range []struct {
		spec    auth.Spec
		cleared bool
	}{
		{auth.Spec{Role: layers.GridWorker}, true},
		{auth.Spec{Role: layers.Planner}, false},
		{auth.Spec{Role: layers.API, Layers: []string{"buildings", "events"}}, false},
		{auth.Spec{Role: layers.API, Layers: []string{"buildings", "persons"}}, true},
	} {
		_, key, err := auth.NewKey(t.Context(), s, tt.spec, &layers.Subject{ID: "me"}, c.t, random)
		if err != nil || key.Cleared != tt.cleared {
			t.Errorf("%v %v: cleared %v, want %v (%v)", tt.spec.Role, tt.spec.Layers, key.Cleared, tt.cleared, err)
		}
	}
	for _, bad := range []auth.Spec{{Role: layers.API, Layers: []string{"nothing"}}, {Role: layers.API, Region: "9999"}} {
		if _, _, err := auth.NewKey(t.Context(), s, bad, &layers.Subject{ID: "me"}, c.t, random); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestDemoKeys(t *testing.T) {
	s, c := setup(t)
	random := rand.NewChaCha8([32]byte{})
	first, err := auth.DemoKeys(t.Context(), s, auth.DemoScope{Region: "4205", Department: "d"}, c.t, random)
	if err != nil || len(first) != len(layers.Roles()) {
		t.Fatalf("%d accounts: %v", len(first), err)
	}
	demo, plain := gate(t, s, c, true), gate(t, s, c, false)
	for _, a := range first {
		got, err := verify(t, demo, "Bearer "+a.Secret)
		if err != nil || got.Role.String() != a.Key.Role || got.Cleared != (got.Role == layers.GridWorker) {
			t.Errorf("%s: %+v %v", a.Key.Role, got, err)
		}
		if _, err := verify(t, plain, "Bearer "+a.Secret); layers.KindOf(err) != layers.Unauthorized {
			t.Errorf("%s: a demo key works without demo: %v", a.Key.Role, err)
		}
	}
	if _, err := auth.DemoKeys(t.Context(), s, auth.DemoScope{}, c.t, random); err != nil {
		t.Fatal(err)
	}
	c.t = c.t.Add(time.Second)
	if _, err := verify(t, demo, "Bearer "+first[0].Secret); layers.KindOf(err) != layers.Unauthorized {
		t.Errorf("a demo key of an earlier start: %v", err)
	}
	if who := plain.Anonymous(); who.Role != layers.Public || who.Cleared {
		t.Errorf("anonymous: %+v", who)
	}
	if who := auth.SubjectOf(context.Background()); who.Role != layers.Public {
		t.Errorf("a forgotten subject: %+v", who)
	}
}
