package ingest_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"wutu/data/ingest"
	"wutu/layers"
)

// counted is a source of n records without geometry.
type counted int64

func (n counted) Open(context.Context) (ingest.Decoder, error) { return &counting{left: int64(n)}, nil }

type counting struct{ left int64 }

func (c *counting) Next(context.Context) (ingest.Raw, error) {
	if c.left == 0 {
		return ingest.Raw{}, io.EOF
	}
	c.left--
	return ingest.Raw{Record: c.left, ID: fmt.Sprint(c.left)}, nil
}

func (c *counting) Close() error { return nil }

// slow is a target that takes some time for each feature.
type slow struct {
	elapsed, each time.Duration
	batches       []int
	longest       time.Duration
}

func (s *slow) Layers(context.Context) ([]*layers.Layer, error) {
	return []*layers.Layer{{ID: "register", Geometry: layers.NoGeometry}}, nil
}

func (s *slow) Apply(_ context.Context, b layers.Batch) (uint64, error) {
	took := time.Duration(len(b.Changes)) * s.each
	s.elapsed += took
	s.longest = max(s.longest, took)
	s.batches = append(s.batches, len(b.Changes))
	return 1, nil
}

// A batch takes about a tenth of a second, whatever a feature costs, is not larger than
// it may be and not so small that only the batches cost.
func TestBatchesTakeATenthOfASecond(t *testing.T) {
	for _, c := range []struct {
		each        time.Duration
		most        int // features of a batch as it is asked for
		least, upTo int // of the batches after the first five
		longest     time.Duration
	}{
		{time.Microsecond, 0, 8192, 8192, 100 * time.Millisecond},
		{40 * time.Microsecond, 0, 2000, 3000, 120 * time.Millisecond},
		{time.Millisecond, 0, 256, 256, 1100 * time.Millisecond},
		{time.Millisecond, 50, 50, 50, 100 * time.Millisecond},
		{0, 0, 8192, 8192, 0},
	} {
		s := &slow{each: c.each}
		sum, err := ingest.Run(t.Context(), s, counted(50_000), ingest.Options{Layer: "register", BatchFeatures: c.most,
			Elapsed: func() time.Duration { return s.elapsed }})
		total := 0
		for i, n := range s.batches {
			total += n
			if i > 5 && i < len(s.batches)-1 && (n < c.least || n > c.upTo) {
				t.Errorf("%v a feature: batch %d has %d, want %d to %d", c.each, i, n, c.least, c.upTo)
			}
		}
		if err != nil || total != 50_000 || sum.Stored != 50_000 || s.longest > c.longest {
			t.Errorf("%v a feature: %d in batches, %+v, %v, the longest %v", c.each, total, sum, err, s.longest)
		}
	}
}
