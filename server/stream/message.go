package stream

import (
	"errors"
	"slices"
	"strconv"
	"sync"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/geojson"
)

var errRedefined = errors.New("a layer was redefined")

// frame is what the clients may see of deltas, in one message; without content
// when that is nothing.
func (n *interest) frame(h *Hub, deltas []live.Delta) *frame {
	m, err := n.message(h.o.City.View(), deltas)
	switch {
	case err != nil: // they come back and find the new definition
		return &frame{plain: resetEvent(n.seq(h.o.City)), last: true}
	case m == nil:
		return &frame{}
	case len(m.entries) > maxChanges:
		return &frame{plain: resetEvent(n.seq(h.o.City)), resets: true}
	}
	lent := h.room.Take()
	defer h.room.Back(lent)
	*lent = m.append(beginEvent(*lent, "changes", m.seq), &h.encoded)
	*lent = endEvent(*lent)
	return &frame{plain: slices.Clone(*lent)} // as large as it is, since it may be kept
}

// append appends the message as JSON.
func (m *message) append(b []byte, known *features) []byte {
	b = strconv.AppendUint(append(b, `{"seq":`...), m.seq, 10)
	b = append(b, `,"changes":[`...)
	for i := range m.entries {
		e := &m.entries[i]
		if i > 0 {
			b = append(b, ',')
		}
		op := layers.Delete
		if e.feature != nil {
			op = layers.Put
		}
		b = strconv.AppendUint(append(b, `{"seq":`...), e.seq, 10)
		b = append(append(b, `,"layer":"`...), e.follow.layer.ID...)
		b = append(append(b, `","op":"`...), op.String()...)
		b = geojson.AppendString(append(b, `","id":`...), e.id)
		if e.feature != nil {
			b = append(b, `,"feature":`...)
			b = append(b, known.of(e.follow, e.feature)...)
		}
		b = append(b, '}')
	}
	b = append(b, `],"tiles":{`...)
	ids := make([]string, 0, len(m.tiles))
	for id := range m.tiles {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = geojson.AppendString(b, id)
		b = append(b, ':')
		b = m.tiles[id].append(b)
	}
	return append(b, "}}"...)
}

// features keeps the JSON of the latest features, which groups with other boxes
// and filters send as well. Safe for concurrent use: hundreds of groups ask at the same
// time, so it is divided, by version, which each change counts up.
type features [64]featureShare

type featureShare struct {
	mu    sync.Mutex
	known map[encodedKey][]byte
}

// encodedKey is a state of a feature as some see it. States are immutable: the
// address of one names it as long as it is kept here.
type encodedKey struct {
	feature *layers.Feature
	layer   *layers.Layer
	sights  string
}

// maxEncoded bounds the states kept in each share: together those of some seconds.
const maxEncoded = 64

// of returns the GeoJSON of a state. It must not be changed.
func (e *features) of(w *follow, f *layers.Feature) []byte {
	k := encodedKey{f, w.layer, w.sights}
	s := &e[f.Version%uint64(len(e))]
	s.mu.Lock()
	b, ok := s.known[k]
	s.mu.Unlock()
	if ok {
		return b
	}
	enc := geojson.Encoder{Layer: w.layer, Sights: w.access.Sights}
	b = enc.Append(nil, f, 0)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxEncoded {
		s.known = make(map[encodedKey][]byte, maxEncoded)
	}
	s.known[k] = b
	return b
}
