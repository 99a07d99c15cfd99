import { createI18n } from 'vue-i18n'
import type { Language } from '@/model/language'
import zh from './zh'

export const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh } as Record<string, typeof zh> })

const documentLanguage: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

/** Switches the language of the page at once; English is fetched when first used. */
export async function setLanguage(language: Language): Promise<void> {
  if (language === 'en' && !i18n.global.availableLocales.includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('./en')).default)
  }
  i18n.global.locale.value = language
  document.documentElement.lang = documentLanguage[language]
  document.title = `${i18n.global.t('app.name')} · ${i18n.global.t('app.title')}`
}
