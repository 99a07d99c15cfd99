package duty

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// Dictionary is one edition of the classes of events. It is not changed once it is
// in use: a changed list is a new edition, and cases keep the one they were filed
// with.
type Dictionary struct {
	Edition   string
	Title     layers.Title
	Source    string    // who published the list, or wrote it
	ValidFrom time.Time // day from which new cases use it, midnight in UTC
	Note      string
	Classes   []Class // in order of code
}

// Class returns the class with a code.
func (d *Dictionary) Class(code string) (Class, bool) {
	i, ok := slices.BinarySearchFunc(d.Classes, code, func(c Class, code string) int { return strings.Compare(c.Code, code) })
	if !ok {
		return Class{}, false
	}
	return d.Classes[i], true
}

// Builtin returns the edition that comes with the program: the classes of Classes.
func Builtin() *Dictionary {
	return &Dictionary{
		Edition: ClassesVersion, Title: layers.Title{ZH: "内置事件部件目录", EN: "Built-in classes"},
		Source:    "wutu; deadlines marked so from two published city lists",
		ValidFrom: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Classes: Classes(),
	}
}

// Editions are the dictionaries of a city: the built-in one and those that were
// imported. It is immutable and safe for concurrent use. The zero value and nil
// hold the built-in one alone.
type Editions struct{ list []*Dictionary } // by day of validity, then edition

// NewEditions returns the editions of list beside the built-in one, which one of
// list with the same name replaces. list is not kept, its dictionaries are.
func NewEditions(list []*Dictionary) *Editions {
	e := &Editions{list: slices.Clone(list)}
	if !slices.ContainsFunc(list, func(d *Dictionary) bool { return d.Edition == ClassesVersion }) {
		e.list = append(e.list, Builtin())
	}
	slices.SortFunc(e.list, func(a, b *Dictionary) int {
		return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), strings.Compare(a.Edition, b.Edition))
	})
	return e
}

// List returns the editions, the oldest first. The dictionaries must not be
// changed.
func (e *Editions) List() []*Dictionary {
	if e == nil || len(e.list) == 0 {
		return []*Dictionary{Builtin()}
	}
	return slices.Clone(e.list)
}

// Current is the edition that new cases of time t use: the one that is valid since
// last. Before all of them it is the first.
func (e *Editions) Current(t time.Time) *Dictionary {
	list := e.List()
	out := list[0]
	for _, d := range list {
		if !d.ValidFrom.After(t) {
			out = d
		}
	}
	return out
}

// Edition returns an edition by name.
func (e *Editions) Edition(name string) (*Dictionary, bool) {
	for _, d := range e.List() {
		if d.Edition == name {
			return d, true
		}
	}
	return nil, false
}

// Class finds a class by edition and code. A case without an edition, or with one
// that the city has lost, is read with the built-in one.
func (e *Editions) Class(edition, code string) (Class, bool) {
	if d, ok := e.Edition(edition); ok {
		return d.Class(code)
	}
	return ClassOf(code)
}
