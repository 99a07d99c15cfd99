package osm

import (
	"context"
	"errors"
	"io"

	"wutu/data/ingest"
	"wutu/data/osm/pbf"
	"wutu/layers"
)

// Source is an OpenStreetMap PBF file.
type Source struct{ file ingest.File }

// NewSource returns the source of an OSM PBF file. It is read several times in
// one pass of its decoder.
func NewSource(f ingest.File) *Source { return &Source{file: f} }

var (
	_ ingest.Source   = (*Source)(nil)
	_ ingest.Declarer = (*Source)(nil)
	_ ingest.Counter  = (*decoder)(nil)
)

// Declare returns the seven layers.
func (s *Source) Declare() []*layers.Layer { return Declare() }

// Open starts a pass.
func (s *Source) Open(context.Context) (ingest.Decoder, error) {
	return &decoder{file: s.file, counts: map[string]int64{"node": 0, "way": 0, "relation": 0, "skipped": 0}}, nil
}

// decoder is one import's way through the file; see the package comment.
type decoder struct {
	file   ingest.File
	stage  int
	stream *ingest.Stream
	reader *pbf.Reader
	kinds  []pbf.Kinds
	broken error // the first place where the file cannot be read

	places  places
	ways    wayStore
	counts  map[string]int64
	record  int64
	queue   []ingest.Raw
	head    int
	targets []target
}

// Close releases the file.
func (d *decoder) Close() error {
	if d.reader != nil {
		d.reader.Close()
		d.reader = nil
		return d.stream.Close()
	}
	return nil
}

// Counts returns the objects of each kind in the file, and how many were in no
// layer.
func (d *decoder) Counts() map[string]int64 { return d.counts }

// stages are the passes over the file in their order.
func (d *decoder) visitor() pbf.Visitor {
	switch d.stage {
	case 0:
		return pbf.Visitor{Relation: d.needWays}
	case 1:
		return pbf.Visitor{Way: d.needNodes}
	case 2:
		return pbf.Visitor{Node: d.node}
	}
	return pbf.Visitor{Way: d.way, Relation: d.relation}
}

// Next returns the next record. A file that is broken somewhere gives what can
// be read before the break, then the error.
func (d *decoder) Next(ctx context.Context) (ingest.Raw, error) {
	for d.head == len(d.queue) {
		clear(d.queue)
		d.queue, d.head = d.queue[:0], 0
		if d.stage == 4 {
			if d.broken != nil {
				return ingest.Raw{}, d.broken
			}
			return ingest.Raw{}, io.EOF
		}
		if err := d.advance(ctx); err != nil {
			return ingest.Raw{}, err
		}
	}
	r := d.queue[d.head]
	d.head++
	return r, nil
}

// advance reads one block, or goes on to the next stage.
func (d *decoder) advance(ctx context.Context) error {
	if d.reader == nil {
		stream, err := d.file.Stream()
		if err != nil {
			return err
		}
		d.stream, d.reader = stream, pbf.NewReader(stream, d.kinds)
	}
	err := d.reader.Next(ctx, d.visitor())
	if err == nil {
		return nil
	}
	if ctx.Err() != nil || layers.KindOf(err) == layers.Unsupported {
		return err
	}
	if !errors.Is(err, io.EOF) && d.broken == nil {
		d.broken = err
	}
	d.kinds = d.reader.Kinds()
	d.stage++
	switch d.stage {
	case 1:
		d.ways.ready()
	case 2:
		d.places.ready()
	}
	return d.Close()
}

// needWays remembers which ways a relation is made of.
func (d *decoder) needWays(r *pbf.Relation) error {
	d.counts["relation"]++
	if !isArea(r.Tags) || len(classify(d.targets[:0], r.Tags, pbf.Relations, true)) == 0 {
		return nil
	}
	for _, m := range r.Members {
		if m.Kind == pbf.Ways {
			d.ways.want = append(d.ways.want, m.ID)
		}
	}
	return nil
}

// needNodes remembers which nodes a way is made of.
func (d *decoder) needNodes(w *pbf.Way) error {
	d.counts["way"]++
	wanted := d.ways.wanted(w.ID)
	if wanted {
		d.ways.put(w.ID, w.Refs)
	}
	if wanted || len(classify(d.targets[:0], w.Tags, pbf.Ways, closed(w.Refs))) > 0 {
		d.places.want(w.Refs)
	}
	return nil
}

func closed(refs []int64) bool { return len(refs) >= 4 && refs[0] == refs[len(refs)-1] }
