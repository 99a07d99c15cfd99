import { createRouter, createWebHistory } from 'vue-router'
import { addMessages } from '@/i18n'

/** A page that comes together with the messages it speaks. */
const withAccount = <T>(page: () => Promise<T>) => () => Promise.all([page(), addMessages('account')]).then(([module]) => module)
const withAdmin = <T>(page: () => Promise<T>) => () => Promise.all([page(), addMessages('account'), addMessages('admin')]).then(([module]) => module)
const withBoards = <T>(page: () => Promise<T>) => () => Promise.all([page(), addMessages('account'), addMessages('boards'), addMessages('desk')]).then(([module]) => module)

/** The phone is an application of its own, with a document of its own. */
const elsewhere = ({ fullPath }: { fullPath: string }) => {
  window.location.assign(fullPath)
  return false
}

/** The pages; each is fetched when first visited, so none carries the others. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'map', component: () => import('./MapPage.vue') },
    { path: '/m/:rest(.*)*', component: { render: () => null }, beforeEnter: elsewhere },
    { path: '/board', name: 'board', component: withBoards(() => import('./BoardPage.vue')) },
    { path: '/evaluation', name: 'evaluation', component: withBoards(() => import('./EvaluationPage.vue')) },
    { path: '/wall', name: 'wall', component: withBoards(() => import('./WallPage.vue')) },
    { path: '/login', name: 'login', component: withAccount(() => import('./LoginPage.vue')) },
    { path: '/me', name: 'mine', component: withAccount(() => import('./MyAccessPage.vue')) },
    { path: '/admin/:tab?', name: 'admin', component: withAdmin(() => import('./AdminPage.vue')) },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
