/** Who is at the other end of a VM's conversation: whose frames, and where they come into the bridges and leave them. */

import { type DhcpPort, gatewayOf, type Subject } from '../core/subject.ts'
import { contains } from '../netfilter/address.ts'
import { dhcpNs } from '../probes/dhcp/namespace.ts'
import type { End } from './packets.ts'
import { type About, devicesOfMac, dhcpDevices } from './places.ts'
import { gatewayMac } from './traffic.ts'
import type { Device } from './travel.ts'

export interface Peer {
  readonly end: End
  /** Ports of bridges where it is; none where it is beyond the hosts that were read. */
  readonly devices: readonly Device[]
  /** Where it is not, the MAC is one that nobody has. */
  readonly macKnown: boolean
}

/** What tells who answers for the metadata service. */
export const peerNeeds = { dhcpNs }

/** A MAC that nobody has: a switch floods what is sent to it. */
const UNKNOWN_MAC = '00:00:5e:00:53:01'
/** Where a guest asks for its metadata. */
export const METADATA = '169.254.169.254'

/** An address of the VM's network, or one that its gateway leads to. */
export function peerAt(ip: string, about: About): Peer {
  const { subject } = about
  const server =
    (ip === METADATA ? metadataServer(about) : undefined) ?? subject.dhcpPorts.find((port) => port.ips.includes(ip))
  if (server) {
    const devices = dhcpDevices(subject).filter(({ host }) => host === server.host)
    return { end: { ip, mac: server.mac }, devices, macKnown: true }
  }
  const mac = isNeighbour(ip, subject) && ip !== gatewayOf(subject) ? undefined : gatewayMac(subject, about.read)?.mac
  return {
    end: { ip, mac: mac ?? UNKNOWN_MAC },
    devices: devicesOfMac(mac, about),
    macKnown: mac !== undefined,
  }
}

/** Without a router of Neutron, the DHCP namespace answers for the metadata service and says so to its clients. */
export function metadataServer({ subject, read }: About): DhcpPort | undefined {
  if (subject.gatewayMac !== undefined) return undefined
  return subject.dhcpPorts.find(({ host }) => {
    const inside = read(dhcpNs, host)
    return inside.ok && inside.fact.addresses.some((address) => address.ip === METADATA)
  })
}

export const isNeighbour = (ip: string, { subnets }: Subject): boolean =>
  subnets.some(({ cidr, version }) => version === 4 && contains(cidr, ip) === true)
