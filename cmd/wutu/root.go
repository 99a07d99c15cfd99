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
	asJSON bool   // --json
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
	flags.BoolVar(&p.asJSON, "json", false, "machine-readable results on stdout")
	cmd.AddCommand(p.serveCmd(), p.generateCmd(), p.importCmd(), p.exportCmd(), p.checkCmd(),
		p.backupCmd(), p.restoreCmd(), p.tokenCmd(), p.benchCmd())
	return cmd
}

// version is the module version the binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// open opens the city's store.
func (p *program) open(ctx context.Context, o gpkg.Options) (*gpkg.Store, error) {
	if _, err := os.Stat(p.file()); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no city in %s (no %s): `wutu generate` or `wutu import` makes one", p.dir, p.file())
	}
	return gpkg.Open(ctx, p.file(), o)
}

// create opens the city's store and makes folder and file when missing.
func (p *program) create(ctx context.Context, o gpkg.Options) (*gpkg.Store, error) {
	if err := os.MkdirAll(p.dir, 0o750); err != nil {
		return nil, err
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
