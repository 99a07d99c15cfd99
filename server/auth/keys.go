package auth

import (
	"context"
	"errors"

	"wutu/layers"
)

// ListKeys lists the keys of the city in order of the hashes of their secrets,
// revoked ones among them.
func ListKeys(ctx context.Context, store Records) ([]Key, error) {
	out := []Key{}
	for rec, err := range store.Records(ctx, KeyBucket, "") {
		if err != nil {
			return nil, err
		}
		var k Key
		if err := decode(KeyBucket, rec.Key, rec.Data, &k); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// Keys is ListKeys for the gate's city.
func (g *Gate) Keys(ctx context.Context) ([]Key, error) { return ListKeys(ctx, g.o.Store) }

// CreateKey makes a key by the subject; it is NewKey for the gate's city.
func (g *Gate) CreateKey(ctx context.Context, by *layers.Subject, spec Spec) (string, Key, error) {
	return NewKey(ctx, g.o.Store, spec, by, g.o.Now(), g.o.Rand)
}

// RevokeKey ends a key by its public id; the record stays, so that it is known
// who had access. Errors: NotFound, Conflict when it was revoked before.
func (g *Gate) RevokeKey(ctx context.Context, by *layers.Subject, id string) error {
	g.changing.Lock()
	defer g.changing.Unlock()
	now := g.o.Now().UTC()
	for rec, err := range g.o.Store.Records(ctx, KeyBucket, "") {
		if err != nil {
			return err
		}
		var k Key
		if err := decode(KeyBucket, rec.Key, rec.Data, &k); err != nil {
			return err
		}
		if k.ID != id {
			continue
		}
		if !k.Revoked.IsZero() {
			return &layers.Error{Kind: layers.Conflict, Op: "keys", ID: id, Err: errors.New("was revoked before")}
		}
		k.Revoked = now
		next, err := k.recordAt(rec.Key)
		if err != nil {
			return err
		}
		return g.write(ctx, layers.Batch{Actor: by.ID, At: now, Records: []layers.Record{next},
			Audit: []layers.AuditLine{line(by, now, "keys.revoke", "keys/"+id, nil)}})
	}
	return &layers.Error{Kind: layers.NotFound, Op: "keys", ID: id, Err: errors.New("there is no such key")}
}
