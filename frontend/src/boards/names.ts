import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { codeTitle } from '@/model/language'
import { useCatalog } from '@/state/catalog'
import { useView } from '@/state/view'
import type { GroupBy } from './api'

export const groupings: GroupBy[] = ['department', 'district', 'street', 'community', 'grid', 'class', 'tier']

/** What a group of a board is called, in the language of the page. */
export function useGroupNames() {
  const { t } = useI18n()
  const catalog = useCatalog()
  const view = useView()
  const fields = computed(() => catalog.byID.get('events')?.schema.fields ?? [])

  function nameOf(by: GroupBy, group: { key: string; name: string }): string {
    if (group.key === '') return t('boards.none')
    const field = fields.value.find(({ name }) => name === by)
    return group.name || (field ? codeTitle(field, group.key, view.language) : '') || group.key
  }

  /** The title of a coded value of a column of the cases. */
  function valueOf(column: string, value: unknown): string {
    const field = fields.value.find(({ name }) => name === column)
    return field ? codeTitle(field, value, view.language) : String(value ?? '')
  }

  return { nameOf, valueOf, fields }
}
