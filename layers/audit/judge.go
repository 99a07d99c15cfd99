package audit

import "context"

// Judge verifies the whole trail of a source: its lines, its seals, and where it
// must end when that is known. Cost: linear in the lines.
func Judge(ctx context.Context, src Source, c Checks, end *End, vouched error) (Report, error) {
	seals, err := src.AuditSeals(ctx)
	if err != nil {
		return Report{}, err
	}
	v := NewVerifier(c)
	for l, err := range src.Audit(ctx, Query{}) {
		if err != nil {
			return Report{}, err
		}
		seals = v.sealsBefore(seals, l.N)
		v.Line(&l)
	}
	for i := range seals {
		v.Seal(seals[i])
	}
	if end != nil {
		v.End(end, vouched)
	}
	return v.Finish(), nil
}

// sealsBefore hands over the seals that stand before line n, and returns the rest.
func (v *Verifier) sealsBefore(seals []Seal, n uint64) []Seal {
	for len(seals) > 0 && seals[0].Last < n {
		v.Seal(seals[0])
		seals = seals[1:]
	}
	return seals
}
