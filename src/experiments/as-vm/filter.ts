/** Filters of tcpdump (pcap-filter(7)) that let only the frames of one experiment pass. */

import { addressHex } from './packets.ts'

export interface Wanted {
  readonly mac: string
  /** Transaction id of the DHCP conversation: eight hexadecimal digits. */
  readonly xid: string
  /** Absent where there is no gateway to ask for. */
  readonly gateway?: string
}

/** On an Ethernet device, with or without a VLAN tag. `vlan` shifts all that follows it, so it comes last. */
export function plainFilter({ mac, xid, gateway }: Wanted): string {
  const dhcp = `udp and (port 67 or port 68) and udp[12:4] = 0x${xid}`
  const arp = gateway === undefined ? [] : [`arp[14:4] = ${number(gateway)} or arp[24:4] = ${number(gateway)}`]
  const either = [`(${dhcp})`, ...arp.map((a) => `(arp and (${a}))`)].join(' or ')
  return `ether host ${mac} and (${either} or (vlan and (${either})))`
}

/** Inside VXLAN (RFC 7348): offsets count from the outer UDP header; the inner frame begins at 16. */
export function vxlanFilter({ mac, xid, gateway }: Wanted, port: number): string {
  const [high, low] = [mac.replaceAll(':', '').slice(0, 8), mac.replaceAll(':', '').slice(8)]
  const from = `udp[22:4] = 0x${high} and udp[26:2] = 0x${low}`
  const to = `udp[16:4] = 0x${high} and udp[20:2] = 0x${low}`
  const dhcp = `udp[28:2] = 0x0800 and udp[39] = 17 and udp[62:4] = 0x${xid}`
  const arp =
    gateway === undefined
      ? []
      : [`udp[28:2] = 0x0806 and (udp[44:4] = ${number(gateway)} or udp[54:4] = ${number(gateway)})`]
  const inner = `udp dst port ${port} and ((${from}) or (${to})) and (${[dhcp, ...arp].map((a) => `(${a})`).join(' or ')})`
  return `(${inner}) or (vlan and ${inner})`
}

const number = (ip: string): string => `0x${addressHex(ip)}`
