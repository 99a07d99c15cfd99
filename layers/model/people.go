package model

import "wutu/layers"

func persons() *layers.Layer {
	return &layers.Layer{
		ID: Persons, Title: title("人口", "Persons"), Element: layers.People,
		Geometry: layers.Point, Access: layers.PersonalAccess, CountUnit: title("人", "persons"),
		TitleField: Name, SubtitleField: Address, KindField: Kind,
		Fields: []layers.Field{
			text(Name, "姓名", "Name", search, personal, masked(layers.NameMask)),
			text(CitizenID, "公民身份号码", "Citizen number", search, personal, sealed, masked(layers.CitizenMask)),
			coded(Sex, "性别", "Sex", []layers.Code{code("male", "男", "Male"), code("female", "女", "Female")}),
			instant(Birth, "出生日期", "Date of birth", personal),
			coded(Kind, "人口类别", "Residence kind", []layers.Code{
				code("registered", "户籍人口", "Registered resident"),
				code("migrant", "流动人口", "Migrant resident"),
				code("foreign", "境外人员", "From abroad"),
			}),
			ref(Household, "户", "Household", Households),
			text(Address, "现住址", "Address", personal, masked(layers.AddressMask)),
			ref(Room, "房屋", "Room", Addresses, personal),
			ref(Building, "楼栋", "Building", Buildings),
			gridRef(),
			coded(Care, "关爱类别", "Care", []layers.Code{
				code("alone", "独居老人", "Elderly living alone"),
				code("aged", "高龄老人", "Of high age"),
				code("disabled", "残疾人", "Disabled"),
				code("allowance", "低保", "On minimum allowance"),
				code("child", "留守儿童", "Child without parents at home"),
			}, personal),
			text(Phone, "联系电话", "Telephone", personal, sealed, masked(layers.PhoneMask)),
		},
	}
}

func households() *layers.Layer {
	return &layers.Layer{
		ID: Households, Title: title("家庭户", "Households"), Element: layers.People,
		Geometry: layers.Point, Access: layers.PersonalAccess, CountUnit: title("户", "households"),
		TitleField: Address, KindField: Kind,
		Fields: []layers.Field{
			text(Address, "住址", "Address", search, personal, masked(layers.AddressMask)),
			ref(Room, "房屋", "Room", Addresses, personal),
			integer(Members, "人数", "Members", measure),
			coded(Kind, "户类别", "Kind of household", []layers.Code{
				code("single", "单人户", "Single"),
				code("couple", "夫妻户", "Couple"),
				code("family", "家庭户", "Family"),
				code("shared", "合租户", "Shared flat"),
			}),
			ref(Building, "楼栋", "Building", Buildings),
			gridRef(),
		},
	}
}
