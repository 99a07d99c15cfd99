package sample

// surnames are common ones with weights about those of the country; names of
// people are drawn from them and from characters common in given names, so every
// person is invented.
var (
	surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤")
	doubles  = []string{"欧阳", "上官", "司马", "诸葛", "夏侯"}
	male     = []rune("伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林志建国文东海峰宏晨阳天子轩泽睿博安庆永康立")
	female   = []rune("芳娜敏静丽艳娟霞秀燕玲桂英红梅兰凤洁云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉萍倩雯怡婷欣雨诗涵梓萱琪瑶")
)

func surname(r *stream) string {
	if r.chance(0.004) {
		return pick(r, doubles)
	}
	// The first twenty hold half of the people.
	if r.chance(0.52) {
		return string(surnames[r.intn(20)])
	}
	return string(pick(r, surnames))
}

func givenName(r *stream, man bool) string {
	list := female
	if man {
		list = male
	}
	if r.chance(0.22) {
		return string(pick(r, list))
	}
	return string([]rune{pick(r, list), pick(r, list)})
}
