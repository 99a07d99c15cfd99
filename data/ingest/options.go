package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"wutu/geo/crs"
	"wutu/layers"
)

// Target is the part of a store an import needs.
type Target interface {
	Layers(ctx context.Context) ([]*layers.Layer, error)
	layers.Writer
}

// Options says how a file is read into layers. Layer must be set, and Element
// when Create is set for a format that declares no layers.
type Options struct {
	Layer   string            // layer id; for formats of several layers the prefix of their ids
	CRS     *crs.System       // coordinate system of the file; nil: what the file says, else WGS 84
	Zone    *time.Location    // zone of local times without offset; nil: UTC
	Mapping map[string]string // target field → source field; nil: fields of the same name
	ID      string            // source field that holds the feature id; "": the format's id or a hash
	Create  bool              // create layers that do not exist
	Element layers.Element    // element of a created layer
	Schema  *layers.Layer     // definition of a created layer, of ParseSchema; nil: taken from the data
	Title   layers.Title      // title of a created layer; its id if empty
	Actor   string            // who imports
	Now     func() time.Time  // time of a batch; nil leaves it to the store

	BatchFeatures int // features in a batch at most; default 8192
	BatchBytes    int // approximate bytes in a batch; default 8 MiB

	// Elapsed is a clock by which batches are made so large that one takes about a tenth
	// of a second: who writes beside the import waits no longer. nil: they are as large as
	// they may be.
	Elapsed func() time.Duration

	Rejected  func(Reject) error    // called for every rejected record; an error stops the import
	Committed func(committed int64) // called after each durable batch with the number of features stored so far
	Progress  func(read int64)      // called with the number of records read, every 1024 and at the end
}

func (o *Options) withDefaults() error {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.BatchFeatures <= 0 {
		o.BatchFeatures = 8192
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = 8 << 20
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Time{} }
	}
	return layers.CheckLayerID(o.Layer)
}

// Reject is one line of the report.
type Reject struct {
	Record  int64  `json:"record"`
	Field   string `json:"field"`
	Rule    string `json:"rule"` // id, syntax, size, type, code, geometry, range, or the name of a rule of geo/valid
	Value   string `json:"value"`
	Message string `json:"message"`
	Layer   string `json:"layer"`
	At      string `json:"at,omitempty"`
}

// Report returns a Rejected function that writes JSON lines to w.
func Report(w io.Writer) func(Reject) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(r Reject) error {
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("reject report: %w", err)
		}
		return nil
	}
}

// ParseMapping reads a mapping file: a JSON object {"target":"source"}. The
// error is Invalid.
func ParseMapping(data []byte) (map[string]string, error) {
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, &layers.Error{Kind: layers.Invalid, Op: "mapping",
			Err: fmt.Errorf("a mapping is a JSON object {\"target\":\"source\"}: %w", err)}
	}
	return m, nil
}

// Count is what happened to the records of a layer: Read = Stored + Rejected.
type Count struct {
	Read     int64 `json:"read"`
	Stored   int64 `json:"stored"`
	Rejected int64 `json:"rejected"`
}

// Summary is the result of an import.
type Summary struct {
	Count
	Layers  map[string]Count `json:"layers"`            // by layer id
	Ignored map[string]int64 `json:"ignored,omitempty"` // source fields without a target → stored or rejected records that had a value in them
	Objects map[string]int64 `json:"objects,omitempty"` // what the format counted, "node"
	Rules   map[string]int64 `json:"rules,omitempty"`   // rejects by rule
}
