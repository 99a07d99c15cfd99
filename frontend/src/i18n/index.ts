import { createI18n } from 'vue-i18n'
import type { Language } from '@/model/language'
import zh from './zh'

export const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh } as Record<string, typeof zh> })

const documentLanguage: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

/** Messages that come with the pages and panels that speak them: one file a part and language. */
const files = import.meta.glob<object>('./*.{zh,en}.ts', { import: 'default' })
export type Part = 'account' | 'admin' | 'desk' | 'region' | 'boards' | 'phone'
const wanted = new Set<Part>()
const have = new Set<string>()

async function load(part: Part, language: Language): Promise<void> {
  if (have.has(`${part}.${language}`)) return
  i18n.global.mergeLocaleMessage(language, (await files[`./${part}.${language}.ts`]?.()) ?? {})
  have.add(`${part}.${language}`)
}

/** Adds the messages of a part in the language of the page, and in each that is chosen later. */
export async function addMessages(part: Part): Promise<void> {
  wanted.add(part)
  await load(part, i18n.global.locale.value as Language)
}

/** Switches the language of the page at once; English is fetched when first used. */
export async function setLanguage(language: Language): Promise<void> {
  if (language === 'en' && !i18n.global.availableLocales.includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('./en')).default)
  }
  await Promise.all([...wanted].map((part) => load(part, language)))
  i18n.global.locale.value = language
  document.documentElement.lang = documentLanguage[language]
  document.title = `${i18n.global.t('app.name')} · ${i18n.global.t('app.title')}`
}
