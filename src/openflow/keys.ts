/** What a word of a flow's match means, found by its hash: most of a dump's text is such words. */

import { type Field, allFields, at, fieldNamed } from './fields.ts'

export type Key =
  | { readonly kind: 'field'; readonly name: string; readonly field: Field }
  | { readonly kind: 'protocol'; readonly name: string; readonly means: readonly (readonly [number, number])[] }
  | { readonly kind: 'statistic' | 'table' | 'priority' | 'actions'; readonly name: string }

const ip = [at.ethType, 0x0800] as const
const ipv6 = [at.ethType, 0x86dd] as const
const proto = (number: number) => [at.nwProto, number] as const

/** ovs-ofctl(8), "Flow Syntax", shorthand notations. */
const PROTOCOLS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  eth: [],
  ip: [ip],
  ipv6: [ipv6],
  icmp: [ip, proto(1)],
  icmp6: [ipv6, proto(58)],
  tcp: [ip, proto(6)],
  tcp6: [ipv6, proto(6)],
  udp: [ip, proto(17)],
  udp6: [ipv6, proto(17)],
  sctp: [ip, proto(132)],
  sctp6: [ipv6, proto(132)],
  igmp: [ip, proto(2)],
  arp: [[at.ethType, 0x0806]],
  rarp: [[at.ethType, 0x8035]],
  mpls: [[at.ethType, 0x8847]],
  mplsm: [[at.ethType, 0x8848]],
}

/** What a dump says of a flow that is no part of its match. */
export const STATISTICS: readonly string[] = [
  ...['cookie', 'duration', 'n_packets', 'n_bytes', 'idle_age', 'hard_age', 'idle_timeout', 'hard_timeout'],
  ...['importance', 'send_flow_rem', 'check_overlap', 'reset_counts', 'no_packet_counts', 'no_byte_counts'],
]

const keys = new Map<number, Key>()

/** FNV-1a: the hash of no character, and with one more. */
export const NO_HASH = 0x811c9dc5 | 0
export const hashWith = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193)

function hashOf(text: string, start: number, end: number): number {
  let hash = NO_HASH
  for (let i = start; i < end; i++) hash = hashWith(hash, text.charCodeAt(i))
  return hash
}

function add(key: Key): void {
  const hash = hashOf(key.name, 0, key.name.length)
  if (keys.has(hash)) throw new Error(`two keys of one hash: ${key.name}`)
  keys.set(hash, key)
}

const OTHER_NAMES = [
  ...['eth_src', 'eth_dst', 'eth_type', 'ip_src', 'ip_dst', 'ip_proto', 'ip_frag', 'ip_ecn', 'tunnel_id'],
  'in_port_oxm',
]
for (const field of allFields) add({ kind: 'field', name: field.name, field })
for (const name of OTHER_NAMES) {
  const field = fieldNamed(name)
  if (field) add({ kind: 'field', name, field })
}
for (const [name, means] of Object.entries(PROTOCOLS)) add({ kind: 'protocol', name, means })
for (const name of STATISTICS) add({ kind: 'statistic', name })
for (const kind of ['table', 'priority', 'actions'] as const) add({ kind, name: kind })

/** The key that stands at this place of the text, if it is one. */
export function keyAt(text: string, start: number, end: number, hash = hashOf(text, start, end)): Key | undefined {
  const key = keys.get(hash)
  return key !== undefined && key.name.length === end - start && text.startsWith(key.name, start) ? key : undefined
}
