package search

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
)

// Query is what somebody looks for.
type Query struct {
	Text   string
	Near   *orb.Point // prefer what is near; nil: nowhere
	Layers []string   // nil: all the subject may list
	Limit  int
}

// Hit is a feature that was found.
type Hit struct {
	Layer, ID       string
	Title, Subtitle string
	Point           orb.Point // lon/lat
	HasPoint        bool
	Score           float64 // 0 to 1; higher is better
}

// Scores of how a word meets a value, and what nearness adds at most. An exact
// match far away goes before a prefix nearby.
const (
	exact     = 0.8
	starts    = 0.5
	inside    = 0.3
	nearness  = 0.15
	nearHalfM = 2_000.0 // where nearness has fallen to a half
)

// maxWords bounds the words of a search, maxText its bytes.
const (
	maxWords = 8
	maxText  = 200
)

// Search returns the best hits in order of score, then layer, then id. An empty
// text finds nothing. Errors are those of the city and of ctx.
func (x *Index) Search(ctx context.Context, v *live.View, subject *layers.Subject, q Query) ([]Hit, error) {
	words := wordsOf(q.Text)
	if len(words) == 0 || q.Limit <= 0 {
		return nil, nil
	}
	s := &run{ctx: ctx, view: v, subject: subject, query: q, words: words, keep: 4*q.Limit + 64}
	for _, l := range v.Layers() {
		if q.Layers != nil && !slices.Contains(q.Layers, l.ID) || access.MayList(subject, l) != nil {
			continue
		}
		if err := s.layer(x, l); err != nil {
			return nil, err
		}
	}
	return s.answer()
}

// wordsOf splits a search into normalised words, the longest first: it has the
// fewest hits.
func wordsOf(s string) [][]byte {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	var out [][]byte
	for _, w := range strings.Fields(normalise(s)) {
		out = append(out, []byte(w))
	}
	slices.SortStableFunc(out, func(a, b []byte) int { return len(b) - len(a) })
	return out[:min(len(out), maxWords)]
}

// run is one search under way.
type run struct {
	ctx     context.Context
	view    *live.View
	subject *layers.Subject
	query   Query
	words   [][]byte
	keep    int
	best    candidates
}

type candidate struct {
	layer *layers.Layer
	id    string
	score float64
}

func compareCandidates(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.layer.ID, b.layer.ID), strings.Compare(a.id, b.id))
}

// candidates is a heap whose top is the worst.
type candidates []candidate

func (c candidates) Len() int           { return len(c) }
func (c candidates) Less(i, j int) bool { return compareCandidates(c[i], c[j]) > 0 }
func (c candidates) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }

// Push is for package heap.
func (c *candidates) Push(x any) {
	if v, ok := x.(candidate); ok {
		*c = append(*c, v)
	}
}

// Pop is for package heap.
func (c *candidates) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

func (s *run) offer(c candidate) {
	switch {
	case len(s.best) < s.keep:
		heap.Push(&s.best, c)
	case compareCandidates(c, s.best[0]) < 0:
		s.best[0] = c
		heap.Fix(&s.best, 0)
	}
}

// layer collects the candidates of one layer: by id, by text, and by the texts
// of features that changed since the text was written.
func (s *run) layer(x *Index, l *layers.Layer) error {
	admits := s.view.Admitting(s.subject, l.ID)
	// What the subject may not see must not take the place of what it may.
	offer := func(id string, score float64) {
		if admits == nil || admits(id) {
			s.offer(candidate{layer: l, id: id, score: score})
		}
	}
	for _, id := range spellings(s.query.Text) {
		offer(id, exact+nearness) // dropped later if there is none
	}
	li, changed, err := x.ready(s.ctx, l)
	if err != nil {
		return err
	}
	texts := []*text{li.open}
	if seesPersonal(s.subject, l) {
		texts = append(texts, li.personal)
	}
	alive := func() bool { return s.ctx.Err() == nil }
	for _, t := range texts {
		t.scan(s.words[0], alive, func(n line) bool {
			if score, ok := s.score(n.body, n.place); ok {
				offer(n.id, score)
			}
			return true
		})
	}
	if err := s.ctx.Err(); err != nil {
		return err
	}
	for start := 0; start < len(changed); start += 256 {
		ids := changed[start:min(start+256, len(changed))]
		q := layers.Query{Subject: *s.subject, Layer: l.ID, IDs: ids}
		for row, err := range s.view.Select(s.ctx, q) {
			if err != nil {
				return err
			}
			if score, ok := s.scoreRow(l, row); ok {
				offer(strings.Clone(row.ID()), score)
			}
		}
	}
	return nil
}

// seesPersonal reports whether the subject may find features of l by a personal
// field: by a part of it when it is shown, by the whole when it is masked.
func seesPersonal(s *layers.Subject, l *layers.Layer) bool {
	d := access.Decide(s, l)
	for i := range l.Fields {
		if l.Fields[i].Personal && searched(l, i) && (d.Sights.Of(i) == layers.Shown || d.Exact && d.Sights.Of(i) == layers.Masked) {
			return true
		}
	}
	return false
}

// spellings are the ids a text may mean.
func spellings(s string) []string {
	s = strings.TrimSpace(s)
	out := []string{s, strings.ToLower(s), strings.ToUpper(s)}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(id string) bool { return id == "" || len(id) > layers.MaxIDLength })
}

// score rates the values of a line: every word must be in one of them. The
// rating of the best value counts, more the more of it the words fill.
func (s *run) score(body []byte, place orb.Point) (float64, bool) {
	for _, w := range s.words[1:] {
		if !bytes.Contains(body, w) {
			return 0, false
		}
	}
	best, first := 0.0, s.words[0]
	for len(body) > 0 {
		end := bytes.IndexByte(body, fieldEnd)
		value := body[:end]
		body = body[end+1:]
		i := bytes.Index(value, first)
		if i < 0 {
			continue
		}
		filled := 0
		for _, w := range s.words {
			if bytes.Contains(value, w) {
				filled += len(w)
			}
		}
		kind := inside
		switch {
		case len(value) == len(first):
			kind = exact
		case i == 0:
			kind = starts
		}
		best = max(best, kind+0.05*min(1, float64(filled)/float64(len(value))))
	}
	return best + s.bonus(place), best > 0
}

func (s *run) bonus(p orb.Point) float64 {
	if s.query.Near == nil || p == (orb.Point{}) {
		return 0
	}
	n := *s.query.Near
	dx, dy := (p[0]-n[0])*math.Cos(n[1]*math.Pi/180), p[1]-n[1]
	d := math.Hypot(dx, dy) * 111_195 // metres a degree of the mean sphere
	return nearness / (1 + d/nearHalfM)
}

// scoreRow rates a feature as the subject sees it: masked fields count when the
// search is the whole of them.
func (s *run) scoreRow(l *layers.Layer, row *live.Row) (float64, bool) {
	shown, hidden := values(l, row, nil, nil)
	var body []byte
	for _, v := range append(hidden, shown...) {
		body = append(append(body, v...), fieldEnd)
	}
	place, has := row.Point()
	if !has {
		place = orb.Point{}
	}
	score, ok := 0.0, bytes.Contains(body, s.words[0])
	if ok {
		score, ok = s.score(body, place)
	}
	whole := normalise(s.query.Text)
	for i := range l.Fields {
		if s.subject.Cleared && l.Fields[i].Personal && searched(l, i) && row.Holds(i, func(v string) bool { return v != "" && normalise(v) == whole }) {
			return exact + s.bonus(place), true
		}
	}
	return score, ok
}

// answer reads the candidates again through the city, which drops what is gone,
// changed or not for this subject, and rates what is left.
func (s *run) answer() ([]Hit, error) {
	slices.SortFunc(s.best, compareCandidates)
	byLayer := make(map[*layers.Layer][]string)
	var order []*layers.Layer
	for _, c := range s.best {
		if byLayer[c.layer] == nil {
			order = append(order, c.layer)
		}
		byLayer[c.layer] = append(byLayer[c.layer], c.id)
	}
	hits := []Hit{}
	for _, l := range order {
		ids := byLayer[l]
		slices.Sort(ids)
		q := layers.Query{Subject: *s.subject, Layer: l.ID, IDs: slices.Compact(ids)}
		for row, err := range s.view.Select(s.ctx, q) {
			if err != nil {
				return nil, err
			}
			score, ok := s.scoreRow(l, row)
			if slices.Contains(spellings(s.query.Text), row.ID()) {
				score, ok = exact+nearness, true
			}
			if ok {
				hits = append(hits, hit(l, row, score))
			}
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), s.byDistance(a, b), strings.Compare(a.Layer, b.Layer), strings.Compare(a.ID, b.ID))
	})
	return hits[:min(len(hits), s.query.Limit)], nil
}

func (s *run) byDistance(a, b Hit) int {
	if s.query.Near == nil || !a.HasPoint || !b.HasPoint {
		return 0
	}
	return cmp.Compare(measure.Distance(*s.query.Near, a.Point), measure.Distance(*s.query.Near, b.Point))
}

func hit(l *layers.Layer, row *live.Row, score float64) Hit {
	h := Hit{Layer: l.ID, ID: strings.Clone(row.ID()), Score: score}
	h.Point, h.HasPoint = row.Point()
	text := func(field string) string {
		if i := l.FieldIndex(field); i >= 0 {
			return strings.Clone(row.Value(i).String())
		}
		return ""
	}
	if h.Title, h.Subtitle = text(l.TitleField), text(l.SubtitleField); h.Title == "" {
		h.Title = h.ID
	}
	return h
}
