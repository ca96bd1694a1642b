/** Packets as `ofproto/trace` takes and prints them: `in_port=3,udp,dl_src=…,nw_dst=…,udp_dst=67`. */

import { splitTop } from '../core/scan.ts'
import { allFields, at, type Field, fieldNamed } from './fields.ts'
import { keyAt } from './keys.ts'
import { type PortNumbers, portNumber, RESERVED_PORTS } from './ports.ts'
import {
  emptyPacket,
  isArp,
  isIp,
  isIpv4,
  isIpv6,
  isTagged,
  meets,
  type Packet,
  readBits,
  TAGGED,
  valueOf,
  wholeField,
  writeBits,
} from './packet.ts'
import { parseMasked, printIpv4, printIpv6, printMac, printValue } from './values.ts'

export type PacketText = { readonly ok: true; readonly packet: Packet } | { readonly ok: false; readonly word: string }

/**
 * Parses a packet. `tp_src`, `icmp_type` and the like are taken for the protocol that the packet has, wherever it
 * stands; of a word that is not understood the word is given back.
 */
export function parsePacket(text: string, ports: PortNumbers = new Map()): PacketText {
  const packet = emptyPacket()
  for (const word of splitTop(text.replace(/\s+/g, ','), ',')) {
    if (!takeWord(packet, word.trim(), ports)) return { ok: false, word: word.trim() }
  }
  if ((packet[at.vlanTci] ?? 0) & TAGGED && !packet[at.vlanTpid]) packet[at.vlanTpid] = 0x8100
  if ((packet[at.vlanTci1] ?? 0) & TAGGED && !packet[at.vlanTpid1]) packet[at.vlanTpid1] = 0x8100
  return { ok: true, packet }
}

function takeWord(packet: Packet, word: string, ports: PortNumbers): boolean {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const key = keyAt(name, 0, name.length)
  if (equals < 0) {
    if (key?.kind !== 'protocol') return false
    for (const [at, value] of key.means) packet[at] = value
    return true
  }
  const field = fieldOf(packet, name)
  return field !== undefined && setField(packet, field, word.slice(equals + 1), ports)
}

/** `icmp_type` is one of ICMPv6 in a packet of IPv6, as ovs-ofctl prints it. */
function fieldOf(packet: Packet, name: string): Field | undefined {
  if (isIpv6(packet) && (name === 'icmp_type' || name === 'icmp_code'))
    return fieldNamed(name.replace('icmp', 'icmpv6'))
  return fieldNamed(name)
}

function setField(packet: Packet, field: Field, text: string, ports: PortNumbers): boolean {
  if (field.notation === 'port') return setPort(packet, field, text, ports)
  const masked = parseMasked(text, field.notation, field.bits)
  if (!masked) return false
  if (field.name === 'vlan_tci' || field.name === 'vlan_tci1') packet[field.word] = Number(masked.value)
  else if (field.name === 'nw_tos') packet[field.word] = ((packet[field.word] ?? 0) & 3) | (Number(masked.value) & 0xfc)
  else if (field.name === 'dl_vlan' && masked.value === 0xffffn) packet[at.vlanTci] = 0
  else writeBits(packet, wholeField(field), masked.value)
  if (field.word === at.vlanTci1 && field.name !== 'vlan_tci1')
    packet[at.vlanTci1] = (packet[at.vlanTci1] ?? 0) | TAGGED
  return true
}

function setPort(packet: Packet, field: Field, text: string, ports: PortNumbers): boolean {
  const number = portNumber(text, ports)
  if (number === undefined) return false
  packet[field.word] = number
  return true
}

const NAMES: readonly (readonly [number, string])[] = [
  [1, 'icmp'],
  [2, 'igmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp6'],
  [132, 'sctp'],
]

function protocolOf(packet: Packet): string {
  if (isArp(packet)) return 'arp'
  if (packet[at.ethType] === 0x8035) return 'rarp'
  if (!isIp(packet)) return ''
  const name = NAMES.find(([number]) => number === packet[at.nwProto])?.[1]
  if (isIpv4(packet)) return name === undefined || name === 'icmp6' ? 'ip' : name
  if (name === 'icmp6') return name
  return name === undefined || name === 'icmp' || name === 'igmp' ? 'ipv6' : `${name}6`
}

/** What is printed of a packet beside its headers: only what is there. */
const METADATA = allFields.filter(
  (field) =>
    field.word < at.ethSrc &&
    field.word !== at.inPort &&
    field.word !== at.actsetOutput &&
    !/^x{1,2}reg/.test(field.name),
)

/** Prints a packet as flow text. `ports`: names by number. */
export function printPacket(packet: Packet, ports?: ReadonlyMap<number, string>): string {
  const number = packet[at.inPort] ?? 0
  const words = [protocolOf(packet), `in_port=${ports?.get(number) ?? printPort(number)}`]
  for (const field of METADATA) {
    const value = readBits(packet, wholeField(field))
    if (value !== 0n) words.push(`${field.name}=${printValue(value, field.notation)}`)
  }
  words.push(...ethernet(packet), ...network(packet))
  return words.filter((word) => word !== '').join(',')
}

const printPort = (number: number) => (number === RESERVED_PORTS['LOCAL'] ? 'LOCAL' : String(number))

function ethernet(packet: Packet): readonly string[] {
  // Without an outer tag there is no inner one, whatever is left in its place.
  const tags = [
    [packet[at.vlanTci] ?? 0, ''],
    [isTagged(packet) ? (packet[at.vlanTci1] ?? 0) : 0, '1'],
  ] as const
  const words = tags.flatMap(([tci, suffix]) =>
    tci & TAGGED
      ? [`dl_vlan${suffix}=${tci & 0xfff}`, ...(tci >> 13 ? [`dl_vlan_pcp${suffix}=${tci >> 13}`] : [])]
      : [],
  )
  const type = packet[at.ethType] ?? 0
  return [
    ...words,
    `dl_src=${printMac(valueOf(packet, 'dl_src'))}`,
    `dl_dst=${printMac(valueOf(packet, 'dl_dst'))}`,
    ...(protocolOf(packet) === '' && type !== 0 ? [`dl_type=0x${type.toString(16).padStart(4, '0')}`] : []),
  ]
}

function network(packet: Packet): readonly string[] {
  if (meets(packet, 'arp'))
    return [
      `arp_spa=${printIpv4(valueOf(packet, 'arp_spa'))}`,
      `arp_tpa=${printIpv4(valueOf(packet, 'arp_tpa'))}`,
      `arp_op=${valueOf(packet, 'arp_op')}`,
      `arp_sha=${printMac(valueOf(packet, 'arp_sha'))}`,
      `arp_tha=${printMac(valueOf(packet, 'arp_tha'))}`,
    ]
  if (!isIp(packet)) return []
  const v4 = isIpv4(packet)
  const print = v4 ? printIpv4 : printIpv6
  const known = protocolOf(packet) !== 'ip' && protocolOf(packet) !== 'ipv6'
  return [
    `${v4 ? 'nw' : 'ipv6'}_src=${print(valueOf(packet, v4 ? 'nw_src' : 'ipv6_src'))}`,
    `${v4 ? 'nw' : 'ipv6'}_dst=${print(valueOf(packet, v4 ? 'nw_dst' : 'ipv6_dst'))}`,
    ...(v4 || valueOf(packet, 'ipv6_label') === 0n
      ? []
      : [`ipv6_label=0x${valueOf(packet, 'ipv6_label').toString(16)}`]),
    ...(known ? [] : [`nw_proto=${packet[at.nwProto] ?? 0}`]),
    `nw_tos=${(packet[at.nwTos] ?? 0) & 0xfc}`,
    `nw_ecn=${(packet[at.nwTos] ?? 0) & 3}`,
    `nw_ttl=${packet[at.nwTtl] ?? 0}`,
    ...(packet[at.nwFrag] ? [`nw_frag=${printValue(BigInt(packet[at.nwFrag] ?? 0), 'frag')}`] : []),
    ...transport(packet),
  ]
}

function transport(packet: Packet): readonly string[] {
  const [source, destination] = [packet[at.tpSrc] ?? 0, packet[at.tpDst] ?? 0]
  if (meets(packet, 'icmp') || meets(packet, 'icmp6'))
    return [`icmp_type=${source}`, `icmp_code=${destination}`, ...neighbour(packet)]
  const protocol = ['tcp', 'udp', 'sctp'].find((name) => protocolOf(packet).startsWith(name))
  return protocol === undefined ? [] : [`tp_src=${source}`, `tp_dst=${destination}`]
}

function neighbour(packet: Packet): readonly string[] {
  if (!meets(packet, 'nd')) return []
  const words = [`nd_target=${printIpv6(valueOf(packet, 'nd_target'))}`]
  if (meets(packet, 'nd-solicit')) words.push(`nd_sll=${printMac(valueOf(packet, 'nd_sll'))}`)
  if (meets(packet, 'nd-advert')) words.push(`nd_tll=${printMac(valueOf(packet, 'nd_tll'))}`)
  return words
}
