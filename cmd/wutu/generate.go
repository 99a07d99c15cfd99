package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"wutu/data/gpkg"
	"wutu/data/sample"
	"wutu/layers"
)

func (p *program) generateCmd() *cobra.Command {
	var size, at string
	var seed uint64
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Make a synthetic city",
		Long: "Makes a believable river city of invented people and firms: small (about 60 thousand features),\n" +
			"city (1 million) or prefecture (20 million). The same arguments make the same features.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := sample.Options{Seed: seed, Now: now().Truncate(time.Hour)}
			var err error
			if o.Size, err = sample.ParseSize(size); err != nil {
				return err
			}
			if at != "" {
				if o.Now, err = time.Parse(time.RFC3339, at); err != nil {
					return fmt.Errorf("--now %q is not an RFC 3339 time, such as 2026-11-21T08:00:00Z", at)
				}
			}
			return p.generate(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&size, "size", "small", "small, city or prefecture")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "another seed is another city")
	cmd.Flags().StringVar(&at, "now", "", "events are spread over the 30 days before this time (default: this hour)")
	return cmd
}

func (p *program) generate(ctx context.Context, o sample.Options) (err error) {
	if _, err := os.Stat(p.file()); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists already: choose another --data folder or remove it", p.file())
	}
	started := time.Now()
	store, err := p.create(ctx, gpkg.Options{Bulk: true})
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := store.Close(); err == nil {
			err = closeErr
		}
		if err != nil { // half a city is of no use to anybody
			os.Remove(p.file())
		}
	}()
	id, err := identity{Name: sample.CityName(), Code: sample.CityCode}.record()
	if err != nil {
		return err
	}
	if _, err := store.Apply(ctx, layers.Batch{Actor: "generate", At: o.Now, Layers: sample.Layers(), Records: []layers.Record{id}}); err != nil {
		return err
	}
	progress := p.newProgress("features", 0)
	total := int64(0)
	counts := make(map[string]int)
	// One goroutine makes features while another stores those made before.
	work, ctx := errgroup.WithContext(ctx)
	made := make(chan sample.Batch)
	work.Go(func() error {
		defer close(made)
		return sample.Generate(ctx, o, func(b sample.Batch) error {
			select {
			case made <- b:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	work.Go(func() error {
		for b := range made {
			batch := layers.Batch{Actor: "generate", At: o.Now, Changes: make([]layers.Change, len(b.Features)), Records: b.Records}
			for i := range b.Features {
				batch.Changes[i] = layers.Change{Op: layers.Put, Layer: b.Layer.ID, ID: b.Features[i].Key, Feature: &b.Features[i]}
			}
			if _, err := store.Apply(ctx, batch); err != nil {
				return err
			}
			counts[b.Layer.ID] += len(b.Features)
			total += int64(len(b.Features))
			progress.set(total)
		}
		return nil
	})
	err = work.Wait()
	progress.finish()
	if err != nil {
		return err
	}
	if p.asJSON {
		return p.printJSON(map[string]any{"features": total, "layers": counts, "seconds": time.Since(started).Seconds()})
	}
	p.say("%s city in %s: %d features in %d layers, %.1f s", o.Size, p.file(), total, len(counts), time.Since(started).Seconds())
	return nil
}
