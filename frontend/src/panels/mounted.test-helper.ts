import { createPinia, setActivePinia } from 'pinia'
import { createApp, h, nextTick, type Component } from 'vue'
import { vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { addMessages, i18n } from '@/i18n'

export interface Reply { status: number; body?: unknown; headers?: Record<string, string> }

/** Answers requests by "METHOD path"; what is not named is not found. Returns what was asked, in order. */
export function serve(replies: Record<string, Reply | Reply[]>): { key: string; body: unknown }[] {
  const asked: { key: string; body: unknown }[] = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
    const key = `${init.method ?? 'GET'} ${path.split('?')[0]}`
    asked.push({ key, body: init.body ? JSON.parse(String(init.body)) : undefined })
    const found = replies[key]
    const reply = (Array.isArray(found) ? (found.length > 1 ? found.shift() : found[0]) : found) ?? { status: 404, body: { type: '/problems/not-found' } }
    return Promise.resolve(new Response(reply.body === undefined ? null : JSON.stringify(reply.body), { status: reply.status, headers: reply.headers }))
  })
  return asked
}

/** Mounts a component with its messages; `settle` waits until requests and pictures are through. */
export async function mount(component: Component, props: Record<string, unknown>) {
  const pinia = createPinia()
  setActivePinia(pinia)
  await addMessages('account')
  const host = document.createElement('div')
  document.body.append(host)
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  const app = createApp({ render: () => h(component, props) }).use(pinia).use(router).use(i18n)
  app.mount(host)
  const settle = async () => { for (let i = 0; i < 12; i++) { await Promise.resolve(); await nextTick() } }
  await settle()
  const one = <T extends Element = HTMLElement>(selector: string) => document.querySelector<T>(selector)
  return {
    one,
    settle,
    text: () => document.body.textContent ?? '',
    async fill(selector: string, value: string) {
      const input = one<HTMLInputElement>(selector)
      if (!input) throw new Error(`nothing is ${selector}`)
      input.value = value
      input.dispatchEvent(new Event(input.tagName === 'SELECT' ? 'change' : 'input'))
      await settle()
    },
    async submit() {
      one('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
      await settle()
    },
    unmount() {
      app.unmount()
      document.body.innerHTML = ''
    },
  }
}
