/** A parser of server-sent events (WHATWG HTML section 9.2.6), fed in pieces. */
export interface Message { event: string; data: string; id: string }

export class MessageParser {
  #rest = ''
  #event = ''
  #id = ''
  #data: string[] = []

  /** Returns the messages that `text` completes, in order. */
  push(text: string): Message[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    const messages: Message[] = []
    for (const line of lines) {
      if (line === '') this.#dispatch(messages)
      else this.#field(line)
    }
    return messages
  }

  #dispatch(messages: Message[]): void {
    if (this.#data.length > 0) messages.push({ event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id })
    this.#event = ''
    this.#data = []
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    let value = colon < 0 ? '' : line.slice(colon + 1)
    if (value.startsWith(' ')) value = value.slice(1)
    if (name === 'event') this.#event = value
    else if (name === 'data') this.#data.push(value)
    else if (name === 'id' && !value.includes('\0')) this.#id = value
  }
}
