// The page on which people try the API out. Everything it shows comes from the
// document of the server it is on.
'use strict'

const $ = (id) => document.getElementById(id)

/** Makes an element: el('p', {class: 'x'}, 'text', child). Text is never read as HTML. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else if (value === true) node.setAttribute(name, '')
    else if (value !== undefined && value !== false && value !== null) node.setAttribute(name, value)
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false))
  return node
}

let doc = { paths: {}, components: {} }
let operations = []
let token = ''
const problemNames = new Map()

const deref = (node) => (node && node.$ref ? node.$ref.slice(2).split('/').reduce((at, part) => at?.[part], doc) : node) ?? {}
const refName = (node) => (node?.$ref ? node.$ref.split('/').pop() : '')

start()

async function start() {
  $('key').value = sessionStorage.getItem('wutu.docs.key') ?? ''
  $('key').addEventListener('change', () => {
    sessionStorage.setItem('wutu.docs.key', $('key').value.trim())
    whoAmI()
  })
  $('menu').addEventListener('click', () => menu(!$('side').classList.contains('open')))
  $('find').addEventListener('input', list)
  addEventListener('hashchange', show)
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') menu(false)
    if (event.key === '/' && !/INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) {
      event.preventDefault()
      menu(true)
      $('find').focus()
    }
  })
  try {
    const answer = await fetch('/openapi.json')
    if (!answer.ok) throw new Error(String(answer.status))
    doc = await answer.json()
  } catch (error) {
    $('main').replaceChildren(el('p', { class: 'state' }, `无法读取接口文档，请重试。Cannot read the document (${error.message}).`))
    return
  }
  $('version').textContent = `OpenAPI ${doc.openapi} · ${doc.info.version}`
  for (const [path, item] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation.operationId) operations.push({ path, method, ...operation, parameters: (operation.parameters ?? []).map(deref) })
    }
  }
  list()
  show()
  whoAmI()
}

function menu(open) {
  $('side').classList.toggle('open', open)
  $('menu').setAttribute('aria-expanded', String(open))
}

/** The subject of the key or session, and the token that writing in a session needs. */
async function whoAmI() {
  try {
    const answer = await fetch('/api/v1/me', { headers: keyHeader() })
    const me = answer.ok ? await answer.json() : {}
    token = me.csrf ?? ''
    $('who').textContent = answer.ok ? `${me.name?.zh || '访客'} · ${me.role}` : `密钥无效 ${answer.status}`
  } catch {
    $('who').textContent = '离线'
  }
}

const keyHeader = () => ($('key').value.trim() ? { Authorization: `Bearer ${$('key').value.trim()}` } : {})

/* ---- contents ---- */

function list() {
  const words = $('find').value.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (o) => words.every((word) => `${o.path} ${o.summary} ${o['x-summary-zh'] ?? ''} ${o.operationId} ${o.method}`.toLowerCase().includes(word))
  const groups = (doc.tags ?? []).map((tag) => {
    const links = operations.filter((o) => o.tags?.[0] === tag.name && fits(o)).map((o) =>
      el('a', { href: `#${o.operationId}`, 'aria-current': decodeURIComponent(location.hash.slice(1)) === o.operationId && 'page', onclick: () => menu(false) },
        el('span', { class: `method ${o.method}` }, short(o.method)),
        el('span', {}, o['x-summary-zh'] || o.summary, el('small', {}, o.path))))
    return links.length ? [el('h2', {}, tag['x-title-zh'] || tag.name, el('span', {}, tag.name)), ...links] : []
  })
  const all = groups.flat()
  $('list').replaceChildren(...(all.length ? all : [el('p', { class: 'state' }, '没有找到 Nothing found')]))
}

const short = (method) => ({ delete: 'DEL', options: 'OPT' })[method] ?? method.toUpperCase()

function show() {
  const id = decodeURIComponent(location.hash.slice(1))
  const operation = operations.find((o) => o.operationId === id)
  const page = operation ? draw(operation) : welcome()
  $('main').replaceChildren(page)
  $('main').scrollTop = 0
  document.title = operation ? `${operation['x-summary-zh'] || operation.summary} · 接口试用` : '接口试用 · API'
  list()
}

function welcome() {
  return el('div', { class: 'page' },
    el('div', { class: 'head' }, el('h1', {}, `${doc.info['x-title-zh'] ?? doc.info.title} 接口`), el('p', { class: 'en' }, '人、企、地、物、政五张图与事件：OGC API 要素与切片、位置与统计查询、变更、事件处置。坐标为经纬度（WGS 84），长度单位米，时间按 RFC 3339。'),
      el('p', { class: 'en' }, doc.info.description)),
    el('div', { class: 'welcome' }, (doc.tags ?? []).map((tag) => {
      const own = operations.filter((o) => o.tags?.[0] === tag.name)
      return own.length ? el('a', { class: 'card', href: `#${own[0].operationId}` }, el('h2', {}, tag['x-title-zh'] || tag.name),
        el('p', {}, tag.description ?? tag.name), el('p', { class: 'num' }, `${own.length} 个接口 operations`)) : null
    })))
}

/* ---- one operation ---- */

function draw(o) {
  const output = el('div', { 'aria-live': 'polite' })
  const curl = el('pre', {})
  const form = el('form', { autocomplete: 'off' })
  const groups = [['path', '路径参数', 'Path'], ['query', '查询参数', 'Query'], ['header', '请求头', 'Header']]
  const inputs = []
  for (const [place, zh, en] of groups) {
    const params = o.parameters.filter((p) => p.in === place)
    if (!params.length) continue
    form.append(el('section', { class: 'card' }, el('h2', {}, zh, el('span', {}, en)), params.map((p) => field(o, p, inputs))))
  }
  const body = bodyOf(o)
  let text
  if (body && body.json) {
    text = el('textarea', { id: 'body', spellcheck: 'false', 'aria-label': '正文 Body' })
    text.value = body.example
  } else if (body) {
    text = el('input', { id: 'body', type: 'file', 'aria-label': '文件 File' })
  }
  if (body) {
    form.append(el('section', { class: 'card' }, el('h2', {}, '请求正文', el('span', {}, `Body · ${body.type}`)), text,
      body.schema && el('details', {}, el('summary', {}, el('em', {}, '结构 Schema')), tree(body.schema))))
  }
  const send = el('button', { class: 'button primary', type: 'submit' }, '发送 Send')
  form.append(el('section', { class: 'card' }, el('h2', {}, '命令行', el('span', {}, 'curl')),
    el('div', { class: 'curl' }, curl, el('button', { class: 'button slim', type: 'button', onclick: (event) => copy(event.target, curl.textContent) }, '复制 Copy')),
    el('div', { class: 'row' }, send, el('button', { class: 'button', type: 'button', onclick: () => show() }, '重置 Reset'))))
  const request = () => build(o, inputs, body, text)
  const refresh = () => { curl.textContent = curlOf(request()) }
  form.addEventListener('input', refresh)
  $('key').oninput = refresh
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    send.disabled = true
    await ask(request(), output)
    send.disabled = false
  })
  for (const input of inputs) if (input.find) fill(input, refresh)
  refresh()
  return el('div', { class: 'page' },
    el('div', { class: 'head' }, el('h1', {}, o['x-summary-zh'] || o.summary, o['x-weight'] === 'heavy' && el('span', { class: 'mark', title: 'A few at a time' }, '重型查询')),
      o['x-summary-zh'] && el('p', { class: 'en' }, o.summary),
      el('p', { class: 'address' }, el('span', { class: `method ${o.method}` }, o.method.toUpperCase()), el('span', {}, o.path))),
    form, output, answers(o))
}

function field(o, p, inputs) {
  const schema = deref(p.schema)
  const id = `p-${p.in}-${p.name}`
  const first = p.example ?? (p.required ? schema.default : undefined)
  let input
  if (schema.enum || schema.type === 'boolean') {
    const options = schema.enum ?? ['true', 'false']
    input = el('select', { id }, !p.required && el('option', { value: '' }, '—'), options.map((value) => el('option', { value, selected: String(first ?? '') === String(value) }, value)))
  } else {
    input = el('input', { id, type: 'text', inputmode: schema.type === 'integer' || schema.type === 'number' ? 'decimal' : undefined,
      placeholder: schema.default !== undefined ? String(schema.default) : '', spellcheck: 'false' })
    input.value = first === undefined ? '' : [first].flat().join(',')
  }
  inputs.push({ param: p, input, find: p['x-example-at'] })
  const bounds = [schema.minimum, schema.maximum].some((x) => x !== undefined) ? ` ${schema.minimum ?? '…'} – ${schema.maximum ?? '…'}` : ''
  return el('div', { class: 'field' },
    el('label', { for: id }, p.name, p.required && el('b', { title: '必填 required' }, ' *'), el('i', {}, `${schema.type === 'array' ? 'number,…' : schema.type ?? ''}${bounds}`)),
    input, (p['x-description-zh'] || p.description) && el('p', {}, [p['x-description-zh'], p.description].filter(Boolean).join('　')))
}

/** Finds an id that only the city knows: an address and a pointer into its answer. */
async function fill(entry, then) {
  try {
    const answer = await fetch(entry.find.href, { headers: keyHeader() })
    if (!answer.ok) return
    const value = entry.find.pointer.slice(1).split('/').reduce((at, part) => at?.[part], await answer.json())
    if (value !== undefined && !entry.input.value) {
      entry.input.value = value
      then()
    }
  } catch { /* the field stays empty */ }
}

function bodyOf(o) {
  const content = o.requestBody?.content
  if (!content) return null
  const types = Object.keys(content)
  const type = types.find((t) => t.includes('json')) ?? types[0]
  const media = content[type]
  if (!type.includes('json')) return { type, json: false }
  const example = media.example !== undefined ? media.example : sample(media.schema, new Set(), 0)
  return { type, json: true, schema: media.schema, example: JSON.stringify(example, null, 2) }
}

/** A value of a schema, with the members that are required. */
function sample(schema, path, depth) {
  const name = refName(schema)
  if (depth > 6 || path.has(name)) return null
  const s = deref(schema)
  const inner = name ? new Set([...path, name]) : path
  if (name === 'Geometry') return { type: 'Point', coordinates: [111.29, 30.69] }
  if (s.anyOf) return sample(s.anyOf[0], inner, depth + 1)
  if (s.enum) return s.enum[0]
  const type = [s.type].flat()[0]
  if (type === 'object') {
    const out = {}
    for (const [key, member] of Object.entries(s.properties ?? {})) if (s.required?.includes(key)) out[key] = sample(member, inner, depth + 1)
    return out
  }
  if (type === 'array') return s.minItems ? Array.from({ length: s.minItems }, () => sample(s.items, inner, depth + 1)) : []
  if (type === 'integer' || type === 'number') return s.minimum ?? 0
  if (type === 'boolean') return false
  if (s.format === 'date-time') return new Date().toISOString().slice(0, 19) + 'Z'
  return ''
}

/* ---- asking ---- */

function build(o, inputs, body, text) {
  let path = o.path
  const query = []
  const headers = { ...keyHeader() }
  for (const { param, input } of inputs) {
    const value = input.value.trim()
    if (param.in === 'path') path = path.replace(`{${param.name}}`, value ? encodeURIComponent(value).replaceAll('%2C', ',') : `{${param.name}}`)
    else if (value === '') continue
    else if (param.in === 'query') query.push(`${encodeURIComponent(param.name)}=${encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%3B', ';')}`)
    else headers[param.name] = value
  }
  const request = { method: o.method.toUpperCase(), url: path + (query.length ? `?${query.join('&')}` : ''), headers, stream: false }
  if (body?.json) {
    headers['Content-Type'] = body.type
    request.body = text.value
  } else if (body && text.files[0]) {
    headers['Content-Type'] = text.files[0].type || body.type
    request.body = text.files[0]
  }
  request.stream = Object.keys(deref(o.responses['200'])?.content ?? {}).some((type) => type === 'text/event-stream')
  return request
}

function curlOf(request) {
  const quote = (s) => `'${String(s).replaceAll("'", `'\\''`)}'`
  const parts = [`curl${request.method === 'GET' ? '' : ` -X ${request.method}`} ${quote(location.origin + request.url)}`]
  for (const [name, value] of Object.entries(request.headers)) parts.push(`-H ${quote(`${name}: ${name === 'Authorization' ? 'Bearer …' : value}`)}`)
  if (typeof request.body === 'string') parts.push(`--data ${quote(compact(request.body))}`)
  else if (request.body) parts.push(`--data-binary ${quote(`@${request.body.name}`)}`)
  if (request.stream) parts.push('-N')
  return parts.join(' \\\n  ')
}

function compact(text) {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

async function ask(request, output) {
  const begin = performance.now()
  const headers = { ...request.headers }
  if (token && !headers.Authorization && request.method !== 'GET') headers['X-CSRF-Token'] = token
  output.replaceChildren(el('section', { class: 'card' }, el('p', { class: 'state' }, '等待答复… Waiting')))
  const stop = new AbortController()
  try {
    const answer = await fetch(request.url, { method: request.method, headers, body: request.body, signal: stop.signal, cache: 'no-store' })
    const type = answer.headers.get('Content-Type') ?? ''
    const { bytes, cut } = await take(answer, request.stream ? 6000 : 2_000_000, request.stream ? 3000 : 0, stop)
    output.replaceChildren(result(answer, type, bytes, cut, performance.now() - begin))
  } catch (error) {
    output.replaceChildren(el('section', { class: 'card' }, el('p', { class: 'state' }, `没有答复 No answer: ${error.message}`)))
  }
  output.scrollIntoView({ block: 'nearest' })
}

/** Reads an answer as far as it is shown: so many bytes, for so long. */
async function take(answer, most, forMs, stop) {
  if (!answer.body) return { bytes: new Uint8Array(), cut: false }
  const reader = answer.body.getReader()
  const parts = []
  let size = 0
  let cut = false
  const timer = forMs && setTimeout(() => { cut = true; stop.abort() }, forMs)
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      parts.push(chunk.value)
      size += chunk.value.length
      if (size > most) {
        cut = true
        stop.abort()
        break
      }
    }
  } catch (error) {
    if (!cut) throw error
  }
  clearTimeout(timer)
  return { bytes: new Uint8Array(await new Blob(parts).arrayBuffer()), cut }
}

function result(answer, type, bytes, cut, ms) {
  const shown = el('pre', { tabindex: '0', 'aria-label': '答复 Answer' })
  if (/json|text|xml|csv|javascript|event-stream/.test(type)) {
    const text = new TextDecoder().decode(bytes)
    if (/json/.test(type) && !cut && !/seq|jsonl/.test(type)) colour(shown, pretty(text))
    else shown.textContent = text.slice(0, 200_000)
  } else if (/^image\//.test(type)) {
    shown.replaceChildren(el('img', { src: URL.createObjectURL(new Blob([bytes], { type })), alt: '答复的图片 The picture answered' }))
  } else {
    shown.textContent = bytes.length ? `（二进制 binary, ${bytes.length} B）` : '（无正文 no body）'
  }
  return el('section', { class: 'card' }, el('h2', {}, '答复', el('span', {}, 'Answer')),
    el('div', { class: 'result' }, el('b', { class: answer.ok || answer.status === 304 ? 'status' : 'status bad' }, `${answer.status} ${answer.statusText}`),
      el('span', {}, `${Math.round(ms)} ms`), el('span', {}, `${bytes.length.toLocaleString()} B${cut ? ' …' : ''}`), el('span', {}, type)),
    shown, el('details', {}, el('summary', {}, el('em', {}, '答复头 Headers')),
      el('dl', { class: 'headers' }, [...answer.headers].flatMap(([name, value]) => [el('dt', {}, el('code', {}, name)), el('dd', {}, value)]))))
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).replace(/\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g, (_, numbers) => `[${numbers.replace(/\s+/g, ' ')}]`)
  } catch {
    return text
  }
}

/** Shows JSON with its parts in colours, as far as a page stays quick. */
function colour(into, text) {
  if (text.length > 120_000) {
    into.textContent = text.slice(0, 400_000)
    return
  }
  const parts = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g
  let at = 0
  for (const match of text.matchAll(parts)) {
    into.append(text.slice(at, match.index))
    const kind = match[1] ? (match[2] ? 'k' : 's') : match[3] ? 'n' : 'z'
    into.append(el('span', { class: kind }, match[1] ?? match[0]), match[2] ?? '')
    at = match.index + match[0].length
  }
  into.append(text.slice(at))
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = '已复制 Copied'
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling)
    button.textContent = '请按 Ctrl+C'
  }
  setTimeout(() => { button.textContent = '复制 Copy' }, 1500)
}

/* ---- what may come back ---- */

function answers(o) {
  const entries = Object.entries(o.responses).map(([status, raw]) => [status, deref(raw)])
  const good = entries.filter(([status]) => status < '400')
  const bad = entries.filter(([status]) => status >= '400' && status !== 'default')
  return el('section', { class: 'card' }, el('h2', {}, '可能的答复', el('span', {}, 'Answers')),
    good.map(([status, answer], index) => el('details', { open: index === 0 },
      el('summary', {}, el('code', {}, status), el('span', {}, answer.description), el('em', {}, Object.keys(answer.content ?? {}).join(' · '))),
      headerList(answer), Object.entries(answer.content ?? {}).filter(([, media]) => media.schema && Object.keys(media.schema).length).slice(0, 1).map(([, media]) => tree(media.schema)))),
    bad.length > 0 && el('details', {}, el('summary', {}, el('em', {}, `失败 Failures: ${bad.map(([status]) => status).join(' ')}`)),
      el('dl', { class: 'headers' }, bad.flatMap(([status, answer]) => [el('dt', {}, el('code', {}, status)), el('dd', {}, kinds(answer).flatMap((kind) => [problem(kind), ' ']))]))))
}

const kinds = (answer) => deref(answer.content?.['application/problem+json']?.schema).allOf?.[1]?.properties?.type?.enum ?? []

function problem(type) {
  const link = el('a', { href: type, target: '_blank', rel: 'noopener' }, type.split('/').pop())
  link.addEventListener('pointerenter', async () => {
    if (!problemNames.has(type)) problemNames.set(type, fetch(type).then((answer) => answer.json()).catch(() => null))
    const known = await problemNames.get(type)
    if (known) link.title = `${known.title.zh}：${known.about.zh}\n${known.title.en}. ${known.about.en}`
  }, { once: true })
  return link
}

function headerList(answer) {
  const all = Object.entries(answer.headers ?? {})
  return all.length ? el('dl', { class: 'headers' }, all.flatMap(([name, header]) => [el('dt', {}, el('code', {}, name)), el('dd', {}, header.description ?? '')])) : null
}

/** The members of a schema; components open on a click. */
function tree(schema) {
  const name = refName(schema)
  return el('div', { class: 'tree' }, name && el('b', {}, name), members(deref(schema), 0))
}

function typeName(schema) {
  if (schema?.$ref) return refName(schema)
  if (schema?.anyOf) return schema.anyOf.map(typeName).join(' | ')
  const s = schema ?? {}
  const types = [s.type].flat().filter(Boolean)
  return types.map((type) => (type === 'array' ? `${typeName(s.items)}[]` : type === 'object' && s.additionalProperties ? `{ [ ]: ${typeName(s.additionalProperties)} }` : type)).join(' | ') || 'any'
}

function members(schema, depth) {
  const s = inside(schema)
  const properties = Object.entries(s.properties ?? {})
  if (!properties.length) return depth ? null : el('p', {}, typeName(schema))
  return el('ul', {}, properties.map(([key, member]) => {
    const under = inside(member)
    const more = under.properties && depth < 8 && el('button', { type: 'button', 'aria-expanded': 'false', onclick: (event) => {
      const open = event.target.getAttribute('aria-expanded') === 'true'
      event.target.setAttribute('aria-expanded', String(!open))
      if (open) event.target.parentElement.querySelector(':scope > ul').remove()
      else event.target.parentElement.append(members(under, depth + 1))
    } }, typeName(member))
    return el('li', {}, key, s.required?.includes(key) && el('b', { title: '总有 always there' }, ' *'), ' ', more || el('span', {}, typeName(member)),
      (member.description ?? under.description) && el('i', {}, member.description ?? under.description), member.enum && el('i', {}, member.enum.join(' | ')))
  }))
}

/** The object behind a reference, a list, or one of several. */
function inside(schema) {
  let s = schema ?? {}
  for (let i = 0; i < 6; i++) {
    if (s.$ref) s = deref(s)
    else if (s.anyOf) s = s.anyOf[0]
    else if (s.items) s = s.items
    else if (s.additionalProperties && typeof s.additionalProperties === 'object' && !s.properties) s = s.additionalProperties
    else break
  }
  return s
}
