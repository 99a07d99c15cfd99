package code

// Grid is the code of a unit grid taken apart: 15 digits.
type Grid struct {
	Community string // 12 digits
	Sequence  int    // 1 to 999 within the community, west to east, then north to south
}

// ParseGrid takes apart a unit grid's code.
func ParseGrid(s string) (Grid, error) {
	const what = "grid"
	if err := needLength(what, s, 15); err != nil {
		return Grid{}, err
	}
	if err := needDigits(what, s, 0, 15); err != nil {
		return Grid{}, err
	}
	d, err := ParseDivision(s[:12])
	if err != nil {
		return Grid{}, err
	}
	if d.Level != Village {
		return Grid{}, fail(what, s, d.Level.Digits()+1, "the first 12 digits name a %s, not a community", d.Level)
	}
	if s[12:] == "000" {
		return Grid{}, fail(what, s, 13, "sequence numbers start at 001")
	}
	return Grid{Community: s[:12], Sequence: number(s[12:])}, nil
}

// CheckGrid is ParseGrid for its verdict alone.
func CheckGrid(s string) error {
	_, err := ParseGrid(s)
	return err
}

// MakeGrid is the inverse of ParseGrid.
func MakeGrid(g Grid) (string, error) {
	seq, err := padded("grid", g.Sequence, 3)
	if err != nil {
		return "", err
	}
	s := g.Community + seq
	return s, CheckGrid(s)
}

// Component is the code of a piece of street furniture taken apart: 16 digits.
type Component struct {
	District string // 6 digits
	Major    string // 2 digits, "01" to "99"
	Minor    string // 2 digits
	Sequence int    // 1 to 999999
}

// ParseComponent takes apart a component's code.
func ParseComponent(s string) (Component, error) {
	const what = "component"
	if err := needLength(what, s, 16); err != nil {
		return Component{}, err
	}
	if err := needDigits(what, s, 0, 16); err != nil {
		return Component{}, err
	}
	if err := needDivision(what, s, 0); err != nil {
		return Component{}, err
	}
	switch {
	case s[6:8] == "00":
		return Component{}, fail(what, s, 7, "major classes start at 01")
	case s[10:] == "000000":
		return Component{}, fail(what, s, 11, "sequence numbers start at 000001")
	}
	return Component{District: s[:6], Major: s[6:8], Minor: s[8:10], Sequence: number(s[10:])}, nil
}

// CheckComponent is ParseComponent for its verdict alone.
func CheckComponent(s string) error {
	_, err := ParseComponent(s)
	return err
}

// MakeComponent is the inverse of ParseComponent.
func MakeComponent(c Component) (string, error) {
	seq, err := padded("component", c.Sequence, 6)
	if err != nil {
		return "", err
	}
	s := c.District + c.Major + c.Minor + seq
	return s, CheckComponent(s)
}

// Device is a GB/T 28181 device number taken apart: 20 digits.
type Device struct {
	Centre   string // 8 digits, a division code of up to four levels
	Industry string // 2 digits
	Type     string // 3 digits: "131" camera, "132" network camera
	Network  string // 1 digit
	Sequence int    // 0 to 999999
}

// ParseDevice takes apart a GB/T 28181 device number.
func ParseDevice(s string) (Device, error) {
	const what = "device"
	if err := needLength(what, s, 20); err != nil {
		return Device{}, err
	}
	if err := needDigits(what, s, 0, 20); err != nil {
		return Device{}, err
	}
	if err := needDivision(what, s, 0); err != nil {
		return Device{}, err
	}
	return Device{Centre: s[:8], Industry: s[8:10], Type: s[10:13], Network: s[13:14], Sequence: number(s[14:])}, nil
}

// CheckDevice is ParseDevice for its verdict alone.
func CheckDevice(s string) error {
	_, err := ParseDevice(s)
	return err
}

// MakeDevice is the inverse of ParseDevice.
func MakeDevice(d Device) (string, error) {
	seq, err := padded("device", d.Sequence, 6)
	if err != nil {
		return "", err
	}
	s := d.Centre + d.Industry + d.Type + d.Network + seq
	return s, CheckDevice(s)
}
