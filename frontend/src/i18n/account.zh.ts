/** Signing in, one's own access, and what is shown of personal data. */
export default {
  signin: {
    title: '登录', account: '账号', password: '密码', submit: '登录', busy: '正在登录…', code: '动态验证码', codeHint: '打开身份验证器，输入 6 位验证码', codeSubmit: '验证', codeBad: '验证码不正确或已失效，请等待下一个', other: '换个账号',
    bad: '账号或密码不正确', locked: '尝试次数过多，账号已暂时锁定', lockedFor: '{time} 后可再试', needBoth: '请填写账号和密码', expired: '会话已结束，请重新登录；登录后回到原来的位置', signedOut: '已退出登录', purpose: '本次用途', purposeHint: '您可以为多种用途访问数据，请选择本次的用途；它会记入审计。', noPurpose: '不指定用途，继续', codeNext: '请输入下一个动态验证码（每个只能用一次）', with: '使用 {name} 登录', platformUnknown: '统一认证未能确认您的身份，请重试', platformForbidden: '此身份没有本系统的账号，或账号不能以此方式登录', platformAway: '统一认证暂时无法访问，请稍后再试',
    administrators: '管理员用密码登录', demo: '演示账号', demoHint: '仅演示模式提供，点一下即可登录', key: '使用访问密钥', keyHint: '由 wutu token create 或安全管理员生成，只保存在本次会话', show: '显示密码', hide: '隐藏密码', current: '当前身份', continue: '继续使用',
    intro: '人、企、地、物、政，一张图看清一座城', tie: '谁能看到什么，由授权决定，并留有审计记录',
  },
  password: {
    kinds: '不足 20 位时，须含大写、小写、数字、其他字符中的三种', title: '修改密码', must: '首次登录或密码已重置，请先设置新密码', old: '当前密码', next: '新密码', again: '再输一次', save: '保存新密码', done: '密码已修改', differ: '两次输入不一致', same: '新密码不能与当前密码相同', short: '至少 {n} 位', wrong: '当前密码不正确', hint: '至少 12 位，可用一句好记的话',
    refused: '新密码不符合要求',
  },
  factor: {
    present: '当前验证器显示的 6 位数字', title: '两步验证', on: '已启用', off: '未启用', must: '管理员账号必须启用两步验证，请先完成绑定', start: '绑定验证器', again: '更换验证器', scan: '用身份验证器扫描此二维码', secret: '或手工输入密钥', code: '输入验证器显示的 6 位数字', confirm: '启用', done: '两步验证已启用', bad: '验证码不正确，请用最新的一个再试', copy: '复制密钥', copied: '已复制', qr: '绑定两步验证的二维码',
  },
  watch: { ending: '会话即将结束', idle: '您已一段时间没有操作，{time} 后将自动退出', limit: '本次会话已到时限，{time} 后需要重新登录', stay: '继续使用', leave: '现在退出', again: '重新登录' },
  menu: { open: '账号菜单', access: '我的权限', admin: '管理', signIn: '登录', signOut: '退出登录', other: '切换身份', map: '返回地图', phone: '网格员上报', board: '督办板', evaluation: '评价', wall: '大屏' },
  mine: {
    title: '我的权限', layers: '可以看到的图层', exports: '我的导出', session: '当前会话', who: '身份', role: '角色', region: '辖区', wholeCity: '全市', department: '部门', purposes: '可用用途', noPurposes: '无', cleared: '已获个人信息授权', notCleared: '未获个人信息授权',
    layer: '图层', mode: '可见程度', edit: '可编辑', modeList: '逐条可见', modeCounts: '仅统计', modeHidden: '不可见', fields: '字段', masked: '掩码', hidden: '隐藏', allShown: '全部字段可见', since: '自 {from}', until: '至 {to}', between: '{from} 至 {to}', classes: '类别', below: '少于 {n} 不显示', round: '取整到 {n}',
    why: '依据', whyLine: '授权条目 {id}', none: '没有可以查看的图层', filter: '筛选图层', nothing: '没有名称含“{text}”的图层', thisOne: '当前', began: '{time} 登录', seen: '{time}使用', end: '结束', purposeNow: '本次：{purpose}', until2: '会话有效至 {time}', idle: '无操作 {n} 分钟自动退出', byKey: '通过访问密钥访问，没有登录会话', byDemo: '演示模式的默认身份，没有登录', signInFirst: '登录后可使用', count: '{n} 个图层逐条可见，{m} 个仅统计',
    fieldsMore: '另有 {n} 个普通字段可见',
  },
  below: {
    title: '为什么是“< {n}”？', text: '此处不足 {n} 人（户）。为防止认出具体的人，不显示准确数。', means: '可能是 0 到 {m} 之间的任何数。', blocks: '人口按块统计：每块至少 {n} 人（户），块以下不再细分。', sums: '合计是各块之和，不会用“总数减去其余”还原出这个数。',
    untoldTitle: '为什么没有人数？', untold: '这里不单独给出人数：人口按块统计，每块至少 {n} 人（户），一处往往不足一块。可框选更大的范围统计。', blockTitle: '这个数是怎么来的？', blockText: '这是按块统计的数：每块至少 {n} 人（户），整块计入它主要所在的范围，因此与实际数可能略有出入。', blockWho: '获授权的人员按用途可以查看准确数。',
  },
  reveal: {
    title: '查看完整信息', choose: '请选择用途', submit: '查看', note: '本次查看会记入审计：谁、何时、看了什么、为何。', seconds: '{n} 秒后自动隐藏', hide: '立即隐藏', hidden: '已隐藏', waiting: '已提交审批，批准后可再来查看', waitingId: '申请编号 {id}', again: '再次查看', limit: '查看次数过多，{time} 后可再试',
    forbidden: '没有权限查看此信息，或用途不被允许',
  },
  output: {
    title: '导出数据', format: '格式', range: '范围', all: '全部', region: '框选范围（外接矩形）', purpose: '用途', purposeHint: '例如：防汛转移核查', submit: '申请导出', filtered: '按当前筛选', note: '导出文件带签名与水印，记录用途、筛选条件、行数和数据版本。', waiting: '待审批', ready: '可下载', refused: '未批准', download: '下载', rows: '{n} 行', at: '申请于 {time}', expires: '有效至 {time}',
    by: '由 {name} 处理', none: '没有导出记录', done: '导出已生成', waitingText: '此导出需要审批，批准后可在“我的权限”中下载。', refusedText: '此导出未获批准。', mine: '查看我的导出',
    formatGeojson: 'GeoJSON', formatCsv: 'CSV 表格', formatSeq: 'GeoJSON 逐行（大数据量）',
  },
}
