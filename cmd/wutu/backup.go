package main

import (
	"errors"

	"github.com/spf13/cobra"

	"wutu/data/city"
	"wutu/data/gpkg"
)

func (p *program) backupCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a consistent copy of the city, photos included",
		Long: "Packs the city's folder into one archive with checksums. It works while `serve` runs: the copy is one committed state.\n" +
			"The archive does not hold the key file, without which its personal values cannot be read: keep a copy of that elsewhere.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			store, err := p.open(cmd.Context(), gpkg.Options{})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			sum, err := city.Backup(cmd.Context(), store, p.dir, args[0], now())
			if err != nil {
				return err
			}
			return p.printArchive(args[0], sum)
		},
	}
}

func (p *program) restoreCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Unpack a backup into an empty folder",
		Long: "Unpacks an archive of `wutu backup` into --data, which must be empty or not exist, and verifies every checksum first.\n" +
			"The city needs the key file it was sealed with, which no backup holds.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sum, err := city.Restore(cmd.Context(), args[0], p.dir)
			if err != nil {
				return err
			}
			if err := p.printArchive(p.dir, sum); err != nil {
				return err
			}
			return p.printKeysNeeded()
		},
	}
}

// printKeysNeeded says which keys a restored city needs, and whether they are
// there.
func (p *program) printKeysNeeded() error {
	sealed, err := gpkg.SealedWith(p.file())
	if err != nil || len(sealed) == 0 || p.asJSON {
		return err
	}
	path, err := p.keyFile()
	if err != nil {
		return err
	}
	if _, err := p.ring(false); err != nil {
		p.say("its personal values are sealed with the key %s; the key file is not in the backup: put it at %s, or name it with --keys or %s",
			sealed[len(sealed)-1], path, keysEnv)
		return nil
	}
	p.say("its personal values are sealed, and the keys are there")
	return nil
}

func (p *program) printArchive(to string, sum city.Summary) error {
	if p.asJSON {
		return p.printJSON(map[string]any{"to": to, "files": sum.Files, "bytes": sum.Bytes})
	}
	p.say("%s: %d files, %d bytes", to, sum.Files, sum.Bytes)
	return nil
}
