package export

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	csvfile "wutu/data/csv"
	"wutu/data/flatgeobuf"
	"wutu/geo/crs"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/geojson"
)

// Formats lists the names of the formats that can be written.
func Formats() []string { return []string{"geojson", "geojsonseq", "csv", "fgb"} }

// Options says what is written and how.
type Options struct {
	Query    layers.Query  // what; its subject is asked for access
	Format   string        // one of Formats
	CRS      crs.System    // of the coordinates written; the zero value is WGS 84
	Progress func(n int64) // called with the number of features written, every 1024; may be nil
}

// File writes the query's features to path and returns how many. Errors: those
// of Write, and Unavailable when the file cannot be made. On error there is no
// new file, and an old one is as it was.
func File(ctx context.Context, path string, r layers.Reader, o Options) (n int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return 0, unavailable(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(f.Close()), os.Remove(f.Name()))
		}
	}()
	if o.Format == "fgb" {
		n, err = writeIndexed(ctx, f, filepath.Dir(path), r, o)
	} else {
		n, err = Write(ctx, f, r, o)
	}
	if err != nil {
		return n, err
	}
	for _, step := range []func() error{
		func() error { return f.Chmod(0o644) }, f.Sync, f.Close,
		func() error { return os.Rename(f.Name(), path) },
	} {
		if err := step(); err != nil {
			return n, unavailable(err)
		}
	}
	return n, nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

func unavailable(err error) error {
	return &layers.Error{Kind: layers.Unavailable, Op: "export", Err: err}
}

// Write streams the query's features to w and returns how many. Errors: Invalid
// for an unknown format or a coordinate the system does not have, NotFound and
// Forbidden as package access decides, those of the reader, Unavailable when w
// fails.
func Write(ctx context.Context, w io.Writer, r layers.Reader, o Options) (int64, error) {
	l, err := find(ctx, r, o.Query)
	if err != nil {
		return 0, err
	}
	sights := access.Decide(&o.Query.Subject, l).Sights
	e, err := newEncoder(o, l, sights)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if _, err := out.Write(e.head); err != nil {
		return 0, unavailable(err)
	}
	var n int64
	var buf []byte
	for f, err := range rows(ctx, r, l, o) {
		if err != nil {
			return n, err
		}
		if buf, err = e.append(buf[:0], f, n); err != nil {
			return n, err
		}
		if _, err := out.Write(buf); err != nil {
			return n, unavailable(err)
		}
		if n++; o.Progress != nil && n%1024 == 0 {
			o.Progress(n)
		}
	}
	if err := ctx.Err(); err != nil {
		return n, err
	}
	if _, err := out.Write(e.tail); err != nil {
		return n, unavailable(err)
	}
	if err := out.Flush(); err != nil {
		return n, unavailable(err)
	}
	return n, nil
}

// rows are the query's features with their coordinates in the file's system.
func rows(ctx context.Context, r layers.Reader, l *layers.Layer, o Options) iter.Seq2[layers.Row, error] {
	return func(yield func(layers.Row, error) bool) {
		for f, err := range r.Read(ctx, o.Query) {
			if err == nil && o.CRS != crs.WGS84 {
				if f.Shape, err = crs.Transform(f.Shape, crs.WGS84, o.CRS); err != nil {
					err = &layers.Error{Kind: layers.Invalid, Op: "export", Layer: l.ID, ID: f.Key, Field: "crs", Err: err}
				}
			}
			if !yield(&f, err) || err != nil {
				return
			}
		}
	}
}

// writeIndexed is Write for a FlatGeobuf file with an index, by way of a scratch
// file in the folder dir.
func writeIndexed(ctx context.Context, w io.Writer, dir string, r layers.Reader, o Options) (n int64, err error) {
	l, err := find(ctx, r, o.Query)
	if err != nil {
		return 0, err
	}
	scratch, err := os.CreateTemp(dir, ".export-*")
	if err != nil {
		return 0, unavailable(err)
	}
	defer func() { err = errors.Join(err, scratch.Close(), os.Remove(scratch.Name())) }()
	return flatgeobuf.WriteIndexed(ctx, w, scratch, l, binary(o, access.Decide(&o.Query.Subject, l).Sights), rows(ctx, r, l, o), o.Progress)
}

// find returns the definition of the query's layer if its subject may list it.
func find(ctx context.Context, r layers.Reader, q layers.Query) (*layers.Layer, error) {
	all, err := r.Layers(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.ID == q.Layer {
			return l, access.MayList(&q.Subject, l)
		}
	}
	return nil, &layers.Error{Kind: layers.NotFound, Op: "export", Layer: q.Layer, Err: errors.New("no such layer")}
}

// encoder is a format: what stands before and after the features, and how one is
// written, the n-th from 0.
type encoder struct {
	head, tail []byte
	append     func(dst []byte, row layers.Row, n int64) ([]byte, error)
}

func newEncoder(o Options, l *layers.Layer, sights layers.Sights) (encoder, error) {
	f := geojson.Format{Sights: sights}
	switch o.Format {
	case "geojson":
		return encoder{head: collectionHead(l, o.CRS), tail: []byte("\n]}\n"),
			append: func(dst []byte, row layers.Row, n int64) ([]byte, error) {
				if n > 0 {
					dst = append(dst, ',')
				}
				return geojson.AppendFeature(append(dst, '\n'), l, row, f), nil
			}}, nil
	case "geojsonseq":
		return encoder{append: func(dst []byte, row layers.Row, _ int64) ([]byte, error) {
			dst = append(dst, 0x1e)
			return append(geojson.AppendFeature(dst, l, row, f), '\n'), nil
		}}, nil
	case "csv":
		c := csvfile.Format{Sights: sights, Plane: !o.CRS.Geographic()}
		return encoder{head: csvfile.AppendHeader(nil, l, c),
			append: func(dst []byte, row layers.Row, _ int64) ([]byte, error) {
				return csvfile.AppendRow(dst, l, row, c), nil
			}}, nil
	case "fgb":
		w := flatgeobuf.NewWriter(l, binary(o, sights))
		return encoder{head: w.Head(nil), append: func(dst []byte, row layers.Row, _ int64) ([]byte, error) { return w.Append(dst, row) }}, nil
	}
	return encoder{}, &layers.Error{Kind: layers.Invalid, Op: "export", Field: "format",
		Err: fmt.Errorf("%q is not one of %v", o.Format, Formats())}
}

// binary are the options of a FlatGeobuf file whose rows are already in the system.
func binary(o Options, sights layers.Sights) flatgeobuf.Options {
	f := flatgeobuf.Options{Sights: sights, EPSG: o.CRS.EPSG()}
	if f.EPSG == 0 { // the register does not have it
		f.Org = "-"
	}
	return f
}

func collectionHead(l *layers.Layer, system crs.System) []byte {
	name, _ := json.Marshal(l.ID) // a text always marshals
	head := fmt.Appendf(nil, `{"type":"FeatureCollection","name":%s,`, name)
	if system != crs.WGS84 {
		id := system.Name()
		if n := system.EPSG(); n != 0 {
			id = fmt.Sprintf("urn:ogc:def:crs:EPSG::%d", n)
		}
		head = fmt.Appendf(head, `"crs":{"type":"name","properties":{"name":%q}},`, id)
	}
	return append(head, `"features":[`...)
}
