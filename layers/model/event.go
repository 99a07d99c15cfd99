package model

import "wutu/layers"

// EventStates lists the states of an event with their names, in the order of
// the life cycle.
func EventStates() []layers.Code {
	return []layers.Code{
		code("reported", "待受理", "Reported"),
		code("verifying", "待核实", "Verifying"),
		code("accepted", "已受理待立案", "Accepted"),
		code("filed", "已立案待派遣", "Filed"),
		code("dispatched", "已派遣待签收", "Dispatched"),
		code("handling", "处置中", "Handling"),
		code("fed_back", "已反馈待核查", "Fed back"),
		code("checking", "核查中", "Checking"),
		code("closed", "已结案", "Closed"),
		code("archived", "已归档", "Archived"),
		code("rejected", "不予受理", "Rejected"),
		code("merged", "并案", "Merged"),
		code("withdrawn", "已撤销", "Withdrawn"),
		code("suspended", "挂账", "Suspended"),
	}
}

// EventTiers lists the tiers between which a case is escalated and delegated,
// from the lowest.
func EventTiers() []layers.Code {
	return []layers.Code{
		code("community", "社区", "Community"),
		code("street", "街道", "Street"),
		code("district", "区", "District"),
		code("city", "市", "City"),
	}
}

// EventClocks lists the clocks of a case, in the order of the life cycle.
func EventClocks() []layers.Code {
	return []layers.Code{
		code("accept", "受理时限", "Accept"),
		code("verify", "核实时限", "Verify"),
		code("file", "立案时限", "File"),
		code("dispatch", "派遣时限", "Dispatch"),
		code("sign", "签收时限", "Sign"),
		code("handle", "处置时限", "Handle"),
		code("check", "核查时限", "Check"),
		code("review", "挂账复核", "Review"),
	}
}

// EventLevels lists how pressing a case can be.
func EventLevels() []layers.Code {
	return []layers.Code{code("normal", "一般", "Normal"), code("urgent", "紧急", "Urgent"), code("major", "重大", "Major")}
}

// events is the layer of cases. The fields from tier on follow from a case's
// history and are set by layers/event alone; they are null in data of others.
func events() *layers.Layer {
	return &layers.Layer{
		ID: Events, Title: title("事件", "Events"), Element: layers.Event,
		Geometry: layers.Point, Access: layers.InternalAccess, CountUnit: title("件", "cases"),
		TitleField: ClassName, SubtitleField: CaseNo, KindField: State,
		Fields: []layers.Field{
			text(CaseNo, "案件编号", "Case number", search),
			text(Class, "类别代码", "Class"),
			text(ClassName, "类别", "Class name", search),
			coded(State, "状态", "State", EventStates()),
			text(Description, "描述", "Description", search),
			coded(Channel, "来源", "Channel", []layers.Code{
				code("gridworker", "网格员", "Grid worker"),
				code("hotline", "12345 热线", "Hotline 12345"),
				code("web", "网页上报", "Web"),
				code("phone", "电话上报", "Phone"),
				code("app", "市民上报", "Citizens' app"),
				code("internet", "互联网", "Internet"),
				code("drone", "无人机", "Drone"),
				code("sensor", "感知设备", "Sensor"),
				code("video", "视频智能", "Video analysis"),
				code("patrol", "巡查", "Patrol"),
				code("leader", "领导交办", "By order"),
				code("api", "外部系统", "Other system"),
				code("theme", "专题模型", "Theme model"),
			}),
			coded(Level, "级别", "Level", EventLevels()),
			instant(ReportedAt, "上报时间", "Reported"),
			instant(UpdatedAt, "更新时间", "Updated"),
			instant(DueAt, "处置时限", "Due"),
			instant(ClosedAt, "结案时间", "Closed"),
			gridRef(),
			ref(Community, "社区", "Community", Communities),
			ref(Street, "街道", "Street", Streets),
			ref(District, "区", "District", Districts),
			ref(Department, "主责部门", "Lead department", Departments),
			text(DepartmentName, "主责部门名称", "Department name"),
			text(ObjectField, "涉及对象", "About"),
			number(Accuracy, "定位精度", "Accuracy", unit("m")),
			text(Reporter, "上报人", "Reporter", personal, masked(layers.NameMask)),
			text(ReporterPhone, "上报人电话", "Reporter's telephone", personal, sealed, masked(layers.PhoneMask)),
			coded(Tier, "办理层级", "Tier", EventTiers()),
			coded(Clock, "当前时钟", "Clock", EventClocks()),
			instant(ClockDue, "当前时限", "Clock ends"),
			instant(WarnAt, "预警时间", "Warning"),
			integer(Supervision, "督办级别", "Supervision level"),
			integer(Returns, "退单次数", "Returns"),
			integer(Reworks, "返工次数", "Reworks"),
			integer(Extensions, "延期次数", "Extensions"),
			integer(Reports, "上报次数", "Reports"),
			integer(Photos, "照片数", "Photos"),
			instant(FiledAt, "立案时间", "Filed"),
			instant(DispatchedAt, "派遣时间", "Dispatched"),
			instant(SignedAt, "签收时间", "Signed"),
			instant(FedBackAt, "反馈时间", "Fed back"),
			text(Worker, "经办人员", "In hand of"),
			text(Assists, "协办部门", "Assisting departments"),
			coded(Pending, "待批申请", "Applied for", []layers.Code{code("extend", "延期", "Extension"), code("suspend", "挂账", "Suspension")}),
			ref(Master, "并入案件", "Merged into", Events),
			text(Flags, "标记", "Flags"),
			text(SourceRef, "来源编号", "Source reference"),
		},
	}
}
