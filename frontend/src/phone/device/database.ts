/** The phone's own database: items, their pictures, and what was last read from the server. */

const name = 'wutu-phone'
const version = 1
export type StoreName = 'items' | 'pictures' | 'pack'

let opened: Promise<IDBDatabase> | undefined

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, version)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('items', { keyPath: 'id' })
      request.result.createObjectStore('pictures')
      request.result.createObjectStore('pack')
    }
    request.onerror = () => reject(request.error ?? new Error('no database'))
    request.onblocked = () => reject(new Error('the database is held by an older page'))
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close()
      request.result.onclose = () => { opened = undefined }
      resolve(request.result)
    }
  }).catch((error: unknown) => {
    opened = undefined
    throw error
  })
  return opened
}

/** The outcome of a request, as a promise. */
export function outcome<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the database refused'))
  })
}

/**
 * Runs work in one transaction, and resolves with its result when everything is
 * on the device. Within it only requests of the same transaction may be awaited.
 */
export async function transact<T>(stores: StoreName[], mode: IDBTransactionMode, work: (store: (name: StoreName) => IDBObjectStore) => Promise<T>): Promise<T> {
  const database = await open()
  const transaction = database.transaction(stores, mode, { durability: 'strict' })
  const finished = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('the database gave up'))
  })
  finished.catch(() => undefined)
  try {
    const result = await work((store) => transaction.objectStore(store))
    await finished
    return result
  } catch (error) {
    try {
      transaction.abort()
    } catch {
      // it was over already
    }
    throw error
  }
}
