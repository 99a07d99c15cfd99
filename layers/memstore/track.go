package memstore

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/track"
)

var _ track.Store = (*Store)(nil)

// tracks is what the store has of moving objects.
type tracks struct {
	last   uint64 // number of the last block
	blocks []track.Numbered
	chunks map[chunkKey][]track.Fix
}

type chunkKey struct {
	layer, id string
	hour      int64
}

// AddFixes implements track.Store. Moves are puts: every version stays.
func (s *Store) AddFixes(ctx context.Context, b *track.Block, m *track.Moves) (number, seq uint64, err error) {
	if err := s.lock(ctx); err != nil {
		return 0, 0, err
	}
	defer s.mu.Unlock()
	batch := layers.Batch{}
	if m != nil {
		t := s.tables[m.Layer]
		if t == nil {
			return 0, 0, noLayer(m.Layer)
		}
		for _, x := range m.List {
			r := t.rows[x.Object]
			if r == nil || r.current == nil {
				continue
			}
			f := cloneFeature(padded(r.current, t.layer))
			f.Shape = x.Point
			for i, name := range m.Fields {
				at := t.layer.FieldIndex(name)
				if at < 0 {
					return 0, 0, &layers.Error{Kind: layers.Invalid, Op: "add fixes", Layer: m.Layer, Field: name}
				}
				f.Values[at] = x.Values[i]
			}
			batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: m.Layer, ID: x.Object, Feature: &f})
		}
	}
	if b != nil && s.tables[b.Layer] == nil {
		return 0, 0, noLayer(b.Layer)
	}
	tx := &transaction{store: s, now: s.now().UTC()}
	tx.at = tx.now
	if err := tx.apply(&batch); err != nil {
		for _, undo := range slices.Backward(tx.undo) {
			undo()
		}
		return 0, 0, err
	}
	if b != nil {
		s.tracks.last++
		number = s.tracks.last
		s.tracks.blocks = append(s.tracks.blocks, track.Numbered{Number: number, Block: &track.Block{Layer: b.Layer,
			Objects: slices.Clone(b.Objects), Of: slices.Clone(b.Of), Fixes: slices.Clone(b.Fixes)}})
	}
	return number, uint64(len(s.log)), nil
}

func noLayer(id string) error {
	return &layers.Error{Kind: layers.NotFound, Op: "add fixes", Layer: id}
}

// Blocks implements track.Store.
func (s *Store) Blocks(ctx context.Context) iter.Seq2[track.Numbered, error] {
	return func(yield func(track.Numbered, error) bool) {
		if err := s.lock(ctx); err != nil {
			yield(track.Numbered{}, err)
			return
		}
		list := slices.Clone(s.tracks.blocks)
		s.mu.Unlock()
		for _, b := range list {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// Fold implements track.Store.
func (s *Store) Fold(ctx context.Context, layer string, parts []track.Part, dropTo uint64) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if len(parts) > 0 && s.tables[layer] == nil {
		return noLayer(layer)
	}
	if s.tracks.chunks == nil {
		s.tracks.chunks = make(map[chunkKey][]track.Fix)
	}
	for _, p := range parts {
		k := chunkKey{layer, p.Object, p.Hour}
		s.tracks.chunks[k] = slices.Clone(track.Merge(s.tracks.chunks[k], p.Fixes))
	}
	s.tracks.blocks = slices.DeleteFunc(slices.Clone(s.tracks.blocks), func(b track.Numbered) bool { return b.Number <= dropTo })
	return nil
}

// Chunks implements track.Store.
func (s *Store) Chunks(ctx context.Context, layer, object string, from, to int64) iter.Seq2[[]track.Fix, error] {
	return func(yield func([]track.Fix, error) bool) {
		if err := s.lock(ctx); err != nil {
			yield(nil, err)
			return
		}
		var list [][]track.Fix
		for _, k := range s.chunksOf(layer) {
			if k.id == object && track.HourOf(from) <= k.hour && k.hour <= track.HourOf(to) {
				list = append(list, slices.Clone(s.tracks.chunks[k]))
			}
		}
		s.mu.Unlock()
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// chunksOf lists the chunks of a layer by object and hour.
func (s *Store) chunksOf(layer string) []chunkKey {
	var out []chunkKey
	for k := range maps.Keys(s.tracks.chunks) {
		if k.layer == layer {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b chunkKey) int {
		switch {
		case a.id < b.id, a.id == b.id && a.hour < b.hour:
			return -1
		}
		return 1
	})
	return out
}

// Passers implements track.Store by looking at every chunk.
func (s *Store) Passers(ctx context.Context, layer string, boxes []orb.Bound, from, to int64) ([]string, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []string
	for _, k := range s.chunksOf(layer) {
		c := s.tracks.chunks[k]
		if c[len(c)-1].T < from || c[0].T > to {
			continue
		}
		var lead *track.Fix
		if before := s.tracks.chunks[chunkKey{layer, k.id, k.hour - 1}]; len(before) > 0 {
			lead = &before[len(before)-1]
		}
		if boxes == nil || slices.ContainsFunc(boxes, track.Box(c, lead).Intersects) {
			out = append(out, k.id)
		}
	}
	return slices.Compact(out), nil
}

// LastFix implements track.Store.
func (s *Store) LastFix(ctx context.Context, layer, object string) (f track.Fix, inHour int, err error) {
	if err := s.lock(ctx); err != nil {
		return f, 0, err
	}
	defer s.mu.Unlock()
	for _, k := range s.chunksOf(layer) {
		if k.id == object {
			c := s.tracks.chunks[k]
			f, inHour = c[len(c)-1], len(c)
		}
	}
	return f, inHour, nil
}

// Tracked implements track.Store.
func (s *Store) Tracked(ctx context.Context, layer, after string, limit int) ([]string, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []string
	for _, k := range s.chunksOf(layer) {
		if k.id > after && (len(out) == 0 || out[len(out)-1] != k.id) && len(out) < limit {
			out = append(out, k.id)
		}
	}
	return out, nil
}

// Forget implements track.Store.
func (s *Store) Forget(ctx context.Context, layer string, objects []string, before int64) (int, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	gone := 0
	for _, k := range s.chunksOf(layer) {
		if slices.Contains(objects, k.id) && k.hour < track.HourOf(before) {
			delete(s.tracks.chunks, k)
			gone++
		}
	}
	return gone, nil
}
