package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestProfilesAreForThisMachine(t *testing.T) {
	var said strings.Builder
	p := &program{stdout: &said}
	for _, address := range []string{"0.0.0.0:0", ":0", "nowhere"} {
		if err := p.profiled(t.Context(), address); err == nil || !strings.Contains(err.Error(), "--pprof") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := p.profiled(t.Context(), ""); err != nil || said.Len() > 0 {
		t.Errorf("without an address: %v %s", err, said.String())
	}
	if err := p.profiled(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	_, url, ok := strings.Cut(strings.TrimSpace(said.String()), "profiles at ")
	if !ok {
		t.Fatalf("it says %q", said.String())
	}
	for _, path := range []string{"", "heap?debug=1", "goroutine?debug=1"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK || !strings.Contains(string(body), "goroutine") && !strings.Contains(string(body), "heap profile") {
			t.Errorf("%s: %d %.80s", path, res.StatusCode, body)
		}
	}
}
