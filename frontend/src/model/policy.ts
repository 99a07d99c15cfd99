import type { Mode, Sight } from '@/api/access'
import type { Grant, LayerLabel } from '@/api/admin/security'

/** Of whom a preview is made. Who has a role is taken to have an area of their own. */
export interface Somebody { role: string; cleared: boolean; purpose: string; account?: string }

export interface Foreseen { mode: Mode; line: number; grant: string; masked: string[]; hidden: string[] }

/**
 * What a policy gives somebody of a layer: the same reading of the lines as the
 * server's, so that a draft can be tried before it is saved. `line` counts from
 * 0 and is -1 where no line speaks.
 */
export function foresee(grants: Grant[], who: Somebody, layer: LayerLabel, now: number): Foreseen {
  const line = grants.findIndex((grant) => inForce(grant, now) && speaksOf(grant, who) && covers(grant, layer))
  const grant = grants[line]
  if (!grant) return { mode: 'hidden', line: -1, grant: '', masked: [], hidden: [] }
  const found: Foreseen = { mode: grant.mode, line, grant: grant.id, masked: [], hidden: [] }
  if (grant.mode !== 'list') return found
  for (const field of layer.fields ?? []) {
    const sight = sightOf(grant, field)
    if (sight === 'masked') found.masked.push(field.name)
    if (sight === 'hidden') found.hidden.push(field.name)
  }
  return found
}

function inForce(grant: Grant, now: number): boolean {
  return !(grant.not_before && now < Date.parse(grant.not_before)) && !(grant.not_after && now >= Date.parse(grant.not_after))
}

function speaksOf(grant: Grant, who: Somebody): boolean {
  return (!grant.roles || grant.roles.includes(who.role)) && (!grant.accounts || grant.accounts.includes(who.account ?? '')) &&
    (!grant.cleared || who.cleared) && (!grant.purposes || grant.purposes.includes(who.purpose))
}

function covers(grant: Grant, layer: LayerLabel): boolean {
  return !grant.layers || grant.layers.some((name) => name === layer.id || name === `element:${layer.element}` || name === `access:${layer.access}`)
}

/** A name beats the words; among equals hide beats mask beats show. */
function sightOf(grant: Grant, field: { name: string; personal: boolean; sealed?: boolean }): Sight {
  const lists: [Sight, string[] | undefined][] = [['hidden', grant.hide], ['masked', grant.mask], ['shown', grant.show]]
  const named = lists.find(([, names]) => names?.includes(field.name))
  const word = (name: string) => name === '*' || (name === 'personal' && field.personal) || (name === 'sealed' && field.sealed === true)
  const worded = lists.find(([, names]) => names?.some(word))
  return named?.[0] ?? worded?.[0] ?? (field.personal ? 'hidden' : 'shown')
}

/** Something wrong with a line of a draft; `field` is the member at fault, '' when the line as a whole is. */
export interface Flaw { line: number; field: string; key: string; n?: number; text?: string }

/** What is wrong with a draft and can be seen without the server. */
export function flawsOf(grants: Grant[]): Flaw[] {
  return grants.flatMap((grant, line): Flaw[] => {
    const flaws: Flaw[] = []
    const same = grants.findIndex((other) => other.id === grant.id)
    if (!grant.id) flaws.push({ line, field: 'id', key: 'policy.idMissing' })
    else if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(grant.id)) flaws.push({ line, field: 'id', key: 'policy.idBad' })
    else if (same < line) flaws.push({ line, field: 'id', key: 'policy.idTwice', n: same + 1 })
    if (grant.not_before && grant.not_after && Date.parse(grant.not_after) <= Date.parse(grant.not_before)) flaws.push({ line, field: 'not_after', key: 'policy.periodBad' })
    for (const field of ['round', 'days', 'margin_m']) {
      const value = grant[field]
      if (value !== undefined && !(typeof value === 'number' && value >= 0 && (field === 'margin_m' || Number.isInteger(value)))) flaws.push({ line, field, key: 'policy.roundBad' })
    }
    return flaws
  })
}

/** Where in a draft the server found fault, from its JSON pointer or the id it names; null when it does not say. */
export function flawAt(grants: Grant[], pointer: string, text: string): Flaw | null {
  const at = /(?:^|\/)grants\/(\d+)(?:\/([a-z_]+))?/.exec(pointer)
  if (at && Number(at[1]) < grants.length) return { line: Number(at[1]), field: at[2] ?? '', key: '', text }
  const named = grants.findIndex(({ id }) => id !== '' && new RegExp(`["“\\s]${id}["”\\s:,]`).test(` ${text} `))
  return named >= 0 ? { line: named, field: '', key: '', text } : null
}

/** A line as it is sent: unset members left out. An empty list stays, since it speaks of nobody and leaving it out would speak of all. */
export function trimmed(grant: Grant): Grant {
  const kept = Object.entries(grant).filter(([name, value]) => {
    if (name === 'id' || name === 'mode') return true
    if (name === 'title') return Boolean((value as Grant['title'])?.zh || (value as Grant['title'])?.en)
    return !(value === undefined || value === null || value === '' || value === false || value === 0)
  })
  return Object.fromEntries(kept) as Grant
}
