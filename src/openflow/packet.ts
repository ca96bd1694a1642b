import { at, type Field, fieldNamed, type Prerequisite, WORDS } from './fields.ts'

/**
 * A packet and what a pipeline knows about it: one 32-bit word or more for each field, as `fields.ts` lays them out.
 * What a packet does not have is 0, as in Open vSwitch's `struct flow`.
 */
export type Packet = Uint32Array

export const emptyPacket = (): Packet => new Uint32Array(WORDS)

const SLAB = 64
let slab = new Uint32Array(0)
let used = SLAB

/** Copies are cut from a common piece of memory: to allocate each alone takes longer than to trace a packet through a table. */
export function copyOf(packet: Packet): Packet {
  if (used === SLAB) {
    slab = new Uint32Array(SLAB * WORDS)
    used = 0
  }
  const copy = new Uint32Array(slab.buffer, used++ * WORDS * slab.BYTES_PER_ELEMENT, WORDS)
  copy.set(packet)
  return copy
}

export function isSame(a: Packet, b: Packet): boolean {
  for (let i = 0; i < WORDS; i++) if (a[i] !== b[i]) return false
  return true
}

/** Some bits of a field: `NXM_NX_REG6[0..15]`. */
export interface Subfield {
  readonly field: Field
  /** Lowest bit, counted from the field's lowest. */
  readonly from: number
  readonly bits: number
}

export const wordsOf = (field: Field): number => Math.ceil((field.shift + field.bits) / 32)

export const wholeField = (field: Field): Subfield => ({ field, from: 0, bits: field.bits })

/** The bits as an unsigned number. */
export function readBits(packet: Packet, { field, from, bits }: Subfield): bigint {
  let value = 0n
  for (let i = 0; i < wordsOf(field); i++) value = (value << 32n) | BigInt(packet[field.word + i] ?? 0)
  return (value >> BigInt(field.shift + from)) & ((1n << BigInt(bits)) - 1n)
}

/** A field by its name; 0 where there is no such field. */
export function valueOf(packet: Packet, name: string): bigint {
  const field = fieldNamed(name)
  return field ? readBits(packet, wholeField(field)) : 0n
}

/** The same as `readBits` for bits that lie in one word: most of what a pipeline does. */
export function readNumber(packet: Packet, part: Subfield): number {
  const place = placeOf(part)
  return place ? ((packet[place.word] ?? 0) >>> place.shift) & maskOf(part.bits) : Number(readBits(packet, part))
}

/** Overwrites the bits of `mask` (all of them by default) with those of `value`. */
export function writeBits(packet: Packet, part: Subfield, value: bigint, mask?: bigint): void {
  const { field, from, bits } = part
  const all = field.name === 'nw_tos' ? DSCP : (1n << BigInt(bits)) - 1n
  const keep = mask === undefined ? all : mask & all
  let moved = (value & keep) << BigInt(field.shift + from)
  let cleared = keep << BigInt(field.shift + from)
  for (let i = wordsOf(field) - 1; i >= 0; i--) {
    const word = field.word + i
    const low = Number(cleared & 0xffffffffn)
    packet[word] = ((packet[word] ?? 0) & ~low) | Number(moved & 0xffffffffn)
    moved >>= 32n
    cleared >>= 32n
  }
  settleVlan(packet, field)
}

// Of the type of service only the DSCP can be set: the ECN has a field of its own.
const DSCP = 0xfcn

/** Where bits lie that do not cross words. */
function placeOf({ field, from, bits }: Subfield): { readonly word: number; readonly shift: number } | undefined {
  const low = field.shift + from
  const shift = low % 32
  return shift + bits > 32 ? undefined : { word: field.word + wordsOf(field) - 1 - Math.floor(low / 32), shift }
}

/** How to overwrite bits that lie in one word, where nothing else depends on them. */
export function inOneWord(
  part: Subfield,
  value: bigint,
  mask?: bigint,
): { readonly word: number; readonly keep: number; readonly bits: number } | undefined {
  const place = placeOf(part)
  if (!place || part.field.word === at.vlanTci || part.field.word === at.nwTos) return undefined
  const written = (maskOf(part.bits) & Number((mask ?? 0xffffffffn) & 0xffffffffn)) >>> 0
  return {
    word: place.word,
    keep: ~(written << place.shift) | 0,
    bits: ((Number(value & 0xffffffffn) & written) << place.shift) | 0,
  }
}

const maskOf = (bits: number): number => (bits === 32 ? 0xffffffff : (1 << bits) - 1) >>> 0

/** VLAN_CFI: says in a TCI that there is a tag at all. */
export const TAGGED = 0x1000

const VLAN_PARTS = new Set(['dl_vlan', 'dl_vlan_pcp', 'vlan_pcp'])

/** A VLAN ID or priority that is set makes a tag; every tag has an Ethertype. */
function settleVlan(packet: Packet, field: Field): void {
  if (field.word !== at.vlanTci) return
  if (VLAN_PARTS.has(field.name)) packet[at.vlanTci] = (packet[at.vlanTci] ?? 0) | TAGGED
  if (packet[at.vlanTci] && !packet[at.vlanTpid]) packet[at.vlanTpid] = 0x8100
}

const ETH_IP = 0x0800
const ETH_IPV6 = 0x86dd
const ETH_ARP = 0x0806
const ETH_RARP = 0x8035
const FRAG_LATER = 2

export const isIp = (packet: Packet): boolean => packet[at.ethType] === ETH_IP || packet[at.ethType] === ETH_IPV6
export const isIpv4 = (packet: Packet): boolean => packet[at.ethType] === ETH_IP
export const isIpv6 = (packet: Packet): boolean => packet[at.ethType] === ETH_IPV6
export const isArp = (packet: Packet): boolean => packet[at.ethType] === ETH_ARP
export const isTagged = (packet: Packet): boolean => ((packet[at.vlanTci] ?? 0) & TAGGED) !== 0

const isProtocol = (packet: Packet, protocol: number) => isIp(packet) && packet[at.nwProto] === protocol
const isLaterFragment = (packet: Packet) => ((packet[at.nwFrag] ?? 0) & FRAG_LATER) !== 0
const hasPorts = (packet: Packet, protocol: number) => isProtocol(packet, protocol) && !isLaterFragment(packet)
const isIcmp6 = (packet: Packet) => isIpv6(packet) && packet[at.nwProto] === 58
const NEIGHBOUR = { solicit: 135, advert: 136 }
const isNeighbour = (packet: Packet, ...types: readonly number[]) =>
  isIcmp6(packet) && packet[at.tpDst] === 0 && types.includes(packet[at.tpSrc] ?? 0)

/** Whether the packet has what a field is part of (`mf_are_prereqs_ok` of Open vSwitch). */
export function meets(packet: Packet, needs: Prerequisite): boolean {
  switch (needs) {
    case 'none':
      return true
    case 'vlan':
      return isTagged(packet)
    case 'arp':
      return isArp(packet) || packet[at.ethType] === ETH_RARP
    case 'ipv4':
      return isIpv4(packet)
    case 'ipv6':
      return isIpv6(packet)
    case 'ip':
      return isIp(packet)
    case 'ports':
      return isIp(packet) && !isLaterFragment(packet)
    case 'tcp':
      return hasPorts(packet, 6)
    case 'udp':
      return hasPorts(packet, 17)
    case 'sctp':
      return hasPorts(packet, 132)
    case 'icmp':
      return isIpv4(packet) && packet[at.nwProto] === 1
    case 'icmp6':
      return isIcmp6(packet)
    case 'nd':
      return isNeighbour(packet, NEIGHBOUR.solicit, NEIGHBOUR.advert)
    case 'nd-solicit':
      return isNeighbour(packet, NEIGHBOUR.solicit)
    case 'nd-advert':
      return isNeighbour(packet, NEIGHBOUR.advert)
  }
}

/** A MAC as a number, for keys. */
export const macAt = (packet: Packet, word: number): number => (packet[word] ?? 0) * 2 ** 32 + (packet[word + 1] ?? 0)
