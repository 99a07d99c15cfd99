package gpkg

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wutu/layers"
	"wutu/layers/keyring"
)

// sealedField is a field of a table whose values are encrypted. Beside its
// column stands a blind column with keyed hashes, for exact search.
type sealedField struct {
	field   int    // in the layer
	context string // "persons/citizen_id/"; the feature's id follows
	blind   string // column of the hashes
	index   string // of that column
	plain   bool   // old values may not be sealed yet
}

// blindPrefix starts the names of blind columns; a field's column never does.
const blindPrefix = "wutu_blind_"

// contextOf is where the values of a field belong. Only the id, which comes
// last, may contain a slash.
func contextOf(layer, field string) string {
	return layer + "/" + strings.NewReplacer("%", "%25", "/", "%2F").Replace(field) + "/"
}

// sealedFields lists the sealed fields of a layer with their columns.
func (c *catalog) sealedFields(num int64, l *layers.Layer, columns []string) []sealedField {
	var out []sealedField
	for i := range l.Fields {
		if !c.isSealed(&l.Fields[i]) {
			continue
		}
		f := sealedField{field: i, context: contextOf(l.ID, l.Fields[i].Name), blind: blindPrefix + columns[i],
			index: blindPrefix + l.ID + "_" + columns[i]}
		for _, ref := range c.seals.plain {
			f.plain = f.plain || ref == fieldRef{num, l.Fields[i].Name}
		}
		out = append(out, f)
	}
	return out
}

// makeIndex returns the statement that makes the index of the blind column.
func (t *table) makeIndex(f *sealedField) string {
	return fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (%s) WHERE %s IS NOT NULL;\n",
		quote(f.index), quote(t.layer.ID), quote(f.blind), quote(f.blind))
}

var errNoKeys = errors.New("its values are sealed, and the store was opened without keys")

// sealing is the working memory of somebody who seals or opens values.
type sealing struct {
	keys    *keyring.Ring
	context []byte
	in, out []byte
}

// seal encrypts a text of a field, and hashes it.
func (s *sealing) seal(f *sealedField, id, text string) (sealed string, blind []byte, err error) {
	if s.keys == nil {
		return "", nil, errNoKeys
	}
	s.context = append(append(s.context[:0], f.context...), id...)
	s.in = append(s.in[:0], text...)
	if s.out, err = s.keys.AppendSeal(s.out[:0], s.context, s.in); err != nil {
		return "", nil, err
	}
	return string(s.out), s.keys.AppendBlind(make([]byte, 0, keyring.BlindBytes), f.context, s.in), nil
}

// open decrypts a text of a field. One that is not sealed is returned as it is:
// it was written before the field was a sealed one.
func (s *sealing) open(f *sealedField, id, text string) (string, error) {
	plain, sealed, err := s.opened(f, id, text)
	if !sealed {
		return text, nil
	}
	return string(plain), err
}

// opened is open into memory of s; sealed is false for a text that is not.
func (s *sealing) opened(f *sealedField, id, text string) (plain []byte, sealed bool, err error) {
	if !keyring.IsSealed(text) {
		return nil, false, nil
	}
	s.context = append(append(s.context[:0], f.context...), id...)
	s.in = append(s.in[:0], text...)
	plain, err = s.unseal()
	return plain, true, err
}

// unseal opens s.in in s.context into memory of s.
func (s *sealing) unseal() ([]byte, error) {
	if s.keys == nil {
		return nil, errNoKeys
	}
	var err error
	s.out, err = s.keys.AppendOpen(s.out[:0], s.context, s.in)
	if errors.Is(err, keyring.ErrKey) { // another process may have added it
		if err = s.keys.Reload(); err == nil {
			s.out, err = s.keys.AppendOpen(s.out[:0], s.context, s.in)
		}
	}
	return s.out, sealCause(err)
}

// sealCause leaves out what an error of the store says itself.
func sealCause(err error) error {
	var e *layers.Error
	if errors.As(err, &e) && e.Err != nil && e.At == "" {
		return e.Err
	}
	return err
}

// values encrypts the sealed fields among the arguments of a put. The places of
// the fields begin at first; those of the blind columns follow them.
func (s *sealing) values(t *table, id string, args []driver.Value, first int) (field string, err error) {
	for i := range t.sealed {
		f := &t.sealed[i]
		blind := first + len(t.columns) + i
		args[blind] = nil
		text, ok := args[first+f.field].(string)
		if !ok {
			continue
		}
		sealed, hash, err := s.seal(f, id, text)
		if err != nil {
			return t.layer.Fields[f.field].Name, err
		}
		args[first+f.field], args[blind] = sealed, hash
	}
	return "", nil
}

// recordContext is where the data of a record belongs.
func recordContext(dst []byte, bucket, key string) []byte {
	dst = append(dst, "wutu_records/"...)
	dst = append(dst, strings.ReplaceAll(strings.ReplaceAll(bucket, "%", "%25"), "/", "%2F")...)
	return append(append(dst, '/'), key...)
}

// sealRecord encrypts the data of a record, of every bucket: records hold
// histories of events, sessions and secrets of accounts.
func sealRecord(ring *keyring.Ring, r *layers.Record) ([]byte, error) {
	if ring == nil {
		return r.Data, nil
	}
	return ring.AppendSeal(nil, recordContext(nil, r.Bucket, r.Key), r.Data)
}

// openRecord is the inverse of sealRecord; data that was written before there
// were keys stays as it is.
func (s *sealing) openRecord(bucket, key string, data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte(keyring.Mark)) {
		return data, nil
	}
	s.context = recordContext(s.context[:0], bucket, key)
	s.in = append(s.in[:0], data...)
	out, err := s.unseal()
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "gpkg.Records", ID: key, Field: bucket, Err: err}
	}
	return append([]byte{}, out...), nil
}

// auditContext is where a text of line n of the audit trail belongs.
func auditContext(dst []byte, n int64, part string) []byte {
	dst = append(append(append(dst, "wutu_audit/"...), part...), '/')
	return strconv.AppendInt(dst, n, 10)
}

// sealLine encrypts a text of line n of the audit trail, which may name what was
// asked for or changed. The chain is made of the plain text, so that it can be
// verified without keys outside the file, and keys can be rotated inside.
func (s *sealing) sealLine(n int64, part, text string) (string, error) {
	if s.keys == nil || text == "" {
		return text, nil
	}
	s.context = auditContext(s.context[:0], n, part)
	s.in = append(s.in[:0], text...)
	var err error
	s.out, err = s.keys.AppendSeal(s.out[:0], s.context, s.in)
	return string(s.out), err
}

// openLine is the inverse of sealLine; a text that is not sealed stays as it is.
func (s *sealing) openLine(n int64, part, text string) (string, error) {
	if !keyring.IsSealed(text) {
		return text, nil
	}
	s.context = auditContext(s.context[:0], n, part)
	s.in = append(s.in[:0], text...)
	plain, err := s.unseal()
	if err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "gpkg.Audit", ID: fmt.Sprint("line ", n), Field: part, Err: err}
	}
	return string(plain), nil
}
