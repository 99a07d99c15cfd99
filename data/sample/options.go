package sample

import (
	"fmt"
	"time"

	"wutu/layers"
)

// Size says how large a city to make.
type Size uint8

// The sizes, with the number of features of all layers together.
const (
	Small      Size = iota + 1 // about 60 thousand
	City                       // about 1 million
	Prefecture                 // about 20 million
)

// String is the name used in commands.
func (s Size) String() string {
	switch s {
	case Small:
		return "small"
	case City:
		return "city"
	case Prefecture:
		return "prefecture"
	}
	return fmt.Sprintf("invalid(%d)", uint8(s))
}

// ParseSize is the inverse of String. The error is Invalid.
func ParseSize(s string) (Size, error) {
	for z := Small; z <= Prefecture; z++ {
		if z.String() == s {
			return z, nil
		}
	}
	return 0, &layers.Error{Kind: layers.Invalid, Op: "sample", Field: "size",
		Err: fmt.Errorf("%.40q is not small, city or prefecture", s)}
}

// Options choose a city. Equal options make equal bytes.
type Options struct {
	Size Size
	Seed uint64    // every seed is another city on the same plan
	Now  time.Time // events are spread over the 30 days before it; must be set
}

// Check reports options that make no city, as an Invalid error.
func (o Options) Check() error {
	if o.Size < Small || o.Size > Prefecture {
		return &layers.Error{Kind: layers.Invalid, Op: "sample", Field: "size", Err: fmt.Errorf("%d is no size", o.Size)}
	}
	if o.Now.IsZero() || o.Now.Year() < 2000 || o.Now.Year() > 2200 {
		return &layers.Error{Kind: layers.Invalid, Op: "sample", Field: "now", Err: fmt.Errorf("%v is outside 2000 to 2200", o.Now)}
	}
	return nil
}

// scale holds what differs between the sizes. Lengths are metres.
type scale struct {
	halfLength  float64 // extent along the river, each way
	north       float64 // extent on the north bank
	south       float64
	coreStep    float64 // distance of main roads in the centre
	reach       float64 // factor on the distances of the centres
	strip       float64 // half width of the river with its embankments
	river       float64 // half width of the water
	meander     float64 // amplitude of the river's bends
	bend        float64 // wave length of the river's bends
	streamAt    float64 // where the tributary joins; its width below
	streamWide  float64
	ring        float64 // half length of the ring road along the river
	districtsN  int     // districts on the north bank
	districtsS  int
	gridsAStr   int     // unit grids in a street, about
	towns       int     // further towns outside the city
	leaf        float64 // smallest unit grid, m2
	occupancy   float64 // share of flats that are lived in
	shops       float64 // share of business rooms that are let
	furniture   float64 // factor on the number of street furniture
	casesADay   int     // events
	smartShare  float64 // share of furniture with a sensor
	moversTotal int
}

func scaleOf(s Size) scale {
	switch s {
	case Small:
		return scale{
			halfLength: 4200, north: 3900, south: 3300, coreStep: 820, reach: 0.42, strip: 260, river: 190,
			meander: 420, bend: 7600, streamAt: -1150, streamWide: 64, ring: 2600,
			districtsN: 2, districtsS: 1, gridsAStr: 90, leaf: 14000,
			occupancy: 0.068, shops: 0.07, furniture: 0.26, casesADay: 50, smartShare: 0.05, moversTotal: 600,
		}
	case Prefecture:
		return scale{
			halfLength: 52000, north: 44000, south: 38000, coreStep: 1150, reach: 1.9, strip: 520, river: 410,
			meander: 2400, bend: 26000, streamAt: -5200, streamWide: 120, ring: 11500,
			districtsN: 7, districtsS: 5, gridsAStr: 420, towns: 46, leaf: 9800,
			occupancy: 0.62, shops: 0.6, furniture: 1, casesADay: 12000, smartShare: 0.05, moversTotal: 60000,
		}
	case City:
	}
	return scale{
		halfLength: 11500, north: 9600, south: 7600, coreStep: 980, reach: 0.86, strip: 430, river: 330,
		meander: 950, bend: 12500, streamAt: -2700, streamWide: 80, ring: 6200,
		districtsN: 3, districtsS: 2, gridsAStr: 170, towns: 4, leaf: 9600,
		occupancy: 0.285, shops: 0.2, furniture: 0.6, casesADay: 700, smartShare: 0.05, moversTotal: 6000,
	}
}
