import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// The Go server that `npm run dev` forwards data requests to.
const here = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url))
const server = process.env.WUTU_URL ?? 'http://127.0.0.1:8080'
const forwarded = ['/api', '/ogc', '/tiles', '/basemaps', '/healthz', '/open311']

/** While developing, the phone's pages come from their own document, as the Go server has it. */
const phonePages: Plugin = {
  name: 'phone-pages',
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _, next) => {
      if (/^\/m(?:[/?]|$)/.test(request.url ?? '')) request.url = '/m.html'
      next()
    })
  },
}

export default defineConfig({
  plugins: [vue(), phonePages],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    // Parts of the libraries that this application does not use.
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['maplibre-gl'] },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // data: fonts and scripts would break the content security policy
    chunkSizeWarningLimit: 1200, // build/size.mjs holds the real budgets
    modulePreload: { polyfill: false },
    manifest: true, // build/worker.mjs reads it, and takes it away
    rollupOptions: { input: { index: here('index.html'), m: here('m.html') } },
  },
  server: { proxy: Object.fromEntries(forwarded.map((path) => [path, server])) },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
