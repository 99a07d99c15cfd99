package auth

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"errors"
	"wutu/layers"
)

// touch writes that the session was used, unless it has ended meanwhile.
func (g *Gate) touch(ctx context.Context, hash string, now time.Time) error {
	g.changing.Lock()
	defer g.changing.Unlock()
	data, err := fetch(ctx, g.o.Store, SessionBucket, hash)
	if err != nil {
		return err
	}
	if data == nil {
		return errSession
	}
	var s Session
	if err := decode(SessionBucket, hash[:12], data, &s); err != nil {
		return err
	}
	if now.Sub(s.Seen) < seenEvery { // another request was faster
		return nil
	}
	if !g.live(&s, now) {
		return errSession
	}
	s.Seen = now.UTC()
	rec, err := g.sessionRecord(hash, &s)
	if err != nil {
		return err
	}
	return g.write(ctx, layers.Batch{Actor: s.Account, At: now, Records: []layers.Record{rec}})
}

// SignOut ends the session of i; without one it does nothing.
func (g *Gate) SignOut(ctx context.Context, i *Identity) error {
	if i.Session == nil {
		return nil
	}
	return g.end(ctx, i, i.hash, i.Session, "session.end")
}

func (g *Gate) end(ctx context.Context, i *Identity, hash string, s *Session, action string) error {
	g.changing.Lock()
	defer g.changing.Unlock()
	now := g.o.Now()
	return g.write(ctx, layers.Batch{Actor: i.Subject.ID, At: now, Records: []layers.Record{{Bucket: SessionBucket, Key: hash}},
		Audit: []layers.AuditLine{line(&i.Subject, now, action, "sessions/"+s.ID, nil)}})
}

// Sessions lists the sessions of the account of i that have not ended, the last
// used first. It costs a read of all sessions.
func (g *Gate) Sessions(ctx context.Context, i *Identity) ([]Session, error) {
	out := []Session{}
	err := g.eachSession(ctx, i, func(_ string, s Session) error {
		out = append(out, s)
		return nil
	})
	slices.SortStableFunc(out, func(a, b Session) int { return cmp.Or(b.Seen.Compare(a.Seen), strings.Compare(a.ID, b.ID)) })
	return out, err
}

// EndSession ends a session of the account of i by its public id. The error is
// NotFound for sessions of others too.
func (g *Gate) EndSession(ctx context.Context, i *Identity, id string) error {
	var hash string
	var found Session
	err := g.eachSession(ctx, i, func(h string, s Session) error {
		if s.ID == id {
			hash, found = h, s
		}
		return nil
	})
	if err != nil {
		return err
	}
	if hash == "" {
		return &layers.Error{Kind: layers.NotFound, Op: "session", ID: id, Err: errors.New("there is no such session")}
	}
	return g.end(ctx, i, hash, &found, "session.revoke")
}

func (g *Gate) eachSession(ctx context.Context, i *Identity, yield func(hash string, s Session) error) error {
	if i.Session == nil {
		return errNoSession
	}
	now := g.o.Now()
	for rec, err := range g.o.Store.Records(ctx, SessionBucket, "") {
		if err != nil {
			return err
		}
		var s Session
		if err := decode(SessionBucket, rec.Key, rec.Data, &s); err != nil {
			return err
		}
		if s.Account != i.Account.ID || s.Epoch != i.Account.Epoch || !g.live(&s, now) {
			continue
		}
		if err := yield(rec.Key, s); err != nil {
			return err
		}
	}
	return nil
}

// Ends returns when the session ends at the latest, and after how long without
// use before.
func (g *Gate) Ends(s *Session) (at time.Time, idle time.Duration) {
	return s.Began.Add(g.o.Absolute), g.o.Idle
}
