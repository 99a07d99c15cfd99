/** English of account.zh.ts. */
export default {
  signin: {
    title: 'Sign in', account: 'Account', password: 'Password', submit: 'Sign in', busy: 'Signing in…', code: 'Verification code', codeHint: 'Open your authenticator and enter the six digits', codeSubmit: 'Verify', codeBad: 'The code is wrong or no longer valid; wait for the next one', other: 'Use another account',
    bad: 'Account or password is wrong', locked: 'Too many attempts: the account is locked for a while', lockedFor: 'Try again in {time}', needBoth: 'Please enter account and password', expired: 'Your session has ended. Sign in again to return to where you were', signedOut: 'You are signed out', purpose: 'Purpose of this session', purposeHint: 'You may act for several purposes. Choose one; it is kept in the audit trail.', noPurpose: 'Continue without a purpose', codeNext: 'Enter the next code (each works once)', with: 'Sign in with {name}', platformUnknown: 'The platform could not confirm who you are; please try again', platformForbidden: 'This identity has no account here, or the account may not sign in this way', platformAway: 'The platform cannot be reached; please try again later',
    administrators: 'Administrators: sign in with a password', demo: 'Demo accounts', demoHint: 'Offered in demo mode only; one click signs in', key: 'Use an access key', keyHint: 'Made by wutu token create or the security administrator; kept for this session only', show: 'Show password', hide: 'Hide password', current: 'Acting as', continue: 'Continue',
    intro: 'People, enterprises, land, objects and services: the whole city on one map', tie: 'Who sees what is decided by grants and kept in the audit trail',
  },
  password: {
    kinds: 'Below 20 characters, use three of: capitals, small letters, digits, others', title: 'Change password', must: 'This is your first visit or your password was reset: please set a new one', old: 'Current password', next: 'New password', again: 'Once more', save: 'Save new password', done: 'Password changed', differ: 'The two entries differ', same: 'The new password must not be the current one', short: 'At least {n} characters', wrong: 'The current password is wrong', hint: 'At least 12 characters; a sentence you remember is good',
    refused: 'The new password does not meet the rules',
  },
  factor: {
    present: 'The six digits your present authenticator shows', title: 'Two-step verification', on: 'On', off: 'Off', must: 'Administrators need two-step verification: please set it up first', start: 'Set up an authenticator', again: 'Use another authenticator', scan: 'Scan this code with your authenticator', secret: 'or enter the secret by hand', code: 'Enter the six digits it shows', confirm: 'Turn on', done: 'Two-step verification is on', bad: 'The code is wrong; try again with the newest one', copy: 'Copy secret', copied: 'Copied', qr: 'QR code to set up two-step verification',
  },
  watch: { ending: 'Your session is about to end', idle: 'You have been idle for a while and will be signed out in {time}', limit: 'This session has reached its limit; you will have to sign in again in {time}', stay: 'Stay signed in', leave: 'Sign out now', again: 'Sign in again' },
  menu: { open: 'Account menu', access: 'My access', admin: 'Administration', signIn: 'Sign in', signOut: 'Sign out', other: 'Switch identity', map: 'Back to the map', phone: 'Field report', board: 'Supervision board', evaluation: 'Evaluation', wall: 'Large screen' },
  mine: {
    title: 'My access', layers: 'Layers you can see', exports: 'My exports', session: 'This session', who: 'Identity', role: 'Role', region: 'Area', wholeCity: 'Whole city', department: 'Department', purposes: 'Purposes', noPurposes: 'None', cleared: 'Cleared for personal data', notCleared: 'Not cleared for personal data',
    layer: 'Layer', mode: 'How much', edit: 'May edit', modeList: 'Every record', modeCounts: 'Totals only', modeHidden: 'Not visible', fields: 'Fields', masked: 'Masked', hidden: 'Hidden', allShown: 'All fields shown', since: 'since {from}', until: 'until {to}', between: '{from} to {to}', classes: 'Classes', below: 'None below {n}', round: 'Rounded to {n}',
    why: 'Because', whyLine: 'Grant {id}', none: 'There is no layer you may see', filter: 'Filter layers', nothing: 'No layer is called "{text}"', thisOne: 'This one', began: 'began {time}', seen: 'used {time}', end: 'End', purposeNow: 'Now: {purpose}', until2: 'Session valid until {time}', idle: 'Signed out after {n} idle minutes', byKey: 'You use an access key; there is no session', byDemo: 'The default identity of the demo; nobody is signed in', signInFirst: 'Sign in to use this', count: '{n} layers with every record, {m} as totals only',
    fieldsMore: 'and {n} ordinary fields shown',
  },
  below: {
    title: 'Why "< {n}"?', text: 'Fewer than {n} people (or households) are counted here. So that nobody can be recognised, the exact number is not shown.', means: 'It may be anything from 0 to {m}.', blocks: 'People are counted in blocks of at least {n}; nothing below a block is shown.', sums: 'Totals are sums of blocks, so "total minus the rest" does not give this number away.',
    untoldTitle: 'Why is there no number?', untold: 'No number is given for this place alone: people are counted in blocks of at least {n}, and a single place is often less than a block. Draw a larger area to count.', blockTitle: 'Where does this number come from?', blockText: 'People are counted in blocks of at least {n}. A block counts as a whole, in the area where most of it lies, so the number may differ a little from the true one.', blockWho: 'Cleared staff see exact numbers for a stated purpose.',
  },
  reveal: {
    title: 'Reveal the whole value', choose: 'Please choose a purpose', submit: 'Reveal', note: 'This look is recorded in the audit trail: who, when, what and why.', seconds: 'Hidden again in {n} s', hide: 'Hide now', hidden: 'Hidden again', waiting: 'Sent for approval; come back when it is approved', waitingId: 'Request {id}', again: 'Reveal again', limit: 'Too many reveals; try again in {time}',
    forbidden: 'You may not see this, or not for this purpose',
  },
  output: {
    title: 'Export data', format: 'Format', range: 'Extent', all: 'Everything', region: 'The drawn area (its box)', purpose: 'Purpose', purposeHint: 'For example: checking flood evacuation', submit: 'Request export', filtered: 'With the current filter', note: 'The file is signed and watermarked; it names purpose, filter, rows and data version.', waiting: 'Waiting', ready: 'Ready', refused: 'Refused', download: 'Download', rows: '{n} rows', at: 'Requested {time}', expires: 'Until {time}',
    by: 'Decided by {name}', none: 'No exports yet', done: 'The export is ready', waitingText: 'This export needs approval. Once approved, you find it under "My access".', refusedText: 'This export was refused.', mine: 'See my exports',
    formatGeojson: 'GeoJSON', formatCsv: 'CSV table', formatSeq: 'GeoJSON lines (large data)',
  },
}
