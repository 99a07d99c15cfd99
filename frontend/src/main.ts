import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './pages/App.vue'
import { router } from './pages/router'
import { i18n } from './i18n'
import './styles/base.css'

createApp(App).use(createPinia()).use(router).use(i18n).mount('#app')
