package sample

import (
	"wutu/layers/duty"
	"wutu/layers/worktime"
)

// ground on which a class of events happens.
type scene uint8

const (
	beside    scene = iota // beside a road
	atHouse                // at a gate
	atWorks                // at a cleared site
	inGreen                // in a park
	atWater                // at the river or the tributary
	atThing                // at a piece of street furniture
	atFactory              // at a factory or workshop
)

// habit is how a class of events occurs: how often, where, when, and in which
// words people report it.
type habit struct {
	class  string
	weight float64
	scene  scene
	hours  [4]float64 // weights of night 0–6, morning 6–12, afternoon 12–18, evening 18–24
	words  []string
}

// habits are listed for every class of the dictionary.
func habits() []habit {
	day := [4]float64{0.2, 4, 4, 1.5}
	night := [4]float64{2.5, 0.6, 0.8, 5}
	meals := [4]float64{0.5, 2.5, 2, 5}
	rush := [4]float64{0.3, 4.5, 3.5, 3}
	any := [4]float64{1, 3, 3, 2}
	return []habit{
		{"0101", 0.8, atHouse, day, []string{"楼顶有人私自加盖房屋", "一楼住户占用公共绿地搭建棚屋", "屋后违章搭建，影响采光"}},
		{"0102", 9, beside, rush, []string{"路边有成堆生活垃圾无人清理", "垃圾桶满溢，垃圾散落一地", "人行道上有暴露垃圾，气味难闻"}},
		{"0103", 3, beside, day, []string{"路边堆放装修垃圾", "空地上有人倾倒渣土", "建筑垃圾占用人行道"}},
		{"0104", 6, beside, rush, []string{"路面有泥沙和污渍", "路面遗撒水泥块", "道路积尘严重，需要冲洗"}},
		{"0105", 2.2, inGreen, day, []string{"绿地里有不少白色垃圾", "草坪内堆放杂物"}},
		{"0106", 1, atWater, day, []string{"江面漂浮垃圾聚集", "河边有大量塑料瓶", "水面有成片漂浮物"}},
		{"0107", 5, atHouse, night, []string{"楼下商铺夜间播放音乐扰民", "夜间施工噪音很大", "广场舞音量过大，影响休息"}},
		{"0108", 2.2, atHouse, meals, []string{"餐馆油烟直排，气味很大", "楼下烧烤店油烟熏人"}},
		{"0201", 6.5, beside, day, []string{"灯杆上贴满小广告", "墙面被喷涂办证广告", "公交站亭有非法张贴"}},
		{"0202", 1.8, beside, day, []string{"店招破损，有坠落危险", "未经审批设置大型广告牌"}},
		{"0301", 2, atWorks, day, []string{"工地裸土未覆盖，扬尘严重", "工地围挡缺失，灰尘飘到马路上"}},
		{"0302", 1.6, beside, night, []string{"渣土车沿路抛洒", "路面有渣土车遗落的泥块"}},
		{"0303", 1.2, beside, day, []string{"占道施工无许可公示牌", "人行道被挖开，无人施工也无围挡"}},
		{"0401", 0.35, beside, any, []string{"路面出现塌陷，有一个大坑", "人行道下陷，下面是空的"}},
		{"0402", 0.9, beside, any, []string{"供水管爆裂，水流到马路上", "路面不断冒水，怀疑水管漏水"}},
		{"0403", 0.25, atHouse, meals, []string{"楼道里有燃气味", "施工挖到燃气管，有明显气味"}},
		{"0404", 1.3, beside, rush, []string{"雨后积水没过脚踝", "下水口堵塞，路面积水"}},
		{"0501", 11, beside, meals, []string{"流动摊贩占道经营，行人只能走车道", "店外摆放桌椅占用人行道", "水果摊占用非机动车道"}},
		{"0502", 10, beside, rush, []string{"小车停在人行道上", "违停车辆堵住路口", "货车长时间停在公交站"}},
		{"0503", 6, beside, rush, []string{"共享单车倒了一片", "公交站旁单车堆积，无法通行", "电动车堵住盲道"}},
		{"0601", 1.1, atHouse, day, []string{"房东把客厅隔断出租", "一套房住了十多人"}},
		{"0602", 2.2, atHouse, night, []string{"消防通道停满私家车", "楼道堆放杂物，堵住安全出口"}},
		{"0603", 0.5, beside, any, []string{"有老人迷路，需要救助", "桥下有流浪人员露宿"}},
		{"1101", 3, atThing, any, []string{"井盖缺失，十分危险", "井盖破裂，车辆经过响声很大", "雨水箅子移位"}},
		{"1102", 3.6, atThing, night, []string{"路灯不亮，晚上很暗", "路灯白天常亮", "灯杆倾斜"}},
		{"1103", 0.7, atThing, any, []string{"电力井盖破损，电缆外露", "电力箱门打开，存在隐患"}},
		{"1104", 1, atThing, day, []string{"通信线缆垂落到人行道", "交接箱门损坏"}},
		{"1201", 4, beside, day, []string{"路面有坑洞", "人行道地砖松动破损", "路面沉陷，颠簸严重"}},
		{"1202", 0.8, atThing, rush, []string{"红绿灯不亮", "信号灯时间显示异常"}},
		{"1203", 1.4, atThing, rush, []string{"护栏被撞倒", "中间护栏缺失一截"}},
		{"1301", 0.5, atThing, day, []string{"公厕水龙头损坏", "公厕停水，无法使用"}},
		{"1401", 1.8, inGreen, day, []string{"绿化带缺株，黄土裸露", "树木有病虫害", "草坪被踩秃"}},
		{"1402", 0.9, atThing, any, []string{"行道树断枝掉落", "大树倾斜，有倒伏危险"}},
	}
}

// channelOf draws how an event was reported; where things watch themselves,
// sensors and cameras report.
func channelOf(h *habit, r *stream) (channel string, accuracyM float64) {
	weights := []float64{0.34, 0.24, 0.17, 0.12, 0.08, 0.02, 0.03}
	if h.scene == atThing {
		weights[5] = 0.12
	}
	if h.class == "0502" || h.class == "0503" || h.class == "0501" {
		weights[4] = 0.28
	}
	switch r.choose(weights) {
	case 0:
		return "gridworker", r.between(3, 12)
	case 1:
		return "hotline", r.between(30, 150)
	case 2:
		return "app", r.between(5, 40)
	case 3:
		return "patrol", r.between(3, 12)
	case 4:
		return "video", r.between(4, 15)
	case 5:
		return "sensor", r.between(1, 4)
	}
	return "leader", r.between(20, 100)
}

// levelOf follows from how fast the class must be handled.
func levelOf(k *duty.Class, r *stream) string {
	switch {
	case k.Deadline.Unit == worktime.ClockHours && r.chance(0.06):
		return "major"
	case k.Deadline.Unit == worktime.ClockHours:
		return "urgent"
	}
	return "normal"
}
