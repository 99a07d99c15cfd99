package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// The first administrators are made at the machine, and an account's password is
// printed once and nowhere kept.
func TestAccountsAtTheMachine(t *testing.T) {
	dir := t.TempDir() + "/city"
	run := func(good bool, args ...string) string {
		t.Helper()
		cmd := process(t.Context(), append(args, "--data", dir, "--json")...)
		out, err := cmd.Output()
		if (err == nil) != good {
			t.Fatalf("%v: %v %s", args, err, out)
		}
		return string(out)
	}
	run(false, "account", "create", "wang.sec", "--role", "secadmin") // no city
	run(true, "generate", "--size", "small", "--seed", "1", "--now", "2026-11-16T02:00:00Z")
	passwords := map[string]bool{}
	for id, role := range map[string]string{"zhang.sys": "sysadmin", "wang.sec": "secadmin", "zhao.audit": "auditor"} {
		var made struct{ ID, Role, Password string }
		if err := json.Unmarshal([]byte(run(true, "account", "create", id, "--role", role)), &made); err != nil || made.ID != id || made.Role != role || len(made.Password) != 19 {
			t.Fatalf("%+v %v", made, err)
		}
		passwords[made.Password] = true
	}
	run(false, "account", "create", "wang.sec", "--role", "auditor")
	run(false, "account", "create", "other", "--role", "api")
	run(false, "account", "create", "demo-x", "--role", "planner")
	run(false, "account", "unlock", "nobody")
	run(true, "account", "unlock", "wang.sec")
	var reset struct{ Password string }
	if err := json.Unmarshal([]byte(run(true, "account", "reset", "wang.sec")), &reset); err != nil || passwords[reset.Password] || len(passwords) != 3 {
		t.Errorf("%+v %v", reset, err)
	}
	if list := run(true, "account", "list"); strings.Count(list, "\n") != 3 || strings.Contains(list, "argon2") {
		t.Error(list)
	}

	var token struct {
		Token string
		Key   struct{ ID string }
	}
	if err := json.Unmarshal([]byte(run(true, "token", "create", "--role", "api", "--purpose", "路灯巡检", "--layers", "buildings", "--from", "2026-01-01", "--quota-per-day", "100")), &token); err != nil {
		t.Fatal(err)
	}
	run(false, "token", "create", "--role", "api", "--from", "yesterday")
	if list := run(true, "token", "list"); !strings.Contains(list, token.Key.ID) || !strings.Contains(list, "路灯巡检") || strings.Contains(list, token.Token[5:]) {
		t.Error(list)
	}
	run(true, "token", "revoke", token.Key.ID)
	run(false, "token", "revoke", token.Key.ID)
	if list := run(true, "token", "list"); !strings.Contains(list, `"revoked"`) {
		t.Error(list)
	}
}
