/** English of desk.zh.ts. */
export default {
  queue: {
    todo: 'To do', accept: 'To accept', verify: 'To verify', file: 'To file', dispatch: 'To dispatch', returned: 'Returned', sign: 'To sign', handle: 'In progress', check: 'To check', pending: 'To approve', soon: 'Due soon', overdue: 'Overdue', supervised: 'Supervised', suspended: 'Suspended',
    mine: 'Mine', open: 'Open', done: 'Closed', void: 'Dismissed', all: 'All',
  },
  desk: {
    waits: 'waiting for you', nothing: 'Nothing to do: all done', queues: 'Queues of events', list: 'List of events', none: 'No events in “{queue}”', noneFiltered: 'No events match the filter', clear: 'Clear filter', fresh: '{n} new events', more: 'Load more', shown: '{n} of {all} shown', search: 'Words or case number', filter: 'Filter', filters: '{n} filters',
    byNew: 'Newest', byDue: 'Most pressing', order: 'Order', any: 'Any', class: 'Class', district: 'District', level: 'Level', channel: 'Source', tier: 'Tier', report: 'Report an event', keys: 'J / K to move, Enter to open, E back to the queue', left: '{time} left', over: '{time} over', stopped: 'Stopped', supervision: 'Supervision {n}', returns: 'Returned {n}×', reworks: 'Reworked {n}×', extended: 'Extended {n}×', reports: '{n} reports',
    pendingExtend: 'Extension asked', pendingSuspend: 'Suspension asked', 
  },
  tier: { community: 'Community', street: 'Street', district: 'District', city: 'City' },
  taskstate: { waiting: 'To sign', signed: 'In progress', done: 'Done', returned: 'Returned' },
  clockstate: { running: 'Running', overdue: 'Overdue', met: 'Met', missed: 'Missed', stopped: 'Stopped' },
  case: {
    lead: 'Lead', assist: 'Assist', tasks: 'Tasks', clocks: 'Time limits', explain: 'How it is counted', explainHide: 'Hide', dueAt: 'until {time}', used: '{time} counted', countedLeft: '{time} to go', metClocks: '{n} limits that were met', remaining: '{time} left', exceeded: '{time} over', reports: 'Reported {n}×', before: 'Before', after: 'After', history: 'History', links: 'Linked cases', master: 'Merged into', merged: 'Merged into this one',
    recurs: 'Earlier cases of this kind', duplicates: 'Possible duplicates', merge: 'Merge into this case', mergeAsk: 'This case is then no longer worked on its own; its reporters go on hearing of the progress.', recurrences: 'Possible recurrence of', chain: 'Tiers', place: 'Place and responsibility', reporter: 'Reporter', worker: 'Person', signed: 'signed {time}', finished: 'fed back {time}', pendingBy: '{who} asks for: {what}', pendingUntil: 'until {time}',
    auto: 'System', distance: '{m} from the place', distanceNow: '{m} away', ago: '{time} earlier', score: '{n}% alike', openProof: 'Proof of place', probability: 'Probability {n}%', none: 'None', more: 'Show all {n}', close: 'Close', previous: 'Previous', next: 'Next', loading: 'Reading the photo', photoFailed: 'The photo could not be read',
    filing: 'Filed when', deadline: 'Time limit', 
  },
  proof: {
    tried: 'How it was decided', skipped: 'Does not apply', border: '{m} to the border', accuracy: 'Accuracy {m}', valid: 'Signature valid', invalid: 'Signature invalid', unsigned: 'Not signed', upheld: 'Evidence of the return upheld', refuted: 'Evidence of the return refuted', open: 'Evidence of the return open', hash: 'Hash', same: 'Recomputed: the same', differs: 'Recomputed: different', differsIn: 'Differs in: {what}', show: 'Show on the map', hide: 'Hide from the map', 
    
  },
  rung: { object: 'Owner of the object', road: 'Owner of the road', exclusive: 'Exclusive grid', jurisdiction: 'Jurisdiction', street: 'Street office', district: 'District fallback', precedent: 'Precedent', unknown: 'Other' },
  step: {
    supervision: 'Supervision', supervisionNext: 'Next level', supervisionN: 'Level {n}', report: 'What is added', reportPlaceholder: 'What else is known',
    title: 'Next step', none: 'There is no step for you to take in this case', note: 'Note', notePlaceholder: 'What is the case', result: 'What was done', resultPlaceholder: 'What was done and how it is now', reason: 'Reason', choose: 'Please choose', department: 'Lead department', assists: 'Assisting departments', addAssist: 'Add an assisting one', evidence: 'Evidence', evidenceHint: 'Click an area, object or road on the map as evidence', evidencePick: 'Pick on the map', evidencePicking: 'Click on the map…', evidenceRule: 'or name a rule or document', photos: 'Photos', addPhoto: 'Add photos', sending: 'Sending', photoFailed: 'Not sent; press to retry',
    removePhoto: 'Remove photo', checks: 'Closing criteria', until: 'Until', review: 'Review on', worker: 'Person', workerHint: 'Left empty, the nearest one is chosen', tier: 'Tier', level: 'Level', class: 'Class', found: 'Found', solved: 'Solved', unsolved: 'Not solved', master: 'Main case', fix: 'Where you are', useFix: 'Use my position', fixed: 'Located, {m} from the place', fixFar: '{m} from the place, more than {limit}', noFix: 'No position', submit: '{step}', cancel: 'Cancel', need: 'Please fill in: {what}', done: 'Done: {step}', busy: 'Sending…',
    changed: 'This case has just changed: {what}', changedBy: '{who} · {step}', keep: 'What you wrote is kept; please check and send again', gone: '“{step}” is no longer possible', legal: 'Possible now: {steps}', conditions: 'Conditions', due: 'Expected limit', dueHint: '{title} from now', confirm: 'Confirm: {step}', task: 'Task', task0: 'Lead task', required: 'required', dispatch: 'Dispatch…', reload: 'The latest state is shown',
  },
  reason: { place: 'Not in our area', duty: 'Not our duty', ownership: 'Ownership unclear', other: 'Other' },
  evidencekind: { area: 'Area', object: 'Object', rule: 'Rule' },
  dispatch: {
    title: 'Dispatch', workers: 'People', vehicles: 'Vehicles', resources: 'Resources', minutes: '{n} min', load: '{n} open', seen: 'seen {time} ago', onDuty: 'on duty', offDuty: 'off duty', none: 'No {kind} nearby', pick: 'Choose', chosen: 'Chosen', proposed: 'Proposed', dueTitle: 'Expected limit', explain: 'Interval by interval', 
  },
  newreport: {
    title: 'Report an event', place: 'Place', pick: 'Pick the place on the map', picking: 'Click on the map…', here: 'Report here', class: 'Class', classHint: 'Find a class', description: 'Description', descriptionHint: 'For example: lamp out for two days', channel: 'Source', photos: 'Photos', proposals: 'Proposed', grid: 'Grid', department: 'Responsible', deadline: 'Time limit', duplicates: 'Possible duplicates nearby', duplicateHint: 'Add to the case there is rather than making another', supplement: 'Add to this case', submit: 'Submit', submitting: 'Sending…',
    done: 'Reported', openCase: 'Open the case', another: 'Report another', needClass: 'Please choose a class', needPlace: 'Please pick the place on the map', away: '{m} · {time} ago', kept: 'Not sent; your text is kept: ', 
  },
}
