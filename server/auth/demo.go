package auth

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"wutu/layers"
)

// DemoKey is a key of a demonstration with its secret, to be printed at start.
type DemoKey struct {
	Key    Key
	Secret string
}

// DemoScope places the demo keys and accounts that work somewhere.
type DemoScope struct {
	Region     string // code of the area of the grid worker, "" for the whole city
	Department string // id of the department of whoever works for one
}

// DemoKeys makes one key per role and revokes those of earlier starts, in
// one batch. The keys work only on a server in demo mode. Errors are those of
// the store.
func DemoKeys(ctx context.Context, store Store, scope DemoScope, now time.Time, random io.Reader) ([]DemoKey, error) {
	b := layers.Batch{Actor: "system", At: now}
	for rec, err := range store.Records(ctx, KeyBucket, "") {
		if err != nil {
			return nil, err
		}
		var old Key
		if err := json.Unmarshal(rec.Data, &old); err == nil && old.Demo {
			b.Records = append(b.Records, layers.Record{Bucket: KeyBucket, Key: rec.Key})
		}
	}
	var out []DemoKey
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
		key.ID, key.Demo, key.Cleared = demoPrefix+role.String(), true, role == layers.GridWorker
		rec, err := key.record(secret)
		if err != nil {
			return nil, err
		}
		b.Records = append(b.Records, rec)
		out = append(out, DemoKey{Key: key, Secret: secret})
	}
	b.Audit = []layers.AuditLine{{At: now, Actor: "system", Action: "keys.demo", Object: "keys"}}
	_, err := store.Apply(ctx, b)
	return out, err
}

// DemoPassword is the password of every account of a demonstration. It is no
// secret: the accounts exist on servers in demo mode only.
const DemoPassword = "wutu-demo"

// DemoAccounts makes one account per role that persons hold, or puts it back to
// what it was, and returns them. They can sign in only on a server in demo mode.
// Errors: Unsupported without a Hasher, those of the store.
func (g *Gate) DemoAccounts(ctx context.Context, scope DemoScope) ([]*Account, error) {
	hash, err := g.hash(ctx, DemoPassword)
	if err != nil {
		return nil, err
	}
	g.changing.Lock()
	defer g.changing.Unlock()
	now := g.o.Now().UTC()
	b := layers.Batch{Actor: "system", At: now}
	var out []*Account
	for _, role := range layers.Roles() {
		if role == layers.API {
			continue
		}
		a := &Account{ID: demoPrefix + role.String(), Name: RoleTitle(role), Role: role, Enabled: true, Demo: true, Hash: hash, Created: now}
		switch role {
		case layers.GridWorker:
			a.Region, a.Cleared = scope.Region, true
		case layers.Department:
			a.Department = scope.Department
		case layers.Public, layers.Planner, layers.Dispatcher, layers.Supervisor, layers.Commander, layers.ThemeOwner,
			layers.SysAdmin, layers.SecAdmin, layers.Auditor, layers.API, layers.System:
		}
		was, err := g.account(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		if was != nil {
			a.Version, a.Epoch, a.Created = was.Version, was.Epoch+1, was.Created
		}
		rec, err := a.next()
		if err != nil {
			return nil, err
		}
		b.Records = append(append(b.Records, claim(AccountBucket, a.ID, a.Version, now)...), rec, g.throttle.cleared(a.ID))
		out = append(out, a)
	}
	b.Audit = []layers.AuditLine{{At: now, Actor: "system", Action: "accounts.demo", Object: "accounts"}}
	return out, g.write(ctx, b)
}
