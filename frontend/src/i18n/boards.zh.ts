/** Boards about many cases at once: overdue, evaluation, the wall, and what lies beside the map. */
export default {
  boards: {
    title: '督办板', none: '（未定）', openList: '打开这些事件的列表', worst: '最长超时', worstHours: '最长超时（小时）', share: '超时占比', open: '未结', noGroups: '没有符合条件的分组', noCases: '没有这样的事件', groupBy: '分组', find: '查找名称', level: '级别', anyLevel: '全部级别', which: '查看哪些事件', asOf: '截至 {time}', csv: '导出 CSV', saving: '导出中…', onMap: '到地图',
    case: '事件', limit: '时限', supervision: '督办', pickAll: '全选', supervise: '督办', supervisePicked: '督办所选（{n}）', superviseTitle: '督办 {n} 件', superviseReason: '督办理由', superviseLevel: '督办级别', superviseNext: '在现有级别上升一级', superviseSend: '发出督办', superviseBusy: '正在督办 {n}/{all}', supervised: '已督办 {n} 件', andMore: '另 {n} 件', cancel: '取消', firstOf: '显示最紧急的 {n} 件，共 {all} 件',
  },
  groupby: { department: '部门', district: '区', street: '街道', community: '社区', grid: '网格', class: '类别', tier: '层级' },
  measure: { running: '在办', soon: '即将超时', overdue: '已超时', s1: '督办一级', s2: '督办二级', s3: '督办三级', suspended: '挂账' },
  supervisewords: { overdue: '已超过时限，请立即办结并说明原因', soon: '即将超过时限，请加快办理', again: '同一地点反复发生，请查明原因、彻底解决', public: '群众反映强烈，请优先办理' },
}
