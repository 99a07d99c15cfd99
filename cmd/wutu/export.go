package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/spf13/cobra"

	"wutu/data/export"
	"wutu/data/gpkg"
	"wutu/geo/crs"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/tiles/pyramid"
)

// encodeExport writes the files of the server's exports.
func encodeExport(ctx context.Context, w io.Writer, r layers.Reader, format string, q layers.Query) (int64, error) {
	return export.Write(ctx, w, r, export.Options{Format: format, Query: q})
}

func (p *program) exportCmd() *cobra.Command {
	var format, box, filter, system, zooms, out string
	cmd := &cobra.Command{
		Use:   "export LAYER --format FORMAT -o FILE",
		Short: "Write a layer to a file, or layers as tiles",
		Long: "Streams a layer, or what a box and a CQL2 filter leave of it, to a file. The file appears when it is complete.\n" +
			"With --format pmtiles it holds vector tiles, and LAYER may be several with a comma between.\n" +
			"Whoever runs this command can read the city's file: personal layers are written like any other.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := export.Options{Format: format, Query: layers.Query{Subject: layers.SystemSubject(), Layer: args[0]}}
			var err error
			if box != "" {
				if o.Query.Boxes, err = parseBox(box); err != nil {
					return err
				}
			}
			if filter != "" {
				if o.Query.Filter, err = cql2.Parse(filter); err != nil {
					return fmt.Errorf("--filter: %w", err)
				}
			}
			if system != "" {
				if o.CRS, err = crs.Parse(system); err != nil {
					return fmt.Errorf("--crs: %w", err)
				}
			}
			if format == tilesFormat {
				if box != "" || system != "" {
					return errors.New("--bbox and --crs are not for tiles")
				}
				r := pyramid.Request{Subject: o.Query.Subject, Layers: strings.Split(args[0], ","), Filter: o.Query.Filter}
				if r.Min, r.Max, err = parseZooms(zooms); err != nil {
					return err
				}
				return p.exportTiles(cmd.Context(), out, r)
			}
			return p.export(cmd.Context(), out, o)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&format, "format", "geojson", strings.Join(append(export.Formats(), tilesFormat), ", "))
	fl.StringVar(&box, "bbox", "", "west,south,east,north in degrees; west beyond east crosses the antimeridian")
	fl.StringVar(&filter, "filter", "", "CQL2 text, such as \"height > 60 AND kind = 'residential'\"")
	fl.StringVar(&system, "crs", "", "coordinate system of the file; default WGS 84")
	fl.StringVar(&zooms, "zoom", "0-16", "zooms of tiles, from-to")
	fl.StringVarP(&out, "output", "o", "", "the file (required)")
	if err := cmd.MarkFlagRequired("output"); err != nil {
		panic(err) // the flag is declared above
	}
	cmd.AddCommand(p.exportVerifyCmd())
	return cmd
}

func (p *program) export(ctx context.Context, out string, o export.Options) (err error) {
	store, err := p.open(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	bar := p.newProgress(o.Query.Layer, 0)
	o.Progress = bar.set
	n, err := export.File(ctx, out, store, o)
	bar.finish()
	if err != nil {
		return err
	}
	if p.asJSON {
		return p.printJSON(map[string]any{"file": out, "features": n})
	}
	p.say("%s: %d features", out, n)
	return nil
}

// parseBox reads west,south,east,north; a box over the antimeridian becomes two.
func parseBox(s string) ([]orb.Bound, error) {
	parts := strings.Split(s, ",")
	var n [4]float64
	if len(parts) != len(n) {
		return nil, fmt.Errorf("--bbox %q has %d numbers, not 4", s, len(parts))
	}
	for i := range n {
		x, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("--bbox: %q is not a number", parts[i])
		}
		n[i] = x
	}
	w, so, e, no := n[0], n[1], n[2], n[3]
	if so > no {
		return nil, fmt.Errorf("--bbox: south %v is north of %v", so, no)
	}
	if w > e {
		return []orb.Bound{{Min: orb.Point{w, so}, Max: orb.Point{180, no}}, {Min: orb.Point{-180, so}, Max: orb.Point{e, no}}}, nil
	}
	return []orb.Bound{{Min: orb.Point{w, so}, Max: orb.Point{e, no}}}, nil
}
