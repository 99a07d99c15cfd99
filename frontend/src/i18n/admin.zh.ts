/** Administration: accounts, rights, keys, policy, labels, requests, audit. */
export default {
  admin: {
    title: '管理', noneTitle: '此页面仅供管理员使用', noneText: '系统管理员、安全管理员、审计管理员三员分立，各自只能看到自己的页面。', who: '{role}', refresh: '刷新', close: '关闭', cancel: '取消', edit: '编辑', copied: '已复制', confirm: '确认', search: '筛选', yes: '是', no: '否', all: '全部', any: '不限', never: '从未',
    remove: '移除 {name}', listHint: '输入后按回车或逗号添加', details: '明细',
  },
  tab: { accounts: '账号', usage: '使用统计', rights: '授权', keys: '接口密钥', policy: '访问策略', labels: '图层标识', requests: '待审批', audit: '审计记录' },
  accounts: {
    create: '新建账号', id: '账号', idHint: '小写字母开头，可含数字与单个 . _ -，创建后不可更改', nameZh: '姓名（中文）', nameEn: '姓名（英文）', department: '部门', role: '角色', status: '状态', enabled: '正常', disabled: '已停用', closed: '已注销', locked: '已锁定至 {time}', factor: '两步验证', last: '最近登录', created: '账号已创建', passwordOnce: '一次性密码，只显示这一次，请当面交给本人；首次登录须修改。',
    copy: '复制密码', unlock: '解锁', reset: '重置密码', resetDone: '密码已重置', resetAsk: '重置 {id} 的密码？原密码立即失效，所有会话结束。', disable: '停用', enable: '启用', closeAsk: '注销 {id}？注销后不能恢复，账号名不再使用。', closeAccount: '注销', disableAsk: '停用 {id}？其所有会话立即结束。', none: '没有符合条件的账号', roleNote: '新账号只能看公开内容，由安全管理员授权。', count: '{n} 个账号', note: '系统管理员管理账号，不授予权限，也不查看城市数据。', exists: '账号名已存在',
  },
  usage: {
    by: '按', key: '账号与密钥', layer: '图层', route: '接口', role: '角色', period: '时段', day: '今天', week: '近 7 天', month: '近 30 天', requests: '请求', rows: '行数', bytes: '流量', refused: '拒绝', last: '最近', none: '此时段没有使用记录', total: '合计', chart: '按请求数排列', csv: '导出 CSV', note: '只有计数，没有内容：谁看了什么在审计记录中。',
  },
  rights: {
    office: '管理员不看城市数据：没有辖区、授权与图层范围；须启用两步验证，且此后不能改任其他角色。', note: '安全管理员决定谁能看到什么；不能同时担任其他管理员。', edit: '{id} 的授权', region: '辖区编码', regionHint: '留空为全市', cleared: '可查看个人信息', clearedHint: '按用途留痕，受访问策略约束', purposes: '可用用途', layers: '限定图层', layersHint: '留空为角色可见的全部图层', save: '保存授权', ends: '保存后，此账号的现有会话立即结束。', fixed: '管理员角色不能互相转换', scope: '范围', whole: '全市 · 全部图层', nLayers: '{n} 个图层',
  },
  keys: {
    create: '新建密钥', name: '名称', role: '角色', purpose: '用途', scope: '范围', quota: '配额', expires: '有效期至', used: '最近使用', none: '没有密钥', once: '密钥只显示这一次，请立即保存到安全的地方。', copy: '复制密钥', made: '密钥已创建', revoke: '吊销', revokeAsk: '吊销 {id}？使用它的系统将立即无法访问。', perMinute: '每分钟', perDay: '每天', unlimited: '不限', region: '辖区编码', layers: '图层', fields: '个人字段', fieldsHint: '如 persons.phone，仅列出的个人字段可读', classes: '事件类别', classesHint: '如 03*，以 * 结尾表示前缀', from: '数据起始', to: '数据截止', quotaText: '{m}/分钟 · {d}/天',
    purposeNeed: '请填写用途', expired: '已过期', revoked: '已吊销', whole: '全部', demo: '演示',
  },
  policy: {
    note: '自上而下逐条比对：第一条同时符合人和图层的策略生效，其后不再比对。没有一条符合则不可见。', add: '添加一条', up: '上移', down: '下移', remove: '删除', save: '保存策略', discard: '放弃修改', version: '版本 {n}', standard: '标准策略，尚未改过', dirty: '有未保存的修改', saved: '策略已保存，新的查询立即按此执行', conflict: '策略已被他人修改。请重新载入后再改。', reload: '重新载入', line: '第 {n} 条', problems: '{n} 条策略有误，已在下方标出', id: '编号', titleZh: '名称（中文）', titleEn: '名称（英文）', who: '适用于谁', what: '哪些图层', gives: '给予什么',
    roles: '角色', accounts: '账号或密钥', cleared: '仅限已获个人信息授权者', purposes: '用途', notBefore: '生效日期', notAfter: '失效日期', layers: '图层', layersHint: '图层编号、element:people、access:personal；留空为全部', mode: '可见程度', region: '范围', regionHint: '留空为全市；own 为本人辖区；或行政区划编码', margin: '外扩（米）', department: '仅本部门', classes: '类别', days: '最近（天）', filter: '筛选条件（CQL2）', round: '计数取整', show: '显示字段', mask: '掩码字段', hide: '隐藏字段', fieldsHint: '字段名，或 personal、sealed、*',
    everyone: '所有人', nobody: '无人', nothing: '无图层', everything: '全部图层', own: '本人辖区', days2: '近 {n} 天', modeHidden: '不可见', modeCounts: '仅统计', modeList: '逐条可见', idBad: '编号只能含小写字母、数字、连字符', idTwice: '编号与第 {n} 条重复', idMissing: '请填写编号', periodBad: '失效日期须晚于生效日期', roundBad: '须为不小于 0 的整数',
    preview: '预览', as: '以此角色', previewCleared: '已获个人信息授权', previewPurpose: '用途', previewNote: '按当前编辑的内容推算，尚未保存也可预览。', noLine: '无策略', masked: '掩码 {n}', hidden: '隐藏 {n}', changed: '与已保存的不同', wholeCity: '全市',
  },
  labels: {
    note: '标识决定图层与字段如何受保护。改动立即生效，已缓存的内容随之失效。', access: '密级', minCount: '最小计数', minCountHint: '少于此数不显示', field: '字段', personal: '个人信息', mask: '掩码方式', sealed: '加密存储', maskNone: '全部隐去', maskName: '姓名', maskCitizen: '证件号', maskPhone: '电话', maskAddress: '地址', apply: '应用更改', applied: '标识已更新', fields: '{n} 个字段', personals: '{n} 个个人字段', raise: '放宽保护会让更多人看到更多内容，请确认。', changes: '{n} 处更改',
  },
  requests: {
    none: '没有待审批的申请', export: '导出', reveal: '查看完整信息', approve: '批准', refuse: '不批准', note: '意见', noteHint: '可填写理由，申请人可见', own: '不能审批自己的申请', by: '申请人', purpose: '用途', rows: '{n} 行', approved: '已批准', refused: '未批准', filter: '条件', opened: '已处理 {n} 件',
  },
  audit: {
    verify: '校验完整性', verifying: '正在校验…', sound: '完整无误：{lines} 条记录、{seals} 个封印全部相符', broken: '发现 {n} 处问题', brokenText: '以下记录被修改、删除或调换过顺序：', line: '第 {n} 条', download: '下载校验文件', downloadHint: '可用 wutu audit verify 文件名 独立校验', from: '起', to: '止', actor: '操作人', action: '操作', object: '对象', apply: '查询', clear: '清除条件', time: '时间', origin: '来源', result: '结果', rows: '行数', purpose: '用途', filter: '条件', detail: '详情', number: '序号', none: '没有符合条件的记录', more: '加载更早的记录', note: '审计记录只增不改，逐条相扣，每日封印。', shown: '已显示 {n} 条', done: '完成', refused: '拒绝', failed: '失败',
  },
}
