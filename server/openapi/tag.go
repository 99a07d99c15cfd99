package openapi

import (
	"slices"

	"wutu/layers"
)

// tagOrder are the groups of operations in the order people look for them.
var tagOrder = [...]struct {
	name  string
	title layers.Title
}{
	{"City", layers.Title{ZH: "城市与图层", EN: "The city, its layers and who asks"}},
	{"Questions", layers.Title{ZH: "位置与统计查询", EN: "What is near, within, at a place, how many"}},
	{"OGC API", layers.Title{ZH: "OGC API 要素服务", EN: "OGC API Features"}},
	{"Tiles", layers.Title{ZH: "矢量切片", EN: "Vector tiles, OGC API Tiles"}},
	{"Roads", layers.Title{ZH: "路网与可达", EN: "Ways and what can be reached"}},
	{"Events", layers.Title{ZH: "事件全流程", EN: "Cases from report to archive"}},
	{"Analysis", layers.Title{ZH: "研判分析", EN: "Board, evaluation, hot spots, replay"}},
	{"Changes", layers.Title{ZH: "变更推送", EN: "What changes, as it happens"}},
	{"Movers", layers.Title{ZH: "移动目标", EN: "Where moving objects are and were"}},
	{"Fences", layers.Title{ZH: "电子围栏", EN: "Who enters, leaves and stays where"}},
	{"Webhooks", layers.Title{ZH: "网络回调", EN: "What happens, sent to an address"}},
	{"Devices", layers.Title{ZH: "感知设备", EN: "Observations and alarms"}},
	{"Photos", layers.Title{ZH: "照片", EN: "Pictures of cases"}},
	{"Exports", layers.Title{ZH: "导出与揭示", EN: "Exports and revealed values, by request"}},
	{"Session", layers.Title{ZH: "登录与会话", EN: "Signing in and out"}},
	{"Administration", layers.Title{ZH: "管理", EN: "Accounts, keys, policy, use, audit"}},
	{"Open311", layers.Title{ZH: "Open311 受理接口", EN: "GeoReport v2"}},
	{"Operation", layers.Title{ZH: "运行", EN: "Is it alive, what does it do, this document"}},
}

// tags lists the groups that routes belong to: those of the order, then others by name.
func tags(routes []Route) []object {
	used := map[string]bool{}
	for i := range routes {
		used[routes[i].Tag] = true
	}
	var out []object
	for _, t := range tagOrder {
		if used[t.name] {
			out = append(out, object{{"name", t.name}, {"description", t.title.EN}, {"x-title-zh", t.title.ZH}})
			delete(used, t.name)
		}
	}
	var rest []string
	for name := range used {
		rest = append(rest, name)
	}
	slices.Sort(rest)
	for _, name := range rest {
		out = append(out, object{{"name", name}})
	}
	return out
}
