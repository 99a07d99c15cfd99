package layers

// CodeSystem names an official system of codes that the values of a field belong to,
// whose form and check characters package layers/code knows; "" for none.
type CodeSystem string

// The code systems.
const (
	USCC         CodeSystem = "uscc"         // unified social credit code, GB 32100
	Organisation CodeSystem = "organisation" // organisation code, GB 11714
	CitizenID    CodeSystem = "citizen_id"   // citizen number, GB 11643
	DivisionCode CodeSystem = "division"     // administrative division, GB/T 2260 and GB/T 10114
	UnitGrid     CodeSystem = "unit_grid"    // unit grid, GB/T 30428
	Component    CodeSystem = "component"    // street furniture, GB/T 30428
	ParcelCode   CodeSystem = "parcel"       // parcel, GB/T 37346
	RealUnit     CodeSystem = "real_unit"    // real estate unit, GB/T 37346
	VideoDevice  CodeSystem = "video_device" // video device, GB/T 28181
)

// Known reports whether s is one of the code systems, or none.
func (s CodeSystem) Known() bool {
	switch s {
	case "", USCC, Organisation, CitizenID, DivisionCode, UnitGrid, Component, ParcelCode, RealUnit, VideoDevice:
		return true
	}
	return false
}
