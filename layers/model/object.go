package model

import "wutu/layers"

// ComponentKind is one entry of the dictionary of street furniture (部件). Major
// and Minor are the two-digit classes of the 16-digit component code.
type ComponentKind struct {
	Kind  string // value of the field kind
	Major string // 01 公用设施 02 道路交通 03 市容环境 04 园林绿化 05 其他
	Minor string // local numbering: cities differ
	Title layers.Title
	Duty  string // kind of department that answers for it, see DepartmentKinds
}

// ComponentKinds is the dictionary of street furniture, in order of code. Major
// classes are those of the published standard; minor numbers are this city's own
// list (source: example dictionary of wutu, valid from 2024-01-01).
func ComponentKinds() []ComponentKind {
	kind := func(k, major, minor, zh, en, duty string) ComponentKind {
		return ComponentKind{Kind: k, Major: major, Minor: minor, Title: title(zh, en), Duty: duty}
	}
	return []ComponentKind{
		kind("manhole_sewer", "01", "01", "污水井盖", "Sewer manhole cover", "water"),
		kind("manhole_rain", "01", "02", "雨水井盖", "Storm drain cover", "water"),
		kind("rain_grate", "01", "03", "雨水箅子", "Drain grate", "water"),
		kind("manhole_power", "01", "04", "电力井盖", "Power manhole cover", "power"),
		kind("manhole_telecom", "01", "05", "通信井盖", "Telecom manhole cover", "telecom"),
		kind("hydrant", "01", "06", "消防栓", "Fire hydrant", "fire"),
		kind("lamp", "01", "07", "路灯", "Street lamp", "lighting"),
		kind("cabinet", "01", "08", "交接箱", "Street cabinet", "telecom"),
		kind("bus_stop", "02", "01", "公交站亭", "Bus shelter", "transport"),
		kind("traffic_light", "02", "02", "交通信号灯", "Traffic light", "traffic_police"),
		kind("traffic_sign", "02", "03", "交通标志牌", "Traffic sign", "traffic_police"),
		kind("road_sign", "02", "04", "路名牌", "Street name sign", "civil_affairs"),
		kind("guardrail", "02", "05", "交通护栏", "Guard rail", "traffic_police"),
		kind("toilet", "03", "01", "公共厕所", "Public toilet", "sanitation"),
		kind("bin", "03", "02", "果皮箱", "Litter bin", "sanitation"),
		kind("waste_station", "03", "03", "垃圾中转站", "Waste transfer station", "sanitation"),
		kind("billboard", "03", "04", "户外广告", "Billboard", "urban_management"),
		kind("tree", "04", "01", "行道树", "Street tree", "parks"),
		kind("old_tree", "04", "02", "古树名木", "Ancient tree", "parks"),
		kind("bench", "04", "03", "休闲座椅", "Bench", "parks"),
	}
}

func components() *layers.Layer {
	var kinds []layers.Code
	for _, k := range ComponentKinds() {
		kinds = append(kinds, layers.Code{Value: k.Kind, Title: k.Title})
	}
	return &layers.Layer{
		ID: Components, Title: title("城市部件", "Street furniture"), Element: layers.Object,
		Geometry: layers.Point, Access: layers.InternalAccess, CountUnit: title("个", "objects"),
		TitleField: Name, SubtitleField: CodeField, KindField: Kind,
		Fields: []layers.Field{
			text(CodeField, "部件编码", "Component code", search),
			coded(Kind, "部件类别", "Kind", kinds),
			text(Name, "名称", "Name", search),
			coded(State, "状态", "State", []layers.Code{
				code("good", "完好", "Good"), code("damaged", "破损", "Damaged"),
				code("missing", "丢失", "Missing"), code("retired", "废弃", "Retired"),
			}),
			ref(Department, "主管部门", "Department", Departments),
			instant(Installed, "初始日期", "Installed"),
			gridRef(),
		},
	}
}

func onlineStates() []layers.Code {
	return []layers.Code{code("online", "在线", "Online"), code("offline", "离线", "Offline"), code("alarm", "告警", "Alarm")}
}

func devices() *layers.Layer {
	return &layers.Layer{
		ID: Devices, Title: title("感知设备", "Sensors"), Element: layers.Object,
		Geometry: layers.Point, Access: layers.InternalAccess, CountUnit: title("台", "devices"),
		TitleField: Name, SubtitleField: Model, KindField: Kind,
		Fields: []layers.Field{
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", []layers.Code{
				code("water_level", "水位计", "Water level"),
				code("rain", "雨量计", "Rain gauge"),
				code("air", "空气质量", "Air quality"),
				code("noise", "噪声", "Noise"),
				code("manhole", "智能井盖", "Manhole sensor"),
				code("lamp_control", "单灯控制器", "Lamp controller"),
				code("parking", "车位检测", "Parking sensor"),
				code("smoke", "烟感", "Smoke detector"),
				code("water_meter", "智能水表", "Water meter"),
			}),
			text(Model, "型号", "Model"),
			coded(State, "状态", "State", onlineStates()),
			number(ValueField, "最新读数", "Latest value"),
			text(Unit, "单位", "Unit"),
			instant(Updated, "更新时间", "Updated"),
			text(MountedOn, "安装于", "Mounted on"),
			gridRef(),
		},
	}
}

func cameras() *layers.Layer {
	return &layers.Layer{
		ID: Cameras, Title: title("视频监控", "Cameras"), Element: layers.Object,
		Geometry: layers.Point, Access: layers.InternalAccess, CountUnit: title("路", "cameras"),
		TitleField: Name, SubtitleField: CodeField, KindField: Kind,
		Fields: []layers.Field{
			text(CodeField, "设备编码", "Device code", search),
			text(Name, "名称", "Name", search),
			coded(Kind, "类型", "Kind", []layers.Code{
				code("fixed", "枪机", "Fixed"), code("dome", "球机", "Dome"), code("panorama", "全景", "Panorama"),
			}),
			number(Azimuth, "方位角", "Azimuth", unit("deg")),
			number(FOV, "视场角", "Field of view", unit("deg")),
			number(Range, "可视距离", "Range", unit("m")),
			number(Height, "安装高度", "Mounting height", unit("m")),
			coded(State, "状态", "State", onlineStates()),
			gridRef(),
		},
	}
}

func movers() *layers.Layer {
	return &layers.Layer{
		ID: Movers, Title: title("移动目标", "Movers"), Element: layers.Object,
		Geometry: layers.Point, Access: layers.InternalAccess, CountUnit: title("辆", "vehicles"),
		TitleField: Plate, SubtitleField: Operator, KindField: Kind,
		Fields: []layers.Field{
			coded(Kind, "类型", "Kind", []layers.Code{
				code("sanitation", "环卫车", "Sanitation truck"),
				code("patrol", "巡查车", "Patrol car"),
				code("police", "警车", "Police car"),
				code("bus", "公交车", "Bus"),
				code("dump_truck", "渣土车", "Dump truck"),
				code("bike", "共享单车", "Shared bike"),
				code("drone", "无人机", "Drone"),
				code("worker", "网格员", "Grid worker"),
			}),
			text(Plate, "牌照或工号", "Plate or number", search),
			text(Operator, "运营单位", "Operator"),
			coded(State, "状态", "State", []layers.Code{
				code("moving", "行驶", "Moving"), code("idle", "停驻", "Idle"), code("offline", "离线", "Offline"),
			}),
			number(Speed, "速度", "Speed", unit("km/h")),
			number(Heading, "航向", "Heading", unit("deg")),
			instant(FixedAt, "定位时间", "Time of fix"),
			text(Name, "姓名", "Name", personal, masked(layers.NameMask)),
			text(Worker, "账号", "Account"),
			ref(Department, "所属部门", "Department", Departments),
			boolean(OnDuty, "在岗", "On duty"),
			number(Accuracy, "定位精度", "Accuracy", unit("m")),
		},
	}
}
