package gpkg

import (
	"bytes"
	"crypto/hmac"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/keyring"
)

// trail is where the audit trail ends, as wutu_audit_end keeps it. It is
// immutable.
type trail struct {
	n     uint64
	chain []byte
	seals uint64
	mark  []byte // made with the keys; nil for none
}

// Contexts of what is made with the city's keys.
const (
	auditLineMark = "wutu_audit/mark"
	auditEndMark  = "wutu_audit_end/mark"
	auditSalt     = "wutu_audit/salt"
	saltBytes     = 16
)

// bytes is what the end's mark is made of.
func (t *trail) bytes() []byte {
	b := binary.BigEndian.AppendUint64(nil, t.n)
	b = binary.BigEndian.AppendUint64(b, t.seals)
	return append(b, t.chain...)
}

// saltOf makes the salt of line n. Nobody knows it without the keys, and whoever
// has them need not store it.
func saltOf(keys *keyring.Ring, n uint64) []byte {
	return keys.MAC(auditSalt, binary.BigEndian.AppendUint64(nil, n))[:saltBytes]
}

// markOf authenticates a line with its chain value.
func markOf(keys *keyring.Ring, l *audit.Line) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(len(l.Chain)))
	return keys.MAC(auditLineMark, l.Bytes(append(b, l.Chain...)))
}

// readEnd reads where the trail ends; missing is set when its row is gone.
func readEnd(c *conn) (t *trail, missing bool, err error) {
	row, err := c.first("SELECT n, chain, seals, mark FROM wutu_audit_end")
	if err != nil || row == nil {
		return &trail{}, true, err
	}
	n, _ := row[0].(int64)
	seals, _ := row[2].(int64)
	t = &trail{n: uint64(n), seals: uint64(seals)}
	t.chain, _ = row[1].([]byte)
	t.mark, _ = row[3].([]byte)
	return t, false, nil
}

var (
	errEndGone    = errors.New("the record of where the trail ends is gone")
	errEndMark    = errors.New("the record of where the trail ends was not made with the city's keys")
	errEndNoMark  = errors.New("the record of where the trail ends lacks the mark of the city's keys")
	errLineMark   = errors.New("its mark was not made with the city's keys for this line")
	errLineNoMark = errors.New("it lacks the mark of the city's keys")
)

// vouch reports whether the end is as the program wrote it. last is the mark of
// the last line.
func (t *trail) vouch(keys *keyring.Ring, missing bool, last []byte) error {
	switch {
	case missing:
		return errEndGone
	case keys == nil:
		return nil
	case t.mark != nil && !hmac.Equal(t.mark, keys.MAC(auditEndMark, t.bytes())):
		return errEndMark
	case t.mark == nil && last != nil:
		return errEndNoMark
	}
	return nil
}

// end returns where the trail ends. When it is not as the program left it, a
// line of the trail says so from then on.
func (tx *transaction) end() (*trail, error) {
	if tx.trail != nil {
		return tx.trail, nil
	}
	t, missing, err := readEnd(tx.conn)
	if err != nil {
		return nil, err
	}
	row, err := tx.conn.first("SELECT n, chain, mark FROM wutu_audit ORDER BY n DESC LIMIT 1")
	if err != nil {
		return nil, err
	}
	var n int64
	var chain, mark []byte
	if row != nil {
		n, _ = row[0].(int64)
		chain, _ = row[1].([]byte)
		mark, _ = row[2].([]byte)
	}
	seals, err := tx.conn.number("SELECT count(*) FROM wutu_audit_seals")
	if err != nil {
		return nil, err
	}
	broken := t.vouch(tx.catalog.keys, missing, mark)
	if broken != nil { // the lines are what is left to go by
		t = &trail{n: max(t.n, uint64(n)), chain: chain, seals: uint64(seals)}
	}
	tx.trail = t
	switch {
	case broken != nil:
	case uint64(n) != t.n:
		broken = fmt.Errorf("it ended at line %d, and ends at line %d", t.n, n)
	case row != nil && !bytes.Equal(chain, t.chain):
		broken = fmt.Errorf("the chain value of line %d is another", n)
	case uint64(seals) != t.seals:
		broken = fmt.Errorf("it had %d seals, and has %d", t.seals, seals)
	default:
		return t, nil
	}
	err = tx.line(audit.Complete(layers.AuditLine{Action: audit.ActionBroken, Object: fmt.Sprintf("audit/lines/%d", t.n),
		Role: layers.System.String(), Result: layers.AuditFailed, Detail: broken.Error()}, "system", tx.now))
	return tx.trail, err
}

// audit appends a line to the trail. The actor and time of the batch fill what
// the line leaves open.
func (tx *transaction) audit(a *layers.AuditLine, p *prepared) error {
	if _, err := tx.end(); err != nil {
		return err
	}
	return tx.line(audit.Complete(*a, p.batch.Actor, p.at))
}

// line appends a complete line behind the end that is known.
func (tx *transaction) line(a layers.AuditLine) error {
	keys, end := tx.catalog.keys, *tx.trail
	l := audit.Line{N: end.n + 1, Rule: audit.SHA256, AuditLine: a}
	if keys != nil {
		l.Rule, l.Salt = audit.RuleOf(keys.Suite()), saltOf(keys, l.N)
	}
	l.Chain = audit.Chain(end.chain, &l)
	var mark driver.Value
	if keys != nil {
		mark = markOf(keys, &l)
	}
	seal := sealing{keys: keys}
	filter, err := seal.sealLine(int64(l.N), "filter", l.Filter)
	if err != nil {
		return err
	}
	detail, err := seal.sealLine(int64(l.N), "detail", l.Detail)
	if err != nil {
		return err
	}
	end.n, end.chain = l.N, l.Chain
	tx.trail = &end
	_, err = tx.conn.exec(`INSERT INTO wutu_audit (n, at, actor, action, object, detail, chain, rule, role, origin, filter, handed, result, purpose, mark)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		int64(l.N), l.At.UnixMicro(), l.Actor, l.Action, l.Object, detail, l.Chain, string(l.Rule), l.Role, l.From, filter, int64(l.Rows),
		l.Result, l.Purpose, mark)
	return err
}

// finishTrail writes where the trail ends now.
func (tx *transaction) finishTrail() error {
	if tx.trail == nil {
		return nil
	}
	var mark driver.Value
	if keys := tx.catalog.keys; keys != nil {
		mark = keys.MAC(auditEndMark, tx.trail.bytes())
	}
	_, err := tx.conn.exec("INSERT OR REPLACE INTO wutu_audit_end (one, n, chain, seals, mark) VALUES (1, ?, ?, ?, ?)",
		int64(tx.trail.n), tx.trail.chain, int64(tx.trail.seals), mark)
	return err
}
