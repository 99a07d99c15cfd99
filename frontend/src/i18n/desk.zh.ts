/** The dispatcher's desk: queues, the card of a case, its steps, dispatching, reporting from the map. */
export default {
  queue: {
    todo: '待办', accept: '待受理', verify: '待核实', file: '待立案', dispatch: '待派遣', returned: '退单', sign: '待签收', handle: '处置中', check: '待核查', pending: '待审批', soon: '即将超时', overdue: '已超时', supervised: '督办', suspended: '挂账',
    mine: '我的', open: '未结', done: '已结', void: '不予受理', all: '全部',
  },
  desk: {
    waits: '件等您办理', nothing: '没有待办，都处理完了', queues: '事件队列', list: '事件列表', none: '“{queue}”里没有事件', noneFiltered: '当前筛选下没有事件', clear: '清除筛选', fresh: '{n} 条新事件', more: '加载更多', shown: '显示 {n} / 共 {all}', search: '描述、案号', filter: '筛选', filters: '{n} 项筛选',
    byNew: '最新', byDue: '最紧急', order: '排序', any: '不限', class: '类别', district: '区', level: '级别', channel: '来源', tier: '层级', report: '上报事件', keys: 'J / K 移动，回车打开，E 回到队列', left: '剩 {time}', over: '超 {time}', stopped: '停表', supervision: '督办 {n} 级', returns: '退单 {n}', reworks: '返工 {n}', extended: '延期 {n}', reports: '{n} 次上报',
    pendingExtend: '申请延期', pendingSuspend: '申请挂账', 
  },
  tier: { community: '社区', street: '街道', district: '区', city: '市' },
  taskstate: { waiting: '待签收', signed: '处置中', done: '已反馈', returned: '已退单' },
  clockstate: { running: '计时中', overdue: '已超时', met: '按时', missed: '超时完成', stopped: '已停表' },
  case: {
    lead: '主办', assist: '协办', tasks: '任务', clocks: '时限', explain: '怎么算的', explainHide: '收起', dueAt: '至 {time}', used: '计时已用 {time}', countedLeft: '余 {time}', metClocks: '按时完成的 {n} 个时限', remaining: '剩余 {time}', exceeded: '超出 {time}', reports: '上报 {n} 次', before: '处置前', after: '处置后', history: '办理过程', links: '关联案件', master: '并入', merged: '已并入本案',
    recurs: '此前同类案件', duplicates: '可能重复', merge: '并入此案', mergeAsk: '并入后本案不再单独办理，上报人照常收到进展。', recurrences: '可能复发', chain: '层级流转', place: '属地与责任', reporter: '上报人', worker: '人员', signed: '签收 {time}', finished: '反馈 {time}', pendingBy: '{who} 申请{what}', pendingUntil: '至 {time}',
    auto: '系统', distance: '距事发地 {m}', distanceNow: '距此 {m}', ago: '早 {time}', score: '相似 {n}%', openProof: '属地举证', probability: '概率 {n}%', none: '暂无', more: '展开全部 {n} 条', close: '关闭', previous: '上一张', next: '下一张', loading: '读取照片', photoFailed: '照片未能读取',
    filing: '立案标准', deadline: '处置时限', 
  },
  proof: {
    tried: '判定过程', skipped: '不适用', border: '距边界 {m}', accuracy: '定位精度 {m}', valid: '签名有效', invalid: '签名无效', unsigned: '未签名', upheld: '退单证据成立', refuted: '退单证据不成立', open: '退单证据待定', hash: '指纹', same: '重算一致', differs: '重算不同', differsIn: '不同之处：{what}', show: '在地图上显示', hide: '隐藏图上依据', 
    
  },
  rung: { object: '部件权属', road: '道路权属', exclusive: '专属网格', jurisdiction: '部门辖区', street: '属地街道', district: '区级兜底', precedent: '审定先例', unknown: '其他' },
  step: {
    supervision: '督办级别', supervisionNext: '下一级', supervisionN: '{n} 级', report: '补充内容', reportPlaceholder: '补充的情况',
    title: '下一步', none: '您在此案件没有可办理的步骤', note: '办理意见', notePlaceholder: '说明情况', result: '处置结果', resultPlaceholder: '做了什么、恢复情况', reason: '理由', choose: '请选择', department: '主办部门', assists: '协办部门', addAssist: '添加协办', evidence: '依据', evidenceHint: '在地图上点一个区域、部件或道路作为依据', evidencePick: '在地图上选取', evidencePicking: '请在地图上点选…', evidenceRule: '或填写规则、文号', photos: '照片', addPhoto: '添加照片', sending: '上传中', photoFailed: '上传失败，点此重试',
    removePhoto: '删除照片', checks: '结案标准', until: '延至', review: '复核日期', worker: '人员', workerHint: '留空则由系统指派最近的人', tier: '层级', level: '级别', class: '类别', found: '核查结果', solved: '已解决', unsolved: '未解决', master: '主案件', fix: '现场位置', useFix: '用当前位置', fixed: '已定位，距事发地 {m}', fixFar: '距事发地 {m}，超出 {limit}', noFix: '无法取得位置', submit: '{step}', cancel: '取消', need: '请填写：{what}', done: '已办理：{step}', busy: '提交中…',
    changed: '此案件刚被更新：{what}', changedBy: '{who} · {step}', keep: '您填写的内容已保留，请核对后再提交', gone: '“{step}”现在不能办理了', legal: '现在可以：{steps}', conditions: '办理条件', due: '预计时限', dueHint: '从现在起 {title}', confirm: '确认{step}', task: '任务', task0: '主办任务', required: '必填', dispatch: '派遣…', reload: '已载入最新状态',
  },
  reason: { place: '属地不符', duty: '职能不符', ownership: '权属不清', other: '其他' },
  evidencekind: { area: '区域', object: '部件', rule: '规则' },
  dispatch: {
    title: '派遣', workers: '人员', vehicles: '车辆', resources: '物资', minutes: '{n} 分钟', load: '在办 {n}', seen: '{time}前在线', onDuty: '在岗', offDuty: '不在岗', none: '附近没有可用的{kind}', pick: '选择', chosen: '已选', proposed: '建议', dueTitle: '处置时限预计', explain: '逐段计时', 
  },
  newreport: {
    title: '上报事件', place: '位置', pick: '在地图上点选位置', picking: '请在地图上点一下…', here: '在此上报', class: '类别', classHint: '搜索类别', description: '情况', descriptionHint: '例如：路灯不亮，已持续两天', channel: '来源', photos: '照片', proposals: '系统判断', grid: '网格', department: '责任部门', deadline: '处置时限', duplicates: '附近可能重复', duplicateHint: '同一件事请补充到已有案件，不必另立', supplement: '补充到此案', submit: '提交', submitting: '提交中…',
    done: '已上报', openCase: '打开案件', another: '再报一件', needClass: '请选择类别', needPlace: '请在地图上点选位置', away: '{m} · {time}前', kept: '未能提交，内容已保留：', 
  },
}
