/** Where a packet of a VM's conversation begins and may end, by what was read of the hosts. */

import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import { problem } from '../core/probe.ts'
import { allHosts, type Subject, tapOf } from '../core/subject.ts'
import type { Packet } from '../openflow/packet.ts'
import { parsePacket } from '../openflow/packet-text.ts'
import { netfilter } from '../probes/host/netfilter.ts'
import { openflow } from '../probes/ovs/openflow.ts'
import { ovsdb } from '../probes/ovs/ovsdb.ts'
import type { tracedSwitch } from '../probes/ovs/settings.ts'
import { hostSwitch } from '../probes/ovs/switch.ts'
import { hybridPlug } from '../probes/wiring/hybrid-plug.ts'
import { attachedVif } from '../probes/wiring/vif.ts'
import { wayOut } from '../probes/wiring/way-out.ts'
import { type Device, type Entry, fromWire, type Host, type Hosts } from './travel.ts'

export interface About {
  readonly subject: Subject
  readonly read: <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>
}

/** All that a way over the hosts is computed from. */
export const placeNeeds = { openflow, hostSwitch, attachedVif, wayOut, ovsdb, hybridPlug, netfilter }

/** `of`: what is known of a host's bridges. */
export const hostsAround = (
  { subject, read }: About,
  of: typeof hostSwitch | typeof tracedSwitch = hostSwitch,
): Hosts =>
  new Map(
    allHosts(subject).flatMap((host): (readonly [string, Host])[] => {
      const bridges = read(of, host)
      const states = read(openflow, host)
      const via = read(wayOut, host)
      if (!bridges.ok || !states.ok) return []
      const unread = [...states.fact].flatMap(([name, { flows }]) => (flows.ok ? [] : [name]))
      return [[host, { bridges: bridges.fact, unread, ...(via.ok ? { via: via.fact } : {}) }]]
    }),
  )

/** The VM's own port. */
export function vmDevice({ subject, read }: About): Parsed<Device> {
  const host = subject.compute ?? ''
  const vif = read(attachedVif, host)
  return vif.ok ? { ok: true, fact: { host, name: vif.fact.iface.name } } : vif
}

export const dhcpDevices = ({ dhcpPorts }: Subject): readonly Device[] =>
  dhcpPorts.map((port) => ({ host: port.host, name: tapOf(port) }))

/** The ports of br-int whose MAC it is, as Neutron's agents write it there; those of the VM's own host first. */
export function devicesOfMac(mac: string | undefined, { subject, read }: About): readonly Device[] {
  return allHosts(subject).flatMap((host) => {
    const db = read(ovsdb, host)
    const all = db.ok ? db.fact.bridges.flatMap((bridge) => bridge.ports.flatMap((port) => port.interfaces)) : []
    return all
      .filter((iface) => mac !== undefined && iface.externalIds.get('attached-mac')?.toLowerCase() === mac)
      .map((iface) => ({ host, name: iface.name }))
  })
}

/** A packet, put into a port. */
export function entryAt(hosts: Hosts, { host, name }: Device, text: string): Parsed<Entry> {
  const packet = packetOf(text)
  if (!packet.ok) return packet
  const known = hosts.get(host)
  if (!known) return problem(`the bridges of ${host} could not be read`, `无法读取 ${host} 的网桥`)
  for (const bridge of known.bridges.values()) {
    const port = [...bridge.ports.values()].find((each) => each.name === name)
    if (port) return { ok: true, fact: { host, bridge: bridge.name, ofport: port.ofport, packet: packet.fact } }
  }
  return problem(`${name} is in no bridge of ${host}`, `${host} 的网桥中没有 ${name}`)
}

/** A packet of the VM's network that comes to its host from the physical network. */
export function entryFromWire(
  hosts: Hosts,
  { segment, host }: { segment: Subject['network']['segment']; host: string },
  text: string,
): Parsed<Entry> {
  const tag = segment?.type === 'vlan' ? `,dl_vlan=${segment.id ?? 0}` : ''
  const packet = packetOf(text + tag)
  const known = hosts.get(host)
  if (!packet.ok) return packet
  const entry = known && fromWire(host, known, packet.fact)
  return entry
    ? { ok: true, fact: entry }
    : problem(`the NIC of the provider bridge of ${host} is not known`, `不知道 ${host} 上 provider 网桥的网卡`)
}

function packetOf(text: string): Parsed<Packet> {
  const parsed = parsePacket(text)
  return parsed.ok
    ? { ok: true, fact: parsed.packet }
    : problem(`"${parsed.word}" is no part of a packet`, `无法理解 "${parsed.word}"`)
}

/**
 * Devices of the VM's host that end its way as well: a distributed router's ports, the bridge that may have the
 * gateway's address, and the VM's own port, for br-tun may answer ARP (`arp_responder`).
 */
export function endsHere({ subject, read }: About): readonly string[] {
  const host = subject.compute ?? ''
  const [bridges, vif, via] = [read(hostSwitch, host), read(attachedVif, host), read(wayOut, host)]
  const ports = bridges.ok ? [...bridges.fact.values()].flatMap((bridge) => [...bridge.ports.values()]) : []
  return [
    ...ports.map((port) => port.name).filter((name) => name.startsWith('qr-')),
    ...(vif.ok ? [vif.fact.iface.name] : []),
    ...(via.ok ? [via.fact] : []),
  ]
}
