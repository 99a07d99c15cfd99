package api

import (
	"fmt"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/server/ground"
)

// everyClass asks for all classes of the dictionary.
const everyClass = "*"

// answering says who answers for a class at a place.
type answering struct {
	Class        string        `json:"class"`
	Title        layers.Title  `json:"title"`
	Group        layers.Title  `json:"group"`
	Department   string        `json:"department"` // "" for nobody
	Name         string        `json:"name"`
	Rung         string        `json:"rung"`
	RungTitle    layers.Title  `json:"rung_title"`
	Reason       layers.Title  `json:"reason"`
	Probability  float64       `json:"probability"`
	Alternatives []duty.Choice `json:"alternatives"` // those that may answer instead, within the accuracy
}

// classes says who answers at the place for a class of the current edition, or for
// every class of it.
func (a *API) classes(f *finder, code string, accuracyM float64) ([]answering, error) {
	book := a.o.Book
	if book == nil {
		book = ground.NewBook(nil, a.o.Now)
	}
	edition := book.Editions(f.ctx).Current(a.o.Now())
	list := edition.Classes
	if code != everyClass {
		class, ok := edition.Class(code)
		if !ok {
			return nil, layers.Invalidf("request", "class", fmt.Sprintf("%.40q is no class of the dictionary %s", code, edition.Edition))
		}
		list = []duty.Class{class}
	}
	g := ground.New(f.ctx, f.view, f.subject).With(book.Precedents(f.ctx)).Learned(book.Odds(f.ctx))
	survey := duty.NewSurvey(g, duty.Sighting{Point: f.at, AccuracyM: accuracyM, Edition: edition.Edition})
	out := make([]answering, 0, len(list))
	for i := range list {
		if err := f.ctx.Err(); err != nil {
			return nil, err
		}
		k := &list[i]
		p := survey.Prove(k)
		x := answering{Class: k.Code, Title: k.Title, Group: k.Group, Department: p.Chosen.Department, Name: p.Chosen.Name, Rung: p.Chosen.Rung.String(),
			RungTitle: p.Chosen.Rung.Title(), Reason: p.Chosen.Reason, Probability: p.Chosen.Probability, Alternatives: []duty.Choice{}}
		for _, c := range p.Alternatives {
			if c.Probability > 0 {
				x.Alternatives = append(x.Alternatives, c)
			}
		}
		out = append(out, x)
	}
	return out, nil
}
