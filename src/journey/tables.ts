/** What the flow tables, as they are, do with the packets of a leg. */

import type { Evidence } from '../core/answer.ts'
import type { Station } from '../core/hop.ts'
import { gatewayOf, isTunnelled, tapOf } from '../core/subject.ts'
import { parsePacket } from '../openflow/packet-text.ts'
import { neutronBridges } from '../probes/ovs/bridges.ts'
import { hostSwitch } from '../probes/ovs/switch.ts'
import { attachedVif } from '../probes/wiring/vif.ts'
import { wayOut } from '../probes/wiring/way-out.ts'
import { dhcpAnswer, packetBetween, vmEnd } from './packets.ts'
import type { IntendedLeg } from './path.ts'
import { type About, atVm, endsHere } from './places.ts'
import { type Entry, type Goal, type Passage, travel } from './travel.ts'

export const tableNeeds = { hostSwitch, attachedVif, wayOut, neutronBridges }

/** A flow that drops the packets of a leg. */
export interface TableDrop {
  readonly host: string
  readonly station: Station
  readonly because: Evidence
}

/**
 * Where the tables of the host that a leg begins on drop its packets; nothing where they carry them, or where it cannot
 * be told. By which port a frame enters the next host is not known well enough to doubt that host.
 */
export function dropOf(leg: IntendedLeg, about: About): TableDrop | undefined {
  const entry = entryOf(leg, about)
  const goal = entry && goalOf(leg, entry, about)
  const here = entry && about.read(hostSwitch, entry.host)
  if (!entry || !goal || !here?.ok) return undefined
  const [passage] = travel(new Map([[entry.host, here.fact]]), entry, goal)
  return passage && dropIn(passage, goal, about)
}

function dropIn({ entry, result, blocks }: Passage, { via }: Goal, { subject, read }: About): TableDrop | undefined {
  const [first] = blocks
  const bridges = read(neutronBridges, entry.host)
  if (result.outcome !== 'dropped' || !first?.flow || !bridges.ok) return undefined
  const outer = isTunnelled(subject) ? 'tunnel bridge' : 'provider bridge'
  const station = first.bridge === via ? outer : first.bridge === bridges.fact.integration ? 'br-int' : undefined
  return station && { host: entry.host, station, because: first.flow.source }
}

function entryOf(leg: IntendedLeg, about: About): Entry | undefined {
  const { subject } = about
  const vm = vmEnd(subject)
  if (!vm) return undefined
  if (leg.direction === 'request') {
    const gateway = { ip: gatewayOf(subject) ?? '0.0.0.0', mac: vm.mac }
    const entry = atVm(packetBetween(vm, gateway, { kind: leg.conversation }), about)
    return entry.ok ? entry.fact : undefined
  }
  const server = subject.dhcpPorts.find((port) => port.host === leg.server)
  const ip = server?.ips.find((each) => !each.includes(':'))
  if (leg.conversation !== 'dhcp' || !server || ip === undefined) return undefined
  return atDevice(server.host, tapOf(server), dhcpAnswer({ ip, mac: server.mac }, vm), about)
}

function atDevice(host: string, device: string, text: string, { read }: About): Entry | undefined {
  const bridges = read(hostSwitch, host)
  for (const bridge of bridges.ok ? bridges.fact.values() : []) {
    const port = [...bridge.ports.values()].find((each) => each.name === device)
    const parsed = parsePacket(text)
    if (port && parsed.ok) return { host, bridge: bridge.name, ofport: port.ofport, packet: parsed.packet }
  }
  return undefined
}

function goalOf(leg: IntendedLeg, entry: Entry, about: About): Goal | undefined {
  const via = about.read(wayOut, entry.host)
  const devices = devicesOf(leg, about)
  // A network without a way out has no wire to leave by.
  return via.ok && devices ? { via: via.fact, devices: new Set(devices) } : undefined
}

function devicesOf(leg: IntendedLeg, about: About): readonly string[] | undefined {
  const { subject, read } = about
  if (leg.direction === 'reply') {
    const vif = read(attachedVif, subject.compute ?? '')
    return vif.ok ? [vif.fact.iface.name] : undefined
  }
  if (leg.conversation === 'arp') return endsHere(about)
  return subject.dhcpPorts.filter((port) => port.host === leg.server).map(tapOf)
}
