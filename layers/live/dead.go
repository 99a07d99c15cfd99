package live

// deadRows is the set of rows of a segment that are no longer current. It is kept in
// pages, which copies share: to add a row to a set that others read costs the list
// of pages (2 kB for a million rows) and one page, not all bits. The nil set is
// empty, and so is a nil page. It is immutable once published; writers clone it first.
type deadRows []*deadPage

// A page has 4,096 rows.
const (
	deadShift = 12
	deadWords = 1 << deadShift / 64
)

type deadPage [deadWords]uint64

// deadOf makes the set of n rows that has those of b, which stays the caller's.
func deadOf(b bitset, n int) deadRows {
	d := make(deadRows, (n+1<<deadShift-1)>>deadShift)
	for i := range d {
		words := b[min(i*deadWords, len(b)):min((i+1)*deadWords, len(b))]
		for _, w := range words {
			if w != 0 {
				d[i] = new(deadPage)
				copy(d[i][:], words)
				break
			}
		}
	}
	return d
}

// flat is the set as one bitset of n rows, of the caller's own.
func (d deadRows) flat(n int) bitset {
	b := newBitset(n)
	for i, page := range d {
		if page != nil {
			copy(b[i*deadWords:], page[:])
		}
	}
	return b
}

// clone returns a set of n rows that add may change.
func (d deadRows) clone(n int) deadRows {
	c := make(deadRows, (n+1<<deadShift-1)>>deadShift)
	copy(c, d)
	return c
}

// add adds a row to a clone.
func (d deadRows) add(row uint32) {
	page := new(deadPage)
	if was := d[row>>deadShift]; was != nil {
		*page = *was
	}
	page[row>>6&(deadWords-1)] |= 1 << (row & 63)
	d[row>>deadShift] = page
}

func (d deadRows) has(row uint32) bool {
	if d == nil {
		return false
	}
	page := d[row>>deadShift]
	return page != nil && page[row>>6&(deadWords-1)]&(1<<(row&63)) != 0
}

// pages calls fn for the pages with rows of [lo, hi): their first row, and the
// interval within them.
func (d deadRows) pages(lo, hi uint32, fn func(page bitset, first, from, to uint32)) {
	if d == nil || lo >= hi {
		return
	}
	for i := lo >> deadShift; i <= (hi-1)>>deadShift; i++ {
		if d[i] != nil {
			first := i << deadShift
			fn(d[i][:], first, max(lo, first)-first, min(hi-first, 1<<deadShift))
		}
	}
}

// countRange returns how many rows of [lo, hi) are in the set.
func (d deadRows) countRange(lo, hi uint32) int {
	n := 0
	d.pages(lo, hi, func(page bitset, _, from, to uint32) { n += page.countRange(from, to) })
	return n
}

// each calls fn for the rows of [lo, hi) that are in the set, ascending.
func (d deadRows) each(lo, hi uint32, fn func(uint32)) {
	d.pages(lo, hi, func(page bitset, first, from, to uint32) {
		page.each(from, to, func(row uint32) { fn(first + row) })
	})
}

func (d deadRows) bytes() int {
	n := 8 * len(d)
	for _, page := range d {
		if page != nil {
			n += 8 * deadWords
		}
	}
	return n
}
