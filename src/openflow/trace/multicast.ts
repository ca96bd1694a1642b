/** Whom NORMAL sends multicast to where the bridge listens to who has joined (RFC 4541; `mcast_snooping_enable`). */

import type { Bundle } from '../bridge.ts'
import { at, fieldNamed } from '../fields.ts'
import { groupKey } from '../mdb.ts'
import { readBits, wholeField } from '../packet.ts'
import { doubt, type State } from './state.ts'

const [IPV4, IPV6, IGMP, ICMP6] = [0x0800, 0x86dd, 2, 58]
/** Reports of IGMP 1, 2 and 3, and leaving. */
const MEMBERSHIP = new Set([0x12, 0x16, 0x22, 0x17])
/** Of MLD: query, report, done, report of version 2. */
const [MLD_QUERY, ...MLD_REPORTS] = [130, 131, 132, 143]

/** `flood`: everybody in the VLAN. */
export function receivers(state: State, source: Bundle, vid: number): 'flood' | readonly Bundle[] {
  const { packet, bridge } = state
  const what = kindOf(packet[at.ethType] ?? 0, packet[at.nwProto] ?? 0, packet[at.tpSrc] ?? 0)
  if (what === 'query' || (what === 'data' && isLocal(state))) return 'flood'
  const table = bridge.multicast
  if (!table) {
    doubt(state, 'multicast-snooping')
    return 'flood'
  }
  const others = (ofports: readonly number[]) =>
    ofports.flatMap((ofport) => bridge.bundles.get(ofport) ?? []).filter((bundle) => bundle !== source)
  const flagged = (flag: 'floodsMulticast' | 'floodsReports') =>
    [...new Set(bridge.bundles.values())].filter((bundle) => bundle !== source && bundle[flag])
  const routers = others(table.routers.flatMap(({ vlan, ofport }) => (vlan === vid ? [ofport] : [])))
  if (what === 'report') return [...routers, ...flagged('floodsReports')]
  const members = table.groups.get(groupKey(vid, destination(state)))
  if (members) return [...others(members), ...flagged('floodsMulticast'), ...routers]
  return bridge.floodsUnregistered ? 'flood' : [...routers, ...flagged('floodsMulticast')]
}

function kindOf(type: number, protocol: number, message: number): 'query' | 'report' | 'data' {
  if (type === IPV4 && protocol === IGMP) return MEMBERSHIP.has(message) ? 'report' : 'query'
  if (type !== IPV6 || protocol !== ICMP6) return 'data'
  return message === MLD_QUERY ? 'query' : MLD_REPORTS.includes(message) ? 'report' : 'data'
}

/** 224.0.0.x and ff02::1 are for everybody on the wire. */
function isLocal(state: State): boolean {
  const address = destination(state)
  return state.packet[at.ethType] === IPV4 ? address >> 8n === 0xe00000n : address === ALL_NODES
}
const ALL_NODES = (0xff02n << 112n) | 1n

function destination({ packet }: State): bigint {
  const field = fieldNamed(packet[at.ethType] === IPV4 ? 'nw_dst' : 'ipv6_dst')
  return field ? readBits(packet, wholeField(field)) : 0n
}
