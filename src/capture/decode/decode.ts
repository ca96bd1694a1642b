import { bytesOf } from '../bytes.ts'
import { ETHERNET, type Frame } from '../frame.ts'
import { macOf } from './address.ts'
import { dhcpOf } from './dhcp.ts'
import { arpOf, ipv4HeaderOf, ipv6HeaderOf, type Payload } from './network.ts'
import type { Ethernet, Packet, Udp, Vxlan } from './packet.ts'
import { icmpOf, PROTOCOL, tcpOf, udpOf } from './transport.ts'

const TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const
const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100]
const DHCP_PORTS: readonly number[] = [67, 68]
const VXLAN_PORT = 4789
const UDP_HEADER = 8
const VXLAN_HEADER = 8
/** A tunnel in a tunnel in a tunnel is no cloud's, but somebody's joke. */
const MAX_DEPTH = 3

/** What a frame holds. Total: damage and what the snap length cut off is absent. Other link types than Ethernet give {}. */
export const decode = (frame: Pick<Frame, 'bytes' | 'linkType'>): Packet =>
  frame.linkType === ETHERNET ? decodeEthernet(frame.bytes, 0) : {}

function decodeEthernet(data: Uint8Array, depth: number): Packet {
  const found = ethernetOf(data)
  if (found === undefined) return {}
  const { eth, payload } = found
  if (eth.type === TYPE.arp) return { eth, ...present('arp', arpOf(payload)) }
  if (eth.type === TYPE.ipv4) {
    const ip = ipv4HeaderOf(payload)
    return { eth, ...present('ipv4', ip?.header), ...carried(ip?.payload, depth) }
  }
  if (eth.type === TYPE.ipv6) {
    const ip = ipv6HeaderOf(payload)
    return { eth, ...present('ipv6', ip?.header), ...carried(ip?.payload, depth) }
  }
  return { eth }
}

function ethernetOf(data: Uint8Array): { readonly eth: Ethernet; readonly payload: Uint8Array } | undefined {
  const bytes = bytesOf(data)
  const [dst, src] = [macOf(data), macOf(data.subarray(6))]
  const vlans: number[] = []
  let at = 12
  let type = bytes.u16(at)
  while (type !== undefined && VLAN_TAGS.includes(type)) {
    vlans.push((bytes.u16(at + 2) ?? 0) & 0xfff)
    at += 4
    type = bytes.u16(at)
  }
  if (src === undefined || dst === undefined || type === undefined) return undefined
  return { eth: { src, dst, vlans, type }, payload: data.subarray(at + 2) }
}

function carried(payload: Payload | undefined, depth: number): Packet {
  if (payload === undefined) return {}
  if (payload.protocol === PROTOCOL.tcp) return present('tcp', tcpOf(payload))
  if (payload.protocol === PROTOCOL.icmp || payload.protocol === PROTOCOL.icmpv6)
    return present('icmp', icmpOf(payload))
  const udp = payload.protocol === PROTOCOL.udp ? udpOf(payload) : undefined
  return udp === undefined ? {} : { udp, ...inUdp(udp, payload.data.subarray(UDP_HEADER), depth) }
}

function inUdp({ src, dst }: Udp, data: Uint8Array, depth: number): Packet {
  if (DHCP_PORTS.includes(src) && DHCP_PORTS.includes(dst)) return present('dhcp', dhcpOf(data))
  return dst === VXLAN_PORT && depth < MAX_DEPTH ? present('vxlan', vxlanOf(data, depth)) : {}
}

function vxlanOf(data: Uint8Array, depth: number): Vxlan | undefined {
  const bytes = bytesOf(data)
  const [flags, vni] = [bytes.u8(0), bytes.u32(4)]
  if (flags === undefined || vni === undefined || !(flags & 0x08)) return undefined
  return { vni: vni >>> 8, inner: decodeEthernet(data.subarray(VXLAN_HEADER), depth + 1) }
}

const present = <K extends keyof Packet>(name: K, layer: Packet[K] | undefined): Packet =>
  layer === undefined ? {} : { [name]: layer }
