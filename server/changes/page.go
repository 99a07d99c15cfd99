package changes

import (
	"encoding/json"
	"strconv"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/geojson"
)

// answer describes a page, which is written by hand.
type answer struct {
	Changes []change `json:"changes"`
	Next    uint64   `json:"next" about:"since of the next page"`
	More    bool     `json:"more" about:"There are more changes already"`
}

type change struct {
	Seq      uint64          `json:"seq" about:"Number of the change: numbers grow"`
	At       time.Time       `json:"at"`
	Op       string          `json:"op" enum:"put,delete" about:"delete also when the feature left what the subject may list"`
	Layer    string          `json:"layer"`
	ID       string          `json:"id"`
	Version  uint64          `json:"version,omitempty" about:"Of the state after a put"`
	Previous uint64          `json:"previous,omitempty" about:"Of the state before, if that was to be seen; absent where fields are hidden or masked"`
	Feature  json.RawMessage `json:"feature,omitempty" schema:"Feature" about:"After a put, with what was asked for"`
}

// kind is a layer of the page.
type kind struct {
	layer    *layers.Layer
	decision access.Decision
	telling  func(old, is *layers.Feature) (before, after bool)
}

// entry is a change as the subject may see it.
type entry struct {
	kind     *kind
	delta    live.Delta
	put      bool
	previous uint64
}

// entry makes what is told of a change; false for nothing.
func (k *kind) entry(d *live.Delta) (entry, bool) {
	before, after := k.telling(d.Old, d.New)
	if !before && !after {
		return entry{}, false
	}
	e := entry{kind: k, delta: *d, put: after}
	if before && k.decision.Sights == nil { // else it would tell of changes of what is hidden
		e.previous = d.Old.Version
	}
	return e, true
}

// page is an answer.
type page struct {
	question *question
	kinds    map[string]*kind
	entries  []entry
	next     uint64
	more     bool
}

func (p *page) encode() []byte {
	b := []byte(`{"changes":[`)
	for i := range p.entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.entries[i].append(b, p.question)
	}
	b = append(b, `],"next":`...)
	b = strconv.AppendUint(b, p.next, 10)
	b = append(b, `,"more":`...)
	b = strconv.AppendBool(b, p.more)
	return append(b, '}', '\n')
}

func (e *entry) append(b []byte, q *question) []byte {
	d := &e.delta
	op := layers.Delete
	if e.put {
		op = layers.Put
	}
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, d.Seq, 10)
	b = append(b, `,"at":"`...)
	b = d.At.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","op":"`...)
	b = append(b, op.String()...)
	b = append(b, `","layer":"`...)
	b = append(b, d.Layer...)
	b = append(b, `","id":`...)
	b = geojson.AppendString(b, d.ID)
	if e.put {
		b = append(b, `,"version":`...)
		b = strconv.AppendUint(b, d.New.Version, 10)
	}
	if e.previous > 0 {
		b = append(b, `,"previous":`...)
		b = strconv.AppendUint(b, e.previous, 10)
	}
	if e.put && (q.geometry || q.properties) {
		f := *d.New
		enc := geojson.Encoder{Layer: e.kind.layer, Sights: e.kind.decision.Sights}
		if !q.geometry {
			f.Shape = nil
		}
		if !q.properties {
			enc.Fields = []int{}
		}
		b = append(b, `,"feature":`...)
		b = enc.Append(b, &f, 0)
	}
	return append(b, '}')
}
