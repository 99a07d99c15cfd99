/** Boards about many cases at once: overdue, evaluation, the wall, and what lies beside the map. */
export default {
  boards: {
    title: '督办板', none: '（未定）', openList: '打开这些事件的列表', worst: '最长超时', worstHours: '最长超时（小时）', share: '超时占比', open: '未结', noGroups: '没有符合条件的分组', noCases: '没有这样的事件', groupBy: '分组', find: '查找名称', level: '级别', anyLevel: '全部级别', which: '查看哪些事件', asOf: '截至 {time}', csv: '导出 CSV', saving: '导出中…', onMap: '到地图',
    case: '事件', limit: '时限', supervision: '督办', pickAll: '全选', supervise: '督办', supervisePicked: '督办所选（{n}）', superviseTitle: '督办 {n} 件', superviseReason: '督办理由', superviseLevel: '督办级别', superviseNext: '在现有级别上升一级', superviseSend: '发出督办', superviseBusy: '正在督办 {n}/{all}', supervised: '已督办 {n} 件', andMore: '另 {n} 件', cancel: '取消', firstOf: '显示最紧急的 {n} 件，共 {all} 件',
  },
  replay: {
    play: '▶ 播放', pause: '❚❚ 暂停', hourBack: '退一小时', hourOn: '进一小时', dayBack: '前一天', dayOn: '后一天', day: '哪一天', span: '时长', speed: '速度', speedTitle: '每秒播放多少分钟', slider: '回放到的时刻', records: '办理记录', lastWeek: '上周同期', gap: '无记录', keys: '空格 播放 · ←/→ 10 分钟 · Shift+←/→ 1 小时 · Shift+拖动 选时段', truncated: '件数太多，只回放 {n} 件',
  },
  beside: {
    overlay: '事件的画法', count: '{n} 件', countTitle: '与列表的件数相同', drill: '五级下钻', close: '关闭', path: '所在区域', city: '全市', sumOf: '件，下分 {n} 个{level}', lowest: '件，已到最底一级', outside: '不在其中', list: '列表',
    hot: '热点', hotDays: '时间窗', days: '{n} 天', hotNone: '没有显著高于自身历史的地方', hotYoung: '历史不够长，无法与之比较', hotText: '{n} 件\n常年 {expected} · p {p}', hotCount: '{n} 件', hotExpected: '按自身历史应为 {expected} 件，p = {p}', hotHow: '怎么算的（误报率 ≤ {alpha}）',
  },
  overlay: { points: '点', heat: '热力', cluster: '聚合', hex: '六边形' },
  tool: { drill: '下钻', hot: '热点', time: '回放' },
  evaluation: {
    then: '{sense}：上一时段 {value}（{n}/{of}）', title: '评价', period: '时段', from: '自', to: '至', compare: '与上一时段比较', print: '打印', how: '口径', total: '全部', grade: '等级', earlierRate: '上一时段 %', periodIs: '统计时段 {from} 至 {to}', high: '越高越好', low: '越低越好', beyond: '其余', numerator: '分子', denominator: '分母', note: '分子与分母均可点开，列表件数与此处相同。点指标名看口径。', missing: '本城市的数据不足以计算：{what}。',
  },
  period: { today: '今天', week: '近 7 天', month: '近 30 天', thisMonth: '本月', lastMonth: '上月', custom: '自选' },
  sense: { better: '好转', worse: '变差', same: '持平' },
  grade: { green: '优', blue: '良', yellow: '中', orange: '差', red: '劣' },
  gradename: { green: '优（绿）', blue: '良（蓝）', yellow: '中（黄）', orange: '差（橙）', red: '劣（红）' },
  wall: {
    areas: '各辖区在办', title: '城市运行一张图', scenes: '场景', rates: '近 30 天评价', newest: '最新事件', pressing: '最紧急', departments: '超时最多的部门', noneOverdue: '没有超时', graphics: '图形中断，正在恢复…', down: '与服务器断开，正在重连…数据截至 {time}', hotText: '{n} 件，常年 {expected}\np {p}', hotLine: '热点：近 7 天 {n} 件，按历史应为 {expected}（p {p}）', noHot: '近 7 天无显著热点', waiting: '连不上服务器，正在重试…',
  },
  walltile: { today: '今日上报', done: '今日结案', running: '在办', soon: '即将超时', overdue: '已超时', supervised: '督办中' },
  wallscene: { city: '全市', district: '区', overdue: '超时', hot: '热点', free: '当前视野' },
  groupby: { department: '部门', district: '区', street: '街道', community: '社区', grid: '网格', class: '类别', tier: '层级' },
  measure: { running: '在办', soon: '即将超时', overdue: '已超时', s1: '督办一级', s2: '督办二级', s3: '督办三级', suspended: '挂账' },
  supervisewords: { overdue: '已超过时限，请立即办结并说明原因', soon: '即将超过时限，请加快办理', again: '同一地点反复发生，请查明原因、彻底解决', public: '群众反映强烈，请优先办理' },
}
