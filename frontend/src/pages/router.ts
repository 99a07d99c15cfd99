import { createRouter, createWebHistory } from 'vue-router'

/** The pages; each is fetched when first visited, so the phone page stays light. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'map', component: () => import('./MapPage.vue') },
    { path: '/m', name: 'phone', component: () => import('./PhonePage.vue') },
    { path: '/login', name: 'login', component: () => import('./LoginPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
