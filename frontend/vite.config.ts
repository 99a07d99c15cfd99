import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// The Go server that `npm run dev` forwards data requests to.
const server = process.env.WUTU_URL ?? 'http://127.0.0.1:8080'
const forwarded = ['/api', '/ogc', '/tiles', '/healthz', '/open311']

export default defineConfig({
  plugins: [vue()],
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
  },
  server: { proxy: Object.fromEntries(forwarded.map((path) => [path, server])) },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
