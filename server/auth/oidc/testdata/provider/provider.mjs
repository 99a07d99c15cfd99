// A certified OpenID provider (panva/node-oidc-provider) with a few people, for
// the tests of signing in. Takes the address of the callback; prints one line of
// JSON when it listens: its issuer and its signing key, with which the tests
// forge tokens that only their claims betray. Ends when its standard input does.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { generateKeyPair, exportJWK } from 'jose'
import Provider from 'oidc-provider'

const redirect = process.argv[2]
const people = {
  wang: { name: '王规划', email: 'wang@example.gov.cn', email_verified: true, employee: 'E-001', realm_access: { roles: ['staff', 'planner'] } },
  zhang: { name: '张调度', email: 'zhang@example.gov.cn', email_verified: true, employee: 'E-002', realm_access: { roles: ['sysadmin', 'dispatcher'] } },
  mallory: { name: 'Mallory', email: 'wang@example.gov.cn', email_verified: false, employee: 'E-666', realm_access: { roles: ['system'] } },
}

const { privateKey } = await generateKeyPair('RS256', { extractable: true })
const key = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' }

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${server.address().port}`

const client = { redirect_uris: [redirect], response_types: ['code'], grant_types: ['authorization_code'] }
const provider = new Provider(issuer, {
  clients: [
    { ...client, client_id: 'wutu', client_secret: 'a secret of the tests' },
    { ...client, client_id: 'other', client_secret: 'another secret of the tests' },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ['for the tests'] },
  pkce: { required: () => true },
  claims: { openid: ['sub', 'employee', 'realm_access'], profile: ['name'], email: ['email', 'email_verified'] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
})
server.on('request', provider.callback())
console.log(JSON.stringify({ issuer, key }))

process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
