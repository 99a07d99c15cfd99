/** Chinese, the default and the complete list of messages. */
export default {
  app: { name: '五图', title: '城市一张图', skip: '跳到面板', demo: '演示' },
  panel: { layers: '图层', events: '事件', region: '框选统计' },
  element: { people: '人 · 人口', enterprise: '企 · 企业', land: '地 · 土地房屋', object: '物 · 部件设备', government: '政 · 政务服务', event: '事 · 事件', frame: '底图' },
  use: { living: '居住', trade: '商业', office: '办公', industry: '工业仓储', public: '公共服务', transport: '交通与公用', nature: '绿地农林', other: '其他' },
  phase: { waiting: '待受理', working: '处置中', checking: '待核查', done: '已结案', void: '不予受理' },
  level: { district: '区', street: '街道', community: '社区', grid: '网格', none: '不分组', field: '按类别', hex: '六边形' },
  layers: {
    search: '筛选图层', presets: '专题', none: '没有图层', noMatch: '没有名称含“{text}”的图层', opacity: '不透明度', zoomTo: '缩放至图层', hex: '六边形统计', hexOff: '关闭六边形',
    legend: '图例', owner: '责任单位', updated: '更新', records: '记录', access: '密级', locked: '个人信息：仅统计，每块不少于 {n}', reveal: '查看', export: '导出…',
    zoomIn: '放大可见', loading: '加载中', ready: '已更新 {time}', failed: '加载失败', empty: '此处无数据', retry: '重试', filtered: '已筛选', clearFilter: '清除筛选',
    show: '显示 {name}', more: '{name} 的选项', cells: '每格{unit}数', ground: '底图', noGround: '无',
  },
  accesses: { public: '公开', internal: '内部', personal: '个人信息' },
  preset: { city: '总览', people: '人口', enterprise: '企业', land: '土地', object: '城市部件', government: '政务', all: '五图' },
  count: { withheld: '少于 {n}，查看说明', untold: '不单独给出，查看说明', blocks: '{n}，按块统计，查看说明' },
  search: { placeholder: '搜索地点、编码、企业、案件', label: '搜索', none: '没有找到“{text}”，换个词或缩短试试', hint: '↑↓ 选择，回车定位' },
  card: {
    close: '关闭', hits: '此处共 {n} 个对象', here: '此处', near: '附近 500 米', count: '统计这里', report: '在此上报', nearNone: '500 米内没有对象，试试打开更多图层', zoom: '定位', related: '关联信息', fields: '属性',
    floors: '楼层与房间', levels: '层数', floor: '{n} 层', firms: '入驻企业', devices: '设备', residents: '常住人口', noRooms: '无登记房间', allFloors: '展开全部 {n} 层', fewFloors: '收起',
    lockedCount: '仅统计', share: '复制链接', copied: '已复制', areas: '属地', departments: '责任部门', addresses: '最近地址', border: '距边界 {m}', noFields: '没有更多属性',
    loadFailed: '未能读取详情', more: '还有 {n} 项', households: '{n} 户',
  },
  events: {
    title: '事件', todo: '待办', live: '实时', late: '延迟', down: '已断开', connecting: '连接中', since: '自 {time}', placeUnknown: '此处不在任何网格内',
  },
  map: {
    label: '城市地图', three: '三维', two: '二维', threeTitle: '切换三维建筑', theme: '切换深色/浅色', language: 'English', home: '全市', noWebGL: '此浏览器无法绘制地图', noWebGLText: '需要 Chromium 94 以上并启用 WebGL2。仍可使用事件列表：',
    crs: '坐标系', zoom: '级别', 
  },
  session: { key: '访问密钥', use: '使用此密钥', drop: '恢复默认身份', bad: '密钥无效或已过期', cleared: '可查看个人信息', notCleared: '个人信息仅统计' },
  role: {
    planner: '规划员', dispatcher: '分拨员', supervisor: '督办员', gridworker: '网格员', department: '处置部门', commander: '指挥', themeowner: '专题管理员', sysadmin: '系统管理员',
    secadmin: '安全管理员', auditor: '审计管理员', api: '接口', public: '公众',
  },
  state: { loading: '加载中', error: '出错了', retry: '重试', trace: '追踪号 {id}' },
  problem: {
    invalid: '请求内容有误', 'not-found': '没有找到', forbidden: '没有权限查看或办理', unauthorized: '请先登录，或使用有效的访问密钥', conflict: '案件已被他人更新，已载入最新状态，请再确认', 'illegal-step': '当前状态不能办理这一步',
    'too-large': '范围或内容过大，请缩小后再试', unsupported: '服务器不支持此操作', timeout: '服务器超时，请稍后再试', unavailable: '服务暂不可用，请稍后再试', 'too-many': '请求过于频繁，请稍后再试', internal: '服务器出错，请稍后再试', offline: '连不上服务器，请检查网络',
  },
  boot: { failed: '未能打开城市', failedText: '服务器没有应答。确认 wutu serve 正在运行，然后重试。' },
}
