export const shortestPassword = 12
const longPassword = 20

/** Why the server would refuse a new password, as far as the password alone shows; '' when it would not. */
export function weaknessOf(password: string): '' | 'short' | 'kinds' {
  const signs = [...password]
  if (signs.length < shortestPassword) return 'short'
  const kinds = new Set(signs.map((sign) => (/\p{Lu}/u.test(sign) ? 'upper' : /\p{Ll}/u.test(sign) ? 'lower' : /\p{Nd}/u.test(sign) ? 'digit' : 'other')))
  return signs.length < longPassword && kinds.size < 3 ? 'kinds' : ''
}
