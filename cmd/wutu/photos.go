package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/pflag"

	"wutu/data/city"
	"wutu/data/gpkg"
	"wutu/data/photo"
	pictures "wutu/layers/photo"
)

// photoFlags are the limits of pictures that `wutu serve` takes.
type photoFlags struct{ mebibytes, megapixels int }

func (f *photoFlags) add(flags *pflag.FlagSet) {
	flags.IntVar(&f.mebibytes, "max-photo", 10, "largest picture that is taken, in MiB")
	flags.IntVar(&f.megapixels, "max-photo-pixels", 50, "and in millions of pixels")
}

// limits are the limits of pictures; what is not above zero is the usual.
func (f *photoFlags) limits() pictures.Limits {
	return pictures.Limits{Bytes: f.mebibytes << 20, Pixels: f.megapixels * 1_000_000}
}

// pictures are the files of pictures of the city that store has open.
func (p *program) pictures(store *gpkg.Store) *photo.Files {
	return photo.New(filepath.Join(p.dir, city.Photos), store.Keys())
}

// resealPhotos seals the files of pictures that are plain or sealed with an old
// key.
func (p *program) resealPhotos(ctx context.Context, store *gpkg.Store) error {
	n, err := p.pictures(store).Reseal(ctx)
	if err == nil && n > 0 && !p.asJSON {
		p.say("%d files of pictures sealed", n)
	}
	return err
}

// checkPhotos lists the pictures whose files are missing or damaged.
func (p *program) checkPhotos(ctx context.Context, store *gpkg.Store) ([]string, error) {
	wrong, _, err := p.pictures(store).Check(ctx, store, now())
	return wrong, err
}
