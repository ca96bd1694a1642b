import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { authOf, httpUrl, type Origin } from './auth.ts'
import { cloudError } from './failures.ts'
import { type Clouds, type Entry, expandHome, type Place, readClouds, readText } from './files.ts'
import { fromVariables, type Options, readOptions } from './options.ts'
import { type CloudConfig, type Interface, interfaces, type Service, services, type Tls } from './settings.ts'

/** Which cloud: `cloud` is `--os-cloud`; where to look defaults to this process's own environment and folders. */
export type Choice = Partial<Place> & { readonly cloud?: string }

/** openstacksdk's name for the cloud of the `OS_*` variables. */
const ENVVARS = 'envvars'

/** Finds and checks the settings of a cloud as openstacksdk does. Throws `CloudError` saying what to write where. */
export function loadCloud(choice: Choice = {}): CloudConfig {
  const place: Place = { env: process.env, cwd: process.cwd(), home: homedir(), site: '/etc/openstack', ...choice }
  const named = choice.cloud ?? (place.env.OS_CLOUD || undefined)
  if (named === ENVVARS || (named === undefined && hasVariables(place))) {
    return toConfig({ name: ENVVARS, from: 'OS_*', entry: fromVariables(place.env) }, place)
  }
  const clouds = readClouds(place)
  const name = named ?? onlyOne(clouds, place)
  const entry = Object.hasOwn(clouds.entries, name) ? clouds.entries[name] : undefined
  if (entry === undefined) throw noSuchCloud(name, clouds, place)
  return toConfig({ name, from: clouds.file ?? 'secure.yaml', entry: withRegion(entry, place) }, place)
}

const hasVariables = ({ env }: Place) => ['OS_AUTH_URL', 'OS_AUTH_TYPE', 'OS_ENDPOINT'].some((key) => env[key])

const withRegion = (entry: Entry, { env }: Place): Entry =>
  env.OS_REGION_NAME ? { ...entry, region_name: env.OS_REGION_NAME } : entry

function onlyOne(clouds: Clouds, place: Place): string {
  const [name, ...others] = Object.keys(clouds.entries)
  if (name === undefined) throw noClouds(clouds, place)
  if (others.length === 0) return name
  const all = [name, ...others].join(', ')
  throw cloudError(
    'exit',
    `${clouds.file} has several clouds (${all}): choose one with --os-cloud or OS_CLOUD.`,
    `${clouds.file} 中有多个云（${all}）：请用 --os-cloud 或 OS_CLOUD 指定一个。`,
  )
}

interface Chosen {
  readonly name: string
  readonly from: string
  readonly entry: Entry
}

function toConfig({ name, from, entry }: Chosen, place: Place): CloudConfig {
  const origin: Origin = name === ENVVARS ? { from, isEnv: true } : { from: `${from}: ${name}`, isEnv: false }
  const options = readOptions(entry, origin.from)
  const auth = authOf(options, origin)
  const endpoints = endpointsOf(options, origin)
  if (auth.type === 'none' && endpoints.network === undefined) throw noEndpoint(origin)
  const region = options.region_name === undefined ? {} : { region: options.region_name }
  return {
    name,
    from,
    auth,
    ...region,
    interfaces: interfacesOf(options, origin),
    endpoints,
    tls: tlsOf(options, place),
  }
}

function endpointsOf(options: Options, origin: Origin): CloudConfig['endpoints'] {
  const urls = services.flatMap((service) => {
    const url = options[`${service}_endpoint_override`] ?? (service === 'network' ? onlyEndpoint(options) : undefined)
    return url === undefined ? [] : [[service, httpUrl(url, `${service}_endpoint_override`, origin)] as const]
  })
  return Object.fromEntries(urls)
}

/** Without Keystone, `endpoint` is the one service that there is: Neutron. */
const onlyEndpoint = (options: Options) =>
  options.auth_type?.toLowerCase() === 'none' ? (options.endpoint ?? options.endpoint_override) : undefined

function interfacesOf(options: Options, origin: Origin): Readonly<Record<Service, Interface>> {
  const common = options.interface ?? options.endpoint_type ?? 'public'
  const of = (service: Service) => toInterface(options[`${service}_interface`] ?? common, origin)
  return { network: of('network'), compute: of('compute'), identity: of('identity') }
}

function toInterface(word: string, { from }: Origin): Interface {
  const found = interfaces.find((name) => name === word.toLowerCase().replace(/url$/, ''))
  if (found !== undefined) return found
  throw cloudError(
    'exit',
    `${from}: interface "${word}" is unknown: use public, internal or admin.`,
    `${from}：interface "${word}" 无效：请用 public、internal 或 admin。`,
  )
}

function tlsOf(options: Options, place: Place): Tls {
  const verify = options.verify !== false && options.insecure !== true
  if (options.cacert === undefined || !verify) return { verify }
  const path = resolve(place.cwd, expandHome(options.cacert, place))
  const ca = readText(path)
  if (ca.includes('-----BEGIN')) return { verify, ca }
  throw cloudError(
    'exit',
    `${path} (cacert) holds no certificate: it must be a PEM file.`,
    `${path}（cacert）中没有证书：应为 PEM 文件。`,
  )
}

const noEndpoint = ({ from, isEnv }: Origin) => {
  const name = isEnv ? 'OS_ENDPOINT' : 'auth.endpoint'
  return cloudError(
    'exit',
    `${from} has auth_type none and no ${name}: write the URL of Neutron there.`,
    `${from} 的 auth_type 为 none，但没有 ${name}：请写上 Neutron 的 URL。`,
  )
}

function noSuchCloud(name: string, clouds: Clouds, place: Place) {
  if (Object.keys(clouds.entries).length === 0) return noClouds(clouds, place)
  const all = Object.keys(clouds.entries).join(', ')
  return cloudError(
    'exit',
    `${clouds.file} has no cloud "${name}": it has ${all}.`,
    `${clouds.file} 中没有名为 "${name}" 的云：现有 ${all}。`,
  )
}

function noClouds({ file }: Clouds, { cwd, home, site }: Place) {
  if (file !== undefined)
    return cloudError(
      'exit',
      `${file} has no clouds: add one under "clouds:".`,
      `${file} 中没有任何云：请在 "clouds:" 下添加。`,
    )
  const places = `${cwd}, ${home}/.config/openstack, ${site}`
  return cloudError(
    'not installed',
    `No clouds.yaml in ${places} and no OS_AUTH_URL: source your openrc file, or set OS_CLIENT_CONFIG_FILE.`,
    `在 ${places} 中没有 clouds.yaml，也没有 OS_AUTH_URL：请 source openrc 文件，或设置 OS_CLIENT_CONFIG_FILE。`,
  )
}
