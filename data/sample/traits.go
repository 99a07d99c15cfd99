package sample

import "math"

// landOf is the land use (GB/T 21010) and the right that go with a use.
func landOf(u faceUse) (landUse, right string) {
	switch u {
	case useForest:
		return "0301", "contract"
	case useFarm:
		return "0103", "contract"
	case useVillage:
		return "0702", "homestead"
	case usePark:
		return "0810", "state"
	case useVacant:
		return "1201", "state"
	case useOldTown, useSlabs, useTowers:
		return "0701", "state"
	case useShops:
		return "0501", "state"
	case useOffices:
		return "0505", "state"
	case useFactory:
		return "0601", "state"
	case useStorage:
		return "0604", "state"
	case useSchool, useCollege:
		return "0803", "state"
	case useHospital:
		return "0805", "state"
	case useCivic:
		return "0801", "state"
	case useMarket:
		return "0501", "state"
	case useUtility:
		return "0809", "state"
	case useStation:
		return "1005", "state"
	case useWater:
	}
	return "1201", "ownership"
}

// kindOf is the use of a building; some in the centre are hotels, some civic
// ones serve culture.
func kindOf(u faceUse, usual string, r *stream) string {
	switch {
	case (u == useShops || u == useOffices) && r.chance(0.07):
		return "hotel"
	case u == useCivic && r.chance(0.25):
		return "culture"
	}
	return usual
}

// yearOf is when a quarter was built: the age of a district changes slowly over
// the map.
func (c *city) yearOf(f int32, u faceUse, r *stream) int {
	age := c.g.age.at(polygonMiddle(c.m.corners(&c.m.faces[f])))
	this := c.Now.Year()
	var year float64
	switch u {
	case useTowers, useOffices:
		year = float64(this) - 11 - 6*age + 5*r.normal()
	case useOldTown:
		year = float64(this) - 42 - 8*age + 8*r.normal()
	default:
		year = float64(this) - 24 - 9*age + 6*r.normal()
	}
	return int(math.Min(float64(this-1), math.Max(1952, year)))
}

var (
	estateWords = []string{"花园", "家园", "小区", "苑", "公馆", "府", "新村", "雅居", "华庭", "名邸"}
	officeWords = []string{"大厦", "中心", "国际", "广场"}
	shopWords   = []string{"商厦", "商业广场", "购物中心", "商业街"}
)

// estateName is the name of what stands on a lot; "" for places known by their
// number only.
func estateName(u faceUse, r *stream, place string, buildings int) string {
	own := stem(r)
	switch u {
	case useSlabs, useTowers:
		if buildings < 2 {
			return ""
		}
		return own + pick(r, estateWords)
	case useShops:
		if r.chance(0.5) {
			return ""
		}
		return own + pick(r, shopWords)
	case useOffices:
		return own + pick(r, officeWords)
	case useFactory:
		return own + "工业园"
	case useStorage:
		return own + "物流园"
	case useSchool:
		return place + pick(r, []string{"小学", "小学", "中学"})
	case useHospital:
		return place + "医院"
	case useCivic:
		return place + "政务中心"
	case useCollege:
		return own + "职业技术学院"
	case useMarket:
		return place + "市场"
	case useUtility:
		return place + pick(r, []string{"变电站", "泵站", "污水处理站", "供水站"})
	case useStation:
		return place + "客运站"
	default:
	}
	return ""
}
