import type { Flow } from './flow.ts'
import { parseIpv4, parseMac, parseMasked } from './values.ts'
import { matchedVlan } from './vlan.ts'

/** What is known of a packet. A field that is not here can have any value. */
export interface Packet {
  /** ofport, and the port's name; absent where it may come in anywhere. */
  readonly inPort?: readonly string[]
  readonly vlan?: number | 'untagged'
  readonly fields: ReadonlyMap<string, string>
}
/** `maybe`: the flow asks for something that is not known of the packet. */
export type Match = 'yes' | 'no' | 'maybe'

export function matches(flow: Flow, packet: Packet): Match {
  const answers = [...flow.match].map(([key, value]) => matchesField(flow, packet, [key, value]))
  if (answers.includes('no')) return 'no'
  return answers.includes('maybe') ? 'maybe' : 'yes'
}

/** Names of protocols, as fields (ovs-fields(7)). */
const protocols: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  ip: [['dl_type', 0x0800]],
  ipv6: [['dl_type', 0x86dd]],
  arp: [['dl_type', 0x0806]],
  rarp: [['dl_type', 0x8035]],
  ...transport('icmp', 1, 0x0800),
  ...transport('tcp', 6, 0x0800),
  ...transport('udp', 17, 0x0800),
  ...transport('sctp', 132, 0x0800),
  ...transport('icmp6', 58, 0x86dd),
  ...transport('tcp6', 6, 0x86dd),
  ...transport('udp6', 17, 0x86dd),
  ...transport('sctp6', 132, 0x86dd),
}
function transport(name: string, protocol: number, type: number) {
  return { [name]: [['dl_type', type] as const, ['nw_proto', protocol] as const] }
}

/** Newer names of the same fields. */
const synonyms: Readonly<Record<string, string>> = {
  ...{ eth_src: 'dl_src', eth_dst: 'dl_dst', eth_type: 'dl_type', ip_proto: 'nw_proto' },
  ...{ ip_src: 'nw_src', ip_dst: 'nw_dst', udp_src: 'tp_src', udp_dst: 'tp_dst', tcp_src: 'tp_src', tcp_dst: 'tp_dst' },
}

function matchesField(flow: Flow, packet: Packet, [key, value]: readonly [string, string]): Match {
  const words = protocols[key]
  if (words) return worst(words.map(([field, number]) => sameNumber(packet.fields.get(field), String(number))))
  if (key === 'in_port') return matchesPort(packet.inPort, value.replace(/^"(.*)"$/, '$1'))
  if (key === 'dl_vlan' || key === 'vlan_tci' || key === 'vlan_vid') return matchesVlan(flow, packet)
  return compare(packet.fields.get(synonyms[key] ?? key), value)
}

const matchesPort = (known: Packet['inPort'], asked: string): Match =>
  known === undefined ? 'maybe' : known.includes(asked) ? 'yes' : 'no'

const worst = (all: readonly Match[]): Match => (all.includes('no') ? 'no' : all.includes('maybe') ? 'maybe' : 'yes')

function matchesVlan(flow: Flow, { vlan }: Packet): Match {
  const wanted = matchedVlan(flow)
  if (wanted === undefined || vlan === undefined) return 'maybe'
  return wanted === vlan ? 'yes' : 'no'
}

function compare(known: string | undefined, asked: string): Match {
  if (known === undefined) return 'maybe'
  const notation = parseMac(known) !== undefined ? 'mac' : parseIpv4(known) !== undefined ? 'ipv4' : undefined
  if (notation) return sameBits(known, asked, notation)
  return asked.includes('/') ? 'maybe' : sameNumber(known, asked)
}

const sameNumber = (known: string | undefined, asked: string): Match =>
  known === undefined ? 'maybe' : Number(known) === Number(asked) ? 'yes' : 'no'

function sameBits(known: string, asked: string, notation: 'mac' | 'ipv4'): Match {
  const bits = notation === 'mac' ? 48 : 32
  const [own, wanted] = [parseMasked(known, notation, bits), parseMasked(asked, notation, bits)]
  if (!own || !wanted) return 'maybe'
  const mask = wanted.mask ?? (1n << BigInt(bits)) - 1n
  return (own.value & mask) === (wanted.value & mask) ? 'yes' : 'no'
}
