package audit

import (
	"cmp"
	"fmt"
	"slices"
)

// Problem is something that is wrong with a trail.
type Problem struct {
	N    uint64 `json:"n"`    // the line it is about, the first of several; 0 for the trail itself
	What string `json:"what"` // a sentence that names it
}

// String is the sentence.
func (p Problem) String() string { return p.What }

// maxProblems bounds a report: a trail that was written anew has a problem in
// every line.
const maxProblems = 1000

// Report is what a verification has found.
type Report struct {
	Lines    uint64    `json:"lines"` // that were read
	Seals    uint64    `json:"seals"`
	Signers  []string  `json:"signers,omitempty"` // keys whose signatures fit, in order of appearance
	Problems []Problem `json:"problems"`          // in order of N; the list ends after 1000
}

// span is an interval of line numbers, both ends inclusive.
type span struct {
	from, to uint64
	since    uint64 // when lines are missing: the first that may be meant, 0 for from
}

func (s span) String() string {
	if s.from == s.to {
		return fmt.Sprintf("line %d", s.from)
	}
	return fmt.Sprintf("lines %d to %d", s.from, s.to)
}

// verb is the word that follows the span.
func (s span) verb(one, many string) string {
	if s.from == s.to {
		return one
	}
	return many
}

// stray is a line that stands where none of its number belongs.
type stray struct {
	n, behind uint64
	what      string // if its place is not empty
}

func cmpN(a, b uint64) int { return cmp.Compare(a, b) }

// settle turns what is missing and what stands elsewhere into problems: a line
// that is missing in its place and stands in another was moved.
func (v *Verifier) settle() {
	slices.SortFunc(v.missing, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for _, s := range v.strays {
		i := slices.IndexFunc(v.missing, func(g span) bool { return s.n >= g.from && s.n <= g.to })
		if i < 0 {
			v.report(s.n, "%s", s.what)
			continue
		}
		g := v.missing[i]
		v.missing = slices.Delete(v.missing, i, i+1)
		if g.from < s.n {
			v.missing = append(v.missing, span{from: g.from, to: s.n - 1})
		}
		if g.to > s.n {
			v.missing = append(v.missing, span{from: s.n + 1, to: g.to})
		}
		v.report(s.n, "line %d is not in its place: it stands behind line %d", s.n, s.behind)
	}
	for _, g := range v.missing {
		text := fmt.Sprintf("%s %s missing", g, g.verb("is", "are"))
		if g.since > 0 {
			text += fmt.Sprintf(", or as many from line %d on whose numbers others were given", g.since)
		}
		v.report(g.from, "%s", text)
	}
}
