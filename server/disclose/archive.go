package disclose

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// ManifestName is the entry of an archive that describes and signs the rest.
const ManifestName = "manifest.json"

// Header says what an exported file is. It is what is signed, with the hash of
// the data in it.
type Header struct {
	Format      string    `json:"format"` // wutu-export-1
	ID          string    `json:"id"`
	City        string    `json:"city"`
	Layer       string    `json:"layer"`
	File        string    `json:"file"` // entry of the archive
	DataFormat  string    `json:"data_format"`
	Filter      string    `json:"filter"`
	BBox        string    `json:"bbox"`
	Rows        int64     `json:"rows"`
	DataVersion uint64    `json:"data_version"` // sequence of the last change in it
	Purpose     string    `json:"purpose"`
	RequestedBy string    `json:"requested_by"`
	ApprovedBy  string    `json:"approved_by,omitempty"`
	MadeAt      time.Time `json:"made_at"`
	Expires     time.Time `json:"expires"`
	Watermark   string    `json:"watermark"` // to be shown wherever the data is
	SHA256      string    `json:"sha256"`    // of the file, hexadecimal
}

type manifest struct {
	Header    json.RawMessage   `json:"header"`
	Signature keyring.Signature `json:"signature"`
	Key       keyring.Public    `json:"key"`
}

const headerFormat = "wutu-export-1"

// make writes the archive of a request, sealed with the city's keys, and notes its
// rows and version. It appears under its name when it is whole and on the disk. Requests of one id take turns.
func (o *Office) make(ctx context.Context, r *request, s *layers.Subject) (path string, err error) {
	if err := os.MkdirAll(o.o.Dir, 0o700); err != nil {
		return "", unavailable(err)
	}
	q, err := query(s, r)
	if err != nil {
		return "", err
	}
	out, err := os.CreateTemp(o.o.Dir, ".making-*")
	if err != nil {
		return "", unavailable(err)
	}
	defer func() {
		_ = out.Close() // closed already when all went well
		_ = os.Remove(out.Name())
	}()
	v := o.o.City.View()
	sealed := newVault(o.o.Keys, r.ID, out)
	z := zip.NewWriter(sealed)
	h := Header{Format: headerFormat, ID: r.ID, City: o.o.Name, Layer: r.Layer, File: r.Layer + "." + r.Format, DataFormat: r.Format,
		Filter: r.Filter, BBox: r.BBox, DataVersion: v.Seq(), Purpose: r.Purpose, RequestedBy: r.By, ApprovedBy: r.DecidedBy,
		MadeAt: o.o.Now().UTC(), Expires: r.Expires}
	h.Watermark = fmt.Sprintf("%s %s %s", r.By, h.MadeAt.Format(time.RFC3339), r.ID)
	entry, err := z.Create(h.File)
	if err != nil {
		return "", unavailable(err)
	}
	sum := sha256.New()
	if h.Rows, err = o.o.Encode(ctx, io.MultiWriter(entry, sum), snapshot{v}, r.Format, q); err != nil {
		return "", err
	}
	h.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if err := o.sign(z, &h); err != nil {
		return "", err
	}
	if err := errors.Join(z.Close(), sealed.Close(), out.Sync(), out.Close()); err != nil {
		return "", unavailable(err)
	}
	if err := os.Rename(out.Name(), o.path(r.ID)); err != nil {
		return "", unavailable(err)
	}
	r.Rows, r.Seq, r.SHA256, r.Scope = &h.Rows, h.DataVersion, h.SHA256, o.scope(s, r.Layer)
	return o.path(r.ID), o.keep(ctx, r, s, "export.make", layers.AuditDone, false)
}

func (o *Office) sign(z *zip.Writer, h *Header) error {
	header, err := json.Marshal(h)
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "export", Err: err}
	}
	m := manifest{Header: header, Key: o.o.Keys.Public()}
	if m.Signature, err = o.o.Keys.Sign(header); err != nil {
		return err
	}
	text, err := json.Marshal(&m)
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "export", Err: err}
	}
	w, err := z.Create(ManifestName)
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// maxManifest bounds the manifest that Verify reads, in bytes.
const maxManifest = 1 << 20

// Verify checks an exported archive without the city: the signature of its
// header, by one of trusted when there are any and otherwise by the key it carries, and
// the hash of its data. The error is Invalid and names what does not fit; the
// header is returned with it when it could be read.
func Verify(r io.ReaderAt, size int64, trusted []keyring.Public) (*Header, error) {
	fail := func(field, why string, args ...any) error {
		return &layers.Error{Kind: layers.Invalid, Op: "export verify", Field: field, Err: fmt.Errorf(why, args...)}
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fail("archive", "is no ZIP archive: %w", err)
	}
	text, err := entryOf(z, ManifestName, maxManifest)
	if err != nil {
		return nil, fail(ManifestName, "%w", err)
	}
	var m manifest
	var h Header
	if err := errors.Join(json.Unmarshal(text, &m), json.Unmarshal(m.Header, &h)); err != nil {
		return nil, fail(ManifestName, "cannot be read: %w", err)
	}
	key := m.Key
	for _, k := range trusted {
		if key = k; k.KeyID == m.Signature.KeyID {
			break
		}
	}
	if err := keyring.Verify(key, m.Header, m.Signature); err != nil {
		return &h, fail("header", "was changed, or is signed by somebody else: %w", err)
	}
	if h.Format != headerFormat || len(z.File) != 2 || strings.ContainsAny(h.File, `/\`) {
		return &h, fail("archive", "holds %d entries of format %.40q, not the data and its manifest", len(z.File), h.Format)
	}
	f, err := z.Open(h.File)
	if err != nil {
		return &h, fail(h.File, "is missing: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return &h, fail(h.File, "cannot be read: %w", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != h.SHA256 {
		return &h, fail(h.File, "was changed: its hash is %s, the header says %s", got, h.SHA256)
	}
	return &h, nil
}

func entryOf(z *zip.Reader, name string, limit int64) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, errors.New("is missing")
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("is larger than %d bytes", limit)
	}
	return b, err
}
