package memstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/keyring"
)

var _ audit.Keeper = (*Store)(nil)

// appendAudit appends a complete line. The store has no keys, so its lines bear
// no marks. The store is locked.
func (s *Store) appendAudit(a layers.AuditLine) {
	l := audit.Line{N: 1, Rule: audit.SHA256, AuditLine: a}
	var before []byte
	if n := len(s.audit); n > 0 {
		l.N, before = s.audit[n-1].N+1, s.audit[n-1].Chain
	}
	l.Chain = audit.Chain(before, &l)
	s.audit = append(s.audit, l)
}

// Audit implements audit.Source.
func (s *Store) Audit(ctx context.Context, q audit.Query) iter.Seq2[audit.Line, error] {
	return func(yield func(audit.Line, error) bool) {
		found, err := s.lines(ctx, &q)
		if err != nil {
			yield(audit.Line{}, err)
			return
		}
		for i := range found {
			if err := ctx.Err(); err != nil {
				yield(audit.Line{}, err)
				return
			}
			if !yield(found[i], nil) {
				return
			}
		}
	}
}

func (s *Store) lines(ctx context.Context, q *audit.Query) ([]audit.Line, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var out []audit.Line
	take := func(l audit.Line) bool {
		if q.Match(&l) {
			l.Chain = bytes.Clone(l.Chain)
			out = append(out, l)
		}
		return q.Limit == 0 || len(out) < q.Limit
	}
	if q.Newest {
		for _, l := range slices.Backward(s.audit) {
			if !take(l) {
				break
			}
		}
		return out, nil
	}
	for _, l := range s.audit {
		if !take(l) {
			break
		}
	}
	return out, nil
}

// AuditSeals implements audit.Source.
func (s *Store) AuditSeals(ctx context.Context) ([]audit.Seal, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return slices.Clone(s.seals), nil
}

// AddAuditSeals implements audit.Keeper.
func (s *Store) AddAuditSeals(ctx context.Context, seals []audit.Seal) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	var last audit.Seal
	if n := len(s.seals); n > 0 {
		last = s.seals[n-1]
	}
	for i := range seals {
		next := &seals[i]
		if next.K != last.K+1 || next.First != last.Last+1 || next.Last < next.First || len(s.audit) == 0 || next.Last > s.audit[len(s.audit)-1].N ||
			last.K > 0 && !bytes.Equal(next.Before, last.Hash()) {
			return &layers.Error{Kind: layers.Conflict, Op: "memstore.AddAuditSeals", ID: fmt.Sprint("seal ", next.K), Err: errors.New("does not follow from the last seal")}
		}
		last = *next
	}
	s.seals = append(s.seals, seals...)
	return nil
}

// RemoveAudit implements audit.Keeper.
func (s *Store) RemoveAudit(ctx context.Context, to uint64, line layers.AuditLine) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.seals, func(seal audit.Seal) bool { return seal.Last == to }) {
		return &layers.Error{Kind: layers.Conflict, Op: "memstore.RemoveAudit", ID: fmt.Sprint("line ", to), Err: errors.New("no seal ends at this line")}
	}
	s.appendAudit(audit.Complete(line, line.Actor, s.now()))
	s.audit = slices.DeleteFunc(s.audit, func(l audit.Line) bool { return l.N <= to })
	return nil
}

// TrustAudit says which keys may sign seals of the audit trail. Call it before
// the store is used.
func (s *Store) TrustAudit(keys ...keyring.Public) { s.trusted = keys }

// VerifyAudit judges the whole audit trail. Seals must be signed by the keys of
// TrustAudit.
func (s *Store) VerifyAudit(ctx context.Context) (audit.Report, error) {
	return audit.Judge(ctx, s, audit.Checks{Keys: s.trusted}, nil, nil)
}
