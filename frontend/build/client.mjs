// Writes the types of the API from its document, api/openapi.json, which a test of
// the server keeps up to date: `npm run client`. With --check it only says whether
// the file that is there is the one it would write.
import { readFileSync, writeFileSync } from 'node:fs'

const source = new URL('../api/openapi.json', import.meta.url)
const target = new URL('../src/api/schema.ts', import.meta.url)
const doc = JSON.parse(readFileSync(source, 'utf8'))

const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replaceAll("'", "\\'")}'`)
const refName = (ref) => ref.split('/').pop()
const deref = (node) => (node?.$ref ? doc.components[node.$ref.split('/')[2]][refName(node.$ref)] : node)

/** The type of a schema. */
function type(schema, indent) {
  if (!schema || Object.keys(schema).length === 0) return 'unknown'
  if (schema.$ref) return refName(schema.$ref)
  const parts = schema.anyOf ? schema.anyOf.map((each) => type(each, indent)) : [schema.type].flat().filter(Boolean).map((name) => simple(name, schema, indent))
  return [...new Set(parts.length ? parts : ['unknown'])].join(' | ')
}

function simple(name, schema, indent) {
  switch (name) {
    case 'string': return schema.enum ? schema.enum.filter((value) => value !== null).map((value) => `'${value}'`).join(' | ') : 'string'
    case 'integer': case 'number': return 'number'
    case 'boolean': return 'boolean'
    case 'null': return 'null'
    case 'array': return list(schema, indent)
    default: return object(schema, indent)
  }
}

function list(schema, indent) {
  const of = type(schema.items, indent)
  if (schema.minItems && schema.minItems === schema.maxItems && schema.minItems <= 4) return `[${Array(schema.minItems).fill(of).join(', ')}]`
  return /[|]/.test(of) && !of.startsWith('{') ? `(${of})[]` : `${of}[]`
}

function object(schema, indent) {
  const members = Object.entries(schema.properties ?? {})
  if (!members.length) return `Record<string, ${schema.additionalProperties && typeof schema.additionalProperties === 'object' ? type(schema.additionalProperties, indent) : 'unknown'}>`
  const inner = `${indent}  `
  const lines = members.map(([name, member]) => {
    const about = member.description ? `${inner}/** ${member.description.replaceAll('*/', '* /')} */\n` : ''
    return `${about}${inner}${key(name)}${schema.required?.includes(name) ? '' : '?'}: ${type(member, inner)}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

/** The parameters of an operation that stand in one place. */
function parameters(operation, place, indent) {
  const all = (operation.parameters ?? []).map(deref).filter((p) => p.in === place)
  if (!all.length) return ''
  const lines = all.map((p) => {
    const s = deref(p.schema)
    const of = s.type === 'array' ? 'string' : type(s, indent)
    return `${indent}  ${key(p.name)}${p.required ? '' : '?'}: ${of}`
  })
  return `${indent}${place}${all.some((p) => p.required) ? '' : '?'}: {\n${lines.join('\n')}\n${indent}}\n`
}

function answer(operation, indent) {
  const good = Object.entries(operation.responses).filter(([status]) => /^2/.test(status)).map(([, response]) => deref(response))
  const types = good.map((response) => {
    const media = Object.entries(response.content ?? {})
    if (!media.length) return 'undefined'
    const json = media.find(([name]) => /json/.test(name) && !/seq|jsonl/.test(name))
    return json ? type(json[1].schema, indent) : 'unknown'
  })
  return [...new Set(types)].join(' | ') || 'undefined'
}

function body(operation, indent) {
  const content = operation.requestBody?.content
  if (!content) return ''
  const json = Object.entries(content).find(([name]) => /json/.test(name))
  return json ? `${indent}body: ${type(json[1].schema, indent)}\n` : ''
}

let out = `/* Made from api/openapi.json by \`npm run client\`: do not change it by hand. */\n`
for (const [name, schema] of Object.entries(doc.components.schemas)) {
  const about = schema.description ? `/** ${schema.description.replaceAll('*/', '* /')} */\n` : ''
  const plain = schema.type === 'object' && Object.keys(schema.properties ?? {}).length > 0
  out += `\n${about}export ${plain ? `interface ${name} ${object(schema, '')}` : `type ${name} = ${type(schema, '')}`}\n`
}
out += '\n/** Every operation by its method and path. */\nexport interface Operations {\n'
for (const [path, item] of Object.entries(doc.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    if (!operation.responses) continue
    const at = '    '
    out += `  /** ${operation.summary.replaceAll('*/', '* /')} */\n  '${method.toUpperCase()} ${path}': {\n`
    for (const place of ['path', 'query', 'header']) out += parameters(operation, place, at)
    out += `${body(operation, at)}${at}answer: ${answer(operation, at)}\n  }\n`
  }
}
out += '}\n'

let old = ''
try {
  old = readFileSync(target, 'utf8')
} catch { /* it is not there yet */ }
if (process.argv.includes('--check')) {
  if (old !== out) {
    console.error('src/api/schema.ts is not what api/openapi.json says: run `npm run client`')
    process.exit(1)
  }
} else {
  writeFileSync(target, out)
}
