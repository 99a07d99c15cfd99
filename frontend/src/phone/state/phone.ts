import { defineStore } from 'pinia'
import { reactive, ref, shallowRef, watch } from 'vue'
import { getCity, getMe } from '@/api/catalog'
import { Problem } from '@/api/http'
import { signOut } from '@/api/session'
import type { City, Me } from '@/api/types'
import { setLanguage } from '@/i18n'
import { useView } from '@/state/view'
import { pack, packed, unpackOthers } from '../device/pack'

export interface Settings { language: 'zh' | 'en'; theme: 'light' | 'dark'; large: boolean; contrast: boolean; wifiOnly: boolean }
const settingsName = 'wutu.phone'
/** Holds the account that has left while the server could not be told. */
export const leavingName = 'wutu.phone.leaving'
const defaults: Settings = { language: 'zh', theme: 'light', large: false, contrast: false, wifiOnly: false }

/** Reads kept settings; anything damaged counts as the default. */
export function parseSettings(text: string | null): Settings {
  try {
    const kept = JSON.parse(text ?? '{}') as Partial<Settings> | null
    return {
      language: kept?.language === 'en' ? 'en' : 'zh', theme: kept?.theme === 'dark' ? 'dark' : 'light',
      large: kept?.large === true, contrast: kept?.contrast === true, wifiOnly: kept?.wifiOnly === true,
    }
  } catch {
    return { ...defaults }
  }
}

/** Who works with this phone, how it looks, and whether there is a line. */
export const usePhone = defineStore('phone', () => {
  const view = useView()
  const settings = reactive(parseSettings(localStorage.getItem(settingsName)))
  const me = shallowRef<Me | null>(null)
  const city = shallowRef<City | null>(null)
  /** ms since 1970 when the server last said who asks; 0 before it ever did. */
  const knownAt = ref(0)
  const online = ref(navigator.onLine)
  /** whether the server was heard in this page's life */
  const heard = ref(false)
  /** the session is over, and somebody must sign in before anything is sent */
  const signedOut = ref(false)
  const ready = ref(false)
  const error = shallowRef<unknown>(null)

  function look(): void {
    localStorage.setItem(settingsName, JSON.stringify(settings))
    view.language = settings.language
    view.theme = settings.theme
    const root = document.documentElement
    root.dataset.theme = settings.theme
    root.dataset.size = settings.large ? 'large' : ''
    root.dataset.contrast = settings.contrast ? 'high' : ''
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', settings.theme === 'dark' ? '#182126' : '#ffffff')
    void setLanguage(settings.language)
  }
  watch(settings, look, { deep: true })

  /** What the phone remembers of who worked with it last, for a start without a line. */
  async function remember(): Promise<void> {
    const [who, where] = await Promise.all([packed<Me>('me'), packed<City>('city')]).catch(() => [undefined, undefined])
    if (who && !me.value) {
      me.value = who.value
      knownAt.value = who.at
    }
    if (where && !city.value) city.value = where.value
  }

  /** Ends the session of somebody who left without a line; one begun since by another stays. */
  async function endLeft(): Promise<void> {
    const left = localStorage.getItem(leavingName)
    if (left === null) return
    const who = await getMe()
    if (who.session && who.id === left) await signOut()
    localStorage.removeItem(leavingName)
    if (me.value?.id === left) me.value = null
  }

  /** Asks the server who asks. False when it cannot be reached, and when a session is over. */
  async function ask(): Promise<boolean> {
    try {
      await endLeft()
      const [who, where] = await Promise.all([getMe(), getCity()])
      if (!who.session && me.value?.session && me.value.id !== who.id) { // the cookie is gone: nothing of the account is forgotten or sent as the public's
        signedOut.value = heard.value = true
        return false
      }
      me.value = who
      city.value = where
      knownAt.value = Date.now()
      heard.value = true
      signedOut.value = false
      error.value = null
      const { csrf: _, ...plain } = who // the token stays in memory
      await unpackOthers(who.id).then(() => Promise.all([pack('me', who.id, plain, knownAt.value), pack('city', who.id, where, knownAt.value)])).catch(() => undefined)
      return true
    } catch (failure) {
      if (failure instanceof Problem && failure.status === 401) signedOut.value = heard.value = true
      error.value = failure
      return false
    }
  }

  async function start(): Promise<void> {
    const asked = new URLSearchParams(window.location.search) // how the page that leads here looked
    if (asked.has('lang')) settings.language = asked.get('lang') === 'en' ? 'en' : 'zh'
    if (asked.has('t')) settings.theme = asked.get('t') === 'dark' ? 'dark' : 'light'
    look()
    window.addEventListener('online', () => { online.value = true })
    window.addEventListener('offline', () => { online.value = false })
    await remember()
    if (me.value) ready.value = true // a known worker need not wait for the line
    await ask()
    ready.value = true
  }

  return { settings, me, city, knownAt, online, heard, signedOut, ready, error, start, ask }
})
