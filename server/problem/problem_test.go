package problem_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/server/problem"
)

// A used-up quota says when to come back, in whole seconds, never too early.
func TestTooManySaysWhen(t *testing.T) {
	for after, want := range map[time.Duration]string{-time.Second: "1", 0: "1", time.Millisecond: "1", time.Second: "1",
		time.Second + 1: "2", 90 * time.Second: "90", 24 * time.Hour: "86400"} {
		rec := httptest.NewRecorder()
		c := echo.New().NewContext(httptest.NewRequest("GET", "/", nil), rec)
		if err := problem.Write(c, problem.From(problem.TooMany("the quota is used up", after))); err != nil {
			t.Fatal(err)
		}
		var p map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if rec.Code != 429 || p["type"] != "/problems/too-many" || p["title"] != "Too many requests" || rec.Header().Get("Retry-After") != want {
			t.Errorf("after %v: %d %v Retry-After %q, want %q", after, rec.Code, p, rec.Header().Get("Retry-After"), want)
		}
	}
}
