package audit

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wutu/layers"
)

// Retention in days: Cybersecurity Law art. 21 asks for six months.
const (
	DefaultRetention = 183
	MinRetention     = 180
)

// ActionRemove is the action of the line that a removal of old lines leaves; its
// object is "audit/lines/1-5000".
const ActionRemove = "audit.remove"

// ActionBroken is the action of the line that a store writes when it finds the
// end of the trail other than it left it; its detail says what it found.
const ActionBroken = "audit.broken"

const removedPrefix = "audit/lines/1-"

// note takes down what the trail says of its own removals.
func (v *Verifier) note(l *Line) {
	if l.Action == ActionBroken {
		v.report(l.N, "line %d says that somebody else had changed the end of the trail before it: %s", l.N, l.Detail)
	}
	if l.Action != ActionRemove || l.Result != layers.AuditDone {
		return
	}
	text, ok := strings.CutPrefix(l.Object, removedPrefix)
	if to, err := strconv.ParseUint(text, 10, 64); ok && err == nil && to < l.N {
		v.said = max(v.said, to)
	}
}

// Retain removes the days that were sealed and are older than days (0:
// DefaultRetention) at now, and returns how many lines were removed. actor is
// who asks for it. Only leading whole seals whose every line is old enough are
// removed. Errors: Invalid for less than MinRetention days.
func Retain(ctx context.Context, k Keeper, now time.Time, days int, actor string) (removed uint64, err error) {
	if days == 0 {
		days = DefaultRetention
	}
	if days < MinRetention {
		return 0, layers.Invalidf("audit", "days", fmt.Sprintf("lines are kept for at least %d days, not %d", MinRetention, days))
	}
	limit := now.AddDate(0, 0, -days)
	seals, err := k.AuditSeals(ctx)
	if err != nil || len(seals) == 0 {
		return 0, err
	}
	var first, old uint64
	for l, err := range k.Audit(ctx, Query{}) {
		if err != nil {
			return 0, err
		}
		if !l.At.Before(limit) {
			break
		}
		if first == 0 {
			first = l.N
		}
		old = l.N
	}
	to := uint64(0)
	for i := range seals {
		if seals[i].Last <= old {
			to = seals[i].Last
		}
	}
	if first == 0 || to < first {
		return 0, nil
	}
	line := layers.AuditLine{At: now, Actor: actor, Action: ActionRemove, Object: removedPrefix + strconv.FormatUint(to, 10),
		Rows: int(to - first + 1), Result: layers.AuditDone, Detail: fmt.Sprintf(`{"first":%d,"last":%d,"days":%d}`, first, to, days)}
	if err := k.RemoveAudit(ctx, to, line); err != nil {
		return 0, err
	}
	return to - first + 1, nil
}
