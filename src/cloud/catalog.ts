import { cloudError } from './failures.ts'
import type { CloudConfig, Service } from './settings.ts'

interface Endpoint {
  readonly interface: string
  readonly url: string
  readonly region?: string
}
interface CatalogEntry {
  readonly type: string
  readonly endpoints: readonly Endpoint[]
}
export type Catalog = readonly CatalogEntry[]

/**
 * The URL of a service, without its version, so that `/v2.0/…` or `/v3/…` can follow (Nova's keeps its version).
 * Throws `CloudError` ('not installed') naming what the catalogue has instead.
 */
export function endpointOf(service: Service, catalog: Catalog, config: CloudConfig): string {
  const url = config.endpoints[service] ?? inCatalog(service, catalog, config)
  return rooted(service, url.replace(/\/+$/, ''))
}

function rooted(service: Service, url: string): string {
  if (service === 'compute') return /\/v2(\.\d+)?(\/|$)/.test(url) ? url : `${url}/v2.1`
  return url.replace(/\/v[23](\.0)?$/, '')
}

function inCatalog(service: Service, catalog: Catalog, config: CloudConfig): string {
  const wanted = config.interfaces[service]
  const all = catalog.filter((entry) => entry.type === service).flatMap((entry) => entry.endpoints)
  if (all.length === 0) throw noService(service, catalog)
  const here = all.filter((e) => config.region === undefined || e.region === config.region)
  if (here.length === 0) throw noRegion(service, all, config)
  const fitting = here.filter((e) => e.interface.replace(/URL$/, '') === wanted)
  const [first] = fitting
  if (first === undefined) throw noInterface(service, here, wanted)
  if (new Set(fitting.map((e) => e.region)).size > 1) throw whichRegion(service, fitting)
  return first.url
}

const listed = (words: readonly (string | undefined)[]) =>
  [...new Set(words.filter((w) => w !== undefined))].toSorted().join(', ')

function noService(service: Service, catalog: Catalog) {
  const there = listed(catalog.map((entry) => entry.type)) || 'nothing'
  return cloudError(
    'not installed',
    `The catalogue has no ${service} service: it has ${there}.`,
    `服务目录中没有 ${service} 服务：现有 ${there}。`,
  )
}

function noRegion(service: Service, all: readonly Endpoint[], { region }: CloudConfig) {
  const there = listed(all.map((e) => e.region))
  return cloudError(
    'not installed',
    `The catalogue has no ${service} endpoint in region "${region}": correct region_name (OS_REGION_NAME) to one of ${there}.`,
    `服务目录在区域 "${region}" 中没有 ${service} 的 endpoint：请把 region_name（OS_REGION_NAME）改为 ${there}。`,
  )
}

function noInterface(service: Service, here: readonly Endpoint[], wanted: string) {
  const there = listed(here.map((e) => e.interface))
  return cloudError(
    'not installed',
    `The catalogue has no ${wanted} endpoint of ${service}: set interface (OS_INTERFACE) to one of ${there}.`,
    `服务目录中没有 ${service} 的 ${wanted} endpoint：请把 interface（OS_INTERFACE）设为 ${there}。`,
  )
}

// Looking in another region than the VM's would be a wrong answer in good faith.
function whichRegion(service: Service, fitting: readonly Endpoint[]) {
  const there = listed(fitting.map((e) => e.region))
  return cloudError(
    'exit',
    `The catalogue has ${service} in several regions (${there}): choose one with region_name or OS_REGION_NAME.`,
    `服务目录中 ${service} 有多个区域（${there}）：请用 region_name 或 OS_REGION_NAME 指定一个。`,
  )
}
