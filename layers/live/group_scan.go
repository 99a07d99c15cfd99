package live

// span is an interval of candidates. inside says that the index has shown
// already that they fulfil what is asked of places.
type span struct {
	lo, hi uint32
	inside bool
}

// morsel is a set of candidates of one part of a table, in ascending order.
type morsel struct {
	part  int
	spans []span
}

// morselRows is how many candidates one goroutine takes at a time: enough to
// make handing out free, few enough that all processors finish together.
const morselRows = 16384

// morsels lists the candidates in the segments of the table, each once, and how
// many there are of each part. What is in the delta is not among them.
func (p *plan) morsels() (out []morsel, candidates []int) {
	candidates = make([]int, len(p.table.parts))
	r := p.row()
	for i := range p.table.parts {
		var spans []span
		rows := uint32(0)
		flush := func() {
			if spans != nil {
				out = append(out, morsel{part: i, spans: spans})
				candidates[i] += int(rows)
				spans, rows = nil, 0
			}
		}
		add := func(inside bool) func(lo, hi uint32) bool {
			return func(lo, hi uint32) bool {
				for lo < hi {
					to := min(hi, lo+morselRows-rows)
					if n := len(spans); n > 0 && spans[n-1].hi == lo && spans[n-1].inside == inside {
						spans[n-1].hi = to
					} else {
						spans = append(spans, span{lo, to, inside})
					}
					if rows += to - lo; rows == morselRows {
						flush()
					}
					lo = to
				}
				return true
			}
		}
		s := p.sweep(&p.table.parts[i], r)
		s.intervals(add(true), add(false))
		flush()
	}
	return out, candidates
}

// batchRows is how many rows pass through the loops of a grouping at once: their
// numbers stay in the first cache.
const batchRows = 1024

// matching calls fn with the matching rows of a morsel of the sweep's part, some
// at a time. buffer has room for batchRows.
func (s *sweep) matching(m *morsel, buffer []uint32, fn func(rows []uint32)) {
	buffer = buffer[:0]
	for _, in := range m.spans {
		plain := in.inside && !s.look
		for row := in.lo; row < in.hi; row++ {
			if s.part.dead.has(row) || !plain && !s.matches(row, in.inside) {
				continue
			}
			if buffer = append(buffer, row); len(buffer) == batchRows {
				fn(buffer)
				buffer = buffer[:0]
			}
		}
	}
	if len(buffer) > 0 {
		fn(buffer)
	}
}
