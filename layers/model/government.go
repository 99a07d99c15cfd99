package model

import "wutu/layers"

func sites() *layers.Layer {
	return &layers.Layer{
		ID: Sites, Title: title("公共服务设施", "Service sites"), Element: layers.Government,
		Geometry: layers.Point, Access: layers.PublicAccess, CountUnit: title("处", "sites"),
		TitleField: Name, SubtitleField: Address, KindField: Kind,
		Fields: []layers.Field{
			coded(Kind, "类型", "Kind", []layers.Code{
				code("service_hall", "政务服务中心", "Service hall"),
				code("community_centre", "党群服务中心", "Community centre"),
				code("police_station", "派出所", "Police station"),
				code("fire_station", "消防站", "Fire station"),
				code("hospital", "医院", "Hospital"),
				code("clinic", "社区卫生服务中心", "Clinic"),
				code("school", "学校", "School"),
				code("kindergarten", "幼儿园", "Kindergarten"),
				code("library", "图书馆", "Library"),
				code("stadium", "体育场馆", "Sports hall"),
				code("elderly_care", "养老服务中心", "Elderly care"),
				code("market", "农贸市场", "Market"),
				code("bus_station", "客运站", "Bus station"),
				code("railway_station", "火车站", "Railway station"),
				code("shelter", "应急避难场所", "Emergency shelter"),
				code("parking", "公共停车场", "Car park"),
			}),
			text(Name, "名称", "Name", search),
			text(Address, "地址", "Address", search),
			text(Hours, "服务时间", "Opening hours"),
			integer(Capacity, "容量", "Capacity", measure),
			number(ServiceRadius, "服务半径", "Service radius", unit("m")),
			text(Phone, "电话", "Telephone"),
			ref(Building, "楼栋", "Building", Buildings),
			gridRef(),
		},
	}
}

// DepartmentKinds lists the kinds of departments that answer for events and
// street furniture.
func DepartmentKinds() []layers.Code {
	return []layers.Code{
		code("government", "人民政府", "Government"),
		code("street_office", "街道办事处", "Street office"),
		code("urban_management", "城市管理", "Urban management"),
		code("sanitation", "环境卫生", "Sanitation"),
		code("lighting", "路灯照明", "Street lighting"),
		code("parks", "园林绿化", "Parks"),
		code("housing", "住房和城乡建设", "Housing and construction"),
		code("transport", "交通运输", "Transport"),
		code("traffic_police", "公安交警", "Traffic police"),
		code("police", "公安", "Police"),
		code("fire", "消防救援", "Fire service"),
		code("water", "水务", "Water"),
		code("environment", "生态环境", "Environment"),
		code("market", "市场监管", "Market supervision"),
		code("emergency", "应急管理", "Emergency management"),
		code("health", "卫生健康", "Health"),
		code("civil_affairs", "民政", "Civil affairs"),
		code("power", "供电", "Power supply"),
		code("telecom", "通信", "Telecom"),
		code("gas", "燃气", "Gas supply"),
		code("natural_resources", "自然资源和规划", "Natural resources and planning"),
	}
}

func departments() *layers.Layer {
	return &layers.Layer{
		ID: Departments, Title: title("部门", "Departments"), Element: layers.Government,
		Geometry: layers.MultiPolygon, Access: layers.PublicAccess, CountUnit: title("个", "departments"),
		TitleField: Name, SubtitleField: Address, KindField: Kind,
		Fields: []layers.Field{
			text(CodeField, "机构代码", "Organisation code", search),
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", DepartmentKinds()),
			text(Duties, "职责清单", "Duties"),
			coded(Level, "层级", "Level", []layers.Code{
				code("city", "市级", "City"), code("district", "区级", "District"), code("street", "街道级", "Street"),
			}),
			text(Address, "地址", "Address"),
			text(Phone, "值班电话", "Duty telephone"),
		},
	}
}
