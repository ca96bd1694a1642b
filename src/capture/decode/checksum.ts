import type { Checksum } from './packet.ts'

/** The Internet checksum's sum (RFC 1071): ones' complement, folded, not yet inverted. */
export function sumOf(...parts: readonly Uint8Array[]): number {
  let sum = 0
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += ((part[i] ?? 0) << 8) | (part[i + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}

/** What a sum over everything, the checksum field included, says. */
export const judge = (sum: number): Checksum => (sum === 0xffff ? 'good' : 'bad')

/** What UDP, TCP and ICMPv6 cover beside themselves. */
export function pseudoHeader(src: Uint8Array, dst: Uint8Array, protocol: number, length: number): Uint8Array {
  const tail =
    src.length === 4 ? [0, protocol, length >> 8, length & 0xff] : [0, 0, length >> 8, length & 0xff, 0, 0, 0, protocol]
  return Uint8Array.from([...src, ...dst, ...tail])
}

/** Of a datagram or segment whose checksum field stands at `at`. */
export function transportChecksum(payload: Uint8Array, pseudo: Uint8Array, at: number): Checksum {
  const verdict = judge(sumOf(pseudo, payload))
  if (verdict === 'good') return 'good'
  const field = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0)
  return field === sumOf(pseudo) ? 'offloaded' : 'bad'
}
