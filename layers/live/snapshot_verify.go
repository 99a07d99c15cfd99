package live

import (
	"context"
	"errors"
	"slices"
	"time"

	"wutu/layers"
)

// verifyRows is how many features are compared at a time, some twenty milliseconds'
// work.
const verifyRows = 4096

// verifyLoop compares what was taken from the snapshot with the store, some features
// at a time, once. It finds what marks and numbers of rows do not tell.
func (c *Catalog) verifyLoop(ctx context.Context, ids []string) {
	ticker := time.NewTicker(c.snap.o.Pace)
	defer ticker.Stop()
	features := 0
	for _, id := range ids {
		for after := ""; ; {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			n, last, wrong, err := c.verifySome(ctx, id, after)
			if err != nil {
				if ctx.Err() == nil {
					c.snap.note(err, "what was taken from the snapshot is not compared with the store")
				}
				return
			}
			if wrong != "" {
				c.snap.distrust(id, wrong)
				break
			}
			features += n
			if n < verifyRows {
				break
			}
			after = last
		}
	}
	c.snap.note(nil, "what was taken from the snapshot is compared with the store: %d features", features)
}

// distrust keeps a layer out of the file from now on.
func (s *snapshots) distrust(layer, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wrong == nil {
		s.wrong = make(map[string]bool)
	}
	s.wrong[layer], s.stale = true, true
	s.note(errors.New("another program has written into it, which shows after the next start"),
		"layer %s: feature %s is not as it is in the store", layer, id)
}

// verifySome compares the features of a layer behind an id with those of the view. It
// returns how many the store gave and the last of them, and the first that differs.
//
// The store is read later than the view was made. So a feature that is newer than the
// view, or has changed by a view that is made later still, says nothing; of any other
// that differs no logged change is the cause.
func (c *Catalog) verifySome(ctx context.Context, layer, after string) (n int, last, wrong string, err error) {
	if err := c.Sync(ctx); err != nil {
		return 0, "", "", err
	}
	v := c.View()
	q := layers.Query{Subject: layers.SystemSubject(), Layer: layer, After: &layers.Cursor{ID: after}}
	stored := make(map[string]layers.Feature, verifyRows)
	q.Limit = verifyRows
	for f, err := range c.store.Read(ctx, q) {
		if err != nil {
			return 0, "", "", err
		}
		stored[f.Key], last = f, f.Key
	}
	n, q.Limit = len(stored), 0
	var differ []string
	for r, err := range v.Select(ctx, q) {
		if err != nil {
			return 0, "", "", err
		}
		if n == verifyRows && r.ID() > last {
			break
		}
		f, ok := stored[r.ID()]
		delete(stored, r.ID())
		if is := r.Feature(); !ok || f.Version <= v.seq && !sameFeature(&is, &f) {
			differ = append(differ, is.Key)
		}
	}
	for id, f := range stored { // the view does not have them
		if f.Version <= v.seq {
			differ = append(differ, id)
		}
	}
	if len(differ) == 0 {
		return n, last, "", nil
	}
	slices.Sort(differ)
	if err := c.Sync(ctx); err != nil {
		return 0, "", "", err
	}
	now, subject := c.View(), layers.SystemSubject()
	if a, b := v.tables[layer].layer, now.tables[layer].layer; a != b { // it was defined anew
		return n, last, "", nil
	}
	for _, id := range differ {
		was, errWas := v.Get(ctx, &subject, layer, id)
		is, errIs := now.Get(ctx, &subject, layer, id)
		if was.Version == is.Version && (errWas == nil) == (errIs == nil) {
			return n, last, id, nil
		}
	}
	return n, last, "", nil
}

// sameFeature reports whether two states of a feature are one.
func sameFeature(a, b *layers.Feature) bool {
	return a.Version == b.Version && a.ValidFrom.Equal(b.ValidFrom) && a.ValidTo.Equal(b.ValidTo) &&
		slices.Equal(a.Values, b.Values) && sameShape(a.Shape, b.Shape)
}
