import { linesOf } from '../core/scan.ts'
import { portNumber } from './ports.ts'
import { parseMasked } from './values.ts'

/** Who has joined which multicast group of a VLAN, and where multicast routers are. */
export interface MulticastTable {
  /** Key of `groupKey` → ofports, in the order in which they are sent to. */
  readonly groups: ReadonlyMap<string, readonly number[]>
  readonly routers: readonly { readonly vlan: number; readonly ofport: number }[]
}

/** `address`: bits of an IPv4 address, or of an IPv6 one. */
export const groupKey = (vlan: number, address: bigint): string => `${vlan}/${address}`

/** Parses `ovs-appctl mdb/show`: ` port  VLAN  GROUP  Age`, with `querier` for a GROUP where a router is. */
export function parseMdb(text: string): MulticastTable {
  const groups = new Map<string, number[]>()
  const routers: { vlan: number; ofport: number }[] = []
  for (const line of linesOf(text)) {
    const [, port = '', vlan, group = ''] = /^\s*(\w+)\s+(\d+)\s+([0-9a-f.:]+|querier)\s+-?\d+\s*$/i.exec(line) ?? []
    const ofport = portNumber(port)
    if (ofport === undefined || vlan === undefined) continue
    if (group === 'querier') routers.push({ vlan: Number(vlan), ofport })
    const address = group === 'querier' ? undefined : addressOf(group)
    if (address === undefined) continue
    const key = groupKey(Number(vlan), address)
    groups.set(key, [...(groups.get(key) ?? []), ofport])
  }
  return { groups, routers }
}

const addressOf = (text: string): bigint | undefined =>
  (text.includes(':') ? parseMasked(text, 'ipv6', 128) : parseMasked(text, 'ipv4', 32))?.value
