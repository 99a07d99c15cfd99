package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/city"
	"wutu/data/gpkg"
)

// program is one run of the command: where it reads and writes, and the flags
// every subcommand shares. Tests start it with buffers.
type program struct {
	stdout, stderr io.Writer
	args           []string

	dir    string // --data
	keys   string // --keys
	asJSON bool   // --json

	stepBehind func() error // lets other programs have the processors first; nil: nothing does
}

func (p *program) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "wutu",
		Short:         "五图: the map under a city",
		Long:          "wutu keeps a city's five maps (人 people, 企 enterprises, 地 land, 物 objects, 政 government)\nand its events, answers what is near, inside, how many and since when, and draws them as live vector tiles.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&p.dir, "data", "./city", "the city's folder; its GeoPackage is DIR/city.gpkg")
	flags.StringVar(&p.keys, "keys", "", "the city's key file (default DIR.keys beside the city's folder, or $"+keysEnv+")")
	flags.BoolVar(&p.asJSON, "json", false, "machine-readable results on stdout")
	cmd.AddCommand(p.serveCmd(), p.generateCmd(), p.importCmd(), p.exportCmd(), p.checkCmd(),
		p.backupCmd(), p.restoreCmd(), p.keysCmd(), p.auditCmd(), p.accountCmd(), p.tokenCmd(), p.dictionaryCmd(), p.benchCmd())
	return cmd
}

// version is the module version the binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// mustExist fails when there is no city.
func (p *program) mustExist() error {
	if _, err := os.Stat(p.file()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no city in %s (no %s): `wutu generate` or `wutu import` makes one", p.dir, p.file())
	}
	return nil
}

// open opens the city's store, with the city's keys if there are any.
func (p *program) open(ctx context.Context, o gpkg.Options) (*gpkg.Store, error) {
	if err := p.mustExist(); err != nil {
		return nil, err
	}
	if o.Keys == nil {
		var err error
		if o.Keys, err = p.ring(false); err != nil {
			return nil, err
		}
	}
	return gpkg.Open(ctx, p.file(), o)
}

// create opens the city's store and makes folder, file and keys when missing. A
// city that has no keys gets none.
func (p *program) create(ctx context.Context, o gpkg.Options) (*gpkg.Store, error) {
	var err error
	if o.Keys, err = p.ring(p.mustExist() != nil); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.dir, 0o750); err != nil {
		return nil, err
	}
	if path, err := p.keyFile(); err == nil && o.Keys != nil {
		p.leaveKeyPath(path)
	}
	return gpkg.Open(ctx, p.file(), o)
}

func (p *program) file() string { return city.Path(p.dir) }

// say prints one line for people; with --json it says nothing, so that stdout
// holds JSON only.
func (p *program) say(format string, args ...any) {
	if !p.asJSON {
		fmt.Fprintf(p.stdout, format+"\n", args...)
	}
}

// printJSON prints one line of JSON.
func (p *program) printJSON(v any) error { return json.NewEncoder(p.stdout).Encode(v) }

// now is the wall clock, cut to seconds: the only place the command reads it.
func now() time.Time { return time.Now().UTC().Truncate(time.Second) }
