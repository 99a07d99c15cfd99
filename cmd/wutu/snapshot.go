package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/paulmach/orb"

	"wutu/data/city"
	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/live"
)

func (p *program) snapshotFile() string { return filepath.Join(p.dir, city.Snapshot) }

// snapshot is the file from which the server starts.
func (p *program) snapshot(keys *keyring.Ring, log *slog.Logger) *live.Snapshot {
	return &live.Snapshot{Path: p.snapshotFile(), Keys: keys, Random: rand.Reader, Note: func(text string, err error) {
		switch {
		case errors.Is(err, fs.ErrNotExist): // the first start
		case err != nil:
			log.Warn(text, "err", err)
		default:
			log.Info(text)
		}
	}}
}

// dropSnapshot removes the file from which the server starts. What it holds was
// sealed with an older key, or not at all; the next start makes it anew.
func (p *program) dropSnapshot() error {
	for _, path := range []string{p.snapshotFile(), p.snapshotFile() + live.Unfinished} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// checkSnapshot starts from the snapshot as the server would, and compares every
// feature with the store's. A snapshot that would not be used is no problem: it says
// why.
func (p *program) checkSnapshot(ctx context.Context, store *gpkg.Store) (wrong []string, err error) {
	if _, err := os.Stat(p.snapshotFile()); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	c, err := live.Open(ctx, store, live.Options{Snapshot: &live.Snapshot{Path: p.snapshotFile(), Keys: store.Keys(),
		Note: func(text string, err error) {
			if err != nil {
				text += ": " + err.Error()
			}
			p.say("%s", text)
		}}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	v, system := c.View(), layers.SystemSubject()
	for _, l := range v.Layers() {
		stored := 0
		for f, err := range store.Read(ctx, layers.Query{Subject: system, Layer: l.ID}) {
			if err != nil {
				return nil, err
			}
			stored++
			if is, err := v.Get(ctx, &system, l.ID, f.Key); err != nil || !sameAsStored(&is, &f) {
				wrong = append(wrong, fmt.Sprintf("layer %s: feature %s is not in the snapshot as it is in the store", l.ID, f.Key))
			}
		}
		if n := v.Stats(l.ID).Rows; n != stored {
			wrong = append(wrong, fmt.Sprintf("layer %s: the snapshot gives %d features, the store %d", l.ID, n, stored))
		}
	}
	return wrong, nil
}

func sameAsStored(a, b *layers.Feature) bool {
	return a.Key == b.Key && a.Version == b.Version && a.ValidFrom.Equal(b.ValidFrom) && a.ValidTo.Equal(b.ValidTo) &&
		slices.Equal(a.Values, b.Values) && (a.Shape == nil) == (b.Shape == nil) && (a.Shape == nil || orb.Equal(a.Shape, b.Shape))
}
