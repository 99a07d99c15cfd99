package model

import "wutu/layers"

func enterprises() *layers.Layer {
	return &layers.Layer{
		ID: Enterprises, Title: title("企业", "Enterprises"), Element: layers.Enterprise,
		Geometry: layers.Point, Access: layers.InternalAccess, CountUnit: title("家", "firms"),
		TitleField: Name, SubtitleField: Address, KindField: Industry,
		Fields: []layers.Field{
			text(USCC, "统一社会信用代码", "Unified social credit code", search),
			text(Name, "名称", "Name", search),
			coded(Status, "登记状态", "Status", []layers.Code{
				code("active", "存续", "Active"),
				code("suspended", "歇业", "Suspended"),
				code("revoked", "吊销", "Revoked"),
				code("cancelled", "注销", "Cancelled"),
			}),
			coded(Industry, "行业门类", "Industry section", Industries()),
			text(IndustryCode, "行业代码", "Industry class"),
			coded(Scale, "规模", "Size", []layers.Code{
				code("micro", "微型", "Micro"),
				code("small", "小型", "Small"),
				code("medium", "中型", "Medium"),
				code("large", "大型", "Large"),
			}),
			integer(Employees, "从业人数", "Employees", measure),
			text(RegisteredAddress, "注册地址", "Registered address"),
			text(Address, "经营地址", "Operating address", search),
			ref(Room, "房屋", "Room", Addresses),
			ref(Building, "楼栋", "Building", Buildings),
			gridRef(),
			instant(Established, "成立日期", "Established"),
			coded(Credit, "信用等级", "Credit class", []layers.Code{
				code("A", "A 守信", "A"), code("B", "B 基本守信", "B"),
				code("C", "C 失信", "C"), code("D", "D 严重失信", "D"),
			}),
			text(LegalPerson, "法定代表人", "Legal representative", personal, masked(layers.NameMask)),
			text(Phone, "联系电话", "Telephone", personal, sealed, masked(layers.PhoneMask)),
		},
	}
}

// Industries lists the sections of GB/T 4754-2017 by their letters.
func Industries() []layers.Code {
	return []layers.Code{
		code("A", "农、林、牧、渔业", "Agriculture, forestry, fishing"),
		code("B", "采矿业", "Mining"),
		code("C", "制造业", "Manufacturing"),
		code("D", "电力、热力、燃气及水生产和供应业", "Power, heat, gas and water supply"),
		code("E", "建筑业", "Construction"),
		code("F", "批发和零售业", "Wholesale and retail"),
		code("G", "交通运输、仓储和邮政业", "Transport, storage and post"),
		code("H", "住宿和餐饮业", "Hotels and catering"),
		code("I", "信息传输、软件和信息技术服务业", "Information technology"),
		code("J", "金融业", "Finance"),
		code("K", "房地产业", "Real estate"),
		code("L", "租赁和商务服务业", "Leasing and business services"),
		code("M", "科学研究和技术服务业", "Research and technical services"),
		code("N", "水利、环境和公共设施管理业", "Water, environment and public facilities"),
		code("O", "居民服务、修理和其他服务业", "Household and repair services"),
		code("P", "教育", "Education"),
		code("Q", "卫生和社会工作", "Health and social work"),
		code("R", "文化、体育和娱乐业", "Culture, sports and entertainment"),
		code("S", "公共管理、社会保障和社会组织", "Public administration and social organisations"),
		code("T", "国际组织", "International organisations"),
	}
}
