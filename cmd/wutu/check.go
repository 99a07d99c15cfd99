package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/live"
)

func (p *program) checkCmd() *cobra.Command {
	memory := false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Look for everything that can be wrong with the city",
		Long: "Checks the store (pages, registration, geometries, codes, seals, change log, audit trail, writes of other programs),\n" +
			"the files of pictures, the cases against their histories, the resident index and the snapshot it starts from\n" +
			"against the store. Exit code 1 with the list of what is wrong. It works while `serve` runs.\n\n" +
			"With --memory nothing is checked: it tells what the resident city takes, by layer and part.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if memory {
				return p.checkMemory(cmd.Context())
			}
			return p.check(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&memory, "memory", false, "tell what each layer takes of the server's memory")
	return cmd
}

func (p *program) check(ctx context.Context) (err error) {
	store, err := p.open(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	found, err := store.Check(ctx)
	if err != nil {
		return err
	}
	var problems []string
	if keys := store.Keys(); keys != nil {
		if err := openFile(keys.Path()); err != nil {
			problems = append(problems, err.Error())
		}
	}
	for _, f := range found {
		problems = append(problems, f.String())
	}
	lost, err := p.checkPhotos(ctx, store)
	if err != nil {
		return err
	}
	problems = append(problems, lost...)
	untrue, err := steady(ctx, store, func() ([]string, error) { return checkCases(ctx, store) })
	if err != nil {
		return err
	}
	problems = append(problems, untrue...)
	features := 0
	if len(found) == 0 { // an index over a broken store says nothing
		wrong, err := steady(ctx, store, func() (wrong []string, err error) {
			wrong, features, err = checkIndex(ctx, store)
			return wrong, err
		})
		if err != nil {
			return err
		}
		problems = append(problems, wrong...)
		if wrong, err = steady(ctx, store, func() ([]string, error) { return p.checkSnapshot(ctx, store) }); err != nil {
			return err
		}
		problems = append(problems, wrong...)
	}
	if p.asJSON {
		if err := p.printJSON(map[string]any{"problems": problems, "features": features}); err != nil {
			return err
		}
	} else {
		for _, line := range problems {
			p.say("%s", line)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems in %s", len(problems), p.file())
	}
	p.say("%s is in order: %d features", p.file(), features)
	return nil
}

// steady repeats look as long as it finds something and somebody writes meanwhile,
// a few times at most: what is read in two parts may differ by what came between.
func steady(ctx context.Context, store *gpkg.Store, look func() ([]string, error)) ([]string, error) {
	const tries = 4
	for try := 1; ; try++ {
		before, err := store.Seq(ctx)
		if err != nil {
			return nil, err
		}
		wrong, err := look()
		if err != nil || len(wrong) == 0 || try == tries {
			return wrong, err
		}
		if after, err := store.Seq(ctx); err != nil || after == before {
			return wrong, err
		}
	}
}

// checkIndex loads the city as the server does and compares what it holds with
// the store, feature by feature.
func checkIndex(ctx context.Context, store *gpkg.Store) (wrong []string, features int, err error) {
	city, err := live.Open(ctx, store, live.Options{})
	if err != nil {
		return nil, 0, err
	}
	defer city.Close()
	v := city.View()
	system := layers.SystemSubject()
	for _, l := range v.Layers() {
		stored := 0
		for f, err := range store.Read(ctx, layers.Query{Subject: system, Layer: l.ID}) {
			if err != nil {
				return nil, 0, err
			}
			stored++
			resident, err := v.Get(ctx, &system, l.ID, f.Key)
			if err != nil || resident.Version != f.Version {
				wrong = append(wrong, fmt.Sprintf("layer %s: feature %s: the index holds version %d, the store %d", l.ID, f.Key, resident.Version, f.Version))
			}
		}
		if n := v.Stats(l.ID).Rows; n != stored {
			wrong = append(wrong, fmt.Sprintf("layer %s: the index holds %d features, the store %d", l.ID, n, stored))
		}
		features += stored
	}
	return wrong, features, nil
}
