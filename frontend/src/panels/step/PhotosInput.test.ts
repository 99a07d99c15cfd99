import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { addMessages } from '@/i18n'
import { mount } from '../mounted.test-helper'
import PhotosInput from './PhotosInput.vue'

vi.mock('@/api/photos', () => ({
  photoAddress: (id: string) => `/thumb/${id}`,
  photoBlob: () => Promise.resolve(new Blob()),
  uploadPhoto: () => Promise.resolve({ id: 'new' }),
}))
vi.mock('@/model/picture', () => ({ shrunk: (file: Blob) => Promise.resolve(file) }))

let form: Awaited<ReturnType<typeof mount>>
let ids: string[] | undefined
beforeEach(async () => {
  await addMessages('desk')
  ids = ['p1', 'p2']
  form = await mount(PhotosInput, { modelValue: ids, 'onUpdate:modelValue': (next: string[]) => { ids = next } })
})
afterEach(() => form.unmount())

const kept = () => document.querySelectorAll('[data-photo=kept]').length

it('shows the pictures kept before, and adding one keeps them', async () => {
  expect(kept()).toBe(2)
  const input = form.one<HTMLInputElement>('[data-field=photos]')
  Object.defineProperty(input, 'files', { value: [new File(['x'], 'x.jpg', { type: 'image/jpeg' })] })
  input?.dispatchEvent(new Event('change'))
  await form.settle()
  expect(ids).toEqual(['p1', 'p2', 'new'])
  expect(kept()).toBe(3)
})

it('takes a picture kept before away', async () => {
  form.one('.x')?.click()
  await form.settle()
  expect(ids).toEqual(['p2'])
  expect(kept()).toBe(1)
})
