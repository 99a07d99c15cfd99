import type { IControl } from 'maplibre-gl'

export interface ButtonOptions { icon: string; title: () => string; pressed?: () => boolean; click(): void }

/** A single button among the map's own controls. */
export class ButtonControl implements IControl {
  #options: ButtonOptions
  #element = document.createElement('div')
  #button = document.createElement('button')

  constructor(options: ButtonOptions) {
    this.#options = options
  }

  onAdd(): HTMLElement {
    this.#element.className = 'maplibregl-ctrl maplibregl-ctrl-group'
    this.#button.type = 'button'
    this.#button.className = 'wutu-ctrl'
    this.#button.textContent = this.#options.icon
    this.#button.addEventListener('click', () => this.#options.click())
    this.#element.append(this.#button)
    this.refresh()
    return this.#element
  }

  onRemove(): void {
    this.#element.remove()
  }

  /** Shows the title and state of now; call after the language or state changed. */
  refresh(): void {
    this.#button.title = this.#options.title()
    this.#button.setAttribute('aria-label', this.#options.title())
    if (this.#options.pressed) this.#button.setAttribute('aria-pressed', String(this.#options.pressed()))
  }
}
