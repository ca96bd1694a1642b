/** Packets of the conversations that a VM needs, as flow text without the port that they come in by. */

import type { Subject } from '../core/subject.ts'

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
      return `${protocol.kind},${ethernet(to.mac)},${ip},tp_src=${sourcePort(protocol.port)},tp_dst=${protocol.port}`
  }
}

/** What goes to a DHCP client's port is a server's answer. */
const sourcePort = (to: number): number => (to === 68 ? 67 : CLIENT_PORT)

/** A DHCP server's answer to the VM (RFC 2131, 4.1: to the address that is offered). */
export const dhcpAnswer = (server: End, client: End): string =>
  `udp,dl_src=${server.mac},dl_dst=${client.mac},nw_src=${server.ip},nw_dst=${client.ip},nw_ttl=64,tp_src=67,tp_dst=68`

/** What the other end answers: to ARP, to a ping, to the first packet of a TCP connection. */
export function answerTo(kind: 'arp' | 'icmp' | 'metadata', from: End, to: End): string {
  const ethernet = `dl_src=${from.mac},dl_dst=${to.mac}`
  const ip = `nw_src=${from.ip},nw_dst=${to.ip},nw_ttl=64`
  if (kind === 'arp')
    return `arp,${ethernet},arp_op=2,arp_spa=${from.ip},arp_tpa=${to.ip},arp_sha=${from.mac},arp_tha=${to.mac}`
  return kind === 'icmp'
    ? `icmp,${ethernet},${ip},icmp_type=0,icmp_code=0`
    : `tcp,${ethernet},${ip},tp_src=80,tp_dst=${CLIENT_PORT}`
}

export function vmEnd(subject: Subject): End | undefined {
  const ip = subject.port.fixedIps.find((fixed) => !fixed.ip.includes(':'))?.ip
  return ip === undefined ? undefined : { ip, mac: subject.port.mac }
}
