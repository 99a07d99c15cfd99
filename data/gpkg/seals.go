package gpkg

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"wutu/layers"
	"wutu/layers/keyring"
)

// The acts of wutu_seals.
const (
	actKey     = "key"
	actRotated = "rotated"
	actPlain   = "plain"
	actSealed  = "sealed"
)

// fieldRef names a field in wutu_seals.
type fieldRef struct {
	layer int64
	field string
}

// seals is the log wutu_seals, folded. It is immutable.
type seals struct {
	n        int64      // its last line
	keys     []string   // in order of use; the last seals
	probes   []string   // of keys
	rotating bool       // values of older keys may be left
	plain    []fieldRef // sealed fields that may have plain values, in order
}

// loadSeals reads the log.
func loadSeals(c *conn) (*seals, error) {
	out := &seals{}
	r, err := c.query("SELECT n, act, key, probe, layer, field FROM wutu_seals ORDER BY n")
	if err != nil {
		return nil, err
	}
	for {
		ok, err := r.next()
		if err != nil || !ok {
			return out, errors.Join(err, r.close())
		}
		out.n, _ = r.values[0].(int64)
		act, _ := r.values[1].(string)
		key, _ := r.values[2].(string)
		probe, _ := r.values[3].(string)
		num, _ := r.values[4].(int64)
		name, _ := r.values[5].(string)
		switch ref := (fieldRef{num, name}); act {
		case actKey:
			out.rotating = len(out.keys) > 0
			out.keys, out.probes = append(out.keys, key), append(out.probes, probe)
		case actRotated:
			out.rotating = false
		case actPlain:
			out.plain = append(out.plain, ref)
		case actSealed:
			out.plain = slices.DeleteFunc(out.plain, func(p fieldRef) bool { return p == ref })
		}
	}
}

// key is the id of the data key that seals, "" for none.
func (s *seals) key() string {
	if len(s.keys) == 0 {
		return ""
	}
	return s.keys[len(s.keys)-1]
}

// note appends a line to the log.
func (tx *transaction) note(act string, key, probe driver.Value, ref fieldRef) error {
	n, err := tx.conn.number("SELECT max(n) FROM wutu_seals")
	if err != nil {
		return err
	}
	var num, name driver.Value
	if ref.field != "" {
		num, name = ref.layer, ref.field
	}
	_, err = tx.conn.exec("INSERT INTO wutu_seals (n, at, act, key, probe, layer, field) VALUES (?, ?, ?, ?, ?, ?, ?)",
		n+1, tx.now.UnixMicro(), act, key, probe, num, name)
	return err
}

// probeContext is where the value of a probe belongs.
func probeContext(key string) string { return "wutu_seals/probe/" + key }

const probeText = "wutu"

// checkKeys asserts that the ring opens what the file's keys have sealed. The
// ring is read again when it lacks a key, which another process may have added.
func (s *seals) checkKeys(ring *keyring.Ring) error {
	if len(s.keys) == 0 {
		return nil
	}
	if ring == nil {
		return &layers.Error{Kind: layers.Unavailable, Op: "gpkg.Open",
			Err: fmt.Errorf("the city's personal values are sealed: its key file with the key %s is needed", s.key())}
	}
	for i, key := range s.keys {
		if !ring.Has(key) {
			if err := ring.Reload(); err != nil {
				return err
			}
		}
		if !ring.Has(key) {
			return keyError(ring, fmt.Errorf("does not hold the key %s, with which the city is sealed", key))
		}
		if text, err := ring.Open(probeContext(key), s.probes[i]); err != nil || string(text) != probeText+ring.RootID() {
			return keyError(ring, fmt.Errorf("does not open what the city's key %s has sealed", key))
		}
	}
	return nil
}

func keyError(ring *keyring.Ring, err error) error {
	at := ring.Path()
	if at == "" {
		at = "(not saved)"
	}
	return &layers.Error{Kind: layers.Unavailable, Op: "gpkg.Open", At: "key file " + strconv.Quote(at), Err: err}
}

// adopt notes the ring's current key when the file does not know it as such.
func (tx *transaction) adopt() error {
	ring := tx.catalog.keys
	if ring == nil || ring.Current() == tx.catalog.seals.key() {
		return nil
	}
	key := ring.Current()
	probe, err := ring.Seal(probeContext(key), []byte(probeText+ring.RootID()))
	if err != nil {
		return err
	}
	return tx.note(actKey, key, probe, fieldRef{})
}

// SealedWith returns the ids of the keys that values of the file at path are
// sealed with, in order of use; the last seals. It does not change the file,
// which need not exist, and needs no keys.
func SealedWith(path string) ([]string, error) {
	exists, err := inspect(path)
	if err != nil || !exists {
		return nil, err
	}
	c, err := dial(path, usage{readOnly: true})
	if err != nil {
		return nil, translate("gpkg.SealedWith", err)
	}
	n, err := c.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'wutu_seals'")
	var s *seals
	if err == nil && n > 0 {
		s, err = loadSeals(c)
	}
	if err = errors.Join(err, c.close()); err != nil || s == nil {
		return nil, translate("gpkg.SealedWith", err)
	}
	return s.keys, nil
}
