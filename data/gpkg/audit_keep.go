package gpkg

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/keyring"
)

var _ audit.Keeper = (*Store)(nil)

// AddAuditSeals implements audit.Keeper.
func (s *Store) AddAuditSeals(ctx context.Context, seals []audit.Seal) error {
	const op = "gpkg.AddAuditSeals"
	return s.writer.run(ctx, op, func(w *writer) error {
		return w.transaction(func(tx *transaction) error {
			end, err := tx.end()
			if err != nil {
				return err
			}
			have, err := readAuditSeals(tx.conn)
			if err != nil {
				return err
			}
			var last audit.Seal
			if n := len(have); n > 0 {
				last = have[n-1]
			}
			for i := range seals {
				next := &seals[i]
				if next.K != last.K+1 || next.First != last.Last+1 || next.Last < next.First || next.Last > end.n || last.K > 0 && !bytes.Equal(next.Before, last.Hash()) {
					return &layers.Error{Kind: layers.Conflict, Op: op, ID: fmt.Sprint("seal ", next.K), Err: errors.New("does not follow from the last seal")}
				}
				if err := tx.addSeal(next); err != nil {
					return err
				}
				last = *next
			}
			return nil
		})
	})
}

func (tx *transaction) addSeal(s *audit.Seal) error {
	var before driver.Value
	if len(s.Before) > 0 {
		before = s.Before
	}
	if _, err := tx.conn.exec(`INSERT INTO wutu_audit_seals (k, day, first, last, chain, before, rule, key, alg, signature)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, int64(s.K), s.Day, int64(s.First), int64(s.Last), s.Chain, before, string(s.Rule),
		s.Signature.KeyID, s.Signature.Alg, s.Signature.Sig); err != nil {
		return err
	}
	end := *tx.trail
	end.seals++
	tx.trail = &end
	return nil
}

// RemoveAudit implements audit.Keeper.
func (s *Store) RemoveAudit(ctx context.Context, to uint64, line layers.AuditLine) error {
	const op = "gpkg.RemoveAudit"
	return s.writer.run(ctx, op, func(w *writer) error {
		return w.transaction(func(tx *transaction) error {
			if _, err := tx.end(); err != nil {
				return err
			}
			row, err := tx.conn.first("SELECT k FROM wutu_audit_seals WHERE last = ?", int64(to))
			if err != nil {
				return err
			}
			if row == nil {
				return &layers.Error{Kind: layers.Conflict, Op: op, ID: fmt.Sprint("line ", to), Err: errors.New("no seal ends at this line")}
			}
			if _, err := tx.conn.exec("DELETE FROM wutu_audit WHERE n <= ?", int64(to)); err != nil {
				return err
			}
			return tx.line(audit.Complete(line, line.Actor, tx.now))
		})
	})
}

// SealAudit seals the days of the audit trail that are over at now in a time
// zone, and returns the new seals. Errors: Unavailable without keys, otherwise
// those of audit.SealDays.
func (s *Store) SealAudit(ctx context.Context, now time.Time, zone *time.Location) ([]audit.Seal, error) {
	keys := s.Keys()
	if keys == nil {
		return nil, &layers.Error{Kind: layers.Unavailable, Op: "gpkg.SealAudit", Err: errNoKeys}
	}
	return audit.SealDays(ctx, s, keys, auditMarks(keys), now, zone)
}

// VerifyAudit judges the whole audit trail in one state of the file. Cost:
// linear in its lines.
func (s *Store) VerifyAudit(ctx context.Context) (r audit.Report, err error) {
	err = s.readers.lend(ctx, "gpkg.VerifyAudit", func(c *conn) error {
		r, err = verifyAudit(ctx, c, s.Keys())
		return err
	})
	return r, err
}

func verifyAudit(ctx context.Context, c *conn, keys *keyring.Ring) (audit.Report, error) {
	checks := audit.Checks{Mark: auditMarks(keys)}
	if keys != nil {
		var err error
		if checks.Keys, err = signersOf(c, keys); err != nil {
			return audit.Report{}, err
		}
	}
	t, missing, err := readEnd(c)
	if err != nil {
		return audit.Report{}, err
	}
	marked, err := c.first("SELECT mark FROM wutu_audit WHERE mark IS NOT NULL LIMIT 1")
	if err != nil {
		return audit.Report{}, err
	}
	var mark []byte
	if marked != nil {
		mark, _ = marked[0].([]byte)
	}
	if missing {
		r, err := audit.Judge(ctx, auditState{c, keys}, checks, nil, nil)
		r.Problems = append([]audit.Problem{{What: errEndGone.Error()}}, r.Problems...)
		return r, err
	}
	end := &audit.End{First: 1, Last: t.n, Chain: t.chain, Seals: t.seals}
	return audit.Judge(ctx, auditState{c, keys}, checks, end, t.vouch(keys, missing, mark))
}

// signersOf returns the keys that may have signed seals. The ring is read again
// when it lacks one, which another process may have added.
func signersOf(c *conn, keys *keyring.Ring) ([]keyring.Public, error) {
	seals, err := readAuditSeals(c)
	if err != nil || len(seals) == 0 {
		return keys.Publics(), err
	}
	last := seals[len(seals)-1].Signature.KeyID
	known := func(k keyring.Public) bool { return k.KeyID == last }
	if out := keys.Publics(); slices.ContainsFunc(out, known) || keys.Path() == "" {
		return out, nil
	}
	err = keys.Reload()
	return keys.Publics(), err
}

// auditState reads the trail in a transaction that is running.
type auditState struct {
	conn *conn
	keys *keyring.Ring
}

func (a auditState) Audit(ctx context.Context, q audit.Query) iter.Seq2[audit.Line, error] {
	return func(yield func(audit.Line, error) bool) {
		err := readAudit(ctx, a.conn, a.keys, q, func(l *audit.Line) error {
			if !yield(*l, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(audit.Line{}, err)
		}
	}
}

func (a auditState) AuditSeals(context.Context) ([]audit.Seal, error) { return readAuditSeals(a.conn) }

// audit asserts that no line of the trail was changed, moved or taken out.
func (c *checker) audit() error {
	r, err := verifyAudit(c.ctx, c.conn, c.catalog.keys)
	for _, p := range r.Problems {
		if err == nil {
			err = c.report("", "", "audit trail: %s", p)
		}
	}
	return err
}
