package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/model"
)

func (p *program) keysCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "The keys that personal values are sealed with",
		Long: "Citizen numbers, telephone numbers and all records (sessions, accounts, histories of cases) are encrypted in the\n" +
			"city's files. The keys lie outside the city's folder: beside it in DIR.keys, or where --keys or " + keysEnv + " say.\n" +
			"Backups do not hold them.",
	}
	var suite string
	init := &cobra.Command{
		Use:   "init",
		Short: "Make a key file",
		Long: "Makes a key file for a city that is sealed with none yet. `generate` and `serve` make one of the standard suite by\n" +
			"themselves. Suites: standard (AES-256-GCM, SHA-256, Ed25519, argon2id), gm (SM4-GCM, SM3, SM2, PBKDF2-SM3).",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.keysInit(suite) },
	}
	init.Flags().StringVar(&suite, "suite", string(keyring.Standard), "standard or gm")
	cmd.AddCommand(init,
		&cobra.Command{
			Use:   "show",
			Short: "List the keys, without their secrets, and how far the city is sealed",
			Args:  cobra.NoArgs,
			RunE:  func(cmd *cobra.Command, _ []string) error { return p.keysShow(cmd.Context()) },
		},
		&cobra.Command{
			Use:   "rotate",
			Short: "Make a new key and seal everything with it",
			Long: "Adds a data key and a signing key and rewrites every sealed value, in small steps while `serve` runs, which takes\n" +
				"the new key by itself. A run that was interrupted goes on when the command is given again; no further key is made\n" +
				"then. Old keys stay in the file: backups need them. What they sealed may\n" +
				"stay in unused parts of the city's file, which `wutu keys seal` clears.",
			Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.keysRotate(cmd.Context()) },
		},
		&cobra.Command{
			Use:   "seal",
			Short: "Seal a city that was made before there were keys",
			Long: "Declares the fields of the standard layers that are to be sealed, encrypts their values and all records, in small\n" +
				"steps while `serve` runs, and then rewrites the file so that no plain value is left in it. Writers wait for the\n" +
				"last step. It may be interrupted and repeated.",
			Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return p.keysSeal(cmd.Context()) },
		})
	return cmd
}

func (p *program) keysInit(name string) error {
	suite, err := keyring.ParseSuite(name)
	if err != nil {
		return fmt.Errorf("--suite: %w", err)
	}
	path, err := p.keyFile()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s exists already", path)
	}
	if err := p.needsNoKeys(path); err != nil {
		return err
	}
	ring, err := p.newRing(path, suite)
	if err != nil {
		return err
	}
	if p.asJSON {
		return p.printJSON(map[string]any{"file": path, "suite": ring.Suite(), "keys": ring.Keys()})
	}
	return nil
}

// loadRing loads a ring that must be there.
func (p *program) loadRing() (*keyring.Ring, error) {
	ring, err := p.ring(false)
	if err != nil || ring != nil {
		return ring, err
	}
	path, err := p.keyFile()
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("there is no key file %s: `wutu keys init` makes one", path)
}

func (p *program) keysShow(ctx context.Context) (err error) {
	ring, err := p.loadRing()
	if err != nil {
		return err
	}
	var state gpkg.SealState
	if _, statErr := os.Stat(p.file()); statErr == nil {
		store, err := p.open(ctx, gpkg.Options{Keys: ring})
		if err != nil {
			return err
		}
		state, err = store.SealState(ctx)
		if err = errors.Join(err, store.Close()); err != nil {
			return err
		}
	}
	loose := openFile(ring.Path())
	if p.asJSON {
		doc := map[string]any{"file": ring.Path(), "suite": ring.Suite(), "keys": ring.Keys(), "sealed_with": state.Keys,
			"rotating": state.Rotating, "plain": state.Plain}
		if loose != nil {
			doc["warning"] = loose.Error()
		}
		return p.printJSON(doc)
	}
	p.say("%s: suite %s", ring.Path(), ring.Suite())
	for _, k := range ring.Keys() {
		mark := ""
		if k.Current && k.Use != "root" {
			mark = "  current"
		}
		p.say("  %-4s  %s  %s%s", k.Use, k.ID, k.Created.Format("2006-01-02 15:04:05Z"), mark)
	}
	if state.Rotating {
		p.say("the last rotation is not finished: run `wutu keys rotate` again")
	}
	if len(state.Plain) > 0 {
		p.say("plain values may be left in %s: run `wutu keys seal`", strings.Join(state.Plain, ", "))
	}
	if loose != nil {
		p.say("%v", loose)
	}
	return nil
}

func (p *program) keysRotate(ctx context.Context) (err error) {
	ring, err := p.loadRing()
	if err != nil {
		return err
	}
	store, err := p.open(ctx, gpkg.Options{Keys: ring})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	state, err := store.SealState(ctx)
	if err != nil {
		return err
	}
	if !state.Rotating {
		if err := ring.Rotate(now(), rand.Reader); err != nil {
			return err
		}
		if err := ring.Save(ring.Path()); err != nil { // before anything is sealed with it
			return err
		}
	}
	if _, err := p.reseal(ctx, store, state.Rotating); err != nil {
		return fmt.Errorf("the rotation to key %s is not finished, give the command again: %w", ring.Current(), err)
	}
	return errors.Join(p.dropSnapshot(), p.resealPhotos(ctx, store))
}

// reseal rewrites what is not sealed with the current key, and says what it did.
func (p *program) reseal(ctx context.Context, store *gpkg.Store, resumed bool) (gpkg.Resealed, error) {
	bar := p.newProgress("rows sealed", 0)
	done, err := store.Reseal(ctx, bar.set)
	bar.finish()
	if err != nil {
		return done, err
	}
	key := store.Keys().Current()
	if p.asJSON {
		return done, p.printJSON(map[string]any{"key": key, "resumed": resumed, "features": done.Features, "versions": done.Versions, "records": done.Records, "audit_lines": done.Lines, "tracks": done.Tracks})
	}
	p.say("sealed with key %s: %d features, %d old versions, %d records, %d lines of the audit trail, %d hours of tracks", key, done.Features, done.Versions, done.Records, done.Lines, done.Tracks)
	return done, nil
}

func (p *program) keysSeal(ctx context.Context) (err error) {
	if err := p.mustExist(); err != nil {
		return err
	}
	ring, err := p.ring(true)
	if err != nil {
		return err
	}
	store, err := p.open(ctx, gpkg.Options{Keys: ring})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	list, err := store.Layers(ctx)
	if err != nil {
		return err
	}
	if changed := declareSealed(list); len(changed) > 0 {
		if _, err := store.Apply(ctx, layers.Batch{Actor: "keys seal", At: now(), Layers: changed}); err != nil {
			return err
		}
	}
	if _, err := p.reseal(ctx, store, false); err != nil {
		return err
	}
	if err := p.resealPhotos(ctx, store); err != nil {
		return err
	}
	return errors.Join(p.dropSnapshot(), store.Scrub(ctx))
}

// hintSeals says what is left to be sealed in the city.
func (p *program) hintSeals(ctx context.Context, store *gpkg.Store) error {
	state, err := store.SealState(ctx)
	if err != nil {
		return err
	}
	list, err := store.Layers(ctx)
	if err != nil {
		return err
	}
	if len(state.Plain) > 0 || len(declareSealed(list)) > 0 {
		p.say("personal values of the city are plain in its files: `wutu keys seal` seals them")
	}
	if state.Rotating {
		p.say("the last rotation of keys is not finished: `wutu keys rotate` goes on")
	}
	return nil
}

// declareSealed returns the layers whose definitions lack the seals, masks and
// marks of personal fields that the standard layers have by now, with them.
func declareSealed(list []*layers.Layer) []*layers.Layer {
	var out []*layers.Layer
	for _, l := range list {
		standard := model.Lookup(l.ID)
		if standard == nil {
			continue
		}
		next := *l
		next.Fields = append([]layers.Field(nil), l.Fields...)
		changed := false
		for i := range next.Fields {
			f := &next.Fields[i]
			k := standard.FieldIndex(f.Name)
			if k < 0 || f.Type != standard.Fields[k].Type {
				continue
			}
			want := &standard.Fields[k]
			changed = changed || want.Sealed && !f.Sealed || want.Personal && !f.Personal || want.Mask != f.Mask && f.Mask == layers.NoMask
			f.Sealed, f.Personal = f.Sealed || want.Sealed, f.Personal || want.Personal
			if f.Mask == layers.NoMask {
				f.Mask = want.Mask
			}
		}
		if changed {
			out = append(out, &next)
		}
	}
	return out
}
