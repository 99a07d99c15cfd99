import { checkSession } from './catalog'
import type { Changes } from './eventtypes'
import { isAbort, query, subjectHeaders } from './http'
import { MessageParser, type Message } from './sse'

export type LiveState = 'connecting' | 'live' | 'late' | 'down'

export interface StreamHandlers {
  changes(batch: Changes): void
  /** The server can no longer tell what was missed: load everything again. */
  reset(): void
  state(state: LiveState): void
}

const silenceMs = 25_000 // the server's heartbeat is 15 s
const retryMs = [500, 1_000, 2_000, 5_000, 10_000]

/**
 * Follows the change stream until the returned function is called. It is read
 * with fetch rather than EventSource, which cannot say who asks. After a break
 * it resumes behind the last message it has seen.
 */
export function followStream(layers: string[], handlers: StreamHandlers): () => void {
  const stop = new AbortController()
  void run(layers, handlers, stop.signal)
  return () => stop.abort()
}

async function run(layers: string[], handlers: StreamHandlers, stopped: AbortSignal): Promise<void> {
  let last = ''
  let failures = 0
  while (!stopped.aborted) {
    handlers.state(failures === 0 ? 'connecting' : failures < 3 ? 'late' : 'down')
    try {
      await read(layers, last, stopped, handlers, (message) => {
        failures = 0
        if (message.id) last = message.id
      })
      failures++
    } catch (error) {
      if (stopped.aborted && isAbort(error)) return
      failures++
    }
    if (!stopped.aborted) await pause(retryMs[Math.min(failures, retryMs.length) - 1], stopped)
  }
}

async function read(layers: string[], last: string, stopped: AbortSignal, handlers: StreamHandlers, seen: (message: Message) => void): Promise<void> {
  const silence = new AbortController()
  const headers: Record<string, string> = { Accept: 'text/event-stream', ...subjectHeaders() }
  if (last) headers['Last-Event-ID'] = last
  const signal = AbortSignal.any([stopped, silence.signal])
  const response = await fetch(`/api/v1/stream${query({ layers: layers.join(',') })}`, { headers, signal, cache: 'no-store' })
  if (response.status === 401) checkSession()
  if (!response.ok || !response.body) throw new Error(`stream: status ${response.status}`)
  handlers.state('live')
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const parser = new MessageParser()
  let timer = setTimeout(() => silence.abort(), silenceMs)
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silenceMs)
      for (const message of parser.push(value)) {
        seen(message)
        deliver(message, handlers)
      }
    }
  } finally {
    clearTimeout(timer)
  }
}

function deliver(message: Message, handlers: StreamHandlers): void {
  if (message.event === 'reset') handlers.reset()
  if (message.event === 'changes') handlers.changes(JSON.parse(message.data) as Changes)
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    stopped.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
  })
}
