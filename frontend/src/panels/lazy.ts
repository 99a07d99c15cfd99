import { defineAsyncComponent, type Component } from 'vue'
import { addMessages, type Part } from '@/i18n'

/** A component that comes, with the messages it speaks, when it is first shown. */
export function lazy(part: Part, load: () => Promise<{ default: Component }>): Component {
  return defineAsyncComponent(() => Promise.all([load(), addMessages(part)]).then(([module]) => module))
}
