package sample

// The names are invented in the pattern of real ones: a stem of two characters
// and a word for the kind of place. The city does not exist.
const (
	cityName = "岚江市"
	cityCode = "420500"
)

// divisions are the district codes in use, from the dictionary GB/T 2260, with
// invented names.
var divisions = []struct{ code, name string }{
	{"420502", "望峡区"}, {"420503", "澜东区"}, {"420504", "南津区"}, {"420505", "白渚区"}, {"420506", "岚台区"},
	{"420525", "远溪县"}, {"420526", "兴岭县"}, {"420527", "归澜县"}, {"420528", "长岫县"}, {"420529", "清坪县"},
	{"420581", "宜澜市"}, {"420582", "当浦市"}, {"420583", "枝津市"},
}

// birthDivisions are where people's numbers come from besides the own district.
var birthDivisions = []string{"420602", "420606", "420302", "420702", "421002", "420802", "422801", "500101", "430702", "411302", "510104", "610113"}

var (
	stemFirst  = []rune("云望临青白石金玉龙凤梅柳桃竹松荷兰桂东西南北上下大新古长平安永和清明春秋宝福万百花红翠碧紫星月岚澜")
	stemSecond = []rune("江河湖溪泉山岭峰坪湾洲浦桥渡塔楼亭园林岩坡台阁堰塘井关城岗沙滩屏霞岫津渚")
	numerals   = []rune("一二三四五六七八九十")
)

// namer hands out names that have not been used yet.
type namer struct{ used map[string]bool }

func newNamer() *namer { return &namer{used: map[string]bool{}} }

func stem(r *stream) string {
	return string([]rune{pick(r, stemFirst), pick(r, stemSecond)})
}

// name draws a stem for the suffix that has no name yet; when the stems run out
// it numbers them, as builders of large quarters do.
func (n *namer) name(r *stream, suffix string) string {
	for try := 0; ; try++ {
		s := stem(r)
		switch {
		case try > 60:
			s += string([]rune{pick(r, stemSecond), pick(r, numerals)})
		case try > 12:
			s += string(pick(r, numerals))
		}
		s += suffix
		if !n.used[s] {
			n.used[s] = true
			return s
		}
	}
}

// roadName draws a name that fits the class of a road.
func (n *namer) roadName(seed uint64, s street) string {
	r := newStream(seed, keyName, s.key)
	switch s.class {
	case expressway, trunk:
		return n.name(&r, "大道")
	case primary:
		if s.axis {
			return n.name(&r, "大道")
		}
		return n.name(&r, "路")
	case secondary, tertiary:
		if r.chance(0.22) {
			return n.name(&r, "街")
		}
		return n.name(&r, "路")
	case residential, noRoad:
	}
	if r.chance(0.3) {
		return n.name(&r, "路")
	}
	return n.name(&r, "巷")
}
