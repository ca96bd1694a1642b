import { cloudError } from './failures.ts'
import type { Options, TextOption } from './options.ts'
import type { Auth, Scope, User } from './settings.ts'

/** How a setting is called where it is to be written: `auth.password`, or `OS_PASSWORD`. */
export interface Origin {
  readonly from: string
  readonly isEnv: boolean
}

/** Who to be, from the settings of a cloud. Source: keystoneauth1's plugins of the same `auth_type`. */
export function authOf(options: Options, origin: Origin): Auth {
  switch (authType(options)) {
    case 'none':
    case 'noauth':
      return { type: 'none' }
    case 'password':
    case 'v3password':
      return {
        ...common(options, origin),
        type: 'password',
        user: userOf(options, origin),
        password: need(options, 'password', origin),
      }
    case 'v3applicationcredential':
      return applicationCredential(options, origin)
    case 'token':
    case 'v3token':
      return { ...common(options, origin), type: 'token', token: need(options, 'token', origin) }
    default:
      throw unsupported(options, origin)
  }
}

function authType(options: Options): string {
  if (options.auth_type !== undefined) return options.auth_type.toLowerCase()
  if (options.application_credential_secret !== undefined) return 'v3applicationcredential'
  return options.token !== undefined && options.password === undefined ? 'token' : 'password'
}

const common = (options: Options, origin: Origin) => {
  const scope = scopeOf(options)
  return { url: authUrl(options, origin), ...(scope ? { scope } : {}) }
}

function applicationCredential(options: Options, origin: Origin): Auth {
  const { application_credential_id: id, application_credential_name: name } = options
  const secret = need(options, 'application_credential_secret', origin)
  const by = { type: 'application credential', url: authUrl(options, origin), secret } as const
  if (id !== undefined) return { ...by, credential: { id } }
  if (name !== undefined) return { ...by, credential: { name, user: userOf(options, origin) } }
  return { ...by, credential: { id: need(options, 'application_credential_id', origin) } }
}

function userOf(options: Options, origin: Origin): User {
  if (options.user_id !== undefined) return { id: options.user_id }
  return {
    name: need(options, 'username', origin),
    domain: domain(options.user_domain_id, options.user_domain_name, options),
  }
}

function scopeOf(options: Options): Scope | undefined {
  const [id, name] = [options.project_id ?? options.tenant_id, options.project_name ?? options.tenant_name]
  if (options.system_scope !== undefined) return { system: { all: true } }
  if (id !== undefined) return { project: { id } }
  if (name !== undefined)
    return { project: { name, domain: domain(options.project_domain_id, options.project_domain_name, options) } }
  if (options.domain_id !== undefined) return { domain: { id: options.domain_id } }
  return options.domain_name === undefined ? undefined : { domain: { name: options.domain_name } }
}

// Without any domain it is `default`, as python-openstackclient has it.
function domain(id: string | undefined, name: string | undefined, options: Options): { id: string } | { name: string } {
  if (id !== undefined) return { id }
  if (name !== undefined) return { name }
  if (options.default_domain_name !== undefined) return { name: options.default_domain_name }
  return { id: options.default_domain_id ?? options.default_domain ?? 'default' }
}

function authUrl(options: Options, origin: Origin): string {
  if (options.auth_url === undefined && options.profile !== undefined) {
    throw cloudError(
      'exit',
      `${origin.from} relies on a vendor profile, which Oldhand does not read: write its auth.auth_url there too.`,
      `${origin.from} 使用了厂商 profile，Oldhand 不读取 profile：请把 auth.auth_url 也写进去。`,
    )
  }
  return httpUrl(need(options, 'auth_url', origin), nameOf('auth_url', origin), origin)
}

/** A URL that can be asked, or an error that names the setting. */
export function httpUrl(url: string, setting: string, { from }: Origin): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '')
  throw cloudError(
    'exit',
    `${from}: ${setting} is not a URL: it must begin with http:// or https://.`,
    `${from}：${setting} 不是 URL：应以 http:// 或 https:// 开头。`,
  )
}

function need(options: Options, key: TextOption, origin: Origin): string {
  const value = options[key]
  if (value !== undefined) return value
  const name = nameOf(key, origin)
  throw origin.isEnv
    ? cloudError(
        'exit',
        `${name} is not set: source your openrc file, or name a cloud with --os-cloud.`,
        `未设置 ${name}：请 source 你的 openrc 文件，或用 --os-cloud 指定云。`,
      )
    : cloudError(
        'exit',
        `${origin.from} has no ${name}: write it there or in secure.yaml.`,
        `${origin.from} 缺少 ${name}：请在该文件或 secure.yaml 中补上。`,
      )
}

const nameOf = (key: string, { isEnv }: Origin): string => (isEnv ? `OS_${key.toUpperCase()}` : `auth.${key}`)

const unsupported = (options: Options, { from }: Origin) =>
  cloudError(
    'exit',
    `${from}: auth_type "${options.auth_type}" is not supported: use password, token, or an application credential (openstack application credential create oldhand).`,
    `${from}：不支持 auth_type "${options.auth_type}"：请用 password、token 或应用凭证（openstack application credential create oldhand）。`,
  )
