package auth

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"wutu/layers"
)

// Account is a demo account with its secret, to be printed at start.
type Account struct {
	Key    Key
	Secret string
}

// DemoScope places the demo accounts that work somewhere.
type DemoScope struct {
	Region     string // code of the area of the grid worker, "" for the whole city
	Department string // id of the department of the department account
}

// DemoAccounts makes one key per role and revokes those of earlier starts, in
// one batch. The keys work only on a server in demo mode. Errors are those of
// the store.
func DemoAccounts(ctx context.Context, store Store, scope DemoScope, now time.Time, random io.Reader) ([]Account, error) {
	b := layers.Batch{Actor: "system", At: now}
	for rec, err := range store.Records(ctx, Bucket, "") {
		if err != nil {
			return nil, err
		}
		var old Key
		if err := json.Unmarshal(rec.Data, &old); err == nil && old.Demo {
			b.Records = append(b.Records, layers.Record{Bucket: Bucket, Key: rec.Key})
		}
	}
	var out []Account
	for _, role := range layers.Roles() {
		spec := Spec{Role: role}
		switch role {
		case layers.GridWorker:
			spec.Region = scope.Region
		case layers.Department:
			spec.Department = scope.Department
		case layers.Public, layers.Planner, layers.Dispatcher, layers.Supervisor, layers.Commander, layers.ThemeOwner,
			layers.SysAdmin, layers.SecAdmin, layers.Auditor, layers.API, layers.System:
		}
		secret, key, err := spec.make(now, random)
		if err != nil {
			return nil, err
		}
		key.ID, key.Demo, key.Cleared = "demo-"+role.String(), true, role == layers.GridWorker
		rec, err := key.record(secret)
		if err != nil {
			return nil, err
		}
		b.Records = append(b.Records, rec)
		out = append(out, Account{Key: key, Secret: secret})
	}
	b.Audit = []layers.AuditLine{{At: now, Actor: "system", Action: "keys.demo", Object: "keys"}}
	_, err := store.Apply(ctx, b)
	return out, err
}
