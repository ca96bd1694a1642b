import { bytesOf } from '../bytes.ts'
import { judge, pseudoHeader, sumOf, transportChecksum } from './checksum.ts'
import type { Payload } from './network.ts'
import type { Checksum, Icmp, Tcp, Udp } from './packet.ts'

export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const

export function udpOf(payload: Payload): Udp | undefined {
  const bytes = bytesOf(payload.data)
  const [src, dst, length, checksum] = [0, 2, 4, 6].map((at) => bytes.u16(at))
  if (src === undefined || dst === undefined || length === undefined || checksum === undefined) return undefined
  const data = payload.data.subarray(0, length)
  const verdict =
    checksum === 0 ? 'none' : checksumOf({ ...payload, data, whole: payload.whole && data.length >= length }, 6)
  return { src, dst, length, checksum: verdict }
}

const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const

export function tcpOf(payload: Payload): Tcp | undefined {
  const bytes = bytesOf(payload.data)
  const [src, dst, window] = [bytes.u16(0), bytes.u16(2), bytes.u16(14)]
  const [seq, ack, bits] = [bytes.u32(4), bytes.u32(8), bytes.u8(13)]
  if (src === undefined || dst === undefined || seq === undefined || ack === undefined) return undefined
  if (bits === undefined || window === undefined) return undefined
  const flags = FLAGS.filter((_, bit) => bits & (1 << bit))
  return { src, dst, seq, ack, flags, window, checksum: checksumOf(payload, 16) }
}

/** The types of ICMP and ICMPv6 that are an echo, and those that tell an MTU. */
const ECHO: readonly number[] = [0, 8, 128, 129]

export function icmpOf(payload: Payload): Icmp | undefined {
  const bytes = bytesOf(payload.data)
  const [type, code] = [bytes.u8(0), bytes.u8(1)]
  if (type === undefined || code === undefined || bytes.u16(2) === undefined) return undefined
  const isV6 = payload.protocol === PROTOCOL.icmpv6
  const [id, sequence] = ECHO.includes(type) ? [bytes.u16(4), bytes.u16(6)] : []
  const mtu = isV6 && type === 2 ? bytes.u32(4) : !isV6 && type === 3 && code === 4 ? bytes.u16(6) : undefined
  return {
    type,
    code,
    checksum: isV6 ? checksumOf(payload, 2) : payload.whole ? judge(sumOf(payload.data)) : 'unseen',
    ...(id === undefined ? {} : { id }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(mtu === undefined ? {} : { mtu }),
  }
}

function checksumOf({ data, whole, src, dst, protocol }: Payload, at: number): Checksum {
  return whole ? transportChecksum(data, pseudoHeader(src, dst, protocol, data.length), at) : 'unseen'
}
