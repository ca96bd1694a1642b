import { get } from '../core/probe.ts'
import type { Transport } from '../core/transport.ts'
import { networksPath } from './lookup-paths.ts'
import { type ApiPort, networksBody } from './neutron.ts'
import { read } from './reading.ts'

/** A port that the operator may have meant. */
export interface Candidate {
  readonly portId: string
  readonly portName: string
  readonly mac: string
  readonly ips: readonly string[]
  /** The network's name, or its UUID where the name is not known. */
  readonly network: string
  /** Where it is bound, if the API says so. */
  readonly host?: string
  /** The server's UUID; '' for a port of no server. */
  readonly deviceId: string
}

/** More than these would not fit into one URL, and no one reads them. */
const MAX_NETWORKS = 50

export async function candidatesOf(ports: readonly ApiPort[], transport: Transport): Promise<readonly Candidate[]> {
  const names = await networkNames([...new Set(ports.map((port) => port.network_id))], transport)
  return ports.map((port) => toCandidate(port, names)).toSorted((a, b) => a.portId.localeCompare(b.portId))
}

async function networkNames(ids: readonly string[], transport: Transport): Promise<ReadonlyMap<string, string>> {
  const [answer] = await transport.ask([get('network', networksPath(ids.slice(0, MAX_NETWORKS)))])
  const networks = read(answer, networksBody)
  if (!networks.ok) return new Map()
  return new Map(networks.value.networks.map(({ id, name }) => [id, name ?? id]))
}

function toCandidate(port: ApiPort, names: ReadonlyMap<string, string>): Candidate {
  const host = port['binding:host_id']
  return {
    portId: port.id,
    portName: port.name ?? '',
    mac: port.mac_address.toLowerCase(),
    ips: port.fixed_ips.map((ip) => ip.ip_address),
    network: names.get(port.network_id) ?? port.network_id,
    deviceId: port.device_id ?? '',
    ...(host === undefined ? {} : { host }),
  }
}
