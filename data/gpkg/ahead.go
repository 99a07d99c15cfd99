package gpkg

import (
	"context"

	"wutu/layers"
)

// Sizes of reading ahead: features in a block, and blocks that wait.
const (
	aheadRows   = 256
	aheadBlocks = 2
)

// drainAhead is drain with a goroutine that reads and decodes while emit works:
// opening sealed values costs as much as what is done with them. The goroutine
// has ended when it returns. It reads up to some hundred rows more than are
// taken.
func (p *plan) drainAhead(ctx context.Context, r *rows, emit func(layers.Feature) error) error {
	blocks := make(chan []layers.Feature, aheadBlocks)
	enough := make(chan struct{})
	var failed error // of the goroutine, valid when blocks is closed
	go func() {
		defer close(blocks)
		block := make([]layers.Feature, 0, aheadRows)
		hand := func() error {
			select {
			case blocks <- block:
				block = make([]layers.Feature, 0, aheadRows)
				return nil
			case <-enough:
				return errStop
			}
		}
		failed = p.drain(ctx, r, func(f layers.Feature) error {
			if block = append(block, f); len(block) == aheadRows {
				return hand()
			}
			return nil
		})
		if len(block) > 0 { // what came before a failure is handed over too
			if err := hand(); failed == nil {
				failed = err
			}
		}
	}()
	defer func() { // also when emit does not return
		close(enough)
		for range blocks { // until the goroutine has ended
		}
	}()
	for block := range blocks {
		for i := range block {
			if err := emit(block[i]); err != nil {
				return err
			}
		}
	}
	return failed
}
