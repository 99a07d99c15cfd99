const lockName = 'wutu-outbox'

/** Lets one page of the browser work at a time, where it can see to that; elsewhere the server's keys do. */
export async function alone(work: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return work()
  await navigator.locks.request(lockName, work)
}

const channelName = 'wutu-outbox'
let channel: BroadcastChannel | undefined

/** Tells the browser's other pages that items have changed. */
export function tellOthers(): void {
  channel ??= typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(channelName)
  channel?.postMessage('changed')
}

export function onOthers(then: () => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined
  const ear = new BroadcastChannel(channelName)
  ear.onmessage = then
  return () => ear.close()
}
