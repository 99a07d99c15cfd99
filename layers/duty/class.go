package duty

import (
	"slices"

	"wutu/layers"
	"wutu/layers/worktime"
)

// Source says where an entry of the dictionary comes from.
type Source uint8

// The sources, from the surest.
const (
	ListOne Source = iota + 1 // deadline from the first published city list of the reference
	Jiyuan                    // deadline from the published list of Jiyuan
	Local                     // this city's own entry, to be edited
)

// Class is one entry of the dictionary of events: the six columns that published
// lists have (codes, filing standard, deadline, closing standard, responsible
// unit) and what the program needs beside them.
type Class struct {
	Code       string            // four digits: major and minor class
	Group      layers.Title      // major class
	Title      layers.Title      // minor class
	Filing     string            // 立案标准: when it is a case
	Deadline   worktime.Deadline // 处置时限
	Closing    string            // 结案标准: when it is done
	Department string            // kind of the responsible department, a value of model.DepartmentKinds
	Components []string          // kinds of street furniture it is usually about
	Road       bool              // concerns the carriageway: its road's owner comes before the area's department
	Icon       string            // name of the map symbol
	Source     Source
	Details
}

// Details are the columns of a class that only dictionaries in a file have.
type Details struct {
	Deadlines   []NamedDeadline // all that the list gives, the last of which is Deadline; nil when there is but one
	Responsible string          // 责任单位 in the words of the list, "" when Department says it all
	Origin      string          // where the entry comes from, "" for what the dictionary says
	Unconfirmed []string        // names of the columns that nobody has checked against a published text
	Note        string
}

// NamedDeadline is one of several deadlines of a class: stop work, fine, demolish.
type NamedDeadline struct {
	For layers.Title // zero when the list does not say what it is for
	worktime.Deadline
}

// AllDeadlines returns the deadlines of a class, the last of which ends the case.
func (c *Class) AllDeadlines() []NamedDeadline {
	if len(c.Deadlines) > 0 {
		return slices.Clone(c.Deadlines)
	}
	return []NamedDeadline{{Deadline: c.Deadline}}
}

// FullCode is the ten-digit code: the district's six digits and the class.
func (c *Class) FullCode(district string) string { return district + c.Code }

// ClassesVersion names the edition of the dictionary that Classes returns. A
// changed dictionary is a new edition; cases keep the code they were filed with.
const ClassesVersion = "2024-01"

// Groups of the dictionary: 01 to 06 are the major classes of events, 11 to 14
// the major classes of street furniture (01 to 04) raised by ten, so that both
// fit into one list.
var (
	groupAppearance  = layers.Title{ZH: "市容环境", EN: "Appearance and environment"}
	groupAdvertising = layers.Title{ZH: "宣传广告", EN: "Advertising"}
	groupWorks       = layers.Title{ZH: "施工管理", EN: "Construction sites"}
	groupSudden      = layers.Title{ZH: "突发事件", EN: "Sudden events"}
	groupOrder       = layers.Title{ZH: "街面秩序", EN: "Street order"}
	groupOther       = layers.Title{ZH: "其他", EN: "Other"}
	groupFacilities  = layers.Title{ZH: "公用设施", EN: "Public facilities"}
	groupTraffic     = layers.Title{ZH: "道路交通设施", EN: "Road facilities"}
	groupGreen       = layers.Title{ZH: "园林绿化", EN: "Green"}
)

// classes is the dictionary in order of code. The names of groups 01 to 06 and
// the minor classes 0101 to 0104 are common to published lists; minor numbers
// beyond them differ between cities and are local. Deadlines marked ListOne and
// Jiyuan are published figures; where a list gives several (stop work, fine,
// demolish), the last one, which ends the case, is taken. Standards for filing
// and closing are written for this dictionary.
var classes = []Class{
	{"0101", groupAppearance, layers.Title{ZH: "违法搭建", EN: "Illegal building"},
		"未经许可擅自新建、加建建筑物或构筑物", worktime.Deadline{Amount: 15, Unit: worktime.WorkingDays}, "违法建筑已停建并拆除，现场清理完毕", "urban_management", nil, false, "building", Jiyuan, Details{}},
	{"0102", groupAppearance, layers.Title{ZH: "暴露垃圾", EN: "Exposed rubbish"},
		"公共场所有散落或成堆的生活垃圾", worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}, "垃圾已清运，地面干净", "sanitation", []string{"bin", "waste_station"}, false, "trash", ListOne, Details{}},
	{"0103", groupAppearance, layers.Title{ZH: "积存垃圾渣土", EN: "Piled debris"},
		"公共场所堆放建筑垃圾、渣土", worktime.Deadline{Amount: 2, Unit: worktime.WorkingDays}, "渣土已清运，路面冲洗干净", "urban_management", nil, false, "debris", ListOne, Details{}},
	{"0104", groupAppearance, layers.Title{ZH: "道路不洁", EN: "Dirty road"},
		"道路有泥沙、污渍、遗撒物", worktime.Deadline{Amount: 2, Unit: worktime.WorkingHours}, "路面见本色，无遗撒", "sanitation", nil, true, "broom", ListOne, Details{}},
	{"0105", groupAppearance, layers.Title{ZH: "绿地脏乱", EN: "Dirty green"},
		"绿地内有垃圾、杂物", worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}, "绿地内无垃圾杂物", "parks", nil, false, "leaf", ListOne, Details{}},
	{"0106", groupAppearance, layers.Title{ZH: "水域不洁", EN: "Dirty water"},
		"水面有漂浮物或岸边有垃圾", worktime.Deadline{Amount: 15, Unit: worktime.WorkingDays}, "水面、岸边无垃圾漂浮物", "water", nil, false, "waves", Jiyuan, Details{}},
	{"0107", groupAppearance, layers.Title{ZH: "噪音扰民", EN: "Noise"},
		"生活、商业或施工噪声影响居民", worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}, "噪声源已停止或达标", "environment", nil, false, "volume", Local, Details{}},
	{"0108", groupAppearance, layers.Title{ZH: "油烟污染", EN: "Cooking fumes"},
		"餐饮单位油烟直排或净化设施不运行", worktime.Deadline{Amount: 5, Unit: worktime.WorkingDays}, "净化设施正常运行，排放达标", "environment", nil, false, "smoke", Local, Details{}},
	{"0201", groupAdvertising, layers.Title{ZH: "非法小广告", EN: "Illegal stickers"},
		"建筑、设施、树木上张贴或喷涂广告", worktime.Deadline{Amount: 1, Unit: worktime.WorkingDays}, "小广告已清除，表面恢复原貌", "urban_management", nil, false, "sticker", Local, Details{}},
	{"0202", groupAdvertising, layers.Title{ZH: "违规户外广告", EN: "Illegal billboard"},
		"未经审批或破损的户外广告、招牌", worktime.Deadline{Amount: 5, Unit: worktime.WorkingDays}, "广告设施已拆除或修复", "urban_management", []string{"billboard"}, false, "billboard", Local, Details{}},
	{"0301", groupWorks, layers.Title{ZH: "施工扬尘", EN: "Construction dust"},
		"工地未围挡、未覆盖、未洒水造成扬尘", worktime.Deadline{Amount: 1, Unit: worktime.WorkingDays}, "降尘措施到位，无可见扬尘", "housing", nil, false, "dust", Local, Details{}},
	{"0302", groupWorks, layers.Title{ZH: "渣土车抛洒", EN: "Spilled load"},
		"运输车辆抛洒滴漏污染道路", worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}, "路面清理干净，责任车辆已处理", "urban_management", nil, true, "truck", ListOne, Details{}},
	{"0303", groupWorks, layers.Title{ZH: "违规占道施工", EN: "Unlicensed road works"},
		"未经许可挖掘或占用道路施工", worktime.Deadline{Amount: 2, Unit: worktime.WorkingDays}, "已停工，道路恢复或手续补齐", "transport", nil, true, "works", Local, Details{}},
	{"0401", groupSudden, layers.Title{ZH: "路面塌陷", EN: "Road collapse"},
		"路面塌陷或有塌陷危险", worktime.Deadline{Amount: 2, Unit: worktime.ClockHours}, "现场已围护，塌陷修复，恢复通行", "transport", nil, true, "collapse", Local, Details{}},
	{"0402", groupSudden, layers.Title{ZH: "供水管破裂", EN: "Burst water main"},
		"供水管道破裂、漏水", worktime.Deadline{Amount: 4, Unit: worktime.ClockHours}, "管道修复，恢复供水，路面清理", "water", nil, false, "pipe", Local, Details{}},
	{"0403", groupSudden, layers.Title{ZH: "燃气泄漏", EN: "Gas leak"},
		"闻到燃气气味或管道受损", worktime.Deadline{Amount: 1, Unit: worktime.ClockHours}, "泄漏已排除，检测合格", "gas", nil, false, "flame", Local, Details{}},
	{"0404", groupSudden, layers.Title{ZH: "路面积水", EN: "Flooded road"},
		"积水影响车辆或行人通行", worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}, "积水排除，排水口畅通", "water", []string{"rain_grate", "manhole_rain"}, true, "flood", ListOne, Details{}},
	{"0501", groupOrder, layers.Title{ZH: "占道经营", EN: "Street trading"},
		"商户、摊贩占用道路或公共场所经营", worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}, "经营物品已清离，通行恢复", "urban_management", nil, false, "stall", Local, Details{}},
	{"0502", groupOrder, layers.Title{ZH: "机动车乱停放", EN: "Illegal parking"},
		"机动车在禁停区域停放", worktime.Deadline{Amount: 2, Unit: worktime.WorkingHours}, "车辆已驶离或依法处理", "traffic_police", nil, false, "car", Local, Details{}},
	{"0503", groupOrder, layers.Title{ZH: "非机动车乱停放", EN: "Scattered bicycles"},
		"共享单车等非机动车堵塞通道或成堆", worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}, "车辆摆放整齐，通道畅通", "urban_management", nil, false, "bike", Local, Details{}},
	{"0601", groupOther, layers.Title{ZH: "群租房", EN: "Overcrowded rental"},
		"房屋隔断出租或人均面积低于标准", worktime.Deadline{Amount: 15, Unit: worktime.WorkingDays}, "隔断拆除，人数符合标准", "housing", nil, false, "rooms", Local, Details{}},
	{"0602", groupOther, layers.Title{ZH: "消防通道堵塞", EN: "Blocked fire lane"},
		"车辆或杂物堵塞消防通道", worktime.Deadline{Amount: 2, Unit: worktime.ClockHours}, "通道畅通，标识完好", "fire", []string{"hydrant"}, false, "fire", Local, Details{}},
	{"0603", groupOther, layers.Title{ZH: "流浪乞讨", EN: "Person in need"},
		"公共场所有需要救助的人员", worktime.Deadline{Amount: 4, Unit: worktime.ClockHours}, "已告知救助或送至救助站", "civil_affairs", nil, false, "person", Local, Details{}},
	{"1101", groupFacilities, layers.Title{ZH: "井盖缺失", EN: "Missing manhole cover"},
		"井盖、雨水箅子丢失、破损或移位", worktime.Deadline{Amount: 4, Unit: worktime.ClockHours}, "井盖复位或更换，与路面平齐", "water",
		[]string{"manhole_sewer", "manhole_rain", "rain_grate", "manhole_power", "manhole_telecom"}, true, "manhole", Local, Details{}},
	{"1102", groupFacilities, layers.Title{ZH: "路灯故障", EN: "Broken street lamp"},
		"路灯不亮、常亮、破损或倾斜", worktime.Deadline{Amount: 1, Unit: worktime.WorkingDays}, "路灯按时亮灭，灯杆灯具完好", "lighting", []string{"lamp"}, false, "lamp", Local, Details{}},
	{"1103", groupFacilities, layers.Title{ZH: "电力设施破损", EN: "Damaged power facility"},
		"电力箱、电杆、电力井盖破损或带电部分外露", worktime.Deadline{Amount: 4, Unit: worktime.ClockHours}, "设施修复，无安全隐患", "power", []string{"manhole_power"}, false, "bolt", Local, Details{}},
	{"1104", groupFacilities, layers.Title{ZH: "通信设施破损", EN: "Damaged telecom facility"},
		"交接箱、线缆、通信井盖破损或脱落", worktime.Deadline{Amount: 1, Unit: worktime.WorkingDays}, "设施修复，线缆规整", "telecom", []string{"cabinet", "manhole_telecom"}, false, "cable", Local, Details{}},
	{"1201", groupTraffic, layers.Title{ZH: "道路破损", EN: "Damaged road"},
		"车行道、人行道坑洞、破损、沉陷", worktime.Deadline{Amount: 3, Unit: worktime.WorkingDays}, "路面修复平整", "transport", nil, true, "road", Local, Details{}},
	{"1202", groupTraffic, layers.Title{ZH: "交通信号灯故障", EN: "Broken traffic light"},
		"信号灯不亮、错亮或被遮挡", worktime.Deadline{Amount: 2, Unit: worktime.ClockHours}, "信号灯正常运行", "traffic_police", []string{"traffic_light"}, false, "signal", Local, Details{}},
	{"1203", groupTraffic, layers.Title{ZH: "交通护栏损坏", EN: "Damaged guard rail"},
		"护栏倒伏、缺失、移位", worktime.Deadline{Amount: 1, Unit: worktime.WorkingDays}, "护栏复位完好", "traffic_police", []string{"guardrail", "traffic_sign"}, false, "rail", Local, Details{}},
	{"1301", groupAppearance, layers.Title{ZH: "公厕设施损坏", EN: "Damaged public toilet"},
		"公共厕所设施损坏、无水、无灯", worktime.Deadline{Amount: 1, Unit: worktime.WorkingDays}, "设施修复，正常开放", "sanitation", []string{"toilet"}, false, "toilet", Local, Details{}},
	{"1401", groupGreen, layers.Title{ZH: "绿地养护", EN: "Green in need of care"},
		"绿地缺株、枯死、践踏、病虫害", worktime.Deadline{Amount: 5, Unit: worktime.WorkingDays}, "绿地补植恢复，长势正常", "parks", []string{"bench"}, false, "tree", ListOne, Details{}},
	{"1402", groupGreen, layers.Title{ZH: "树木倒伏", EN: "Fallen tree"},
		"行道树倒伏、断枝影响安全或通行", worktime.Deadline{Amount: 2, Unit: worktime.ClockHours}, "树木扶正或清除，恢复通行", "parks", []string{"tree", "old_tree"}, false, "tree-down", Local, Details{}},
}

// Classes returns the dictionary in order of code. The caller owns the slice but
// not what the entries refer to.
func Classes() []Class { return slices.Clone(classes) }

// ClassOf returns the class with the given four-digit code.
func ClassOf(code string) (Class, bool) {
	i, ok := slices.BinarySearchFunc(classes, code, func(c Class, code string) int {
		switch {
		case c.Code < code:
			return -1
		case c.Code > code:
			return 1
		}
		return 0
	})
	if !ok {
		return Class{}, false
	}
	return classes[i], true
}

// maxCodeBytes bounds the code of a class of any edition.
const maxCodeBytes = 40
