/** What the flow tables and iptables, as they are, do with the packets of a leg. */

import type { Evidence } from '../core/answer.ts'
import type { Station } from '../core/hop.ts'
import type { Parsed } from '../core/probe.ts'
import { gatewayOf, isTunnelled } from '../core/subject.ts'
import { neutronBridges } from '../probes/ovs/bridges.ts'
import { hybridFirewallOf } from './hybrid.ts'
import { dhcpAnswer, packetBetween, vmEnd } from './packets.ts'
import type { IntendedLeg } from './path.ts'
import { type About, dhcpDevices, endsHere, entryAt, hostsAround, placeNeeds, vmDevice } from './places.ts'
import type { Device, Entry, Goal, Hosts, Passage } from './travel.ts'
import { go, type Gone } from './way.ts'

export const tableNeeds = { ...placeNeeds, neutronBridges }

/** A flow or a rule that drops the packets of a leg. */
export interface TableDrop {
  readonly host: string
  readonly station: Station
  readonly because: Evidence
}

/** Where the tables of the hosts drop the packets of a leg; nothing where they carry them, or where it cannot be told. */
export function dropOf(leg: IntendedLeg, about: About): TableDrop | undefined {
  const hosts = hostsAround(about)
  const entry = entryOf(leg, hosts, about)
  // A network without a way out has no wire to leave by.
  if (!entry?.ok || hosts.get(entry.fact.host)?.via === undefined) return undefined
  const goal = goalOf(leg, about)
  const firewall = hybridFirewallOf(about)
  const gone = goal && go({ hosts, entry: entry.fact, goal, firewalls: firewall ? [firewall] : [] })
  return gone?.outcome === 'dropped' ? dropIn(gone, goal, { hosts, about }) : undefined
}

type Around = { readonly hosts: Hosts; readonly about: About }

function dropIn(gone: Gone, goal: Goal | undefined, around: Around): TableDrop | undefined {
  const { subject } = around.about
  for (const crossing of [gone.leaving, gone.arriving]) {
    if (crossing?.outcome === 'dropped' && crossing.because)
      return { host: subject.compute ?? '', station: 'guest port', because: crossing.because }
  }
  const ends = gone.passages.slice(1).filter(({ entry }) => goal?.devices.some(({ host }) => host === entry.host))
  for (const passage of [...gone.passages.slice(0, 1), ...ends]) {
    const drop = passage.result.outcome === 'dropped' ? dropAt(passage, around) : undefined
    if (drop) return drop
  }
  return undefined
}

function dropAt({ entry, blocks }: Passage, { hosts, about: { subject, read } }: Around): TableDrop | undefined {
  const [first] = blocks
  const bridges = read(neutronBridges, entry.host)
  if (!first?.flow || !bridges.ok) return undefined
  const outer = isTunnelled(subject) ? 'tunnel bridge' : 'provider bridge'
  const via = hosts.get(entry.host)?.via
  const station = first.bridge === via ? outer : first.bridge === bridges.fact.integration ? 'br-int' : undefined
  return station && { host: entry.host, station, because: first.flow.source }
}

function entryOf(leg: IntendedLeg, hosts: Hosts, about: About): Parsed<Entry> | undefined {
  const { subject } = about
  const vm = vmEnd(subject)
  if (!vm) return undefined
  if (leg.direction === 'request') {
    const gateway = { ip: gatewayOf(subject) ?? '0.0.0.0', mac: vm.mac }
    const device = vmDevice(about)
    return device.ok ? entryAt(hosts, device.fact, packetBetween(vm, gateway, { kind: leg.conversation })) : undefined
  }
  const server = subject.dhcpPorts.find((port) => port.host === leg.server)
  const [device] = dhcpDevices(subject).filter((each) => each.host === leg.server)
  const ip = server?.ips.find((each) => !each.includes(':'))
  if (leg.conversation !== 'dhcp' || !server || !device || ip === undefined) return undefined
  return entryAt(hosts, device, dhcpAnswer({ ip, mac: server.mac }, vm))
}

function goalOf(leg: IntendedLeg, about: About): Goal | undefined {
  if (leg.direction === 'reply') {
    const vm = vmDevice(about)
    return vm.ok ? { devices: [vm.fact] } : undefined
  }
  if (leg.conversation === 'arp') return { devices: [], here: new Set(endsHere(about)) }
  const devices: readonly Device[] = dhcpDevices(about.subject).filter(({ host }) => host === leg.server)
  return { devices }
}
