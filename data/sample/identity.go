package sample

import "wutu/layers"

// CityCode is the division code of the synthetic city, six digits.
const CityCode = cityCode

// CityName is what the synthetic city is called. No real city has this name.
func CityName() layers.Title { return layers.Title{ZH: cityName, EN: "Lanjiang"} }
