/** Filters of tcpdump (pcap-filter(7)) that let only the frames of one experiment pass. */

import { addressHex } from './packets.ts'

export interface Wanted {
  readonly mac: string
  /** Transaction id of the DHCP conversation: eight hexadecimal digits. */
  readonly xid: string
  /** The VM's own IPv4 address. Absent where it has none. */
  readonly ip?: string
}

/**
 * On an Ethernet device, with or without a VLAN tag: answers to this transaction by whomever, DHCP requests of this MAC,
 * ARP of it, and ARP of whoever says that he has its address. `vlan` shifts all that follows it, so it comes last.
 */
export function plainFilter({ mac, xid, ip }: Wanted): string {
  const dhcp = `udp and (port 67 or port 68) and (udp[12:4] = 0x${xid} or ether src ${mac})`
  const arp = `arp and (ether host ${mac}${ip === undefined ? '' : ` or arp[14:4] = ${number(ip)}`})`
  const either = `(${dhcp}) or (${arp})`
  return `${either} or (vlan and (${either}))`
}

/** Inside VXLAN (RFC 7348): offsets count from the outer UDP header; the inner frame begins at 16. */
export const tunnelled = {
  ofMac: (mac: string): string => {
    const [high, low] = [mac.replaceAll(':', '').slice(0, 8), mac.replaceAll(':', '').slice(8)]
    const from = `udp[22:4] = 0x${high} and udp[26:2] = 0x${low}`
    const to = `udp[16:4] = 0x${high} and udp[20:2] = 0x${low}`
    return `(${from}) or (${to})`
  },
  dhcp: (which: string): string => `udp[28:2] = 0x0800 and udp[39] = 17 and ${which}`,
  arp: (which: string): string => `udp[28:2] = 0x0806 and (${which})`,
  filter: (port: number, dhcp: string, arp: string): string => {
    const inner = `udp dst port ${port} and ((${dhcp}) or (${arp}))`
    return `(${inner}) or (vlan and ${inner})`
  },
}

export function vxlanFilter({ mac, xid, ip }: Wanted, port: number): string {
  const claims = ip === undefined ? '' : ` or udp[44:4] = ${number(ip)}`
  const dhcp = tunnelled.dhcp(`udp[62:4] = 0x${xid}`)
  return tunnelled.filter(port, dhcp, tunnelled.arp(`${tunnelled.ofMac(mac)}${claims}`))
}

const number = (ip: string): string => `0x${addressHex(ip)}`
