/** What the flow tables, as they are, do with the packets of a leg. */

import type { Evidence } from '../core/answer.ts'
import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import type { Station } from '../core/hop.ts'
import { allHosts, isTunnelled, type Subject, tapOf } from '../core/subject.ts'
import type { Switch } from '../openflow/bridge.ts'
import { parsePacket } from '../openflow/packet-text.ts'
import { neutronBridges } from '../probes/ovs/bridges.ts'
import { hostSwitch } from '../probes/ovs/switch.ts'
import { attachedVif } from '../probes/wiring/vif.ts'
import { wayOut } from '../probes/wiring/way-out.ts'
import { dhcpAnswer, packetBetween, vmEnd } from './packets.ts'
import type { IntendedLeg } from './path.ts'
import { type Entry, type Goal, type Passage, travel } from './travel.ts'

export const tableNeeds = { hostSwitch, attachedVif, wayOut, neutronBridges }

interface About {
  readonly subject: Subject
  readonly read: <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>
}

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
export function dropsOf(leg: IntendedLeg, about: About): readonly TableDrop[] {
  const entry = entryOf(leg, about)
  const goal = entry && goalOf(leg, entry, about)
  const [first] = entry && goal ? travel(hostsOf(about), entry, goal) : []
  return first && goal ? dropIn(first, goal, about) : []
}

function dropIn({ entry, told, blocks }: Passage, { via }: Goal, { subject, read }: About): readonly TableDrop[] {
  const [first] = blocks
  const bridges = read(neutronBridges, entry.host)
  if (told.outcome !== 'dropped' || !first?.flow || !bridges.ok) return []
  const outer = isTunnelled(subject) ? 'tunnel bridge' : 'provider bridge'
  const station = first.bridge === via ? outer : first.bridge === bridges.fact.integration ? 'br-int' : undefined
  return station ? [{ host: entry.host, station, because: first.flow.source }] : []
}

const hostsOf = ({ subject, read }: About): ReadonlyMap<string, Switch> =>
  new Map(
    allHosts(subject).flatMap((host) => {
      const found = read(hostSwitch, host)
      return found.ok ? [[host, found.fact] as const] : []
    }),
  )

function entryOf(leg: IntendedLeg, about: About): Entry | undefined {
  const { subject } = about
  const vm = vmEnd(subject)
  if (!vm) return undefined
  if (leg.direction === 'request') {
    const gateway = subject.subnets.find((s) => s.version === 4)?.gateway ?? '0.0.0.0'
    const text = packetBetween(vm, { ip: gateway, mac: vm.mac }, { kind: leg.conversation })
    return atVm(text, about)
  }
  const server = subject.dhcpPorts.find((port) => port.host === leg.server)
  const ip = server?.ips.find((each) => !each.includes(':'))
  if (leg.conversation !== 'dhcp' || !server || ip === undefined) return undefined
  return atDevice(server.host, tapOf(server), dhcpAnswer({ ip, mac: server.mac }, vm), about)
}

function atVm(text: string, { subject, read }: About): Entry | undefined {
  const host = subject.compute ?? ''
  const vif = read(attachedVif, host)
  if (!vif.ok || vif.fact.iface.ofport === undefined) return undefined
  const parsed = parsePacket(text)
  if (!parsed.ok) return undefined
  return { host, bridge: vif.fact.bridge.name, ofport: vif.fact.iface.ofport, packet: parsed.packet }
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
  // A network without a way out has no wire to leave by; and the gateway may be an address of the bridge itself.
  const itself = via.ok && leg.conversation === 'arp' ? [via.fact] : []
  return via.ok && devices ? { via: via.fact, devices: new Set([...devices, ...itself]) } : undefined
}

function devicesOf(leg: IntendedLeg, about: About): readonly string[] | undefined {
  const { subject, read } = about
  if (leg.direction === 'reply') {
    const vif = read(attachedVif, subject.compute ?? '')
    return vif.ok ? [vif.fact.iface.name] : undefined
  }
  if (leg.conversation === 'arp') return [...ownPort(about), ...routerPorts(subject.compute ?? '', about)]
  return subject.dhcpPorts.filter((port) => port.host === leg.server).map(tapOf)
}

/** br-tun may answer ARP itself (`arp_responder`): what comes back to the VM is that answer. */
function ownPort({ subject, read }: About): readonly string[] {
  const vif = read(attachedVif, subject.compute ?? '')
  return vif.ok ? [vif.fact.iface.name] : []
}

/** A distributed router answers on the VM's own host. */
function routerPorts(host: string, { read }: About): readonly string[] {
  const bridges = read(hostSwitch, host)
  const ports = bridges.ok ? [...bridges.fact.values()].flatMap((bridge) => [...bridge.ports.values()]) : []
  return ports.map((port) => port.name).filter((name) => name.startsWith('qr-'))
}
