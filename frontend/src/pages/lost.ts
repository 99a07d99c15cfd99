import { lookQuery } from '@/model/look'

let gone = false

/**
 * Goes to the sign-in page, which leads back here. A full load, so that nothing
 * of the former subject stays in memory; once, however many requests fail.
 */
export function signInAgain(view: { language: string; theme: string }, why: 'expired' | 'unready' | 'out'): void {
  const here = window.location.pathname + window.location.search
  if (gone || window.location.pathname === '/login') return
  gone = true
  window.location.assign(`/login?${new URLSearchParams({ ...(why === 'out' ? {} : { to: here }), why, ...lookQuery(view) })}`)
}
