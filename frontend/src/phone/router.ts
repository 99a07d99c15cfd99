import { createRouter, createWebHistory } from 'vue-router'
import HomePage from './pages/HomePage.vue'

/** The pages of the phone. All of them lie on the device, so that each opens without a line. */
export const router = createRouter({
  history: createWebHistory('/m'),
  routes: [
    { path: '/', name: 'home', component: HomePage, meta: { tab: 'home' } },
    { path: '/report/:id?', name: 'report', component: () => import('./pages/ReportPage.vue') },
    { path: '/sent/:id', name: 'sent', component: () => import('./pages/SentPage.vue') },
    { path: '/task/:id', name: 'task', component: () => import('./pages/TaskPage.vue') },
    { path: '/task/:id/:step', name: 'step', component: () => import('./pages/StepPage.vue') },
    { path: '/near', name: 'near', component: () => import('./pages/NearPage.vue'), meta: { tab: 'near' } },
    { path: '/locate', name: 'locate', component: () => import('./pages/LocatePage.vue'), meta: { tab: 'locate' } },
    { path: '/outbox', name: 'outbox', component: () => import('./pages/OutboxPage.vue'), meta: { tab: 'outbox' } },
    { path: '/me', name: 'me', component: () => import('./pages/MePage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
