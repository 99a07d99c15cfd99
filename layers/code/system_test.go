package code_test

import (
	"strings"
	"testing"

	"wutu/layers"
	"wutu/layers/code"
)

func TestCheckFeature(t *testing.T) {
	l := &layers.Layer{ID: "firms", Fields: []layers.Field{
		{Name: "name", Type: layers.String},
		{Name: "uscc", Type: layers.String, CodeSystem: layers.USCC},
		{Name: "at", Type: layers.String, CodeSystem: layers.DivisionCode},
	}}
	for _, x := range []struct {
		uscc, at layers.Value
		field    string
	}{
		{layers.Text("91350100M000100Y43"), layers.Text("420502001001"), ""},
		{layers.Value{}, layers.Value{}, ""},
		{layers.Text("91350100M000100Y44"), layers.Text("420502001001"), "uscc"},
		{layers.Text(""), layers.Value{}, "uscc"},
		{layers.Value{}, layers.Text("020502"), "at"},
	} {
		f := &layers.Feature{Key: "a", Values: []layers.Value{layers.Text("x"), x.uscc, x.at}}
		err := code.CheckFeature(l, f)
		if (err == nil) != (x.field == "") || err != nil && (layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), "feature a: field "+x.field)) {
			t.Errorf("%v %v: %v", x.uscc, x.at, err)
		}
	}
}

// Every known system has a check: something must be wrong for it.
func TestEverySystemIsChecked(t *testing.T) {
	for _, s := range []layers.CodeSystem{layers.USCC, layers.Organisation, layers.CitizenID, layers.DivisionCode, layers.UnitGrid,
		layers.Component, layers.ParcelCode, layers.RealUnit, layers.VideoDevice} {
		if !s.Known() || code.Check(s, "~") == nil {
			t.Errorf("%s takes anything", s)
		}
	}
	if layers.CodeSystem("isbn").Known() || code.Check("", "~") != nil {
		t.Error("what is no system")
	}
}
