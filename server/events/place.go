package events

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/keyring"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/ground"
	"wutu/server/openapi"
)

// proof is a proof of place as it is stored: the record, its hash and the
// signature of the city over it.
type proof struct {
	Place     *duty.Place
	Hash      string
	Signature *keyring.Signature
}

// storedProof is its JSON.
type storedProof struct {
	Place     json.RawMessage    `json:"place"`
	Hash      string             `json:"hash"`
	Signature *keyring.Signature `json:"signature,omitempty"`
}

// signed is the stored form of a proof.
func (e *Events) signed(p *duty.Place) ([]byte, error) {
	out := storedProof{Place: p.Canonical(), Hash: p.Hash()}
	if e.o.Keys != nil {
		s, err := p.Sign(e.o.Keys.Sign)
		if err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "event", Err: err}
		}
		out.Signature = &s
	}
	return json.Marshal(out)
}

// proofOf returns the proof made with the report or worked out since; nil for
// events that came with the data, or whose proof is of a form that is no longer
// read.
func (e *Events) proofOf(ctx context.Context, id string) (*proof, error) {
	data, err := layers.RecordOf(ctx, e.o.Records, bucketPlace, id)
	if err != nil || data == nil {
		return nil, err
	}
	var stored storedProof
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: id, Err: err}
	}
	place, err := duty.ParsePlace(stored.Place)
	if err != nil {
		return nil, nil
	}
	return &proof{Place: place, Hash: stored.Hash, Signature: stored.Signature}, nil
}

type namedInfo struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type departmentInfo struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type placeInfo struct {
	Areas        []ground.Share  `json:"areas"`
	Grid         *namedInfo      `json:"grid"`
	Community    *namedInfo      `json:"community"`
	Street       *namedInfo      `json:"street"`
	District     *namedInfo      `json:"district"`
	Department   *departmentInfo `json:"department"`
	Reason       layers.Title    `json:"reason"`
	Rung         duty.Rung       `json:"rung"`
	Alternatives []duty.Choice   `json:"alternatives"`
	Hash         string          `json:"hash"`
}

// placeInfo is the proof in short; for events that came with the data it is worked
// out from the present state of the city, as far as asker sees it.
func (e *Events) placeInfo(ctx context.Context, v *live.View, asker *layers.Subject, h *held) (placeInfo, error) {
	out := placeInfo{Areas: ground.Areas(v, asker, h.point(), h.accuracyM()), Alternatives: []duty.Choice{}}
	stored, err := e.proofOf(ctx, h.life.ID)
	if err != nil {
		return out, err
	}
	p := &duty.Place{}
	switch {
	case stored != nil:
		p = stored.Place
	case h.class.Deadline.Amount > 0: // a class of the dictionary
		*p = e.locate(ctx, v, *asker, &h.class, h.sighted())
	}
	out.Rung, out.Hash = p.Chosen.Rung, p.Hash()
	// Who answers is told by the case itself; why, to who sees what it rests on.
	if seesEvidence(ctx, v, asker, p, h.text(model.ObjectField)) {
		out.Reason = p.Chosen.Reason
		if p.Alternatives != nil {
			out.Alternatives = p.Alternatives
		}
	}
	named := func(level layers.Level) *namedInfo {
		a, ok := p.Area(level)
		if !ok || !slices.ContainsFunc(out.Areas, func(s ground.Share) bool { return s.Code == a.Code }) {
			return nil
		}
		return &namedInfo{Code: a.Code, Name: a.Name}
	}
	out.Grid, out.Community, out.Street, out.District = named(layers.Grid), named(layers.Community), named(layers.Street), named(layers.District)
	if p.Chosen.Department != "" {
		out.Department = &departmentInfo{ID: p.Chosen.Department, Name: p.Chosen.Name}
	}
	return out, nil
}

// seesEvidence reports whether a subject sees all that a proof names: departments,
// roads, areas, the object, the cases of precedents.
func seesEvidence(ctx context.Context, v *live.View, s *layers.Subject, p *duty.Place, object string) bool {
	see := func(layer, id string) bool {
		_, err := v.Get(ctx, s, layer, id)
		return err == nil
	}
	sees := func(list []duty.Evidence) bool {
		for _, x := range list {
			layer, id, _ := strings.Cut(x.Ref, "/")
			if layer == "precedent" { // it names the case that was decided
				layer, id = model.Events, cmp.Or(x.Name, id)
			}
			if !see(layer, id) {
				return false
			}
		}
		return true
	}
	for _, c := range append([]duty.Choice{p.Chosen}, p.Alternatives...) {
		if c.Department != "" && !see(model.Departments, c.Department) || !sees(c.Evidence) {
			return false
		}
	}
	for _, r := range p.Rungs {
		if !sees(r.Evidence) {
			return false
		}
	}
	layer, id, named := strings.Cut(object, "/")
	return !named || see(layer, id)
}

// sighted is the report that a case began with, as far as its place goes.
func (h *held) sighted() *Report {
	return &Report{Point: h.point(), AccuracyM: h.accuracyM(), Class: h.class.Code, Object: h.text(model.ObjectField)}
}

// locate works out who answers for a report, as the reader sees the city.
func (e *Events) locate(ctx context.Context, v *live.View, reader layers.Subject, class *duty.Class, r *Report) duty.Place {
	g := ground.New(ctx, v, reader)
	if reader.Role == layers.System { // what was decided and learned from all cases is not for everybody
		g = e.knowing(ctx, v)
	}
	return duty.Prove(g, class, r.sighting())
}

// knowing reads the city as the program itself, with the precedents and what past
// cases say.
func (e *Events) knowing(ctx context.Context, v *live.View) ground.Ground {
	return ground.New(ctx, v, layers.SystemSubject()).With(e.precedents.current(ctx, e.o.Records, e.o.Now())).Learned(e.book.Odds(ctx))
}

// reconsider works the proof out again where a step is about who answers: a return
// with its evidence, the decision about it, the filing of a case that has none.
func (e *Events) reconsider(ctx context.Context, t *taking) error {
	switch t.command.Step {
	case event.Return, event.Adjudicate:
	case event.File: // a case that came with the data has no proof yet
		if t.held.life.Proof != "" && t.env.Class.Code == t.held.life.Class {
			return nil
		}
	default:
		return nil
	}
	p := e.locate(ctx, t.view, layers.SystemSubject(), &t.env.Class, t.held.sighted())
	if x := t.command.Evidence; t.command.Step == event.Return && x != nil {
		old := &p
		if stored, err := e.proofOf(ctx, t.held.life.ID); err != nil {
			return err
		} else if stored != nil {
			old = stored.Place
		}
		verdict := duty.Reconsider(e.knowing(ctx, t.view), &t.env.Class, old, duty.Counter{Kind: duty.CounterKind(x.Kind), Ref: x.Ref, Note: x.Note},
			func(code string) (duty.Class, bool) { return e.book.Editions(ctx).Class(t.env.Edition, code) })
		t.verdict, p = &verdict, verdict.Place
	}
	t.place, t.env.Proof = &p, p.Hash()
	if t.command.Step == event.File && t.command.Department == "" && p.Chosen.Department != "" {
		t.command.Department, t.held.lead = p.Chosen.Department, p.Chosen.Name
	}
	return nil
}

// verdictInfo is what the city said to the evidence of the last return.
type verdictInfo struct {
	Finding    duty.Finding      `json:"finding"`
	Reasons    []layers.Title    `json:"reasons"`
	Differs    []duty.Difference `json:"differs"`
	Department string            `json:"department,omitempty"` // who returned
	At         time.Time         `json:"at"`
	Evidence   *event.Evidence   `json:"evidence"`
}

// verdictOf returns the verdict on the last return, nil for none.
func (e *Events) verdictOf(ctx context.Context, id string) (*verdictInfo, error) {
	data, err := layers.RecordOf(ctx, e.o.Records, bucketVerdict, id)
	if err != nil || data == nil {
		return nil, err
	}
	out := &verdictInfo{}
	if err := json.Unmarshal(data, out); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: id, Err: err}
	}
	return out, nil
}

type proofInfo struct {
	Proof      *duty.Place        `json:"proof"`
	Hash       string             `json:"hash"`
	Signature  *keyring.Signature `json:"signature"`
	Valid      bool               `json:"valid"` // the signature fits the hash, and the hash the proof
	Verdict    *verdictInfo       `json:"verdict,omitempty"`
	Recomputed *recomputed        `json:"recomputed,omitempty"`
}

type recomputed struct {
	Hash    string            `json:"hash"`
	Same    bool              `json:"same"`
	Differs []duty.Difference `json:"differs"`
}

func (e *Events) getProof(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), e.o.City.View()
	h, err := e.whole(ctx, v, &subject, in.Text("id"))
	if err != nil {
		return err
	}
	stored, err := e.proofOf(ctx, h.life.ID)
	if err != nil {
		return err
	}
	if stored == nil { // it came with the data: what the subject's own sight of the city gives is all there is
		now := e.locate(ctx, v, subject, &h.class, h.sighted())
		return c.JSON(http.StatusOK, proofInfo{Proof: &now, Hash: now.Hash(),
			Recomputed: &recomputed{Hash: now.Hash(), Same: true, Differs: []duty.Difference{}}})
	}
	object := h.text(model.ObjectField)
	if !seesEvidence(ctx, v, &subject, stored.Place, object) {
		return &layers.Error{Kind: layers.Forbidden, Op: "event", ID: h.life.ID, Err: errHidden}
	}
	out := proofInfo{Proof: stored.Place, Hash: stored.Hash, Signature: stored.Signature, Valid: e.valid(stored)}
	if out.Verdict, err = e.verdictOf(ctx, h.life.ID); err != nil {
		return err
	}
	// What past cases say is part of the proof, and stays what it was.
	now := duty.Prove(e.knowing(ctx, v).Learned(stored.Place.Odds), &h.class, h.sighted().sighting())
	if seesEvidence(ctx, v, &subject, &now, object) {
		out.Recomputed = &recomputed{Hash: now.Hash(), Same: now.Hash() == stored.Hash, Differs: duty.Compare(stored.Place, &now)}
		if out.Recomputed.Differs == nil {
			out.Recomputed.Differs = []duty.Difference{}
		}
	}
	return c.JSON(http.StatusOK, out)
}

// valid reports whether a stored proof is the one that was signed.
func (e *Events) valid(p *proof) bool {
	return p.Place.Hash() == p.Hash && p.Signature != nil && e.o.Keys != nil && p.Place.Verify(e.o.Keys.Publics(), *p.Signature) == nil
}

// mayTell refuses a subject from whom a part of the cases is hidden: what follows
// from the history would tell it.
func mayTell(s *layers.Subject, l *layers.Layer) error {
	d := access.Decide(s, l)
	if seesWhole(l, d.Sights) {
		return nil
	}
	return &layers.Error{Kind: layers.Forbidden, Op: "event", Layer: l.ID, Err: errHidden}
}
