package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/formats"
	"wutu/data/gpkg"
	"wutu/data/ingest"
	"wutu/geo/crs"
	"wutu/layers"
)

// importFlags are the flags of `wutu import`, as they are given.
type importFlags struct {
	layer, format, system, encoding, zone, mapping, id, element, schema, report string
	create, urgent                                                              bool
}

// exitBroken is the exit code for a file that breaks off.
const exitBroken = 2

func (p *program) importCmd() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE... --layer NAME",
		Short: "Read files into a layer",
		Long: "Streams files into a layer; .gz is undone. The same file again updates and makes no duplicates.\n" +
			"An OSM file fills NAME_buildings, NAME_roads, NAME_addresses, NAME_pois, NAME_landuse, NAME_water and\n" +
			"NAME_boundaries. Records that break a rule are left out and written to --report; exit code 2 says that a\n" +
			"file broke off, what was read before is kept. It works while `serve` runs on the same folder, and lets it\n" +
			"and other programs have the processors first; when they are free it is as quick as it can be.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error { return p.importFiles(cmd.Context(), files, f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.layer, "layer", "", "the layer, or the prefix of the layers of an OSM file (required)")
	fl.StringVar(&f.format, "format", "auto", "auto, "+strings.Join(formats.Names(), ", "))
	fl.StringVar(&f.system, "crs", "", "coordinate system of the file: EPSG:4547, gcj02, bd09 …; default: what the file says, else WGS 84")
	fl.StringVar(&f.encoding, "encoding", "", "encoding of the text, such as gb18030; default UTF-8")
	fl.StringVar(&f.zone, "tz", "", "time zone of local times, such as Asia/Shanghai; default UTC")
	fl.StringVar(&f.mapping, "mapping", "", `file with a JSON object {"field of the layer":"field of the file"}`)
	fl.StringVar(&f.id, "id", "", "field that holds the feature id")
	fl.BoolVar(&f.create, "create", false, "make the layer, with a schema taken from the data")
	fl.StringVar(&f.element, "element", "", "element of a made layer: people, enterprise, land, object, government, frame or event")
	fl.StringVar(&f.schema, "schema", "", "file with the JSON Schema of a made layer, as /ogc/collections/LAYER/schema writes it")
	fl.BoolVar(&f.urgent, "urgent", false, "as important as other programs on this machine, instead of behind them (nice 10, on Linux)")
	fl.StringVar(&f.report, "report", "", "file for the rejected records, one JSON line each")
	if err := cmd.MarkFlagRequired("layer"); err != nil {
		panic(err) // the flag is declared above
	}
	return cmd
}

// options translates the flags.
func (f *importFlags) options() (ingest.Options, error) {
	o := ingest.Options{Layer: f.layer, ID: f.id, Create: f.create, Actor: "import", Now: now}
	var err error
	if f.system != "" {
		system, err := crs.Parse(f.system)
		if err != nil {
			return o, fmt.Errorf("--crs: %w", err)
		}
		o.CRS = &system
	}
	if f.zone != "" {
		if o.Zone, err = time.LoadLocation(f.zone); err != nil {
			return o, fmt.Errorf("--tz: %w", err)
		}
	}
	if f.element != "" {
		if o.Element, err = layers.ParseElement(f.element); err != nil {
			return o, fmt.Errorf("--element: %w", err)
		}
	}
	if f.schema != "" {
		data, err := os.ReadFile(f.schema)
		if err != nil {
			return o, err
		}
		if o.Schema, err = ingest.ParseSchema(data); err != nil {
			return o, fmt.Errorf("%s: %w", f.schema, err)
		}
	}
	if f.mapping != "" {
		data, err := os.ReadFile(f.mapping)
		if err != nil {
			return o, err
		}
		if o.Mapping, err = ingest.ParseMapping(data); err != nil {
			return o, fmt.Errorf("%s: %w", f.mapping, err)
		}
	}
	return o, nil
}

func (p *program) importFiles(ctx context.Context, files []string, f importFlags) (err error) {
	o, err := f.options()
	if err != nil {
		return err
	}
	for _, path := range files { // before a city is made
		if _, err := os.Stat(path); err != nil {
			return err
		}
	}
	report := io.Discard
	if f.report != "" {
		file, err := os.Create(f.report)
		if err != nil {
			return err
		}
		buffered := bufio.NewWriter(file)
		defer func() { err = errors.Join(err, buffered.Flush(), file.Close()) }()
		report = buffered
	}
	o.Rejected = ingest.Report(report)
	start := time.Now()
	o.Elapsed = func() time.Duration { return time.Since(start) }
	if !f.urgent && p.stepBehind != nil {
		if err := p.stepBehind(); err != nil {
			p.say("the import has the usual priority: %v", err)
		}
	}
	store, err := p.create(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, path := range files {
		if err := p.importFile(ctx, store, path, f, o); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) importFile(ctx context.Context, store *gpkg.Store, path string, f importFlags, o ingest.Options) error {
	file, err := ingest.OpenPath(path, f.encoding)
	if err != nil {
		return err
	}
	size := int64(0)
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	bar := p.newProgress(filepath.Base(path), size)
	file.Read = bar.set
	src, err := formats.Open(file, f.format)
	if err != nil {
		bar.finish()
		return fmt.Errorf("%s: %w", path, err)
	}
	if _, declares := src.(ingest.Declarer); declares {
		o.Create = true // the format says what its layers are
	}
	o.Committed = func(n int64) {
		if p.asJSON {
			p.printJSON(map[string]int64{"committed": n})
		}
	}
	sum, err := ingest.Run(ctx, store, src, o)
	bar.finish()
	if printErr := p.printSummary(path, sum); printErr != nil {
		return printErr
	}
	if broken := (*ingest.BrokenOff)(nil); errors.As(err, &broken) {
		return &exitError{code: exitBroken, err: fmt.Errorf("%s broke off after %d records: %w", path, sum.Read, err)}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// printSummary prints what an import did, also when it failed half way.
func (p *program) printSummary(path string, sum ingest.Summary) error {
	if p.asJSON {
		line := struct {
			Import string `json:"import"`
			ingest.Summary
		}{filepath.Base(path), sum}
		data, err := json.Marshal(line)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s\n", data)
		return err
	}
	p.say("%s: read %d, stored %d, rejected %d", filepath.Base(path), sum.Read, sum.Stored, sum.Rejected)
	for _, name := range slices.Sorted(maps.Keys(sum.Layers)) {
		c := sum.Layers[name]
		p.say("  %-28s %9d stored, %d rejected", name, c.Stored, c.Rejected)
	}
	for _, rule := range slices.Sorted(maps.Keys(sum.Rules)) {
		p.say("  rejected by rule %s: %d", rule, sum.Rules[rule])
	}
	for _, kind := range slices.Sorted(maps.Keys(sum.Objects)) {
		p.say("  objects of kind %s: %d", kind, sum.Objects[kind])
	}
	return nil
}
