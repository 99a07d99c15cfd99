/** Boards about many cases at once: overdue, evaluation, the wall, and what lies beside the map. */
export default {
  boards: {
    title: 'Supervision board', none: '(none)', openList: 'Open the list of these events', worst: 'Longest overdue', worstHours: 'Longest overdue (hours)', share: 'Share overdue', open: 'Open', noGroups: 'No group matches', noCases: 'There are no such events', groupBy: 'Group by', find: 'Find a name', level: 'Level', anyLevel: 'All levels', which: 'Which events', asOf: 'As of {time}', csv: 'CSV', saving: 'Saving…', onMap: 'On the map',
    case: 'Event', limit: 'Time limit', supervision: 'Supervision', pickAll: 'All', supervise: 'Supervise', supervisePicked: 'Supervise chosen ({n})', superviseTitle: 'Supervise {n}', superviseReason: 'Reason', superviseLevel: 'Level of supervision', superviseNext: 'One above the present level', superviseSend: 'Send', superviseBusy: 'Supervising {n}/{all}', supervised: '{n} supervised', andMore: '{n} more', cancel: 'Cancel', firstOf: 'The {n} most pressing of {all}',
  },
  replay: {
    play: '▶ Play', pause: '❚❚ Pause', hourBack: 'An hour back', hourOn: 'An hour on', dayBack: 'The day before', dayOn: 'The day after', day: 'Which day', span: 'How long', speed: 'Speed', speedTitle: 'Minutes played in a second', slider: 'The instant shown', records: 'Records', lastWeek: 'A week before', gap: 'No records', keys: 'Space plays · ←/→ 10 minutes · Shift+←/→ an hour · Shift+drag chooses a part', truncated: 'Too many: only {n} are replayed',
  },
  beside: {
    overlay: 'How events are drawn', count: '{n} events', countTitle: 'As many as the list has', drill: 'Drill down', close: 'Close', path: 'Where', city: 'Whole city', sumOf: 'in {n} of: {level}', lowest: 'at the lowest level', outside: 'In none of them', list: 'List',
    hot: 'Hot-spots', hotDays: 'Window', days: '{n} d', hotNone: 'No place has significantly more than its own history explains', hotYoung: 'There is too little history to compare with', hotText: '{n}\nusually {expected} · p {p}', hotCount: '{n} events', hotExpected: 'own history explains {expected}, p = {p}', hotHow: 'How it is computed (false alarms ≤ {alpha})',
  },
  overlay: { points: 'Points', heat: 'Heat', cluster: 'Numbers', hex: 'Hexagons' },
  tool: { drill: 'Drill down', hot: 'Hot-spots', time: 'Replay' },
  evaluation: {
    then: '{sense}: {value} before ({n}/{of})', title: 'Evaluation', period: 'Period', from: 'From', to: 'To', compare: 'Compare with the period before', print: 'Print', how: 'How it is computed', total: 'All', grade: 'Grade', earlierRate: 'Before %', periodIs: 'From {from} to {to}', high: 'high is good', low: 'low is good', beyond: 'the rest', numerator: 'Numerator', denominator: 'Denominator', note: 'Each number opens its list, which has exactly as many events. The name of a rate says how it is computed.', missing: 'The data of this city does not suffice for: {what}.',
  },
  period: { today: 'Today', week: '7 days', month: '30 days', thisMonth: 'This month', lastMonth: 'Last month', custom: 'Other' },
  sense: { better: 'better', worse: 'worse', same: 'the same' },
  grade: { green: 'A', blue: 'B', yellow: 'C', orange: 'D', red: 'E' },
  gradename: { green: 'A (green)', blue: 'B (blue)', yellow: 'C (yellow)', orange: 'D (orange)', red: 'E (red)' },
  wall: {
    areas: 'Running by area', title: 'The city on one map', scenes: 'Scenes', rates: 'Rates of 30 days', newest: 'Newest', pressing: 'Most pressing', departments: 'Most overdue', noneOverdue: 'Nothing is overdue', graphics: 'Graphics were lost; recovering…', down: 'No connection; trying again… As of {time}', hotText: '{n}, usually {expected}\np {p}', hotLine: 'Hot-spot: {n} in 7 days, history explains {expected} (p {p})', noHot: 'No significant hot-spots in 7 days', waiting: 'The server cannot be reached; trying again…',
  },
  walltile: { today: 'New today', done: 'Closed today', running: 'Running', soon: 'Due soon', overdue: 'Overdue', supervised: 'Supervised' },
  wallscene: { city: 'City', district: 'District', overdue: 'Overdue', hot: 'Hot-spots', free: 'This view' },
  groupby: { department: 'Department', district: 'District', street: 'Street', community: 'Community', grid: 'Grid', class: 'Class', tier: 'Tier' },
  measure: { running: 'Running', soon: 'Due soon', overdue: 'Overdue', s1: 'Supervised 1', s2: 'Supervised 2', s3: 'Supervised 3', suspended: 'Suspended' },
  supervisewords: { overdue: 'The time limit has passed: finish at once and say why', soon: 'The time limit is near: please hurry', again: 'It keeps happening at this place: find the cause and end it', public: 'Many people complain: please handle it first' },
}
