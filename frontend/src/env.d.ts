/// <reference types="vite/client" />
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}
declare module 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url' {
  const url: string
  export default url
}
interface Window {
  /** Set for browser tests: counts map idles and exposes the shown state. */
  wutu?: { idle: number; live: string; state: () => unknown; rendered?: (styleLayer: string) => string[] }
}
