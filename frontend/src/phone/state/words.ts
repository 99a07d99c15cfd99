import { onMounted } from 'vue'
import { getLife } from '@/api/events'
import { useLanguage } from '@/panels/language'
import { useCached } from './cached'

/** Names of states, steps and reasons, as the server has them, kept on the phone. */
export function useWords() {
  const { title } = useLanguage()
  const life = useCached('life', getLife)
  onMounted(() => void life.load())
  return {
    state: (name: string) => title(life.value.value?.states?.find(({ state }) => state === name)?.title) || name,
    step: (name: string) => title(life.value.value?.steps?.find(({ step }) => step === name)?.title) || name,
    reasonsOf: (name: string) => (life.value.value?.reasons ?? []).filter(({ step }) => step === undefined || step === name).map(({ reason, title: words }) => ({ value: reason, text: title(words) || reason })),
  }
}
