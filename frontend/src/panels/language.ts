import { computed } from 'vue'
import type { Title } from '@/api/types'
import { formatCount } from '@/model/format'
import { inLanguage } from '@/model/language'
import { useView } from '@/state/view'

/** Titles and numbers in the language of the page, following its changes. */
export function useLanguage() {
  const view = useView()
  const language = computed(() => view.language)
  const title = (text: Title | undefined | null) => inLanguage(text, language.value)
  const count = (value: number | null | undefined, below?: number) => formatCount(value, below, language.value)
  const joined = (list: string[]) => list.join(view.language === 'zh' ? '、' : ', ')
  return { language, title, count, joined }
}
