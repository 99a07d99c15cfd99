package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wutu/data/gpkg"
)

// lookEvery is how often the server looks for fields that the security
// administrator, or another process, has declared as sealed.
const lookEvery = 2 * time.Second

// keepSealed seals the old values of fields that become sealed ones while the
// city is served. stop ends it and waits for it.
func keepSealed(ctx context.Context, store *gpkg.Store, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		said := "" // the last error, told once
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			err := sealDeclared(ctx, store, log)
			if err != nil && ctx.Err() == nil && err.Error() != said {
				said = err.Error()
				log.Error("sealing the values of declared fields", "err", err)
			}
		}
	})
	return func() {
		cancel()
		work.Wait()
	}
}

// sealDeclared seals what is declared and plain.
func sealDeclared(ctx context.Context, store *gpkg.Store, log *slog.Logger) error {
	state, err := store.SealState(ctx)
	if err != nil || len(state.Plain) == 0 {
		return err
	}
	done, err := store.Reseal(ctx, nil)
	if err != nil {
		return err
	}
	log.Info("values of declared fields are sealed; `wutu keys seal` clears what they were from unused parts of the file",
		"fields", state.Plain, "features", done.Features, "versions", done.Versions)
	return nil
}
