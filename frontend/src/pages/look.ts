import { watch } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import { setLanguage } from '@/i18n'
import { lookQuery } from '@/model/look'
import { useView } from '@/state/view'

/** Takes language and theme of a page without a map from its address, and keeps them there. */
export function useLook(): void {
  const route = useRoute()
  const router = useRouter()
  const view = useView()
  view.language = route.query.lang === 'en' ? 'en' : 'zh'
  view.theme = route.query.t === 'dark' ? 'dark' : 'light'
  watch(() => [view.language, view.theme] as const, ([language, theme]) => {
    document.documentElement.dataset.theme = theme
    void setLanguage(language)
    const { lang: _lang, t: _theme, ...rest } = route.query
    const query: LocationQueryRaw = { ...rest, ...lookQuery(view) }
    if (route.query.lang !== query.lang || route.query.t !== query.t) void router.replace({ query, hash: route.hash })
  }, { immediate: true })
}
