import { onMounted } from 'vue'
import { useI18n } from 'vue-i18n'
import { getLife } from '@/api/events'
import type { Title } from '@/api/types'
import { useLanguage } from '@/panels/language'
import { useCached } from './cached'
import { usePhone } from './phone'

const fieldTitles: Record<string, Title> = { confirm: { zh: '核实属实', en: 'Verified' }, refuse: { zh: '核实不实', en: 'Not so' } }

/** Names of states, steps and reasons, as the server has them, kept on the phone. */
export function useWords() {
  const { title } = useLanguage()
  const life = useCached('life', getLife)
  const { t } = useI18n()
  const phone = usePhone()
  const step = (name: string) => title(life.value.value?.steps?.find((each) => each.step === name)?.title) || name
  /** Who stands at the place verifies; the table speaks of what that makes of the case. */
  const inField = (name: string): string => (phone.me?.role !== 'gridworker' ? '' : ({ confirm: t('m.stepConfirm'), refuse: t('m.stepRefuse') } as Record<string, string>)[name] ?? '')
  onMounted(() => void life.load())
  return {
    state: (name: string) => title(life.value.value?.states?.find(({ state }) => state === name)?.title) || name,
    step,
    fieldStep: (name: string, told?: string) => inField(name) || told || step(name),
    fieldTask: (name: string) => (name === 'confirm' && inField(name) ? t('m.stepVerify') : step(name)),
    fieldTitle: (name: string): Title | undefined => (inField(name) ? fieldTitles[name] : undefined),
    reasonsOf: (name: string) => (life.value.value?.reasons ?? []).filter(({ step }) => step === undefined || step === name).map(({ reason, title: words }) => ({ value: reason, text: title(words) || reason })),
  }
}
