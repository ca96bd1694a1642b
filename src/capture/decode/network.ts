import { type Bytes, bytesOf } from '../bytes.ts'
import { ipv4Of, ipv6Of, macOf } from './address.ts'
import { judge, sumOf } from './checksum.ts'
import type { Arp, Checksum, Fragment, Ipv4, Ipv6 } from './packet.ts'

/** What an IP header carries. */
export interface Payload {
  readonly protocol: number
  /** As much of it as was captured, without padding of the link layer. */
  readonly data: Uint8Array
  /** Bytes that its checksum covers; `undefined` where it is not all here. */
  readonly whole: boolean
  /** Raw addresses, for the pseudo header. */
  readonly src: Uint8Array
  readonly dst: Uint8Array
}
export interface Carried<H> {
  readonly header: H
  /** Absent in all fragments but the first. */
  readonly payload?: Payload
}

export function arpOf(data: Uint8Array): Arp | undefined {
  const bytes = bytesOf(data)
  const op = bytes.u16(6)
  // Ethernet and IPv4: no other ARP is spoken here.
  if (op === undefined || bytes.u16(0) !== 1 || bytes.u16(2) !== 0x0800) return undefined
  const [senderMac, targetMac] = [macOf(data.subarray(8)), macOf(data.subarray(18))]
  const [senderIp, targetIp] = [ipv4Of(data.subarray(14)), ipv4Of(data.subarray(24))]
  if (!senderMac || !targetMac || !senderIp || !targetIp) return undefined
  return { op, senderMac, senderIp, targetMac, targetIp }
}

export function ipv4HeaderOf(data: Uint8Array): Carried<Ipv4> | undefined {
  const bytes = bytesOf(data)
  const [first, length, id, fragments] = [bytes.u8(0), bytes.u16(2), bytes.u16(4), bytes.u16(6)]
  const [ttl, protocol] = [bytes.u8(8), bytes.u8(9)]
  const [src, dst] = [data.subarray(12, 16), data.subarray(16, 20)]
  if (first === undefined || length === undefined || id === undefined || fragments === undefined) return undefined
  if (ttl === undefined || protocol === undefined || dst.length < 4 || first >> 4 !== 4) return undefined
  const headerLength = (first & 0xf) * 4
  const fragment = fragmentOf((fragments & 0x1fff) * 8, (fragments & 0x2000) !== 0)
  const header: Ipv4 = {
    src: src.join('.'),
    dst: dst.join('.'),
    protocol,
    ttl,
    id,
    length,
    dontFragment: (fragments & 0x4000) !== 0,
    ...(fragment === undefined ? {} : { fragment }),
    checksum: headerChecksum(data.subarray(0, headerLength), headerLength),
  }
  if (fragment !== undefined && fragment.offset > 0) return { header }
  // With segmentation offload the kernel hands on one packet of more than 64 kB, and writes 0.
  const end = length === 0 ? data.length : length
  const whole = fragment === undefined && end <= data.length
  return { header, payload: { protocol, data: data.subarray(headerLength, end), whole, src, dst } }
}

const headerChecksum = (header: Uint8Array, length: number): Checksum =>
  header.length < length ? 'unseen' : judge(sumOf(header))

const fragmentOf = (offset: number, more: boolean): Fragment | undefined =>
  offset === 0 && !more ? undefined : { offset, more }

/** Extension headers that have a length of their own: hop-by-hop, routing, destination options. */
const EXTENSIONS: readonly number[] = [0, 43, 60]
const FRAGMENT = 44
const IPV6_HEADER = 40

export function ipv6HeaderOf(data: Uint8Array): Carried<Ipv6> | undefined {
  const bytes = bytesOf(data)
  const [first, length, next, hopLimit] = [bytes.u8(0), bytes.u16(4), bytes.u8(6), bytes.u8(7)]
  const [src, dst] = [data.subarray(8, 24), data.subarray(24, 40)]
  const [from, to] = [ipv6Of(src), ipv6Of(dst)]
  if (length === undefined || next === undefined || hopLimit === undefined || (first ?? 0) >> 4 !== 6) return undefined
  if (from === undefined || to === undefined) return undefined
  const inner = pastExtensions(bytes, next)
  const { protocol, fragment } = inner
  const header: Ipv6 = { src: from, dst: to, protocol, hopLimit, length, ...(fragment ? { fragment } : {}) }
  if (fragment !== undefined && fragment.offset > 0) return { header }
  const end = length === 0 ? data.length : IPV6_HEADER + length
  const whole = fragment === undefined && end <= data.length
  return { header, payload: { protocol, data: data.subarray(inner.at, end), whole, src, dst } }
}

function pastExtensions(bytes: Bytes, first: number): { protocol: number; at: number; fragment?: Fragment } {
  let [protocol, at] = [first, IPV6_HEADER]
  let fragment: Fragment | undefined
  for (;;) {
    const [next, size] = [bytes.u8(at), bytes.u8(at + 1)]
    const isFragment = protocol === FRAGMENT
    if (next === undefined || size === undefined || !(isFragment || EXTENSIONS.includes(protocol)))
      return { protocol, at, ...(fragment ? { fragment } : {}) }
    if (isFragment) {
      const word = bytes.u16(at + 2) ?? 0
      fragment = fragmentOf(word & 0xfff8, (word & 1) !== 0)
    }
    protocol = next
    at += isFragment ? 8 : (size + 1) * 8
  }
}
