package model

import "wutu/layers"

func districts() *layers.Layer {
	return &layers.Layer{
		ID: Districts, Title: title("区", "Districts"), Element: layers.Frame, Level: layers.District,
		Geometry: layers.MultiPolygon, Access: layers.PublicAccess, CountUnit: title("个", "districts"),
		TitleField: Name, SubtitleField: CodeField,
		Fields: []layers.Field{
			text(CodeField, "区划代码", "Division code", search),
			text(Name, "名称", "Name", search),
			areaField(),
		},
	}
}

func streets() *layers.Layer {
	return &layers.Layer{
		ID: Streets, Title: title("街道", "Streets (subdistricts)"), Element: layers.Frame, Level: layers.Street,
		Geometry: layers.MultiPolygon, Access: layers.PublicAccess, CountUnit: title("个", "streets"),
		TitleField: Name, SubtitleField: CodeField, KindField: Kind,
		Fields: []layers.Field{
			text(CodeField, "区划代码", "Division code", search),
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", []layers.Code{
				code("subdistrict", "街道", "Subdistrict"), code("town", "镇", "Town"), code("township", "乡", "Township"),
			}),
			ref(District, "所属区", "District", Districts),
			areaField(),
		},
	}
}

func communities() *layers.Layer {
	return &layers.Layer{
		ID: Communities, Title: title("社区", "Communities"), Element: layers.Frame, Level: layers.Community,
		Geometry: layers.MultiPolygon, Access: layers.PublicAccess, CountUnit: title("个", "communities"),
		TitleField: Name, SubtitleField: CodeField, KindField: Kind,
		Fields: []layers.Field{
			text(CodeField, "区划代码", "Division code", search),
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", []layers.Code{
				code("residents", "社区居委会", "Residents' committee"), code("village", "村委会", "Village committee"),
			}),
			ref(Street, "所属街道", "Street", Streets),
			areaField(),
		},
	}
}

func grids() *layers.Layer {
	return &layers.Layer{
		ID: Grids, Title: title("单元网格", "Unit grids"), Element: layers.Frame, Level: layers.Grid,
		Geometry: layers.MultiPolygon, Access: layers.InternalAccess, CountUnit: title("个", "grids"),
		TitleField: Name, SubtitleField: CodeField, KindField: Kind,
		Fields: []layers.Field{
			text(CodeField, "网格编码", "Grid code", search),
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", []layers.Code{
				code("basic", "基础网格", "Basic"), code("dedicated", "专属网格", "Dedicated"),
			}),
			ref(Community, "所属社区", "Community", Communities),
			text(Worker, "网格员工号", "Grid worker"),
			ref(Department, "专属责任部门", "Department of a dedicated grid", Departments),
			areaField(),
		},
	}
}

func roads() *layers.Layer {
	return &layers.Layer{
		ID: Roads, Title: title("道路", "Roads"), Element: layers.Frame,
		Geometry: layers.LineString, Access: layers.PublicAccess, CountUnit: title("段", "segments"),
		TitleField: Name, KindField: Class,
		Fields: []layers.Field{
			text(Name, "名称", "Name", search),
			coded(Class, "等级", "Class", []layers.Code{
				code("expressway", "高速/快速路", "Expressway"),
				code("trunk", "主干路", "Trunk road"),
				code("primary", "干路", "Primary road"),
				code("secondary", "次干路", "Secondary road"),
				code("tertiary", "支路", "Tertiary road"),
				code("residential", "街巷", "Residential street"),
				code("service", "内部道路", "Service road"),
			}),
			integer(Lanes, "车道数", "Lanes"),
			boolean(Oneway, "单行", "One-way"),
			boolean(Bridge, "桥梁", "Bridge"),
			text(FromNode, "起点", "From node"),
			text(ToNode, "终点", "To node"),
			number(Length, "长度", "Length", unit("m"), measure),
			integer(MaxSpeed, "限速", "Speed limit", unit("km/h")),
			ref(Department, "管养部门", "Maintained by", Departments),
		},
	}
}

func addresses() *layers.Layer {
	return &layers.Layer{
		ID: Addresses, Title: title("标准地址", "Addresses"), Element: layers.Frame,
		Geometry: layers.Point, Access: layers.InternalAccess, CountUnit: title("条", "addresses"),
		TitleField: TextField, SubtitleField: CodeField, KindField: Kind,
		Fields: []layers.Field{
			text(CodeField, "地址编码", "Address code", search),
			text(TextField, "标准地址", "Standard address", search),
			coded(Kind, "地址级别", "Level", []layers.Code{
				code("gate", "门牌", "Gate"), code("building", "楼栋", "Building"),
				code("unit", "单元", "Staircase"), code("room", "户室", "Room"),
			}),
			text(Road, "道路或小区", "Road or estate"),
			text(Number, "门牌号", "Number"),
			ref(Building, "楼栋", "Building", Buildings),
			text(Unit, "单元", "Staircase"),
			text(Room, "室号", "Room"),
			integer(Floor, "楼层", "Floor"),
			ref(Community, "社区", "Community", Communities),
			gridRef(),
		},
	}
}

func water() *layers.Layer {
	return &layers.Layer{
		ID: Water, Title: title("水系", "Water"), Element: layers.Frame,
		Geometry: layers.MultiPolygon, Access: layers.PublicAccess, CountUnit: title("处", "waters"),
		TitleField: Name, KindField: Kind,
		Fields: []layers.Field{
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", []layers.Code{
				code("river", "河流", "River"), code("stream", "溪流", "Stream"),
				code("lake", "湖泊", "Lake"), code("reservoir", "水库", "Reservoir"), code("pond", "坑塘", "Pond"),
			}),
			areaField(),
		},
	}
}

func green() *layers.Layer {
	return &layers.Layer{
		ID: Green, Title: title("绿地", "Green"), Element: layers.Frame,
		Geometry: layers.MultiPolygon, Access: layers.PublicAccess, CountUnit: title("处", "greens"),
		TitleField: Name, KindField: Kind,
		Fields: []layers.Field{
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", []layers.Code{
				code("forest", "山林", "Forest"), code("park", "公园", "Park"),
				code("garden", "街头绿地", "Garden"), code("riverside", "滨江绿带", "Riverside green"),
				code("wetland", "湿地", "Wetland"), code("farmland", "农田", "Farm land"),
			}),
			areaField(),
		},
	}
}
