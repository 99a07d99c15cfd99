package sample

import (
	"time"

	"wutu/layers/code"
	"wutu/layers/model"
)

// trade is a line of business.
type trade struct {
	section string // of GB/T 4754-2017
	class   string // four digits
	word    string // in the firm's name
	weight  float64
	small   bool // as a rule a sole trader
}

func tradesOf(kind string) []trade {
	switch kind {
	case "commercial":
		return []trade{
			{"F", "5212", "超市", 3, true}, {"F", "5232", "服饰", 3, true}, {"F", "5251", "大药房", 1.2, false},
			{"F", "5273", "电子", 1.5, true}, {"F", "5211", "百货", 1, false}, {"H", "6210", "餐饮", 4, true},
			{"H", "6220", "快餐", 2, true}, {"H", "6231", "茶楼", 0.8, true}, {"O", "8040", "美容美发", 1.5, true},
			{"O", "8111", "汽车服务", 0.8, true}, {"K", "7030", "房地产经纪", 0.8, false}, {"R", "8990", "文化娱乐", 0.8, false},
			{"P", "8391", "教育培训", 0.8, false}, {"L", "7291", "旅行社", 0.4, false},
		}
	case "office":
		return []trade{
			{"L", "7239", "法律咨询", 1, false}, {"L", "7241", "会计服务", 0.8, false}, {"L", "7251", "广告传媒", 1.3, false},
			{"L", "7212", "投资管理", 0.8, false}, {"I", "6513", "软件", 2, false}, {"I", "6490", "信息技术", 1.4, false},
			{"J", "6620", "银行支行", 0.4, false}, {"J", "6811", "人寿保险", 0.3, false}, {"K", "7010", "置业", 0.8, false},
			{"E", "5011", "装饰工程", 1.2, false}, {"E", "4710", "建筑工程", 1, false}, {"F", "5171", "机械设备贸易", 1.6, false},
			{"M", "7484", "工程设计", 0.7, false}, {"M", "7452", "检测技术", 0.5, false}, {"G", "5430", "物流", 0.8, false},
		}
	case "industrial":
		return []trade{
			{"C", "3311", "金属结构", 1.2, false}, {"C", "3525", "模具", 1, false}, {"C", "2929", "塑料制品", 1, false},
			{"C", "1411", "食品", 1, false}, {"C", "1512", "酒业", 0.4, false}, {"C", "2631", "农化", 0.5, false},
			{"C", "3985", "电子材料", 1, false}, {"C", "2720", "药业", 0.6, false}, {"C", "2231", "包装", 0.8, false},
			{"C", "3021", "水泥制品", 0.5, false}, {"C", "3660", "汽车零部件", 1, false}, {"D", "4420", "供电服务", 0.1, false},
		}
	case "warehouse":
		return []trade{{"G", "5990", "仓储", 2, false}, {"G", "5430", "运输", 2, false}, {"F", "5199", "供应链", 1, false}}
	case "hotel":
		return []trade{{"H", "6110", "酒店", 1, false}, {"H", "6121", "连锁酒店", 1, false}}
	}
	return nil
}

// firm is who works in a business room.
type firm struct {
	trade    trade
	sole     bool // individual business rather than company
	name     string
	r        stream // for the rest of its fields
	district string
}

func (c *city) firmIn(b *building, x room) firm {
	r := newStream(c.Seed, keyFirm, x.key)
	list := tradesOf(b.kind)
	weights := make([]float64, len(list))
	for i := range list {
		weights[i] = list[i].weight
	}
	t := list[r.choose(weights)]
	f := firm{trade: t, district: b.code[:6]}
	f.sole = t.small && r.chance(0.7)
	brand := stem(&r) + string(pick(&r, []rune("鑫盛泰丰源达通汇诚信德和兴隆科创联恒")))
	if f.sole {
		f.name = divisionName(f.district) + brand + t.word + "店"
	} else {
		f.name = cityName + brand + t.word + "有限公司"
	}
	f.r = r
	return f
}

func divisionName(district string) string {
	for _, d := range divisions {
		if d.code == district {
			return d.name
		}
	}
	return cityName
}

// makeEnterprises writes companies first, then individual businesses, each in
// order of code: registration numbers count up.
func (c *city) makeEnterprises(w *writer) {
	for _, sole := range []bool{false, true} {
		serial := map[string]int{}
		c.eachLot(w, func(f int32, l *lot) {
			for i := range l.buildings {
				b := &l.buildings[i]
				if b.flats || tradesOf(b.kind) == nil {
					continue
				}
				c.eachRoom(b, func(x room) {
					e := c.firmIn(b, x)
					if e.sole != sole || w.err != nil {
						return
					}
					serial[e.district]++
					c.writeFirm(w, &e, f, b, x, serial[e.district])
				})
			}
		})
	}
}

func (c *city) writeFirm(w *writer, e *firm, f int32, b *building, x room, serial int) {
	category := byte('1')
	if e.sole {
		category = '2'
	}
	uscc, err := code.MakeUSCC(code.USCC{Authority: '9', Category: category, Division: e.district, Organisation: "MA4" + base31(serial, 5)})
	if err != nil {
		w.err = err
		return
	}
	draw := &e.r
	r := w.feature(uscc, c.g.degrees(x.at))
	r.text(model.USCC, uscc)
	r.text(model.Name, e.name)
	r.text(model.Status, []string{"active", "suspended", "revoked", "cancelled"}[draw.choose([]float64{0.88, 0.03, 0.04, 0.05})])
	r.text(model.Industry, e.trade.section)
	r.text(model.IndustryCode, e.trade.class)
	scale, staff := "micro", draw.span(1, 9)
	switch {
	case e.sole:
	case draw.chance(0.04) && b.kind == "industrial":
		scale, staff = "large", draw.span(300, 1800)
	case draw.chance(0.12):
		scale, staff = "medium", draw.span(100, 299)
	case draw.chance(0.5):
		scale, staff = "small", draw.span(10, 99)
	}
	r.text(model.Scale, scale)
	r.integer(model.Employees, staff)
	registered := x.text
	if draw.chance(0.08) { // registered elsewhere: worth a visit
		if lots := c.stand(pick(draw, c.a.order)); len(lots) > 0 && len(lots[0].buildings) > 0 {
			registered = lots[0].buildings[0].address
		}
	}
	r.text(model.RegisteredAddress, registered)
	r.text(model.Address, x.text)
	r.text(model.Room, x.code)
	r.text(model.Building, b.code)
	r.text(model.Grid, c.m.faces[f].code)
	age := 1 + int(draw.decay(7*365))
	founded := c.Now.Truncate(24*time.Hour).AddDate(0, 0, -min(age, 40*365))
	r.instant(model.Established, founded)
	r.text(model.Credit, []string{"A", "B", "C", "D"}[draw.choose([]float64{0.35, 0.52, 0.1, 0.03})])
	r.text(model.LegalPerson, surname(draw)+givenName(draw, draw.chance(0.68)))
	r.text(model.Phone, phone(draw))
}

// base31 writes n with the digits of the credit code, so that codes of growing
// numbers grow.
func base31(n, width int) string {
	const digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	b := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		b[i] = digits[n%31]
		n /= 31
	}
	return string(b)
}
