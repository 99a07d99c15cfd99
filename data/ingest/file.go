package ingest

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"

	"wutu/layers"
)

// File is a file that can be opened again and again. Gzip is undone on the way.
type File struct {
	Name     string                        // for messages and the choice of a format
	Open     func() (io.ReadCloser, error) // the bytes as they lie on disk
	Encoding encoding.Encoding             // of its text; nil: UTF-8
	Read     func(n int64)                 // called with the bytes read so far in a pass, for progress; may be nil
}

// OpenPath returns the File at path. encodingName is a name of the WHATWG list
// (gb18030, gbk, big5, windows-1252), "" for UTF-8. Errors: NotFound for a file
// that is not there, Invalid for an unknown encoding.
func OpenPath(path, encodingName string) (File, error) {
	if _, err := os.Stat(path); err != nil {
		return File{}, &layers.Error{Kind: layers.NotFound, Op: "import", Err: err}
	}
	f := File{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	if encodingName == "" || strings.EqualFold(encodingName, "utf-8") {
		return f, nil
	}
	enc, err := htmlindex.Get(encodingName)
	if err != nil {
		return File{}, &layers.Error{Kind: layers.Invalid, Op: "import", Field: "encoding", Err: fmt.Errorf("%q is not a known encoding", encodingName)}
	}
	f.Encoding = enc
	return f, nil
}

// Stream is the decoded content of a file: without gzip, in UTF-8.
type Stream struct {
	*bufio.Reader
	raw io.Closer
}

// Close closes the file.
func (s *Stream) Close() error { return s.raw.Close() }

// Stream opens the file for one pass over its text.
func (f *File) Stream() (*Stream, error) {
	raw, err := f.Open()
	if err != nil {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "import", Err: err}
	}
	br := bufio.NewReaderSize(&counter{r: raw, report: f.Read}, 1<<16)
	if magic, _ := br.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		zr, err := gzip.NewReader(br)
		if err != nil {
			return nil, errors.Join(&layers.Error{Kind: layers.Invalid, Op: "gzip", Err: err}, raw.Close())
		}
		br = bufio.NewReaderSize(&gunzip{zr}, 1<<16)
	}
	if f.Encoding != nil {
		br = bufio.NewReaderSize(transform.NewReader(br, f.Encoding.NewDecoder()), 1<<16)
	}
	return &Stream{Reader: br, raw: raw}, nil
}

// gunzip gives the errors of a broken gzip file their meaning.
type gunzip struct{ r *gzip.Reader }

func (g *gunzip) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &layers.Error{Kind: layers.Invalid, Op: "gzip", Err: fmt.Errorf("the compressed file is broken: %w", err)}
	}
	return n, err
}

type counter struct {
	r      io.Reader
	n      int64
	report func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.report != nil {
		c.report(c.n)
	}
	return n, err
}
