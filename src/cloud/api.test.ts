import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { get } from '../core/probe.ts'
import type { Transport } from '../core/transport.ts'
import { openApi } from './api.ts'
import type { Patience } from './http.ts'
import type { CloudConfig } from './settings.ts'
import { type Answering, endpoint, startCloud, type TestCloud, token } from './test-cloud.ts'

const PASSWORD = 'pass-of-admin-7'
const quick: Patience = { connectMs: 5_000, answerMs: 5_000, backoffMs: 1 }
const ports = get('network', '/v2.0/ports?name=vm1')

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const configOf = (url: string, more: Partial<CloudConfig> = {}): CloudConfig => ({
  name: 'lab',
  from: 'clouds.yaml',
  auth: {
    type: 'password',
    url,
    user: { name: 'admin', domain: { id: 'default' } },
    password: PASSWORD,
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  },
  region: 'RegionOne',
  interfaces: { network: 'public', compute: 'public', identity: 'public' },
  endpoints: {},
  tls: { verify: true },
  ...more,
})

function open(config: CloudConfig, patience = quick): Transport {
  const api = openApi(config, patience)
  closers.push(api.close)
  return api
}

async function cloud(answering: Answering, tls?: { key: string; cert: string }): Promise<TestCloud> {
  const server = await startCloud(answering, tls)
  closers.push(server.close)
  return server
}

async function ask(config: CloudConfig, question = ports, patience = quick) {
  const [answer] = await open(config, patience).ask([question])
  if (answer === undefined) throw new Error('no answer')
  expect(JSON.stringify(answer)).not.toContain(PASSWORD)
  return answer
}

const onPorts =
  (...replies: readonly ReturnType<Answering>[]): Answering =>
  ({ path }) =>
    path.startsWith('/v2.0/ports')
      ? replies.length > 1
        ? (replies as ReturnType<Answering>[]).shift()
        : replies[0]
      : undefined

const good = { body: { ports: [{ id: 'p1', name: 'vm1', admin_state_up: false }] } }

describe('an answer', () => {
  it('is the whole body, a field a line', async () => {
    const { url } = await cloud(onPorts(good))
    const answer = await ask(configOf(url))
    expect(answer).toMatchObject({ exit: 0, stderr: '', ask: ports })
    expect(answer.stdout.split('\n')).toContain('   "admin_state_up": false')
    expect(answer.failure).toBeUndefined()
  })

  it('comes from a Neutron below a path and with its version in the catalogue, too', async () => {
    const server = await cloud(({ path }, at) =>
      path.endsWith('/auth/tokens')
        ? token('t', [{ type: 'network', endpoints: [endpoint(`${at}/networking/v2.0/`)] }])
        : path === '/networking/v2.0/ports?name=vm1'
          ? good
          : undefined,
    )
    expect((await ask(configOf(`${server.url}/identity/v3`))).exit).toBe(0)
    expect(server.heard[0]?.path).toBe('/identity/v3/auth/tokens')
  })

  it('is found behind a redirect of the same host, with the token', async () => {
    const server = await cloud(({ path, token: shown }) => {
      if (path === '/v2.0/ports?name=vm1') return { status: 308, headers: { location: '/neutron/ports?name=vm1' } }
      return path === '/neutron/ports?name=vm1' && shown === 't1' ? good : undefined
    })
    expect((await ask(configOf(server.url))).exit).toBe(0)
  })

  it('has no secret of an object, and says that there was one', async () => {
    const server = {
      id: 's',
      name: 'vm1',
      adminPass: 'hunter2',
      metadata: { k: 'hunter2' },
      'OS-EXT-SRV-ATTR:user_data': 'hunter2',
    }
    const { url } = await cloud(({ path }, at) =>
      path.endsWith('/auth/tokens')
        ? token('t', [{ type: 'compute', endpoints: [endpoint(`${at}/v2.1`)] }])
        : { body: { servers: [server] } },
    )
    const { stdout } = await ask(configOf(url), get('compute', '/servers/detail'))
    expect(stdout).not.toContain('hunter2')
    expect(stdout).toContain('"adminPass": "[removed]"')
    expect(stdout).toContain('"name": "vm1"')
  })

  it('needs no Keystone where there is none', async () => {
    const server = await cloud(onPorts(good))
    const answer = await ask(configOf('', { auth: { type: 'none' }, endpoints: { network: server.url } }))
    expect(answer.exit).toBe(0)
    expect(server.heard).toEqual([expect.objectContaining({ token: undefined, path: '/v2.0/ports?name=vm1' })])
  })

  it('is the answer of one login, however many questions there are', async () => {
    const server = await cloud(onPorts(good))
    const answers = await open(configOf(server.url)).ask(
      Array.from({ length: 20 }, (_, i) => get('network', `/v2.0/ports?name=${i}`)),
    )
    expect(answers.map((a) => a.ask.argv[2])).toEqual(Array.from({ length: 20 }, (_, i) => `/v2.0/ports?name=${i}`))
    expect(server.heard.filter((h) => h.method === 'POST')).toHaveLength(1)
  })
})

describe('paging', () => {
  const page = (ids: readonly string[], next?: string) => ({
    body: {
      ports: ids.map((id) => ({ id })),
      ports_links: [{ rel: 'previous', href: 'http://x/' }, ...(next ? [{ rel: 'next', href: next }] : [])],
    },
  })

  it('is followed to the end and merged, whatever host the links name', async () => {
    const server = await cloud(
      onPorts(
        page(['a', 'b'], 'https://internal.invalid/v2.0/ports?name=vm1&marker=b'),
        page(['c'], 'http://x/v2.0/ports?name=vm1&marker=c'),
        page([]),
      ),
    )
    const answer = await ask(configOf(server.url))
    expect(JSON.parse(answer.stdout)).toEqual({ ports: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] })
    expect(server.heard.map((h) => h.path)).toContain('/v2.0/ports?name=vm1&marker=b')
  })

  it('that never ends is a failure, not half a list', async () => {
    const { url } = await cloud(onPorts(page(['a'], 'http://x/v2.0/ports?name=vm1&marker=a')))
    expect(await ask(configOf(url))).toMatchObject({ stdout: '', failure: { reason: 'truncated' } })
  })

  it('that breaks in the middle is a failure, not half a list', async () => {
    const { url } = await cloud(
      onPorts(page(['a'], 'http://x/?marker=a'), {
        status: 500,
        body: { NeutronError: { message: 'Request Failed' } },
      }),
    )
    expect(await ask(configOf(url))).toMatchObject({
      stdout: '',
      exit: 500,
      failure: { reason: 'http', detail: { en: expect.stringContaining('500 Request Failed') } },
    })
  })
})

describe('a question is asked again', () => {
  it('with a new token where the old one is refused, once for all that it fails', async () => {
    let tokens = 0
    const server = await cloud(({ method, token: shown }, at) => {
      if (method === 'POST') return token(`t${++tokens}`, [{ type: 'network', endpoints: [endpoint(at)] }])
      return shown === 't1' ? { status: 401, body: { error: { code: 401, message: 'expired' } } } : good
    })
    const answers = await open(configOf(server.url)).ask([ports, ports, ports])
    expect(answers.map((a) => a.exit)).toEqual([0, 0, 0])
    expect(tokens).toBe(2)
  })

  it('no more than once', async () => {
    const server = await cloud(onPorts({ status: 401, body: { error: { code: 401, message: 'no' } } }))
    expect(await ask(configOf(server.url))).toMatchObject({ exit: 401, failure: { reason: 'denied' } })
    expect(server.heard.map((h) => h.method)).toEqual(['POST', 'GET', 'POST', 'GET'])
  })

  it.each([429, 502, 503, 504])('after %d', async (status) => {
    const { url } = await cloud(onPorts({ status, body: '<html></html>' }, { status, body: '' }, good))
    expect((await ask(configOf(url))).exit).toBe(0)
  })

  it('after a broken connection, the login too', async () => {
    let posts = 0
    const { url } = await cloud((request) => (request.method === 'POST' ? (posts++ === 0 ? 'reset' : undefined) : good))
    expect((await ask(configOf(url))).exit).toBe(0)
    expect(posts).toBe(2)
  })

  it('not after 500', async () => {
    const server = await cloud(onPorts({ status: 500, body: {} }))
    expect(await ask(configOf(server.url))).toMatchObject({ exit: 500 })
    expect(server.heard).toHaveLength(2)
  })
})

describe('a failure', () => {
  const html = '<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head></html>'
  const keystoneError = (code: number, message: string) => ({
    status: code,
    body: { error: { code, message, title: 'x' } },
  })
  const onLogin =
    (reply: ReturnType<Answering>): Answering =>
    ({ method }) =>
      method === 'POST' ? reply : undefined

  it.each<[string, Answering, string, RegExp]>([
    [
      'a wrong password',
      onLogin(keystoneError(401, 'The request you have made requires authentication.')),
      'denied',
      /user "admin" .*cloud "lab".*401.*check/,
    ],
    ['no Keystone there', onLogin({ status: 404, body: html }), 'http', /no Keystone v3.*auth_url/],
    [
      'versions for a token',
      onLogin({ status: 300, body: { versions: { values: [] } } }),
      'http',
      /list of API versions.*auth_url/,
    ],
    ['a web page for a token', onLogin({ body: html }), 'http', /HTML instead of JSON.*auth_url/],
    ['JSON without a token', onLogin({ body: { hello: 1 } }), 'http', /without a Keystone token/],
    [
      'a token for no project',
      onLogin({ status: 201, headers: { 'x-subject-token': 't' }, body: { token: {} } }),
      'exit',
      /project_name/,
    ],
    [
      'a forbidden list',
      onPorts({ status: 403, body: { NeutronError: { message: 'rule:get_port is disallowed by policy' } } }),
      'denied',
      /disallowed by policy/,
    ],
    ['a web page of a proxy', onPorts({ status: 503, body: html }), 'http', /503 503 Service Unavailable/],
    ['a web page for a list', onPorts({ body: html }), 'http', /HTML instead of JSON.*network endpoint/],
    ['half of a body', onPorts({ body: '{"ports": [{"id"' }), 'http', /instead of JSON/],
    ['a list for an object', onPorts({ body: '[]' }), 'http', /instead of JSON/],
    [
      'a redirect to another host',
      onPorts({ status: 302, headers: { location: 'https://sso.invalid/' } }),
      'http',
      /redirects to https:\/\/sso\.invalid/,
    ],
    ['a closed connection', onPorts('reset'), 'unreachable', /broke before it answered/],
  ])('by %s is one sentence in both languages', async (_, answering, reason, words) => {
    const { url } = await cloud(answering)
    const answer = await ask(configOf(url))
    const { en, zh } = answer.failure?.detail ?? { en: '', zh: '' }
    expect(answer.failure?.reason).toBe(reason)
    expect(en).toMatch(words)
    expect(zh).toMatch(/[\u4e00-\u9fff].*。$/)
    expect(en + zh).not.toContain('\n')
    expect(answer.stdout).toBe('')
  })

  it('by a service that hangs ends, and is not waited for three times', async () => {
    const server = await cloud(onPorts('hang'))
    const answer = await ask(configOf(server.url), ports, { ...quick, answerMs: 50 })
    expect(answer.failure).toMatchObject({
      reason: 'timeout',
      detail: { en: expect.stringContaining('does not answer in time') },
    })
    expect(server.heard.filter((h) => h.method === 'GET')).toHaveLength(1)
  })

  it('by nobody listening, or no such host, says so', async () => {
    const { url, close } = await startCloud(() => undefined)
    await close()
    expect((await ask(configOf(url))).failure).toMatchObject({
      reason: 'unreachable',
      detail: { en: expect.stringContaining('refuses connections') },
    })
    expect((await ask(configOf('http://keystone.invalid:5000'))).failure).toMatchObject({
      reason: 'unreachable',
      detail: { en: expect.stringContaining('does not resolve') },
    })
  })

  it('by a service that is not there names those that are', async () => {
    const { url } = await cloud(() => undefined)
    expect((await ask(configOf(url), get('compute', '/servers'))).failure).toEqual({
      reason: 'not installed',
      detail: {
        en: 'The catalogue has no compute service: it has identity, network.',
        zh: expect.stringContaining('compute'),
      },
    })
  })

  it('by region or interface names the right ones', async () => {
    const { url } = await cloud(() => undefined)
    expect((await ask(configOf(url, { region: 'R9' }))).failure?.detail.en).toMatch(/"R9".*RegionOne/)
    const interfaces = { network: 'internal', compute: 'public', identity: 'public' } as const
    expect((await ask(configOf(url, { interfaces }))).failure?.detail.en).toMatch(/no internal endpoint.*public/)
  })

  it('by several regions asks which, as the VM may be in any', async () => {
    const { url } = await cloud((request, at) =>
      request.method === 'POST'
        ? token('t', [{ type: 'network', endpoints: [endpoint(at), endpoint(at, { region: 'R2', region_id: 'R2' })] }])
        : good,
    )
    const { region: _, ...config } = configOf(url)
    expect((await ask(config)).failure?.detail.en).toMatch(/R2, RegionOne.*OS_REGION_NAME/)
  })

  it('that the question expects is an answer', async () => {
    const { url } = await cloud(() => undefined)
    const answer = await ask(configOf(url), { ...get('network', '/v2.0/ports/none'), okExits: [0, 404] })
    expect(answer).toMatchObject({ exit: 404, stdout: expect.stringContaining('could not be found') })
    expect(answer.failure).toBeUndefined()
  })

  it('is the same for every question where login fails, and login is tried once', async () => {
    const server = await cloud(onLogin(keystoneError(401, 'no')))
    const api = open(configOf(server.url))
    await api.ask([ports, ports])
    await api.ask([ports])
    expect(server.heard).toHaveLength(1)
  })
})

describe('TLS', () => {
  let tls: { key: string; cert: string }
  beforeAll(() => {
    const dir = mkdtempSync(join(tmpdir(), 'tls-'))
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
    const subject = ['-subj', '/CN=keystone', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        ...subject,
      ],
      { stdio: 'ignore' },
    )
    tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  })

  it('of an unknown authority is refused, with cacert as the way out', async () => {
    const { url } = await cloud(onPorts(good), tls)
    expect((await ask(configOf(url))).failure).toMatchObject({
      reason: 'unreachable',
      detail: { en: expect.stringContaining('cacert') },
    })
  })

  it('is trusted by cacert, or without verification', async () => {
    const { url } = await cloud(onPorts(good), tls)
    expect((await ask(configOf(url, { tls: { verify: true, ca: tls.cert } }))).exit).toBe(0)
    expect((await ask(configOf(url, { tls: { verify: false } }))).exit).toBe(0)
  })

  it('for another name is refused by that name', async () => {
    const { url } = await cloud(onPorts(good), tls)
    const answer = await ask(configOf(url.replace('localhost', '127.0.0.1'), { tls: { verify: true, ca: tls.cert } }))
    expect(answer.failure?.detail.en).toMatch(/is not for 127\.0\.0\.1/)
  })

  it('asked of a server without it says http', async () => {
    const { url } = await cloud(onPorts(good))
    expect((await ask(configOf(url.replace('http:', 'https:')))).failure?.detail.en).toContain('http://')
  })
})
