package cql2

import "unicode"

// nearest returns the candidate that name is most likely a misspelling of, ""
// if none is near: at most a third of its letters differ. Ties go to the first.
func nearest(name string, candidates []string) string {
	target := lettersOf(name)
	if len(target) > 64 { // the cost is the product of the lengths
		return ""
	}
	best, found := max(1, len(target)/3)+1, ""
	for _, c := range candidates {
		letters := lettersOf(c)
		if len(letters) > 2*len(target)+2 {
			continue
		}
		if d := editDistance(target, letters); d < best {
			best, found = d, c
		}
	}
	return found
}

// lettersOf folds case, so that "Height" is at distance 0 of "height".
func lettersOf(s string) []rune {
	r := []rune(s)
	for i := range r {
		r[i] = unicode.ToLower(r[i])
	}
	return r
}

// editDistance is the optimal string alignment distance: insertions, deletions,
// replacements and swaps of neighbours cost one each.
func editDistance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
