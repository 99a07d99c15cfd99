package event

import (
	"slices"

	"wutu/layers"
)

// reasons are the coded reasons of each step that has any. A step is taken
// without one, unless the table says that it needs one.
var reasons = []struct {
	step  Step
	codes []layers.Code
}{
	{Refuse, []layers.Code{
		coded("not_found", "现场未发现", "Not found on site"), coded("not_standard", "不符合立案标准", "Not up to the filing standard"),
		coded("outside", "不在受理范围", "Outside of what is accepted"), coded("handled", "已自行处置", "Handled on the spot"),
	}},
	{Return, []layers.Code{
		coded("place", "属地不符", "Not in our area"), coded("duty", "职能不符", "Not our duty"), coded("ownership", "权属不清", "Ownership unclear"),
	}},
	{Extend, []layers.Code{
		coded("complex", "情况复杂", "Complex"), coded("weather", "天气原因", "Weather"), coded("material", "物料未到", "Material missing"),
		coded("coordination", "需多部门协调", "Needs coordination"),
	}},
	{Suspend, []layers.Code{
		coded("project", "纳入工程计划", "Part of planned works"), coded("law", "进入法律程序", "In court or before an authority"),
		coded("season", "季节原因", "Season"), coded("funds", "资金未到位", "Funds missing"),
	}},
	{Reopen, []layers.Code{coded("unsatisfied", "上报人不满意", "Reporter not satisfied"), coded("recurrence", "问题复发", "Happened again")}},
	{Withdraw, []layers.Code{
		coded("reporter", "上报人撤回", "Withdrawn by the reporter"), coded("mistake", "误报", "Reported by mistake"), coded("test", "测试数据", "Test"),
	}},
	{Supervise, []layers.Code{coded("warning", "即将超时", "Almost due"), coded("overdue", "已超时", "Overdue"),
		coded("censure", "超时5个工作日", "Overdue by five working days"), coded("review", "挂账到期复核", "Review of the suspension due"),
		coded("attention", "重点关注", "Of special concern")}},
}

func coded(value, zh, en string) layers.Code {
	return layers.Code{Value: value, Title: layers.Title{ZH: zh, EN: en}}
}

// Reasons lists the coded reasons of a step, none for most. The caller owns the
// slice.
func Reasons(s Step) []layers.Code {
	for i := range reasons {
		if reasons[i].step == s {
			return slices.Clone(reasons[i].codes)
		}
	}
	return nil
}
