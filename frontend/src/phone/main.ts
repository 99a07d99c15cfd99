import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { addMessages, i18n } from '@/i18n'
import '@/styles/base.css'
import './phone.css'
import PhoneApp from './PhoneApp.vue'
import { router } from './router'

void addMessages('phone').then(() => createApp(PhoneApp).use(createPinia()).use(router).use(i18n).mount('#app'))
