import { defineStore } from 'pinia'
import { reactive, toRefs } from 'vue'
import { decodeView, defaultView, encodeView, roundCamera, type Camera, type Selection, type View } from '@/model/view'

/**
 * The plain state that the address bar carries. Heavy objects (the map,
 * features) never enter it.
 */
export const useView = defineStore('view', () => {
  const state = reactive<View>(defaultView())

  function read(query: Record<string, unknown>): void {
    Object.assign(state, decodeView(query))
  }

  const query = () => encodeView(state)

  function setCamera(camera: Camera): void {
    state.camera = roundCamera(camera)
  }

  function isShown(id: string): boolean {
    return state.layers?.some((layer) => layer.id === id) ?? false
  }

  function show(id: string, on: boolean): void {
    const rest = (state.layers ?? []).filter((layer) => layer.id !== id)
    state.layers = on ? [...rest, { id, opacity: 100 }] : rest
    if (!on && state.hex === id) state.hex = null
  }

  function setShown(ids: string[]): void {
    state.layers = ids.map((id) => ({ id, opacity: state.layers?.find((layer) => layer.id === id)?.opacity ?? 100 }))
  }

  function setOpacity(id: string, opacity: number): void {
    state.layers = (state.layers ?? []).map((layer) => (layer.id === id ? { id, opacity } : layer))
  }

  function setFilter(id: string, filter: string): void {
    const { [id]: _, ...rest } = state.filters
    state.filters = filter ? { ...rest, [id]: filter } : rest
  }

  function select(selection: Selection | null): void {
    state.selection = selection
  }

  return { ...toRefs(state), state, read, query, setCamera, isShown, show, setShown, setOpacity, setFilter, select }
})
