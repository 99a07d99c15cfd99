package cql2

import (
	"errors"
	"testing"

	"github.com/paulmach/orb"
)

func TestMapShapes(t *testing.T) {
	const text = "lit AND (NOT S_WITHIN(geometry,POINT(500000 3400000)) OR S_EQUALS(POINT(1 2),geometry)) AND name = 'a'"
	const want = "lit AND (NOT S_WITHIN(geometry,POINT(3400000 500000)) OR S_EQUALS(POINT(2 1),geometry)) AND name = 'a'"
	e := parsed(t, text)
	swapped, err := MapShapes(e, func(g orb.Geometry) (orb.Geometry, error) {
		p := g.(orb.Point)
		return orb.Point{p[1], p[0]}, nil
	})
	if err != nil || Format(swapped) != want {
		t.Errorf("%s, %v", Format(swapped), err)
	}
	if Format(e) != text {
		t.Errorf("the original became %s", Format(e))
	}
	broken := errors.New("no such system")
	if _, err := MapShapes(e, func(orb.Geometry) (orb.Geometry, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
