package live

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// snapshotLoop writes the file when there is none that can be used, and from time to
// time anew.
func (c *Catalog) snapshotLoop(ctx context.Context) {
	ticker := time.NewTicker(c.snap.o.Every)
	defer ticker.Stop()
	for {
		c.snap.keep(ctx, c)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// keep writes the file when it is due. A writing that has begun is finished even if
// ctx ends.
func (s *snapshots) keep(ctx context.Context, c *Catalog) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := c.View()
	if s.o.Random == nil || s.good() && !s.worn(context.WithoutCancel(ctx), c.store, v) {
		return
	}
	key := s.keyNow()
	size, err := s.write(context.WithoutCancel(ctx), c.store, v)
	if err != nil {
		s.note(err, "the snapshot %s is not written", s.o.Path)
		return
	}
	s.held, s.stale, s.seq, s.key = true, false, v.seq, key
	if size > returnBytes {
		debug.FreeOSMemory() // copies of the blocks on their way to the file
	}
	s.note(nil, "the snapshot %s is written: %d bytes, up to change %d", s.o.Path, size, v.seq)
}

// returnBytes is from which size on the memory that writing took is given back to the
// system at once.
const returnBytes = 256 << 20

// worn reports whether replaying what has changed since the file was written would
// take long.
func (s *snapshots) worn(ctx context.Context, store layers.Store, v *View) bool {
	bound := s.o.Worn
	if bound <= 0 {
		rows := 0
		for _, t := range v.tables {
			rows += t.rowCount()
		}
		bound = max(WornChanges, rows/wornShare)
	}
	if v.seq-s.seq < uint64(bound) {
		return false
	}
	n, err := changesSince(ctx, store, s.seq, v.seq)
	if err != nil {
		s.note(err, "how old the snapshot %s is cannot be told", s.o.Path)
	}
	return err == nil && n >= bound
}

// good reports whether the file is there, and is what would be written now but for
// what has changed since.
func (s *snapshots) good() bool {
	_, err := os.Stat(s.o.Path)
	return err == nil && s.held && !s.stale && s.key == s.keyNow()
}

// keyNow is the id of the key that seals, "" for none.
func (s *snapshots) keyNow() string {
	if s.o.Keys == nil {
		return ""
	}
	return s.o.Keys.Current()
}

// Unfinished is what the name of a file that is being written has behind that of the
// snapshot.
const Unfinished = ".new"

// write writes the view into a new file, tells the store its name, and gives it its
// place. When it is interrupted, the file that was there before stays good: the
// store knows the names of the latest.
func (s *snapshots) write(ctx context.Context, store layers.Store, v *View) (size int64, err error) {
	var id [16]byte
	if _, err := io.ReadFull(s.o.Random, id[:]); err != nil {
		return 0, err
	}
	d := &directory{Name: hex.EncodeToString(id[:]), Seq: v.seq}
	whole, err := s.trusted(ctx, store, v)
	if err != nil {
		return 0, err
	}
	fresh := s.o.Path + Unfinished
	f, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(fresh))
		}
	}()
	w := &snapshotWriter{file: f, closer: closer{s.o.Keys}, at: preludeBytes}
	if err := errors.Join(s.writeLayers(w, d, v, whole), f.Close()); err != nil {
		return 0, err
	}
	names, err := snapshotNames(ctx, store)
	if err != nil {
		return 0, err
	}
	names = append([]string{d.Name}, names[:min(len(names), namesKept-1)]...)
	rec := layers.Record{Bucket: snapshotBucket, Key: snapshotKey, Data: []byte(strings.Join(names, " "))}
	if _, err := store.Apply(ctx, layers.Batch{Actor: "system", Records: []layers.Record{rec}}); err != nil {
		return 0, err
	}
	if err := os.Rename(fresh, s.o.Path); err != nil {
		return 0, err
	}
	return w.at, syncFolder(filepath.Dir(s.o.Path))
}

// trusted names the layers of the view that can be kept: not those that another
// program has written into, nor, without keys, those with sealed fields.
func (s *snapshots) trusted(ctx context.Context, store layers.Store, v *View) ([]string, error) {
	seq, now, err := tracesOf(ctx, store, s.traces)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range slices.Sorted(maps.Keys(v.tables)) {
		t := v.tables[id]
		if now != nil && (!now[id].Follows(s.traces[id]) || seq == v.seq && now[id].Rows != t.rowCount()) {
			s.note(nil, "layer %s is left out of the snapshot: another program has written into it, which shows after the next start", id)
			continue
		}
		if now != nil {
			s.traces[id] = now[id]
		}
		if s.keeps(t.layer) && !s.wrong[id] {
			out = append(out, id)
		}
	}
	return out, nil
}

func (s *snapshots) writeLayers(w *snapshotWriter, d *directory, v *View, ids []string) error {
	for i, id := range ids {
		t := v.tables[id]
		definition, err := json.Marshal(t.layer)
		if err != nil {
			return err
		}
		d.Layers = append(d.Layers, layerEntry{Definition: definition, Trace: s.traces[id]})
		entry := &d.Layers[i]
		for j, p := range t.settled() {
			code := &partCode{layer: t.layer, part: &p}
			part := partEntry{Rows: p.seg.n}
			for n, block := range code.blocks() {
				e, err := w.put(blockContext(d.Name, i, j, n), block)
				if err != nil {
					return fmt.Errorf("layer %s: %w", id, err)
				}
				part.Blocks = append(part.Blocks, e)
			}
			entry.Parts = append(entry.Parts, part)
		}
	}
	return w.finish(d)
}

// settled returns the parts of the table and one more that is made of the delta.
func (t *table) settled() []part {
	parts := slices.Clone(t.parts)
	if t.delta.byID.Len() > 0 {
		p := mergePlan{table: t, rows: len(t.delta.rows)}
		seg, _ := p.merged()
		parts = append(parts, part{seg: seg})
	}
	return parts
}

// syncFolder makes the entries of a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
