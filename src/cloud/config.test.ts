import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCloud } from './config.ts'
import { CloudError } from './failures.ts'

type Files = Readonly<Record<string, string>>
interface Given {
  readonly files?: Files
  readonly env?: Readonly<Record<string, string>>
  readonly cloud?: string
}

function place(files: Files) {
  const root = mkdtempSync(join(tmpdir(), 'clouds-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return { root, cwd: join(root, 'cwd'), home: join(root, 'home'), site: join(root, 'etc') }
}

function load({ files = {}, env = {}, cloud }: Given) {
  const { root: _, ...folders } = place(files)
  return loadCloud({ ...folders, env, ...(cloud === undefined ? {} : { cloud }) })
}

function errorOf(given: Given): CloudError {
  try {
    load(given)
  } catch (error) {
    if (error instanceof CloudError) return error
    throw error
  }
  throw new Error('no error')
}

const kolla = `
clouds:
  kolla-admin:
    auth:
      auth_url: http://10.0.0.250:5000
      project_domain_name: Default
      user_domain_name: Default
      project_name: admin
      username: admin
      password: s3cret-kolla
    region_name: RegionOne
  kolla-admin-internal:
    auth:
      auth_url: http://10.0.0.250:5000/v3
      project_name: admin
      username: admin
      password: s3cret-kolla
    region_name: RegionOne
    interface: internal
    network_api_version: 2.0
`

describe('clouds.yaml', () => {
  it('reads a password cloud as Kolla writes it', () => {
    expect(load({ files: { 'etc/clouds.yaml': kolla }, cloud: 'kolla-admin' })).toMatchObject({
      name: 'kolla-admin',
      region: 'RegionOne',
      interfaces: { network: 'public', compute: 'public', identity: 'public' },
      tls: { verify: true },
      auth: {
        type: 'password',
        url: 'http://10.0.0.250:5000',
        user: { name: 'admin', domain: { name: 'Default' } },
        password: 's3cret-kolla',
        scope: { project: { name: 'admin', domain: { name: 'Default' } } },
      },
    })
  })

  it('takes the domain "default" where none is given, and the interface that is', () => {
    const cloud = load({ files: { 'etc/clouds.yaml': kolla }, env: { OS_CLOUD: 'kolla-admin-internal' } })
    expect(cloud.interfaces.network).toBe('internal')
    expect(cloud.auth).toMatchObject({
      user: { domain: { id: 'default' } },
      scope: { project: { domain: { id: 'default' } } },
    })
  })

  it('takes the first file in the order of openstacksdk', () => {
    const one = (name: string) => `clouds: {${name}: {auth: {auth_url: http://k, username: u, password: p}}}`
    const files = {
      'cwd/clouds.yml': one('cwd'),
      'home/.config/openstack/clouds.yaml': one('home'),
      'etc/clouds.yaml': one('etc'),
    }
    expect(load({ files }).name).toBe('cwd')
    const { 'cwd/clouds.yml': _, ...others } = files
    expect(load({ files: others }).name).toBe('home')
    expect(
      load({ files: { ...others, 'cwd/other.yaml': one('other') }, env: { OS_CLIENT_CONFIG_FILE: 'other.yaml' } }).name,
    ).toBe('other')
  })

  it('reads JSON, and lays secure.yaml over it', () => {
    const files = {
      'home/.config/openstack/clouds.json':
        '{"clouds":{"a":{"auth":{"auth_url":"http://k/","username":"u","project_id":"p1"}}}}',
      'home/.config/openstack/secure.yaml': 'clouds: {a: {auth: {password: hidden}}}',
    }
    expect(load({ files }).auth).toMatchObject({
      url: 'http://k',
      password: 'hidden',
      scope: { project: { id: 'p1' } },
    })
  })

  it.each<[string, string, object]>([
    [
      'a password of digits',
      'auth: {auth_url: http://k, username: 7, password: 123456}',
      { auth: { user: { name: '7' }, password: '123456' } },
    ],
    [
      'a password with leading zeros',
      'auth: {auth_url: http://k, username: u, password: 0123}',
      { auth: { password: '0123' } },
    ],
    [
      'a project called n',
      'auth: {auth_url: http://k, username: u, password: p, project_name: n}',
      { auth: { scope: { project: { name: 'n' } } } },
    ],
    [
      'empty settings',
      'auth: {auth_url: http://k, username: u, password: p, project_id: }\n    region_name: null',
      { auth: { type: 'password' } },
    ],
    [
      'settings beside auth',
      'auth: {auth_url: http://k}\n    username: u\n    password: p',
      { auth: { type: 'password', password: 'p' } },
    ],
    [
      'the old word tenant',
      'auth: {auth_url: http://k, username: u, password: p, tenant_name: t}',
      { auth: { scope: { project: { name: 't' } } } },
    ],
    [
      'system scope',
      'auth: {auth_url: http://k, username: u, password: p, system_scope: all}',
      { auth: { scope: { system: { all: true } } } },
    ],
    [
      'domain scope',
      'auth: {auth_url: http://k, username: u, password: p, domain_name: d}',
      { auth: { scope: { domain: { name: 'd' } } } },
    ],
    ['a user id', 'auth: {auth_url: http://k, user_id: u1, password: p}', { auth: { user: { id: 'u1' } } }],
    [
      'an application credential',
      'auth_type: v3applicationcredential\n    auth: {auth_url: http://k, application_credential_id: i, application_credential_secret: s}',
      { auth: { type: 'application credential', credential: { id: 'i' }, secret: 's' } },
    ],
    [
      'an application credential by name',
      'auth_type: v3applicationcredential\n    auth: {auth_url: http://k, username: u, user_domain_id: d, application_credential_name: n, application_credential_secret: s}',
      { auth: { credential: { name: 'n', user: { name: 'u', domain: { id: 'd' } } } } },
    ],
    [
      'a token',
      'auth_type: v3token\n    auth: {auth_url: http://k, token: t, project_id: p}',
      { auth: { type: 'token', token: 't' } },
    ],
    [
      'no Keystone at all',
      'auth_type: none\n    auth: {endpoint: http://n:9696}',
      { auth: { type: 'none' }, endpoints: { network: 'http://n:9696' } },
    ],
    [
      'no Keystone, by override',
      'auth_type: none\n    network_endpoint_override: http://n:9696/',
      { endpoints: { network: 'http://n:9696' } },
    ],
    ['verify: no', 'auth: {auth_url: https://k, username: u, password: p}\n    verify: no', { tls: { verify: false } }],
    [
      'insecure',
      'auth: {auth_url: https://k, username: u, password: p}\n    insecure: "true"',
      { tls: { verify: false } },
    ],
    [
      'internalURL',
      'auth: {auth_url: http://k, username: u, password: p}\n    endpoint_type: internalURL',
      { interfaces: { network: 'internal' } },
    ],
    [
      'one interface for one service',
      'auth: {auth_url: http://k, username: u, password: p}\n    network_interface: admin',
      { interfaces: { network: 'admin', compute: 'public' } },
    ],
    [
      'a list of regions',
      'auth: {auth_url: http://k, username: u, password: p}\n    regions: [R1, R2]',
      { region: 'R1' },
    ],
    [
      'regions with settings',
      'auth: {auth_url: http://k, username: u, password: p}\n    regions: [{name: R1, values: {interface: internal}}]',
      { region: 'R1', interfaces: { network: 'internal' } },
    ],
  ])('reads %s', (_, settings, expected) => {
    expect(load({ files: { 'etc/clouds.yaml': `clouds:\n  x:\n    ${settings}\n` } })).toMatchObject(expected)
  })

  it('reads what anchors and merge keys bring', () => {
    const text = `
base: &base
  auth: &auth {auth_url: http://k, username: u, password: p}
clouds:
  a:
    <<: *base
    auth:
      <<: *auth
      project_name: one
`
    expect(load({ files: { 'etc/clouds.yaml': text } }).auth).toMatchObject({
      url: 'http://k',
      scope: { project: { name: 'one' } },
    })
  })

  it('reads the CA of cacert, under the home folder too', () => {
    const text = 'clouds: {a: {auth: {auth_url: https://k, username: u, password: p}, cacert: ~/ca.pem}}'
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    expect(load({ files: { 'etc/clouds.yaml': text, 'home/ca.pem': pem } }).tls).toEqual({ verify: true, ca: pem })
    expect(errorOf({ files: { 'etc/clouds.yaml': text } }).message).toContain('ca.pem')
    expect(errorOf({ files: { 'etc/clouds.yaml': text, 'home/ca.pem': 'junk' } }).message).toContain('PEM')
  })
})

describe('OS_* variables', () => {
  const openrc = {
    OS_AUTH_URL: 'http://k:5000/v3',
    OS_USERNAME: 'admin',
    OS_PASSWORD: 'pw',
    OS_PROJECT_NAME: 'admin',
    OS_TENANT_NAME: '',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'R1',
    OS_INTERFACE: 'internal',
  }

  it('are a cloud of their own', () => {
    const cloud = load({ env: openrc })
    expect(cloud).toMatchObject({ name: 'envvars', region: 'R1', interfaces: { network: 'internal' } })
    expect(cloud.auth).toMatchObject({
      type: 'password',
      scope: { project: { name: 'admin', domain: { name: 'Default' } } },
    })
  })

  it('give way to a named cloud, except for the region', () => {
    const cloud = load({
      files: { 'etc/clouds.yaml': kolla },
      env: { ...openrc, OS_REGION_NAME: 'R2' },
      cloud: 'kolla-admin',
    })
    expect(cloud).toMatchObject({ name: 'kolla-admin', region: 'R2', auth: { url: 'http://10.0.0.250:5000' } })
  })

  it('can hold an application credential', () => {
    const env = {
      OS_AUTH_URL: 'http://k',
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_APPLICATION_CREDENTIAL_ID: 'i',
      OS_APPLICATION_CREDENTIAL_SECRET: 's',
    }
    expect(load({ env }).auth).toMatchObject({ type: 'application credential', credential: { id: 'i' } })
  })

  it('are named in what is missing', () => {
    const { OS_PASSWORD: _, ...rest } = openrc
    expect(errorOf({ env: rest }).say.en).toContain('OS_PASSWORD')
  })
})

describe('errors', () => {
  it.each<[string, Given, string]>([
    ['nothing anywhere', {}, 'OS_CLIENT_CONFIG_FILE'],
    ['several clouds', { files: { 'etc/clouds.yaml': kolla } }, '--os-cloud'],
    ['an unknown cloud', { files: { 'etc/clouds.yaml': kolla }, cloud: 'prod' }, 'kolla-admin, kolla-admin-internal'],
    [
      'a word of Object as a cloud',
      { files: { 'etc/clouds.yaml': kolla }, cloud: 'constructor' },
      'no cloud "constructor"',
    ],
    ['a file that is not there', { env: { OS_CLIENT_CONFIG_FILE: '/nowhere/c.yaml' } }, '/nowhere/c.yaml'],
    ['broken YAML', { files: { 'etc/clouds.yaml': 'clouds:\n  a:\n    auth: {password: s3cret' } }, 'line 3'],
    ['a list for clouds', { files: { 'etc/clouds.yaml': 'clouds: [a]' } }, 'clouds:'],
    ['an empty file', { files: { 'etc/clouds.yaml': '' } }, 'no clouds'],
    [
      'no auth_url',
      { files: { 'etc/clouds.yaml': 'clouds: {a: {auth: {username: u, password: s3cret}}}' } },
      'auth.auth_url',
    ],
    [
      'a profile',
      { files: { 'etc/clouds.yaml': 'clouds: {a: {profile: ovh, auth: {username: u, password: s3cret}}}' } },
      'profile',
    ],
    [
      'a bare host',
      { files: { 'etc/clouds.yaml': 'clouds: {a: {auth: {auth_url: "k:5000", username: u, password: s3cret}}}' } },
      'http://',
    ],
    [
      'a nested password',
      { files: { 'etc/clouds.yaml': 'clouds: {a: {auth: {auth_url: http://k, password: {x: s3cret}}}}' } },
      '"password"',
    ],
    [
      'OIDC',
      { files: { 'etc/clouds.yaml': 'clouds: {a: {auth_type: v3oidcpassword, auth: {password: s3cret}}}' } },
      'v3oidcpassword',
    ],
    [
      'a strange interface',
      {
        files: {
          'etc/clouds.yaml': 'clouds: {a: {interface: pub, auth: {auth_url: http://k, username: u, password: s3cret}}}',
        },
      },
      '"pub"',
    ],
    ['none without an endpoint', { files: { 'etc/clouds.yaml': 'clouds: {a: {auth_type: none}}' } }, 'auth.endpoint'],
  ])('for %s say what to do, in both languages, without a secret', (_, given, part) => {
    const { say, failure } = errorOf(given)
    expect(say.en).toContain(part)
    expect(say.zh).toMatch(/[\u4e00-\u9fff]/)
    expect(JSON.stringify([say, failure])).not.toContain('s3cret')
  })
})
