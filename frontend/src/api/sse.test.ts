import { describe, expect, it } from 'vitest'
import { MessageParser } from './sse'

describe('MessageParser', () => {
  const text = ': heartbeat\n\nid: 7\nevent: changes\ndata: {"a":\ndata: 1}\n\ndata:x\r\n\r\n'
  const expected = [
    { event: 'changes', data: '{"a":\n1}', id: '7' },
    { event: 'message', data: 'x', id: '7' },
  ]

  it('reads events, ids, comments and data of several lines', () => {
    expect(new MessageParser().push(text)).toEqual(expected)
  })

  it('gives the same messages however the text is cut', () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const parser = new MessageParser()
      expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))], `cut at ${cut}`).toEqual(expected)
    }
  })

  it('drops an event without data', () => {
    expect(new MessageParser().push('event: hello\n\n')).toEqual([])
  })
})
