package osm

import "wutu/layers"

// Suffixes of the layer ids.
const (
	buildings  = "buildings"
	roads      = "roads"
	addresses  = "addresses"
	pois       = "pois"
	landuse    = "landuse"
	water      = "water"
	boundaries = "boundaries"
)

func field(t layers.FieldType, name, zh, en string) layers.Field {
	return layers.Field{Name: name, Type: t, Title: layers.Title{ZH: zh, EN: en}}
}

func text(name, zh, en string) layers.Field { return field(layers.String, name, zh, en) }

func searched(name, zh, en string) layers.Field {
	f := text(name, zh, en)
	f.Search = true
	return f
}

func metres(name, zh, en string) layers.Field {
	f := field(layers.Number, name, zh, en)
	f.Unit, f.Measure = "m", true
	return f
}

func whole(name, zh, en string) layers.Field { return field(layers.Integer, name, zh, en) }

func truth(name, zh, en string) layers.Field { return field(layers.Boolean, name, zh, en) }

// Declare returns the definitions of the layers; their ids are the suffixes of
// the ids they get. OpenStreetMap is open data, so the layers are public.
func Declare() []*layers.Layer {
	name := searched("name", "名称", "Name")
	id := whole("osm_id", "OSM 编号", "OSM id")
	floors := whole("floors", "层数", "Floors")
	floors.Measure = true
	speed := whole("maxspeed", "限速", "Speed limit")
	speed.Unit = "km/h"
	make := func(suffix, zh, en string, e layers.Element, g layers.GeometryType, kind, unit string, fields ...layers.Field) *layers.Layer {
		return &layers.Layer{ID: suffix, Title: layers.Title{ZH: zh, EN: en}, Element: e, Geometry: g, Access: layers.PublicAccess,
			CountUnit: layers.Title{ZH: unit, EN: en}, TitleField: fields[0].Name, KindField: kind, Fields: append(fields, id)}
	}
	b := make(buildings, "建筑", "buildings", layers.Land, layers.MultiPolygon, "kind", "栋",
		name, text("kind", "类型", "Kind"), truth("part", "建筑局部", "Part of a building"),
		metres("height", "高度", "Height"), metres("min_height", "底高", "Height of its bottom"),
		floors, whole("underground_floors", "地下层数", "Floors underground"), text("roof_shape", "屋顶形状", "Roof shape"),
		text("street", "街道", "Street"), text("housenumber", "门牌号", "House number"), text("city", "城市", "City"),
		text("postcode", "邮编", "Postcode"), text("start_date", "建成时间", "Start date"))
	b.HeightField = "height"
	a := make(addresses, "地址", "addresses", layers.Frame, layers.Point, "", "条",
		searched("text", "地址", "Address"), text("housenumber", "门牌号", "House number"), text("street", "街道", "Street"),
		text("unit", "单元", "Unit"), text("city", "城市", "City"), text("postcode", "邮编", "Postcode"), name)
	return []*layers.Layer{
		b,
		make(roads, "道路", "roads", layers.Frame, layers.LineString, "class", "段",
			name, text("ref", "编号", "Number"), text("class", "等级", "Class"), whole("lanes", "车道数", "Lanes"),
			truth("oneway", "单行", "One-way"), speed, text("surface", "路面", "Surface"), truth("bridge", "桥梁", "Bridge"),
			truth("tunnel", "隧道", "Tunnel"), whole("level", "层面", "Level"), text("access", "通行权", "Access"),
			text("motor_vehicle", "机动车通行权", "Access of motor vehicles"), text("foot", "行人通行权", "Access on foot")),
		a,
		make(pois, "兴趣点", "places", layers.Enterprise, layers.Point, "group", "处",
			name, text("group", "大类", "Group"), text("kind", "类型", "Kind"), text("brand", "品牌", "Brand"),
			text("operator", "运营方", "Operator"), text("opening_hours", "营业时间", "Opening hours"),
			text("phone", "电话", "Phone"), text("website", "网站", "Website")),
		make(landuse, "土地利用", "land uses", layers.Land, layers.MultiPolygon, "kind", "块",
			name, text("group", "大类", "Group"), text("kind", "类型", "Kind")),
		make(water, "水系", "waters", layers.Frame, layers.AnyGeometry, "kind", "处",
			name, text("kind", "类型", "Kind")),
		make(boundaries, "边界", "boundaries", layers.Frame, layers.MultiPolygon, "kind", "个",
			name, text("kind", "类型", "Kind"), whole("admin_level", "行政级别", "Administrative level"),
			text("ref", "代码", "Code"), whole("population", "人口", "Population")),
	}
}
