package model

import "wutu/layers"

func parcels() *layers.Layer {
	return &layers.Layer{
		ID: Parcels, Title: title("宗地", "Parcels"), Element: layers.Land,
		Geometry: layers.Polygon, Access: layers.InternalAccess, CountUnit: title("宗", "parcels"),
		TitleField: CodeField, SubtitleField: Address, KindField: LandUse,
		Fields: []layers.Field{
			text(CodeField, "宗地代码", "Parcel code", search),
			coded(LandUse, "土地利用现状", "Land use", LandUses()),
			coded(PlanUse, "规划用途", "Planned use", LandUses()),
			coded(Right, "权利类型", "Right", []layers.Code{
				code("state", "国有建设用地使用权", "Use right, state land"),
				code("collective", "集体建设用地使用权", "Use right, collective land"),
				code("homestead", "宅基地使用权", "Homestead"),
				code("contract", "土地承包经营权", "Contracted farm land"),
				code("ownership", "土地所有权", "Ownership"),
			}),
			areaField(),
			number(PlotRatio, "容积率", "Floor area ratio"),
			text(Address, "坐落", "Address", search),
			gridRef(),
		},
	}
}

// LandUses lists the second-level classes of GB/T 21010-2017 that a city shows.
func LandUses() []layers.Code {
	return []layers.Code{
		code("0701", "城镇住宅用地", "Urban housing"),
		code("0702", "农村宅基地", "Rural homesteads"),
		code("0501", "零售商业用地", "Retail"),
		code("0504", "旅馆用地", "Hotels"),
		code("0505", "商务金融用地", "Offices and finance"),
		code("0601", "工业用地", "Industry"),
		code("0604", "仓储用地", "Storage"),
		code("0801", "机关团体用地", "Government"),
		code("0803", "教育用地", "Education"),
		code("0804", "科研用地", "Research"),
		code("0805", "医疗卫生用地", "Health"),
		code("0806", "社会福利用地", "Welfare"),
		code("0807", "文化设施用地", "Culture"),
		code("0808", "体育用地", "Sports"),
		code("0809", "公用设施用地", "Utilities"),
		code("0810", "公园与绿地", "Parks and green"),
		code("1005", "交通服务场站用地", "Transport stations"),
		code("1008", "港口码头用地", "Ports"),
		code("0103", "旱地", "Dry farm land"),
		code("0201", "果园", "Orchards"),
		code("0301", "乔木林地", "Forest"),
		code("1201", "空闲地", "Vacant land"),
	}
}

func buildings() *layers.Layer {
	return &layers.Layer{
		ID: Buildings, Title: title("建筑物", "Buildings"), Element: layers.Land,
		Geometry: layers.Polygon, Access: layers.PublicAccess, CountUnit: title("栋", "buildings"),
		TitleField: Name, SubtitleField: Address, KindField: Kind, HeightField: Height,
		Fields: []layers.Field{
			text(CodeField, "建筑编码", "Building code", search),
			text(Name, "名称", "Name", search),
			coded(Kind, "用途", "Use", []layers.Code{
				code("residential", "住宅", "Housing"),
				code("commercial", "商业", "Commerce"),
				code("office", "办公", "Offices"),
				code("hotel", "旅馆", "Hotel"),
				code("industrial", "工业", "Industry"),
				code("warehouse", "仓储", "Storage"),
				code("government", "机关", "Government"),
				code("school", "学校", "School"),
				code("hospital", "医院", "Hospital"),
				code("culture", "文体", "Culture and sports"),
				code("utility", "公用设施", "Utilities"),
				code("transport", "交通场站", "Transport"),
				code("house", "民居", "Detached house"),
			}),
			integer(Floors, "层数", "Floors", measure),
			number(Height, "高度", "Height", unit("m"), measure),
			integer(Year, "建成年份", "Year built"),
			number(Area, "建筑面积", "Floor area", unit("m2"), measure),
			text(Address, "地址", "Address", search),
			ref(Parcel, "宗地", "Parcel", Parcels),
			gridRef(),
		},
	}
}

func planZones() *layers.Layer {
	return &layers.Layer{
		ID: PlanZones, Title: title("规划管控区", "Planning zones"), Element: layers.Land,
		Geometry: layers.MultiPolygon, Access: layers.InternalAccess, CountUnit: title("个", "zones"),
		TitleField: Name, KindField: Kind,
		Fields: []layers.Field{
			coded(Kind, "控制线", "Control line", []layers.Code{
				code("urban_boundary", "城镇开发边界", "Urban growth boundary"),
				code("farmland", "永久基本农田", "Permanent basic farm land"),
				code("ecology", "生态保护红线", "Ecological red line"),
				code("blue_line", "城市蓝线", "Water protection line"),
				code("heritage", "历史文化街区", "Heritage area"),
				code("industry", "工业用地控制线", "Industrial land line"),
			}),
			text(Name, "名称", "Name", search),
			text(Version, "规划版本", "Plan version"),
			areaField(),
		},
	}
}
