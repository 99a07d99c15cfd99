package server_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"wutu/layers"
	"wutu/server/auth"
)

// An approval is for what was asked: not for wider rights, another purpose, or a
// person who approves what an own key asks for.
func TestApprovalIsForWhatWasAsked(t *testing.T) {
	b := newBureau(t)
	ask := func(role string) string {
		made, _ := b.want(201, role, "POST", "/api/v1/exports", ask("persons"))
		return made["id"].(string)
	}
	id := ask("gridworker")
	b.want(200, "secadmin", "POST", "/api/v1/admin/requests/"+id+"/refuse", map[string]any{"note": "not needed"})
	if own, _ := b.want(200, "gridworker", "GET", "/api/v1/exports/"+id, nil); own["state"] != "refused" || own["note"] != "not needed" {
		t.Errorf("who asked is told %v", own)
	}
	id = ask("gridworker")
	b.want(200, "secadmin", "POST", "/api/v1/admin/requests/"+id+"/approve", map[string]any{})
	setPolicy(t, b, `[{"id":"wide","mode":"list","show":["*"]}]`)
	b.clock.Add(int64(2 * time.Second))
	b.want(409, "gridworker", "GET", "/api/v1/exports/"+id+"/file", nil)

	setPolicy(t, b, `[{"id":"free","mode":"list","approve":"never"}]`)
	b.clock.Add(int64(2 * time.Second))
	id = ask("gridworker")
	b.want(200, "gridworker", "GET", "/api/v1/exports/"+id+"/file", nil)
	setPolicy(t, b, `[{"id":"strict","mode":"list","mask":["personal"],"approve":"always"}]`)
	b.clock.Add(int64(2 * time.Second))
	b.want(409, "gridworker", "GET", "/api/v1/exports/"+id+"/file", nil)

	by := layers.Subject{ID: "demo-secadmin", Role: layers.SecAdmin}
	secret, _, err := auth.NewKey(t.Context(), b.store, auth.Spec{Role: layers.GridWorker}, &by, b.now(), rand.NewChaCha8([32]byte{9}))
	if err != nil {
		t.Fatal(err)
	}
	b.keys["own"] = secret
	b.want(403, "secadmin", "POST", "/api/v1/admin/requests/"+ask("own")+"/approve", map[string]any{})

	reveal := func(purpose string, status int) any {
		got, _ := b.want(status, "gridworker", "POST", "/api/v1/reveal", map[string]any{"layer": "persons", "id": "p-15-000", "field": "citizen_id", "purpose": purpose})
		return got["request"]
	}
	first := reveal("lost child", 202)
	b.want(200, "secadmin", "POST", fmt.Sprintf("/api/v1/admin/requests/%v/approve", first), map[string]any{})
	reveal("lost child", 200)
	if other := reveal("curiosity", 202); other == first {
		t.Error("one approval serves two purposes")
	}
}
