package code

import (
	"errors"

	"wutu/layers"
)

// Check reports whether s is a well-formed code of the system: its form and its check
// characters. Anything is of no system. The error is Invalid.
func Check(system layers.CodeSystem, s string) error {
	switch system {
	case layers.USCC:
		return CheckUSCC(s)
	case layers.Organisation:
		return CheckOrganisation(s)
	case layers.CitizenID:
		return CheckCitizenID(s)
	case layers.DivisionCode:
		return CheckDivision(s)
	case layers.UnitGrid:
		return CheckGrid(s)
	case layers.Component:
		return CheckComponent(s)
	case layers.ParcelCode:
		return CheckParcel(s)
	case layers.RealUnit:
		return CheckRealUnit(s)
	case layers.VideoDevice:
		return CheckDevice(s)
	}
	return nil
}

// CheckFeature reports the first value of f that is no code of the system which its
// field in l declares, as an Invalid error that names the field. Null is no wrong code.
func CheckFeature(l *layers.Layer, f *layers.Feature) error {
	for i := range l.Fields {
		d := &l.Fields[i]
		if v := f.Value(i); d.CodeSystem != "" && !v.IsNull() {
			if err := Check(d.CodeSystem, v.Str()); err != nil {
				return named(err, l, f, d)
			}
		}
	}
	return nil
}

// named makes an error of a code one of a feature's field.
func named(err error, l *layers.Layer, f *layers.Feature, d *layers.Field) error {
	e, ok := errors.AsType[*layers.Error](err)
	if !ok {
		return err
	}
	return &layers.Error{Kind: e.Kind, Op: e.Op, Layer: l.ID, ID: f.Key, Field: d.Name, At: e.At, Err: e.Err}
}
