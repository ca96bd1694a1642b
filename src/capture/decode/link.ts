import { type Bytes, bytesOf } from '../bytes.ts'
import { ETHERNET, LINUX_COOKED, LINUX_COOKED_2 } from '../frame.ts'
import { macOf } from './address.ts'
import type { Ethernet } from './packet.ts'

export interface Linked {
  readonly eth: Ethernet
  readonly payload: Uint8Array
}

const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100]

/** The link layer: Ethernet, or what `tcpdump -i any` puts in its place. */
export function linkOf(data: Uint8Array, linkType: number): Linked | undefined {
  if (linkType === ETHERNET) return ethernetOf(data)
  if (linkType === LINUX_COOKED) return cookedOf(data, { address: 6, type: 14, payload: 16 })
  if (linkType === LINUX_COOKED_2) return cookedOf(data, { address: 12, type: 0, payload: 20 })
  return undefined
}

function ethernetOf(data: Uint8Array): Linked | undefined {
  const bytes = bytesOf(data)
  const [dst, src, first] = [macOf(data), macOf(data.subarray(6)), bytes.u16(12)]
  if (src === undefined || dst === undefined || first === undefined) return undefined
  const tagged = pastTags(bytes, first, 14)
  return tagged && { eth: { src, dst, vlans: tagged.vlans, type: tagged.type }, payload: data.subarray(tagged.at) }
}

interface Places {
  readonly address: number
  readonly type: number
  readonly payload: number
}

function cookedOf(data: Uint8Array, places: Places): Linked | undefined {
  const bytes = bytesOf(data)
  const [src, first] = [macOf(data.subarray(places.address)), bytes.u16(places.type)]
  if (src === undefined || first === undefined || data.length < places.payload) return undefined
  const tagged = pastTags(bytes, first, places.payload)
  return tagged && { eth: { src, vlans: tagged.vlans, type: tagged.type }, payload: data.subarray(tagged.at) }
}

function pastTags(
  bytes: Bytes,
  first: number,
  from: number,
): { vlans: number[]; type: number; at: number } | undefined {
  const vlans: number[] = []
  let [type, at]: [number | undefined, number] = [first, from]
  while (type !== undefined && VLAN_TAGS.includes(type)) {
    vlans.push((bytes.u16(at) ?? 0) & 0xfff)
    type = bytes.u16(at + 2)
    at += 4
  }
  return type === undefined ? undefined : { vlans, type, at }
}
