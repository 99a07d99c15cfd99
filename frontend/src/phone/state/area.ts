import { computed, onMounted, watch } from 'vue'
import { getFeature } from '@/api/features'
import type { Feature } from '@/api/types'
import { usePhone } from './phone'
import { useCached } from './cached'

const layerOfLength: Record<number, string> = { 6: 'districts', 9: 'streets', 12: 'communities', 15: 'grids' }

/** The layer whose areas have codes of this form; '' for the whole city. */
export const layerOf = (code: string): string => layerOfLength[code.length] ?? ''

/** The worker's own area with its border, kept on the phone. */
export function useArea() {
  const phone = usePhone()
  const code = computed(() => phone.me?.region ?? '')
  const cached = useCached<Feature | null>('area', () => (layerOf(code.value) ? getFeature(layerOf(code.value), code.value) : Promise.resolve(null)))
  const area = computed(() => {
    const found = cached.value.value
    return found && found.id === code.value ? { name: String(found.properties.name ?? found.id), code: found.id, geometry: found.geometry, at: cached.at.value } : null
  })
  onMounted(() => void cached.load())
  watch(code, () => void cached.load())
  return { area, code }
}
