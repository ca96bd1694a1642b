/** Packets of the conversations that a VM needs, as flow text without the port that they come in by. */

import { gatewayOf, type Subject } from '../core/subject.ts'

/** What goes over the wire. */
export type Protocol =
  | { readonly kind: 'dhcp' | 'arp' | 'icmp' }
  | { readonly kind: 'tcp' | 'udp'; readonly port: number }

/** One end of a conversation. */
export interface End {
  readonly ip: string
  readonly mac: string
}

const BROADCAST = 'ff:ff:ff:ff:ff:ff'
/** Ports from which a client speaks, of those that nobody listens on (RFC 6335, 6). */
const CLIENT_PORT = 49152

/** From one end to the other. */
export function packetBetween(from: End, to: End, protocol: Protocol): string {
  const ethernet = (destination: string) => `dl_src=${from.mac},dl_dst=${destination}`
  const ip = `nw_src=${from.ip},nw_dst=${to.ip},nw_ttl=64`
  switch (protocol.kind) {
    case 'dhcp':
      return `udp,${ethernet(BROADCAST)},nw_src=0.0.0.0,nw_dst=255.255.255.255,nw_ttl=64,tp_src=68,tp_dst=67`
    case 'arp':
      return `arp,${ethernet(BROADCAST)},arp_op=1,arp_spa=${from.ip},arp_tpa=${to.ip},arp_sha=${from.mac}`
    case 'icmp':
      return `icmp,${ethernet(to.mac)},${ip},icmp_type=8,icmp_code=0`
    default:
      return `${protocol.kind},${ethernet(to.mac)},${ip},tp_src=${CLIENT_PORT},tp_dst=${protocol.port}`
  }
}

/** A DHCP server's answer to the VM (RFC 2131, 4.1: to the address that is offered). */
export const dhcpAnswer = (server: End, client: End): string =>
  `udp,dl_src=${server.mac},dl_dst=${client.mac},nw_src=${server.ip},nw_dst=${client.ip},nw_ttl=64,tp_src=67,tp_dst=68`

export function vmEnd(subject: Subject): End | undefined {
  const ip = subject.port.fixedIps.find((fixed) => !fixed.ip.includes(':'))?.ip
  return ip === undefined ? undefined : { ip, mac: subject.port.mac }
}

/** Whose frames carry a packet to an address: its own where it is a neighbour that is known, else the gateway's. */
export function endAt(ip: string, subject: Subject): End | undefined {
  const server = subject.dhcpPorts.find((port) => port.ips.includes(ip))
  if (server) return { ip, mac: server.mac }
  const isGateway = ip === gatewayOf(subject)
  if (!isGateway && isNeighbour(ip, subject)) return undefined
  return subject.gatewayMac === undefined ? undefined : { ip, mac: subject.gatewayMac }
}

const isNeighbour = (ip: string, { subnets }: Subject): boolean =>
  subnets.some(({ cidr, version }) => version === 4 && sameNetwork(ip, cidr))

function sameNetwork(ip: string, cidr: string): boolean {
  const [network = '', length] = cidr.split('/')
  const size = 2 ** (32 - Number(length))
  return Math.floor(numberOf(ip) / size) === Math.floor(numberOf(network) / size)
}

const numberOf = (ip: string): number => ip.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
